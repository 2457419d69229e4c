//! The sticky client: reads what the server pushes, and reports what each `read` returned.
//!
//! Run it against the server: `cargo run -p lesson-03-sticky --bin lesson-03-client -- 127.0.0.1:8888`

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
    match report(stream) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads into a buffer of 1024 bytes until the server ends its side, and reports each read with [`print_read`].
///
/// Reads are numbered from 1. A `read` of 0 bytes is the end, and is not counted. At the end, prints a last line with
/// the sum, for example `total: 38 bytes in 3 reads` (also `in 1 reads`: programs compare this line). When a `read`
/// fails, returns its error and prints no such line.
fn report(mut stream: TcpStream) -> io::Result<()> {
    // TODO: read until 0, count reads and bytes, print each read and the total
    todo!("read until 0, count reads and bytes, print each read and the total")
}

/// Prints, for example, `read 1: 13 bytes: first message`. The bytes are printed as they came: they may end in the
/// middle of a character.
fn print_read(number: usize, bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    write!(stdout, "read {number}: {} bytes: ", bytes.len())?;
    stdout.write_all(bytes)?;
    stdout.write_all(b"\n")
}
