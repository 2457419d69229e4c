//! The asking server: announces the size of each message, waits for the answer, and only then sends the message.
//!
//! Run it alone: `cargo run -p lesson-05-ack --bin lesson-05-server -- 127.0.0.1:8888 one two three`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// The answer of a client that has read a size.
const ANSWER: &[u8; 10] = b"receive ok";

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
    // A message and the next size are two writes in a row. Nagle's algorithm would delay the second one until the
    // client's kernel acknowledges the first, and the kernel may do that late.
    stream.set_nodelay(true)?;
    for message in messages {
        push_one(&mut stream, message.as_bytes())?;
    }
    Ok(())
}

/// Announces the size of `message` in bytes, waits for [`ANSWER`], and sends the message.
///
/// Writes the size in decimal digits, with nothing before or after them. Reads all ten bytes of the answer, which may
/// come in several pieces. If they differ from [`ANSWER`], that is an error ([`io::ErrorKind::InvalidData`]). A call
/// that fails is an error, too.
fn push_one(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    // TODO: write the size, read the ten bytes of the answer, compare them, write the message
    todo!("write the size, read the ten bytes of the answer, compare them, write the message")
}
