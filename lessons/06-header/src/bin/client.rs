//! The framing client: reads the frames that the server pushes, and prints the message in each.
//!
//! Run it against the server: `cargo run -p lesson-06-header --bin lesson-06-client -- 127.0.0.1:8888`

use lesson_06_header::{FrameError, read_frame};
use std::env;
use std::io::{self, Write};
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

/// Prints the message in each frame, until the server ends its side between two frames.
fn receive(mut stream: TcpStream) -> Result<(), FrameError> {
    for number in 1.. {
        let Some(message) = read_frame(&mut stream)? else { break };
        print_message(number, &message)?;
    }
    Ok(())
}

/// Prints, for example, `message 1: first message`. The bytes are printed as they came: a message need not
/// be text.
fn print_message(number: usize, bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    write!(stdout, "message {number}: ")?;
    stdout.write_all(bytes)?;
    stdout.write_all(b"\n")
}
