//! The uppercase client: sends each line of standard input and prints what comes back.
//!
//! Run it against the server: `cargo run -p solution-02-uppercase --bin solution-02-client -- 127.0.0.1:8888`

use std::env;
use std::io::{self, IsTerminal, Read, Write};
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
    match converse(stream) {
        Ok(()) => ExitCode::SUCCESS,
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

/// Sends `request` and returns the server's reply: the bytes that one `read` of at most 1024 bytes returns.
///
/// A `read` of 0 bytes means that the server ended the connection and did not reply. This is an error
/// ([`io::ErrorKind::UnexpectedEof`]). A call that fails is an error, too.
fn ask(stream: &mut TcpStream, request: &[u8]) -> io::Result<Vec<u8>> {
    // BEGIN SOLUTION: send the request, read the reply once, and treat 0 bytes as an error
    stream.write_all(request)?;
    let mut buffer = [0; 1024];
    let n = stream.read(&mut buffer)?;
    if n == 0 {
        let error = "the server ended the connection before it replied";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, error));
    }
    Ok(buffer[..n].to_vec())
    // END SOLUTION
}

/// Prints `>> ` for a person at a terminal. A program that writes to standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}
