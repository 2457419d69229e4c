//! A reply of lesson 10: `u32` length, a JSON object with the status and two sizes, and two streams.

use crate::bench::{Ending, Peer};
use crate::finding::{Cause, count, quoted};
use crate::promises::frames::{MAX_HEADER, cause_of_byte_order, frame_with, is_text};
use serde_json::{Map, Value};

/// The most bytes of both streams together.
pub const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// A reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The exit status; `None` where the reply says `null`, and why.
    pub status: Option<u8>,
    /// Why there is no status; empty beside a status.
    pub error: String,
    /// What the command wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

/// Why the bytes at the start of a stream are no whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They may become one: this many more bytes are missing, of this part.
    Cut(Part, usize),
    /// The length is not that of a header.
    Length(u32),
    /// The header is not what it should be.
    Header(Wrong),
}

/// A part of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The four bytes before the header.
    Length,
    /// The JSON object.
    Header,
    /// The bytes of both streams.
    Streams,
}

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is no JSON, or no object.
    NoObject,
    /// It lacks this key.
    Lacks(&'static str),
    /// Its status is neither an integer from 0 to 255 nor null.
    Status,
    /// Its status is null, and its `error` is no text of 1 to 200 printable characters.
    Error,
    /// This size is no whole number of at least 0.
    Size(&'static str),
    /// The sizes together are over 64 MiB.
    Over(u64),
}

impl Reply {
    /// Returns the reply with this status and these streams.
    pub fn new(status: u8, stdout: &[u8], stderr: &[u8]) -> Self {
        Self { status: Some(status), error: String::new(), stdout: stdout.to_vec(), stderr: stderr.to_vec() }
    }

    /// Returns its bytes, as short as they can be.
    pub fn bytes(&self) -> Vec<u8> {
        let (out, err) = (self.stdout.len(), self.stderr.len());
        let header = match self.status {
            Some(status) => format!("{{\"status\":{status},\"stdout_size\":{out},\"stderr_size\":{err}}}"),
            None => format!(
                "{{\"status\":null,\"stdout_size\":{out},\"stderr_size\":{err},\"error\":{}}}",
                Value::from(self.error.as_str())
            ),
        };
        frame_with(&header, &[&self.stdout[..], &self.stderr].concat())
    }

    /// Reads the reply at the start of `bytes`; returns it and how many bytes it takes.
    ///
    /// # Errors
    /// Why there is none.
    pub fn first(bytes: &[u8]) -> Result<(Self, usize), Fault> {
        let Some(length) = bytes.first_chunk::<4>() else {
            return Err(Fault::Cut(Part::Length, 4 - bytes.len()));
        };
        let length = u32::from_be_bytes(*length);
        if !(2..=MAX_HEADER as u32).contains(&length) {
            return Err(Fault::Length(length));
        }
        let start = 4 + length as usize;
        let Some(header) = bytes.get(4..start) else {
            return Err(Fault::Cut(Part::Header, start - bytes.len()));
        };
        let (status, error, out, err) = read(header).map_err(Fault::Header)?;
        let end = start + out + err;
        let Some(streams) = bytes.get(start..end) else {
            return Err(Fault::Cut(Part::Streams, end - bytes.len()));
        };
        let (stdout, stderr) = streams.split_at(out);
        Ok((Self { status, error, stdout: stdout.to_vec(), stderr: stderr.to_vec() }, end))
    }

    /// Hears one reply, of which these bytes have come, and adds to them what comes.
    ///
    /// # Errors
    /// Why it is not whole, or not right, and how the connection ended.
    pub fn hear_onto(peer: &mut Peer, bytes: &mut Vec<u8>) -> Result<Self, (Fault, Option<Ending>)> {
        loop {
            match Self::first(bytes) {
                Ok((reply, _)) => return Ok(reply),
                Err(Fault::Cut(part, missing)) => {
                    let heard = peer.hear(missing);
                    bytes.extend(heard.bytes);
                    if heard.ending.is_some() {
                        let fault = Self::first(bytes).err().unwrap_or(Fault::Cut(part, missing));
                        return Err((fault, heard.ending));
                    }
                }
                Err(fault) => return Err((fault, None)),
            }
        }
    }
}

/// The bytes of the three keys alone: no header is shorter.
const SHORTEST: u32 = 40;

type Read = (Option<u8>, String, usize, usize);

fn read(header: &[u8]) -> Result<Read, Wrong> {
    let Ok(Value::Object(object)) = serde_json::from_slice(header) else { return Err(Wrong::NoObject) };
    let size = |key| match object.get(key) {
        None => Err(Wrong::Lacks(key)),
        Some(size) => size.as_u64().ok_or(Wrong::Size(key)),
    };
    let (status, error) = status(&object)?;
    let (out, err) = (size("stdout_size")?, size("stderr_size")?);
    match out.checked_add(err) {
        Some(sum) if sum <= MAX_OUTPUT as u64 => Ok((status, error, out as usize, err as usize)),
        sum => Err(Wrong::Over(sum.unwrap_or(u64::MAX))),
    }
}

fn status(object: &Map<String, Value>) -> Result<(Option<u8>, String), Wrong> {
    match object.get("status") {
        None => Err(Wrong::Lacks("status")),
        Some(Value::Null) => {
            let text = object.get("error").and_then(Value::as_str).unwrap_or_default();
            let printable = !text.chars().any(char::is_control) && !text.trim().is_empty();
            match text.chars().count() {
                1..=200 if printable => Ok((None, text.into())),
                _ => Err(Wrong::Error),
            }
        }
        Some(status) => {
            let status = status.as_u64().and_then(|status| u8::try_from(status).ok());
            Ok((Some(status.ok_or(Wrong::Status)?), String::new()))
        }
    }
}

impl Fault {
    /// Returns what came in place of a reply, in words.
    pub fn came(&self, bytes: &[u8], ending: Option<Ending>) -> String {
        let then = ending.map(|ending| format!("; then the server {ending}")).unwrap_or_default();
        match self {
            Fault::Cut(Part::Length, 4) => {
                format!(
                    "nothing; the server {}",
                    ending.map_or("sent nothing more".into(), |e| e.to_string())
                )
            }
            Fault::Cut(part, missing) => {
                let of = match part {
                    Part::Length => "the length",
                    Part::Header => "the header",
                    Part::Streams => "the two streams",
                };
                format!("{} are missing of {of}, after {}{then}", count(*missing), quoted(bytes))
            }
            Fault::Length(length) => format!("a length of {length} ({}){then}", quoted(&bytes[..4])),
            Fault::Header(_) => {
                let header = &bytes[4..];
                format!("the header \"{}\"", header[..header.len().min(120)].escape_ascii())
            }
        }
    }

    /// Returns the likely cause.
    pub fn cause(&self, bytes: &[u8], ending: Option<Ending>) -> Cause {
        match self {
            Fault::Cut(Part::Length, 4) => match ending {
                Some(Ending::Fin) => "the server closed the connection without a reply: only `exit`, a line too long \
                                      and the client's end do that"
                    .into(),
                Some(Ending::Rst) => "the server dropped the connection with bytes unread in it, or ended: the kernel \
                                      then sends RST"
                    .into(),
                _ => Cause::general(
                    "the server took the line and did not reply: `\\n` ends a line; run it then, and reply when the command \
                     has ended. Perhaps it still waits for the end of a stream that somebody holds open (a channel ends when \
                     all its senders are dropped, your own one too)",
                ),
            },
            Fault::Cut(Part::Length | Part::Header, _) => {
                "a reply is sent whole: the length, the header, and all of both streams (`write_all`)".into()
            }
            Fault::Cut(Part::Streams, _) => {
                "the sizes announce more bytes than were sent: they count the bytes of each stream, as they are sent, \
                 and all of them are sent (`write_all`)"
                    .into()
            }
            Fault::Length(length) => cause_of_length(*length, bytes),
            Fault::Header(wrong) => Cause::certain(wrong.cause()),
        }
    }
}

fn cause_of_length(length: u32, bytes: &[u8]) -> Cause {
    let words = match cause_of_byte_order(length, SHORTEST) {
        _ if bytes[0].is_ascii_whitespace() => {
            "a line end or a blank stands before the length: nothing but replies is sent, and nothing between \
             them".into()
        }
        Some(cause) => cause,
        None if is_text(&bytes[..4]) => format!(
            "{} is text: a reply begins with four bytes of length, then the header; if replies came before, \
             more bytes were sent than their sizes state",
            quoted(&bytes[..4])
        ),
        None => "the length counts the bytes of the header, and comes right before it, in four bytes; if \
                 replies came before, more bytes were sent than their sizes state"
            .into(),
    };
    Cause::certain(words)
}

impl Wrong {
    fn cause(self) -> String {
        match self {
            Wrong::NoObject => {
                "the header is a JSON object, and the length before it counts its bytes: not its own four, \
                                and not those of the streams"
                    .into()
            }
            Wrong::Lacks(key) => format!(
                "it has no `{key}`: all three keys stand in every reply, also when a stream is empty, and when \
                 nothing ran"
            ),
            Wrong::Status => {
                "the status is an integer from 0 to 255 or, when a signal or a limit ended the command or \
                              nothing ran, null: no negative number, and no text"
                    .into()
            }
            Wrong::Error => {
                "where the status is null, `error` states why, in 1 to 200 printable characters".into()
            }
            Wrong::Size(key) => format!("its `{key}` is no whole number: it counts the bytes of the stream"),
            Wrong::Over(sum) => format!(
                "the sizes announce {sum} bytes: the output limit is 64 MiB (67108864 bytes), both streams together"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_as_it_is_written() {
        for reply in [
            Reply::new(3, b"out", b"errors"),
            Reply { error: "no \"time\"".into(), stdout: b"x".to_vec(), ..Reply::default() },
        ] {
            let bytes = [reply.bytes(), b"more".to_vec()].concat();
            assert_eq!(Reply::first(&bytes), Ok((reply, bytes.len() - 4)));
        }
    }

    #[test]
    fn what_is_no_reply_is_told_apart() {
        let of = |header: &str| Reply::first(&frame_with(header, b"")).unwrap_err();
        assert_eq!(of("[]"), Fault::Header(Wrong::NoObject));
        assert_eq!(of("{\"status\":0,\"stdout_size\":0}"), Fault::Header(Wrong::Lacks("stderr_size")));
        assert_eq!(of("{\"status\":-9,\"stdout_size\":0,\"stderr_size\":0}"), Fault::Header(Wrong::Status));
        assert_eq!(of("{\"status\":null,\"stdout_size\":0,\"stderr_size\":0}"), Fault::Header(Wrong::Error));
        assert_eq!(
            of("{\"status\":0,\"stdout_size\":1.5,\"stderr_size\":0}"),
            Fault::Header(Wrong::Size("stdout_size"))
        );
        assert_eq!(
            of("{\"status\":0,\"stdout_size\":67108864,\"stderr_size\":1}"),
            Fault::Header(Wrong::Over(67_108_865))
        );
        assert_eq!(Reply::first(b"\0\0"), Err(Fault::Cut(Part::Length, 2)));
        assert_eq!(Reply::first(b"32ab"), Err(Fault::Length(0x3332_6162)));
        assert_eq!(
            Reply::first(&frame_with("{\"status\":0,\"stdout_size\":3,\"stderr_size\":0}", b"ab")),
            Err(Fault::Cut(Part::Streams, 1))
        );
    }
}
