//! The uppercase client: sends each line of standard input and prints the whole reply, also when it comes in pieces.
//!
//! Run it against the server: `cargo run -p lesson-08-threads --bin lesson-08-client -- 127.0.0.1:8888`

use std::env;
use std::io::{self, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

/// How many bytes are sent before their reply is read. A longer request goes in parts of this size: the server replies
/// while it reads. If the client only wrote, each side would in the end wait for the other to read.
const PART: usize = 64 * 1024;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    let stream = match TcpStream::connect(&addr) {
        Ok(stream) => stream,
        Err(error) => {
            eprintln!("client: connect {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match converse(stream) {
        Ok(()) => ExitCode::SUCCESS,
        // The text that `read_exact` gives this error means little to a person.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            eprintln!("client: {addr}: the server ended the connection before the reply was whole");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends each non-empty line of standard input and prints the reply, until `q` or the end of the input.
fn converse(mut stream: TcpStream) -> io::Result<()> {
    let mut stdout = io::stdout();
    prompt()?;
    for line in io::stdin().lines() {
        let line = line?;
        if line == "q" {
            break;
        }
        if !line.is_empty() {
            let reply = ask(&mut stream, line.as_bytes())?;
            // Bytes, not text: a reply may end in the middle of a character.
            stdout.write_all(&reply)?;
            stdout.write_all(b"\n")?;
        }
        prompt()?;
    }
    Ok(())
}

/// Sends `request` and returns the server's reply, which has the same length. Reads as often as it needs.
///
/// When the server ends before the reply is whole, that is an error ([`io::ErrorKind::UnexpectedEof`]). A call that
/// fails is an error, too. Sends at most [`PART`] bytes before it reads their reply.
fn ask(stream: &mut TcpStream, request: &[u8]) -> io::Result<Vec<u8>> {
    // TODO: send a part of the request, read exactly as many bytes of reply, until all is sent
    todo!("send a part of the request, read exactly as many bytes of reply, until all is sent")
}

/// Prints `>> ` for a person at a terminal. A program that writes to standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}
