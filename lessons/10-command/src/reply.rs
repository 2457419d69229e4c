//! The reply: how a command ended, and what it wrote to its two streams.
//!
//! It is a length (`u32`, big-endian), a JSON object of that many bytes, `stdout_size` bytes and `stderr_size` bytes.

use serde_json::{Value, json};
use solution_06_header::{MAX_BODY, MAX_HEADER, read_exactly, write_all_parts};
use std::fmt;
use std::io::{self, IoSlice, Read, Write};

/// What a command did.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its exit status, or why there is none, in 1 to 200 printable characters.
    pub status: Result<u8, String>,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

impl Reply {
    /// Returns the reply to a command that did not run, with the reason why.
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self { status: Err(reason.into()), stdout: Vec::new(), stderr: Vec::new() }
    }
}

/// What the header of a reply states.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// The exit status, 0 to 255, or the text that states why there is none.
    pub status: Result<u8, String>,
    /// How many bytes of standard output follow.
    pub stdout_size: usize,
    /// How many bytes of standard error follow these. Both together are at most [`MAX_BODY`].
    pub stderr_size: usize,
}

/// The reason why [`read_reply`] failed.
#[derive(Debug)]
pub enum ReplyError {
    /// A `read` failed.
    Io(io::Error),
    /// The stream ended before the reply was whole.
    CutShort,
    /// The length announces a header of this many bytes, more than [`MAX_HEADER`].
    HeaderTooLong(usize),
    /// The header is not the object that it must be.
    BadHeader,
    /// The header announces this many bytes of output, more than [`MAX_BODY`].
    TooMuchOutput(u64),
}

/// Writes the reply, in one call if the kernel takes all of it. When a write fails, returns its error.
pub fn write_reply(stream: &mut impl Write, reply: &Reply) -> io::Result<()> {
    // All three keys stand in every header: a status that is an error is `null`.
    let mut header = json!({
        "status": reply.status.as_ref().ok(),
        "stdout_size": reply.stdout.len(),
        "stderr_size": reply.stderr.len(),
    });
    if let Err(text) = &reply.status {
        header["error"] = json!(text);
    }
    let header = header.to_string();
    let length = (header.len() as u32).to_be_bytes();
    let parts = [&length, header.as_bytes(), &reply.stdout, &reply.stderr];
    write_all_parts(stream, &mut parts.map(IoSlice::new))
}

/// Reads one reply, in as many reads as it takes.
///
/// A header over [`MAX_HEADER`], and whatever [`read_header`] refuses, is an error before memory is taken for it. So is
/// the end of the stream, wherever it comes.
pub fn read_reply(stream: &mut impl Read) -> Result<Reply, ReplyError> {
    let length = u32::from_be_bytes(read_bytes(stream, 4)?.try_into().expect("four bytes")) as usize;
    if length > MAX_HEADER {
        return Err(ReplyError::HeaderTooLong(length));
    }
    let Header { status, stdout_size, stderr_size } = read_header(&read_bytes(stream, length)?)?;
    Ok(Reply { status, stdout: read_bytes(stream, stdout_size)?, stderr: read_bytes(stream, stderr_size)? })
}

/// Reads exactly `size` bytes.
fn read_bytes(stream: &mut impl Read, size: usize) -> Result<Vec<u8>, ReplyError> {
    let mut bytes = vec![0; size];
    if read_exactly(stream, &mut bytes)? < size {
        return Err(ReplyError::CutShort);
    }
    Ok(bytes)
}

/// Returns what the JSON object `header` states. Other keys than its four are ignored.
///
/// `status` is an integer from 0 to 255; or it is `null`, and `error` is a string. `stdout_size` and `stderr_size` are
/// integers of at least 0. Anything else, also one that is missing, is [`ReplyError::BadHeader`]. Sizes that are over
/// [`MAX_BODY`] together are [`ReplyError::TooMuchOutput`], however large: their sum need not fit into a `u64`.
pub fn read_header(header: &[u8]) -> Result<Header, ReplyError> {
    let header: Value = serde_json::from_slice(header).map_err(|_| ReplyError::BadHeader)?;
    let status = match (header.get("status"), header.get("error")) {
        (Some(Value::Null), Some(Value::String(error))) => Err(error.clone()),
        (Some(status), _) => {
            let status = status.as_u64().and_then(|status| u8::try_from(status).ok());
            Ok(status.ok_or(ReplyError::BadHeader)?)
        }
        (None, _) => return Err(ReplyError::BadHeader),
    };
    // `as_u64` returns `None` for `-1`, `1.5`, `1e3` and `"17"`.
    let size = |key| header.get(key).and_then(Value::as_u64).ok_or(ReplyError::BadHeader);
    let (stdout_size, stderr_size) = (size("stdout_size")?, size("stderr_size")?);
    let sum = stdout_size.saturating_add(stderr_size);
    if sum > MAX_BODY as u64 {
        return Err(ReplyError::TooMuchOutput(sum));
    }
    Ok(Header { status, stdout_size: stdout_size as usize, stderr_size: stderr_size as usize })
}

impl From<io::Error> for ReplyError {
    fn from(error: io::Error) -> Self {
        ReplyError::Io(error)
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplyError::Io(error) => write!(out, "{error}"),
            ReplyError::CutShort => write!(out, "the server ended the connection before the reply was whole"),
            ReplyError::HeaderTooLong(n) => {
                write!(out, "a header of {n} bytes is over the limit of {MAX_HEADER}")
            }
            ReplyError::BadHeader => write!(out, "the header is no JSON object with a status and two sizes"),
            ReplyError::TooMuchOutput(n) => {
                write!(out, "output of {n} bytes is over the limit of {MAX_BODY}")
            }
        }
    }
}

impl std::error::Error for ReplyError {}
