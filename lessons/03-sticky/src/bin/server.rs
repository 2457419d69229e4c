//! The sticky server: pushes its messages to every client, each with one write and without a pause, and closes.
//!
//! Run it alone: `cargo run -p lesson-03-sticky --bin lesson-03-server -- 127.0.0.1:8888 one two three`

use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// How long the server waits after `accept` has failed. With no file descriptor free it fails again at once, and the loop
/// would spin.
const BREATH: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    let mut messages: Vec<String> = env::args().skip(2).collect();
    if messages.is_empty() {
        messages = ["first message", "second message", "third message"].map(String::from).to_vec();
    }
    match TcpListener::bind(&addr) {
        Ok(listener) => {
            println!("listening on {addr}");
            serve(&listener, &messages)
        }
        Err(error) => {
            eprintln!("server: bind {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Pushes the messages to one client after another, as long as the process lives.
fn serve(listener: &TcpListener, messages: &[String]) -> ! {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("server: accept: {error}");
                thread::sleep(BREATH);
                continue;
            }
        };
        match push(stream, messages) {
            Ok(()) => println!("{peer} was sent {} messages", messages.len()),
            Err(error) => println!("{peer} gone: {error}"),
        }
    }
}

/// Writes each message with its own `write_all`, with nothing between them and nothing after them.
///
/// Does not wait for the client to send anything. When a `write_all` fails, returns its error. `stream` is dropped
/// at the end, which sends FIN: this tells the client that no more comes.
fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    // TODO: write the messages, one after the other
    todo!("write the messages, one after the other")
}
