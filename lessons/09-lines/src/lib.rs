//! Lines: messages that end with `\n`, read with a limit.

use std::io::{self, BufRead, Read};

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
