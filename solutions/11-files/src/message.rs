//! Messages: a length (`u32`, big-endian), a JSON object of that many bytes, and data.
//!
//! The object's `data_size` states how many bytes of data follow; without it there are none. Nothing here reads the
//! data: it may be larger than the memory.

use serde_json::{Map, Value};
use solution_06_header::{FrameError, MAX_HEADER, read_exactly, write_all_parts};
use std::io::{self, IoSlice, Read, Write};

/// The most data that a request may announce: 1 GiB.
pub const MAX_DATA: u64 = 1024 * 1024 * 1024;

/// A message without its data.
#[derive(Debug)]
pub struct Message {
    /// The object, with all its keys.
    pub object: Map<String, Value>,
    /// How many bytes of data follow. Not limited to [`MAX_DATA`].
    pub data_size: u64,
}

/// Reads one message up to its data, or returns `None` when the stream ends before the first byte of a message.
///
/// Refuses an object over [`MAX_HEADER`] before it allocates memory for it.
///
/// # Errors
/// [`FrameError::Io`]: a read failed. [`FrameError::CutShort`]: the stream ended inside the message.
/// [`FrameError::HeaderTooLong`], [`FrameError::BadHeader`]: nobody knows where the next message begins.
pub fn read_message(stream: &mut impl Read) -> Result<Option<Message>, FrameError> {
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
    let mut object = vec![0; length];
    if read_exactly(stream, &mut object)? < length {
        return Err(FrameError::CutShort);
    }
    let object: Map<String, Value> = serde_json::from_slice(&object).map_err(|_| FrameError::BadHeader)?;
    let data_size = match object.get("data_size") {
        None => 0,
        Some(size) => size.as_u64().ok_or(FrameError::BadHeader)?,
    };
    Ok(Some(Message { object, data_size }))
}

/// Writes the length and the object. The data that the object announces is the caller's to write.
pub fn write_message(stream: &mut impl Write, object: &Value) -> io::Result<()> {
    let object = object.to_string();
    let length = (object.len() as u32).to_be_bytes();
    write_all_parts(stream, &mut [IoSlice::new(&length), IoSlice::new(object.as_bytes())])
}

impl Message {
    /// Returns the text at `key`. It is an error that names `key` when there is none.
    pub fn text(&self, key: &str) -> io::Result<&str> {
        let text = self.object.get(key).and_then(Value::as_str);
        text.ok_or_else(|| io::Error::other(format!("`{key}` is missing or no text")))
    }

    /// Returns the number at `key`, or `None` when there is no such key. Anything but a whole number of at least 0 is
    /// an error that names `key`.
    pub fn number(&self, key: &str) -> io::Result<Option<u64>> {
        let Some(number) = self.object.get(key) else { return Ok(None) };
        let number = number.as_u64();
        number.map(Some).ok_or_else(|| io::Error::other(format!("`{key}` is no whole number of at least 0")))
    }
}

/// What a server replied: yes, and what it is; or no, and why.
#[derive(Debug)]
pub enum Reply {
    /// The request is done, or its data follows.
    Ok(Message),
    /// The request is refused, with the server's reason, fit to be printed.
    Refused(String),
}

/// Reads a reply up to its data. One that does not come, or that is none, is an error.
pub fn read_reply(stream: &mut impl Read) -> io::Result<Reply> {
    let reply = read_message(stream).map_err(io::Error::other)?;
    let reply = reply.ok_or_else(|| io::Error::other("the server ended the connection before it replied"))?;
    match reply.object.get("ok").and_then(Value::as_bool) {
        Some(true) => Ok(Reply::Ok(reply)),
        Some(false) => {
            let why = reply.text("error").unwrap_or("no reason given");
            // A terminal obeys control characters, and the server may be anybody's.
            Ok(Reply::Refused(why.replace(char::is_control, "?")))
        }
        None => Err(io::Error::other("the reply states neither yes nor no: its `ok` is missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(object: &str) -> Result<Option<Message>, FrameError> {
        read_message(&mut [&(object.len() as u32).to_be_bytes(), object.as_bytes()].concat().as_slice())
    }

    #[test]
    fn what_is_written_is_read_and_the_data_stays() {
        let mut bytes = Vec::new();
        write_message(&mut bytes, &json!({"op": "put", "data_size": 3})).unwrap();
        bytes.extend(b"abc");
        let mut stream = bytes.as_slice();
        let message = read_message(&mut stream).unwrap().unwrap();
        assert_eq!((message.text("op").unwrap(), message.data_size, stream), ("put", 3, &b"abc"[..]));
    }

    #[test]
    fn no_data_size_is_0_and_a_strange_one_breaks_the_framing() {
        assert_eq!(read("{}").unwrap().unwrap().data_size, 0);
        for size in ["-1", "1.5", "\"5\"", "null", "true", "[]", "100000000000000000000"] {
            assert!(
                matches!(read(&format!("{{\"data_size\":{size}}}")), Err(FrameError::BadHeader)),
                "{size}"
            );
        }
        for object in ["", "[]", "7", "{", "{}{}", "{\"a\":\"\u{1}\"}"] {
            assert!(matches!(read(object), Err(FrameError::BadHeader)), "{object}");
        }
    }

    #[test]
    fn ends_and_lengths() {
        assert!(read_message(&mut &b""[..]).unwrap().is_none());
        for cut in [&b"\0"[..], b"\0\0\0\x02", b"\0\0\0\x02{"] {
            assert!(matches!(read_message(&mut &cut[..]), Err(FrameError::CutShort)));
        }
        let longest = format!("{{{}}}", " ".repeat(MAX_HEADER - 2));
        assert!(read(&longest).is_ok());
        assert!(matches!(read(&(longest + " ")), Err(FrameError::HeaderTooLong(65537))));
    }

    #[test]
    fn numbers() {
        let message = read(r#"{"a":5,"b":-1,"c":1.5,"d":null,"e":"1"}"#).unwrap().unwrap();
        assert_eq!((message.number("a").unwrap(), message.number("absent").unwrap()), (Some(5), None));
        for key in ["b", "c", "d", "e"] {
            assert!(message.number(key).is_err(), "{key}");
        }
    }

    #[test]
    fn replies() {
        let reply = |object: &str| {
            read_reply(&mut [&(object.len() as u32).to_be_bytes(), object.as_bytes()].concat().as_slice())
        };
        assert!(matches!(reply(r#"{"ok":true,"data_size":7}"#), Ok(Reply::Ok(yes)) if yes.data_size == 7));
        let no = reply(r#"{"ok":false,"error":"a\u001b[31m\nb"}"#);
        assert!(matches!(no, Ok(Reply::Refused(why)) if why == "a?[31m?b"));
        assert!(matches!(reply(r#"{"ok":false}"#), Ok(Reply::Refused(_))));
        for none in ["{}", r#"{"ok":1}"#, r#"{"ok":"true"}"#, "[]", r#"{"ok":true,"data_size":-1}"#] {
            assert!(reply(none).is_err(), "{none}");
        }
        assert!(read_reply(&mut &b""[..]).is_err());
    }
}
