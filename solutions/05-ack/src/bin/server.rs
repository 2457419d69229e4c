//! The asking server: announces the size of each message, waits for the answer, and only then sends it.
//!
//! Run it alone: `cargo run -p solution-05-ack --bin solution-05-server -- 127.0.0.1:8888 one two three`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

/// What a client answers when it has read a size.
const ANSWER: &[u8; 10] = b"receive ok";

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

/// Pushes the messages to one client after the other, for as long as the process lives.
fn serve(listener: &TcpListener, messages: &[String]) -> ! {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("server: accept: {error}");
                continue;
            }
        };
        match push(stream, messages) {
            Ok(()) => println!("{peer} was sent {} messages", messages.len()),
            Err(error) => println!("{peer} gone: {error}"),
        }
    }
}

// ANCHOR: push
/// Pushes all messages. `stream` is dropped at the end: its FIN is how the client learns that this was all.
fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    // A message and the size of the next are two writes in a row: Nagle's algorithm would hold the second one back until
    // the first is acknowledged, and the client's kernel takes its time with that.
    stream.set_nodelay(true)?;
    for message in messages {
        push_one(&mut stream, message.as_bytes())?;
    }
    Ok(())
}
// ANCHOR_END: push

/// Announces how many bytes `message` has, waits for [`ANSWER`], and sends them.
///
/// The size is written in decimal digits, with nothing before or after them. The answer is read to its last byte, in
/// however many pieces it comes. Ten bytes that say something else are an error ([`io::ErrorKind::InvalidData`]), and so
/// is any call that fails.
fn push_one(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    // BEGIN SOLUTION: write the size, read the ten bytes of the answer, compare them, write the message
    stream.write_all(message.len().to_string().as_bytes())?;
    let mut answer = [0; ANSWER.len()];
    stream.read_exact(&mut answer)?;
    if answer != *ANSWER {
        let error = format!("answered \"{}\" instead of `receive ok`", answer.escape_ascii());
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    stream.write_all(message)
    // END SOLUTION
}
