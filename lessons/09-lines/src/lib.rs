//! Lines: messages that end with `\n`, read with a limit, and a last word that arrives.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// No line may have more bytes before its `\n`. The other side decides when it comes, so there must be a limit.
pub const MAX_LINE: usize = 8192;

/// What a stream had next, as [`read_line`] found it. The bytes of a line are kept as they came, without the `\n`.
#[derive(Debug)]
pub enum Line {
    /// A line that its `\n` ended.
    Whole(Vec<u8>),
    /// A line that the end of the stream cut off: at least one byte, and no `\n`.
    Unfinished(Vec<u8>),
    /// More than [`MAX_LINE`] bytes without a `\n`.
    TooLong,
    /// Nothing: the stream ended between two lines.
    End,
}

/// Reads one line of at most [`MAX_LINE`] bytes, in as many reads as it takes.
///
/// What comes after the `\n` stays in `stream`, for the next call. A line that is too long is found as soon as its byte
/// number [`MAX_LINE`] + 1 is there: this function waits for nothing after it and keeps nothing after it. An error is
/// that of the read that failed.
pub fn read_line(stream: &mut impl BufRead) -> io::Result<Line> {
    // TODO: read up to a `\n`, but no more than MAX_LINE + 1 bytes, and see how that ended
    todo!("read up to a `\\n`, but no more than MAX_LINE + 1 bytes, and see how that ended")
}

/// How long a server that ends a connection goes on reading what the client still sends.
pub const FAREWELL: Duration = Duration::from_secs(1);

/// Sends `reply`, then ends the connection so that the reply arrives.
///
/// The half-close (FIN) tells the client that this was all. What the client still sends is read and dropped, until it
/// ends its side or [`FAREWELL`] is over. A socket that is closed with unread bytes sends RST, and a client that is still
/// writing then fails before it has read the reply. An error is that of the write or of the half-close.
pub fn say_last(mut stream: &TcpStream, reply: &[u8]) -> io::Result<()> {
    stream.write_all(reply)?;
    stream.shutdown(Shutdown::Write)?;
    let start = Instant::now();
    let mut dropped = [0; 4096];
    loop {
        let left = FAREWELL.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut dropped) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The client has ended, or reset, or the time is over: that is a `WouldBlock` on Unix.
            Ok(0) | Err(_) => return Ok(()),
        }
    }
}
