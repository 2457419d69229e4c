//! The answering client: reads the size of a message, sends `receive ok`, and reads that many bytes.
//!
//! Run it against the server: `cargo run -p solution-05-ack --bin solution-05-client -- 127.0.0.1:8888`

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

/// The largest message: 64 MiB. The server decides how much this client allocates, so there must be a limit.
const MAX_SIZE: usize = 64 * 1024 * 1024;

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
        // The text that `read_exact` gives this error means little to a person.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            eprintln!("client: {addr}: the server ended the connection inside a message");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Receives messages until the server ends its side, and prints each with [`print_message`], numbered from 1.
///
/// For each one: reads its size with [`read_size`], answers `receive ok`, and reads exactly that many bytes. The stream
/// may end in place of a size: that is no error. An end inside a message is an error
/// ([`io::ErrorKind::UnexpectedEof`]), and a call that fails is one, too.
fn receive(mut stream: TcpStream) -> io::Result<()> {
    // BEGIN SOLUTION: for each message read its size, answer, read that many bytes, and print them
    for number in 1.. {
        let Some(size) = read_size(&mut stream)? else { break };
        stream.write_all(b"receive ok")?;
        let mut message = vec![0; size];
        stream.read_exact(&mut message)?;
        print_message(number, &message)?;
    }
    Ok(())
    // END SOLUTION
}

// ANCHOR: read-size
/// Reads the size of the next message with one `read`. Returns `None` at the end of the stream.
fn read_size(stream: &mut TcpStream) -> io::Result<Option<usize>> {
    let mut buffer = [0; 1024];
    // One `read`: the server waits for our answer, so only the digits can be here. Are they all here?
    let n = stream.read(&mut buffer)?;
    if n == 0 {
        return Ok(None);
    }
    let digits = &buffer[..n];
    parse_size(digits).map(Some).ok_or_else(|| {
        let error = format!("\"{}\" is no size", digits.escape_ascii());
        io::Error::new(io::ErrorKind::InvalidData, error)
    })
}
// ANCHOR_END: read-size

/// Returns the size in these bytes: 1 to 8 ASCII digits and nothing else, without a leading zero (except `0` itself),
/// at most [`MAX_SIZE`]. Returns `None` for everything else.
fn parse_size(digits: &[u8]) -> Option<usize> {
    // BEGIN SOLUTION: allow digits only, no leading zero, and no size over the limit
    let leading_zero = digits.len() > 1 && digits[0] == b'0';
    if digits.len() > 8 || leading_zero || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size = str::from_utf8(digits).ok()?.parse().ok()?;
    (size <= MAX_SIZE).then_some(size)
    // END SOLUTION
}

/// Prints, for example, `message 1: first message`. The bytes are printed as they came: they may end in the middle of a
/// character.
fn print_message(number: usize, bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    write!(stdout, "message {number}: ")?;
    stdout.write_all(bytes)?;
    stdout.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_are_digits_only() {
        assert_eq!(parse_size(b"0"), Some(0));
        assert_eq!(parse_size(b"17"), Some(17));
        assert_eq!(parse_size(b"67108864"), Some(67_108_864));
        for wrong in ["", "00", "07", "+5", "-5", " 5", "5 ", "5x", "5\n", "1_0", "67108865", "1234567890"] {
            assert_eq!(parse_size(wrong.as_bytes()), None, "{wrong:?}");
        }
        assert_eq!(parse_size("１".as_bytes()), None);
    }
}
