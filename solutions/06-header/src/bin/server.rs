//! The framing server: pushes its messages to every client, each in its own frame.
//!
//! Run it alone: `cargo run -p solution-06-header --bin solution-06-server -- 127.0.0.1:8888 one two three`

use solution_06_header::write_frame;
use std::env;
use std::io;
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

/// Pushes all messages. `stream` is dropped at the end, which sends FIN: this tells the client that no more comes.
fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    // A frame is written whole and must leave at once: Nagle's algorithm could only delay it.
    stream.set_nodelay(true)?;
    for message in messages {
        write_frame(&mut stream, message.as_bytes())?;
    }
    Ok(())
}
