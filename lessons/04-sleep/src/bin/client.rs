//! The hopeful client: treats the bytes of each `read` as one message.
//!
//! Run it against the server: `cargo run -p lesson-04-sleep --bin lesson-04-client -- 127.0.0.1:8888`

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    let stream = match TcpStream::connect(&addr) {
        Ok(stream) => stream,
        Err(error) => {
            eprintln!("client: connect {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match receive(stream) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads into a buffer of 1024 bytes until the end (FIN), and prints each read as a message with [`print_message`].
///
/// Messages are numbered from 1. A `read` of 0 bytes is the end, not a message. When a `read` fails, returns its
/// error.
fn receive(mut stream: TcpStream) -> io::Result<()> {
    // TODO: read until 0, number the reads, and print each as a message
    todo!("read until 0, number the reads, and print each as a message")
}

/// Prints, for example, `message 1: first message`. The bytes are printed as they came: they may end in the middle of a
/// character.
fn print_message(number: usize, bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    write!(stdout, "message {number}: ")?;
    stdout.write_all(bytes)?;
    stdout.write_all(b"\n")
}
