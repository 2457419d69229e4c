//! The frames of lesson 06, as the runner sends and hears them: `u32` length (big-endian), JSON header, body.

use crate::bench::{Ending, Heard, Peer, same_bytes};
use crate::finding::{Half, Outcome, broken, count, quoted};
use crate::promises::pushing::TRIMS;
use crate::promises::trimmed::is_trimmed;
use serde_json::Value;

/// The longest header, in bytes.
pub const MAX_HEADER: usize = 64 * 1024;
/// The longest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024 * 1024;

/// A header that came.
pub struct Header {
    /// The length before it.
    pub length: usize,
    /// Its `data_size`.
    pub data_size: usize,
}

/// Returns the frame of this body.
pub fn frame(body: &[u8]) -> Vec<u8> {
    frame_with(format!("{{\"data_size\":{}}}", body.len()), body)
}

/// Returns a frame with this header, right or wrong.
pub fn frame_with(header: impl AsRef<[u8]>, body: &[u8]) -> Vec<u8> {
    let header = header.as_ref();
    [&(header.len() as u32).to_be_bytes(), header, body].concat()
}

/// Returns the cause when a length of a header is right in the other byte order; `None` when it is not. `shortest` is the
/// length of the shortest header, in bytes.
pub fn cause_of_byte_order(length: u32, shortest: u32) -> Option<String> {
    let swapped = length.swap_bytes();
    (shortest..=MAX_HEADER as u32).contains(&swapped).then(|| {
        format!(
            "{length} is {swapped} read little-endian: the length goes out in network byte order, big-endian \
             (`to_be_bytes`)"
        )
    })
}

/// Returns whether these four bytes, where a length should be, are text.
pub fn is_text(four: &[u8]) -> bool {
    four.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// Returns the body of the frame at the start of `bytes`, and the bytes after the frame.
pub fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let header = bytes.get(4..4 + length)?;
    let size = data_size(header).ok()?;
    Some((bytes.get(4 + length..4 + length + size)?, &bytes[4 + length + size..]))
}

/// Returns whether `bytes` may be the start of a frame with this body.
pub fn may_begin(bytes: &[u8], body: &[u8]) -> bool {
    let Some(length) = bytes.get(..4) else {
        return [0, 0].iter().zip(bytes).all(|(zero, byte)| zero == byte) || bytes.starts_with(&[0, 1]);
    };
    let length = u32::from_be_bytes(length.try_into().unwrap_or_default()) as usize;
    if !(2..=MAX_HEADER).contains(&length) {
        return false;
    }
    match bytes.get(4..4 + length) {
        None => bytes[4..].trim_ascii_start().first().is_none_or(|byte| *byte == b'{'),
        Some(header) => data_size(header) == Ok(body.len()) && body.starts_with(&bytes[4 + length..]),
    }
}

fn data_size(header: &[u8]) -> Result<usize, &'static str> {
    let Ok(value) = serde_json::from_slice::<Value>(header) else { return Err("it is no JSON") };
    let Value::Object(object) = value else { return Err("it is JSON, but no object") };
    match object.get("data_size") {
        None => Err("it has no `data_size`"),
        Some(Value::String(_)) => Err("its `data_size` is a string, not a number"),
        Some(size) => match size.as_u64() {
            Some(size) if size <= MAX_BODY as u64 => Ok(size as usize),
            Some(_) => Err("its `data_size` is over 64 MiB"),
            None => Err("its `data_size` is no whole number of at least 0"),
        },
    }
}

/// Hears the length and the header of frame `number`.
///
/// # Errors
/// The finding: what came instead, and the likely cause.
pub fn hear_header(peer: &mut Peer, number: usize) -> Outcome<Header> {
    let heard = peer.hear(4);
    let expected =
        format!("frame {number}: four bytes of length (u32, big-endian), then a header of that many bytes");
    let Ok(four) = <[u8; 4]>::try_from(heard.bytes.as_slice()) else {
        let cause = match number {
            1 => {
                "each message begins with the length of its header: push to every client, and wait for nothing"
            }
            _ => "one frame for each message, the empty ones too, and FIN only after the last",
        };
        return broken(expected, came(&heard), cause);
    };
    let length = u32::from_be_bytes(four);
    if !(2..=MAX_HEADER as u32).contains(&length) {
        let cause = match cause_of_byte_order(length, 2) {
            _ if number > 1 && four[0].is_ascii_whitespace() => format!(
                "something stands behind the body of frame {}, where the next length should be: send nothing but \
                 frames",
                number - 1
            ),
            Some(cause) => cause,
            None if is_text(&four) => format!(
                "{} is text: the length is four bytes, not digits, and comes before each header (nothing else comes \
                 after a body)",
                quoted(&four)
            ),
            None => "the length counts the bytes of the header, and comes right before it".to_string(),
        };
        return broken(expected, format!("a length of {length} ({})", quoted(&four)), cause);
    }
    let heard = peer.hear(length as usize);
    if heard.ending.is_some() {
        return broken(
            format!("a header of {length} bytes"),
            came(&heard),
            "the length before the header counts the bytes of the header: not its own four, and not the body's",
        );
    }
    match data_size(&heard.bytes) {
        Ok(data_size) => Ok(Header { length: length as usize, data_size }),
        Err(why) => {
            let whole = heard.bytes.iter().position(|byte| *byte == b'}').map(|at| at + 1);
            let cause = match whole.filter(|whole| data_size(&heard.bytes[..*whole]).is_ok()) {
                Some(whole) => format!(
                    "the header itself has {}, the length before it states {length}: it counts the header's \
                     bytes alone, not its own four, and not the body's",
                    count(whole)
                ),
                None => format!(
                    "{why}: the header is a JSON object, for instance {{\"data_size\":17}}, and the length before it \
                     counts its bytes"
                ),
            };
            broken("a JSON object with a whole `data_size`", quoted(&heard.bytes), cause)
        }
    }
}

/// Hears the body that `header` announced, and checks that it is `expected`.
///
/// # Errors
/// The finding: what came instead, and the likely cause.
pub fn hear_body(peer: &mut Peer, header: &Header, expected: &[u8], number: usize) -> Outcome {
    if header.data_size != expected.len() {
        let trimmed = (header.data_size < expected.len()).then(|| peer.hear(header.data_size));
        if let Some(heard) =
            trimmed.filter(|heard| heard.ending.is_none() && is_trimmed(expected, &heard.bytes))
        {
            return broken(
                format!("the {} of frame {number}: {}", count(expected.len()), quoted(expected)),
                format!("`data_size` {} and {}", header.data_size, quoted(&heard.bytes)),
                TRIMS,
            );
        }
        let characters = String::from_utf8_lossy(expected).chars().count();
        let size = header.data_size;
        let cause = match () {
            () if size == characters => "`data_size` counts bytes, not characters".to_string(),
            () if size == expected.len() + header.length || size == expected.len() + header.length + 4 => {
                "`data_size` counts the body alone, not the header with it".to_string()
            }
            () if size == expected.len() + 1 => {
                "`data_size` is one too many: it counts a line end or NUL that the message does not have"
                    .to_string()
            }
            () if size == expected.len() & 0xffff && expected.len() > 0xffff => {
                format!("{} does not fit into 16 bits: `data_size` is the whole length", expected.len())
            }
            () => "one frame for each message, in the order of the arguments, the empty ones too".to_string(),
        };
        return broken(
            format!("`data_size` {} in the header of frame {number}", expected.len()),
            size.to_string(),
            cause,
        );
    }
    let heard = peer.hear(expected.len());
    same_bytes(Half::Server, expected, &heard, |expected, heard| {
        let same = expected.iter().zip(&heard.bytes).take_while(|(a, b)| a == b).count();
        match heard.ending {
            Some(_) => format!("the body stops after {}: write all of it (`write_all`)", count(same)).into(),
            None => {
                "the body right behind the header is the message as it is, `data_size` bytes of it".into()
            }
        }
    })
}

/// Hears a body of unknown content.
///
/// # Errors
/// The finding that it is shorter than announced.
pub fn hear_any_body(peer: &mut Peer, header: &Header) -> Outcome {
    let heard = peer.hear(header.data_size);
    match heard.ending {
        None => Ok(()),
        Some(_) => broken(
            format!("a body of {} bytes, as its header states", header.data_size),
            came(&heard),
            "`data_size` is the number of bytes that follow the header",
        ),
    }
}

fn came(heard: &Heard) -> String {
    let ending = heard.ending.unwrap_or(Ending::Fin);
    match heard.bytes.as_slice() {
        [] => format!("nothing; the server {ending}"),
        bytes => format!("{}; then the server {ending}", quoted(bytes)),
    }
}
