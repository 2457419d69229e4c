//! The line client: sends each line of standard input and prints the line that comes back.
//!
//! Run it against the server: `cargo run -p lesson-09-lines --bin lesson-09-client -- 127.0.0.1:8888`

use lesson_09_lines::{Line, MAX_LINE, read_line};
use std::env;
use std::io::{self, BufReader, IsTerminal, Write};
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

/// Asks for each line of standard input that is not empty, until `q`, `exit` or the end of the input.
fn converse(stream: TcpStream) -> io::Result<()> {
    // One for the whole conversation: what it has read behind a `\n` belongs to what comes next.
    let mut stream = BufReader::new(stream);
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
        if line == "exit" {
            // Now the server ends the connection. Here, and nowhere else, that is no error.
            io::copy(&mut stream, &mut io::sink())?;
            break;
        }
        prompt()?;
    }
    Ok(())
}

/// Sends `line` and its `\n` in one write, and returns the server's reply without the `\n` that ends it.
///
/// A reply that does not come, that the server's end cuts off, or that is too long (as soon as it is) is an error, with
/// a message that states which of the three it was. So is any call that fails.
fn ask(stream: &mut BufReader<TcpStream>, line: &[u8]) -> io::Result<Vec<u8>> {
    // TODO: send the line with its `\n`, read one line, and take only a whole one for the reply
    todo!("send the line with its `\\n`, read one line, and take only a whole one for the reply")
}

/// Shows `>> ` to a person; a program that feeds standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}
