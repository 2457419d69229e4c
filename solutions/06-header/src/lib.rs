//! Frames: messages with boundaries, on a stream that has none.
//!
//! A frame is a length (`u32`, big-endian), a header of that many bytes, and a body. The header is a JSON object; its
//! `data_size` states how many bytes the body has.

use serde_json::Value;
use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read, Write};

// ANCHOR: limits
/// The largest header: 64 KiB. The other side decides how much we allocate, so there must be a limit.
pub const MAX_HEADER: usize = 64 * 1024;
/// The largest body: 64 MiB.
pub const MAX_BODY: usize = 64 * 1024 * 1024;
// ANCHOR_END: limits

/// The reason why [`read_frame`] failed.
#[derive(Debug)]
pub enum FrameError {
    /// A `read` failed.
    Io(io::Error),
    /// The stream ended inside a frame.
    CutShort,
    /// The length announces a header of this many bytes, more than [`MAX_HEADER`].
    HeaderTooLong(usize),
    /// The header is not a JSON object whose `data_size` is a whole number of at least 0.
    BadHeader,
    /// The header announces a body of this many bytes, more than [`MAX_BODY`].
    BodyTooLong(u64),
}

/// Writes `body` as one frame, in one call if the kernel takes all of it.
///
/// The header is `{"data_size":N}`, where N is the length of `body` in bytes. Passes the three parts to
/// [`write_all_parts`], so that nothing is copied to join them. When a write fails, returns its error.
pub fn write_frame(stream: &mut impl Write, body: &[u8]) -> io::Result<()> {
    // BEGIN SOLUTION: make the header and its length, and write length, header and body with write_all_parts
    let header = format!(r#"{{"data_size":{}}}"#, body.len());
    let length = (header.len() as u32).to_be_bytes();
    write_all_parts(stream, &mut [IoSlice::new(&length), IoSlice::new(header.as_bytes()), IoSlice::new(body)])
    // END SOLUTION
}

/// Reads one frame and returns its body, or `None` when the stream ends before the first byte of a frame.
///
/// Reads exactly the frame's bytes. A header over [`MAX_HEADER`] and a body over [`MAX_BODY`] are errors: returns them
/// before it allocates memory for the bytes. The end of the stream anywhere inside the frame is an error, too
/// ([`FrameError::CutShort`]).
pub fn read_frame(stream: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    // BEGIN SOLUTION: read the length, the header, and as many bytes of body as data_size states
    let mut length = [0; 4];
    match read_exactly(stream, &mut length)? {
        4 => {}
        0 => return Ok(None),
        _ => return Err(FrameError::CutShort),
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_HEADER {
        return Err(FrameError::HeaderTooLong(length));
    }
    let mut header = vec![0; length];
    if read_exactly(stream, &mut header)? < header.len() {
        return Err(FrameError::CutShort);
    }
    let mut body = vec![0; data_size(&header)?];
    if read_exactly(stream, &mut body)? < body.len() {
        return Err(FrameError::CutShort);
    }
    Ok(Some(body))
    // END SOLUTION
}

/// Reads until `buffer` is full or the stream ends, with as many reads as it needs. Returns the number of bytes read.
///
/// Less than `buffer.len()` means that the stream has ended. Tries again when a `read` was only interrupted
/// ([`ErrorKind::Interrupted`]); returns any other error.
pub fn read_exactly(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    // BEGIN SOLUTION: read into what is left of the buffer, until nothing is left or read returns 0
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
    // END SOLUTION
}

/// Returns the `data_size` of a header, at most [`MAX_BODY`]. Ignores other keys.
pub fn data_size(header: &[u8]) -> Result<usize, FrameError> {
    let header: Value = serde_json::from_slice(header).map_err(|_| FrameError::BadHeader)?;
    // `as_u64` returns `None` for `-1`, `1.5`, `1e3` and `"17"`.
    let size = header.get("data_size").and_then(Value::as_u64).ok_or(FrameError::BadHeader)?;
    if size > MAX_BODY as u64 {
        return Err(FrameError::BodyTooLong(size));
    }
    Ok(size as usize)
}

/// Writes all parts, in one call (`writev`) if the kernel takes all bytes, else in several calls.
pub fn write_all_parts(stream: &mut impl Write, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
    IoSlice::advance_slices(&mut parts, 0); // Drops empty parts at the front.
    while !parts.is_empty() {
        match stream.write_vectored(parts) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => IoSlice::advance_slices(&mut parts, n),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        FrameError::Io(error)
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Io(error) => write!(out, "{error}"),
            FrameError::CutShort => write!(out, "the stream ended inside a frame"),
            FrameError::HeaderTooLong(n) => {
                write!(out, "a header of {n} bytes is over the limit of {MAX_HEADER}")
            }
            FrameError::BadHeader => write!(out, "the header is no JSON object with a whole `data_size`"),
            FrameError::BodyTooLong(n) => write!(out, "a body of {n} bytes is over the limit of {MAX_BODY}"),
        }
    }
}

impl std::error::Error for FrameError {}
