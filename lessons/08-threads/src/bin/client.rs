//! The uppercase client: sends each line of standard input and prints the whole reply, however it comes.
//!
//! Run it against the server: `cargo run -p lesson-08-threads --bin lesson-08-client -- 127.0.0.1:8888`

use std::env;
use std::io::{self, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

/// Bytes sent before their reply is read. A longer request goes in parts of this size: the server replies while it reads,
/// and if nobody read its replies, both sides would end up waiting for the other to read.
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
        // `read_exact` has words of its own for it, which tell a person little.
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

/// Asks for each line of standard input that is not empty, until `q` or the end of the input.
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
            // Bytes, not text: what came back need not be whole characters.
            stdout.write_all(&reply)?;
            stdout.write_all(b"\n")?;
        }
        prompt()?;
    }
    Ok(())
}

/// Sends `request` and returns the server's reply, which is exactly as long: however many reads it takes.
///
/// When the server ends before the reply is whole, that is an error ([`io::ErrorKind::UnexpectedEof`]). So is any call
/// that fails. No more than [`PART`] bytes are sent before their reply is read.
fn ask(stream: &mut TcpStream, request: &[u8]) -> io::Result<Vec<u8>> {
    // TODO: send a part of the request, read exactly as many bytes of reply, until all is sent
    todo!("send a part of the request, read exactly as many bytes of reply, until all is sent")
}

/// Shows `>> ` to a person; a program that feeds standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}
