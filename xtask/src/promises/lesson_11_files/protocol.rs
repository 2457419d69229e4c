//! The messages of lesson 11, as the runner says and hears them: `u32` length (big-endian), JSON header, body.

use crate::bench::{Bench, Ending, Heard, Peer, Server, same_bytes};
use crate::finding::{Cause, Finding, Half, Outcome, Symptom, because, quoted};
use crate::promises::frames::{MAX_HEADER, cause_of_byte_order, frame_with, is_text};
use serde_json::{Map, Value, json};

/// The largest body, in bytes.
pub const MAX_BODY: u64 = 1 << 30;
/// Where blocks of long files end.
pub const MIB: usize = 1 << 20;

/// A header: a JSON object.
pub type Header = Map<String, Value>;

/// Returns a message.
pub fn message(header: &Value, body: &[u8]) -> Vec<u8> {
    frame_with(header.to_string(), body)
}

/// Returns the header of a `put`.
pub fn put_header(name: &str, size: u64, hash: &str) -> Value {
    json!({"op": "put", "name": name, "data_size": size, "sha256": hash})
}

/// Returns a `put` of these bytes under this name.
///
/// # Errors
/// When they cannot be hashed.
pub fn put(bench: &Bench, name: &str, body: &[u8]) -> Outcome<Vec<u8>> {
    let hash = bench.hash(body)?;
    Ok(message(&put_header(name, body.len() as u64, &hash), body))
}

/// Returns a `get` of the whole file.
pub fn get(name: &str) -> Vec<u8> {
    message(&json!({"op": "get", "name": name}), b"")
}

/// Returns a `get` from an offset.
pub fn get_from(name: &str, offset: u64) -> Vec<u8> {
    message(&json!({"op": "get", "name": name, "offset": offset}), b"")
}

/// Returns a `list`.
pub fn list() -> Vec<u8> {
    message(&json!({"op": "list"}), b"")
}

/// Returns a reply to a `get`: the size and the hash of the whole file, and its bytes from some offset on.
pub fn found(size: u64, hash: &str, rest: &[u8]) -> Vec<u8> {
    message(&json!({"ok": true, "size": size, "sha256": hash, "data_size": rest.len()}), rest)
}

/// Returns a refusal.
pub fn refusal(error: &str) -> Vec<u8> {
    message(&json!({"ok": false, "error": error, "data_size": 0}), b"")
}

/// Returns a size that a program wrote: 5.0 is as right as 5.
pub fn size_in(header: &Header, key: &str) -> Option<u64> {
    let value = header.get(key)?;
    let whole = |n: f64| (n >= 0.0 && n.fract() == 0.0 && n < 1e15).then_some(n as u64);
    value.as_u64().or_else(|| value.as_f64().and_then(whole))
}

/// Returns in words what came.
pub fn came(heard: &Heard, who: Half) -> String {
    let who = who.word();
    match (heard.bytes.as_slice(), heard.ending) {
        ([], Some(ending)) => format!("nothing; the {who} {ending}"),
        (bytes, Some(ending)) => format!("{}; then the {who} {ending}", quoted(bytes)),
        (bytes, None) => quoted(bytes),
    }
}

/// Returns in words a header that came.
pub fn shown(header: &Header) -> String {
    let text = Value::Object(header.clone()).to_string();
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Hears the length and the header of a message; `what` names it, for instance "the reply to `list`".
///
/// # Errors
/// The finding: what came instead, and the likely cause.
pub fn hear_header(peer: &mut Peer, who: Half, what: &str) -> Outcome<Header> {
    let heard = peer.hear(4);
    let expected =
        format!("{what}: four bytes of length (u32, big-endian), then a JSON object of that many bytes");
    let Ok(four) = <[u8; 4]>::try_from(heard.bytes.as_slice()) else {
        let (symptom, cause) = match heard.ending {
            Some(Ending::Silence(_)) if heard.bytes.is_empty() => {
                (Symptom::Silent, Cause::general(silent(who)))
            }
            _ => (Symptom::Other, ended(who).into()),
        };
        return Finding::new(expected, came(&heard, who), cause).seen(symptom).of(who).broken();
    };
    let length = u32::from_be_bytes(four);
    if !(2..=MAX_HEADER as u32).contains(&length) {
        let cause = match cause_of_byte_order(length, 2) {
            Some(cause) => cause,
            None if is_text(&four) => format!(
                "{} is text: the length is four bytes, not digits, and nothing stands between two messages",
                quoted(&four)
            ),
            None => "the length counts the bytes of the header, and comes right before it; nothing stands between two \
                   messages"
                .to_string(),
        };
        let got = format!("a length of {length} ({})", quoted(&four));
        return Finding::new(expected, got, Cause::certain(cause)).of(who).broken();
    }
    let heard = peer.hear(length as usize);
    let object = serde_json::from_slice(&heard.bytes).ok();
    if let (None, Some(object)) = (heard.ending, object) {
        return Ok(object);
    }
    let cause = "the header is a JSON object, and the length before it counts its bytes: not its own four, and not the \
                 body's";
    Finding::new(format!("{what}: a JSON object of {length} bytes"), came(&heard, who), Cause::certain(cause))
        .of(who)
        .broken()
}

fn silent(who: Half) -> &'static str {
    match who {
        Half::Client => {
            "the client connected and did not send its request: send the length, the header, and the body if there is \
             one"
        }
        _ => {
            "the server took the request and did not reply: read the length, the header, then exactly `data_size` \
             bytes, and reply then (flush what is buffered)"
        }
    }
}

fn ended(who: Half) -> &'static str {
    match who {
        Half::Client => "the client ended instead of sending its request",
        _ => {
            "the server ended the connection instead of replying: a request gets a reply, and the connection goes on \
             for the next one"
        }
    }
}

/// A server's reply without its body.
pub struct Reply {
    /// Its header.
    pub header: Header,
    /// The text of a refusal; `None` when the reply says ok.
    pub error: Option<String>,
    /// How many bytes follow.
    pub data_size: u64,
}

/// Hears a reply without its body; `what` names the request, for instance "`list`".
///
/// # Errors
/// The finding: what came instead, and the likely cause.
pub fn hear_reply(server: &Server, peer: &mut Peer, what: &str) -> Outcome<Reply> {
    let gone = |stop| server.alive(what).err().unwrap_or(stop);
    let header = hear_header(peer, Half::Server, &format!("the reply to {what}")).map_err(gone)?;
    let data_size = match header.contains_key("data_size") {
        true => size_in(&header, "data_size"),
        false => Some(0),
    };
    let error = header.get("error").and_then(Value::as_str).map(String::from);
    let expected =
        format!("the reply to {what}: {{\"ok\":true,…}}, or {{\"ok\":false,\"error\":TEXT,\"data_size\":0}}");
    match (header.get("ok"), error, data_size) {
        (Some(Value::Bool(true)), _, Some(data_size)) => Ok(Reply { header, error: None, data_size }),
        (Some(Value::Bool(false)), error @ Some(_), Some(0)) => Ok(Reply { header, error, data_size: 0 }),
        _ => {
            let cause = "each reply has `ok`, true or false; a refusal has an `error`, a text, and no body; \
                         `data_size` is a whole number";
            Finding::new(expected, shown(&header), Cause::certain(cause)).of(Half::Server).broken()
        }
    }
}

/// Says a request and hears a reply that must say ok.
///
/// # Errors
/// The finding that it does not; `cause` says why.
pub fn accepted(
    server: &Server,
    peer: &mut Peer,
    request: &[u8],
    what: &str,
    cause: impl Into<Cause>,
) -> Outcome<Reply> {
    let _ = peer.say(request); // A server that stops reading is judged by its reply.
    let cause = cause.into();
    let reply = because(hear_reply(server, peer, what), cause.clone())?;
    match &reply.error {
        None => Ok(reply),
        Some(error) => {
            let got = format!("it refuses: {}", quoted(error.as_bytes()));
            Finding::new(format!("the server accepts {what}"), got, cause).of(Half::Server).broken()
        }
    }
}

/// Says a request and hears a reply that must be a refusal; then the connection must go on.
///
/// # Errors
/// The finding that it is none, or that the connection does not go on; `cause` says why.
pub fn refused(server: &Server, peer: &mut Peer, request: &[u8], what: &str, cause: &str) -> Outcome {
    let _ = peer.say(request);
    let reply = because(hear_reply(server, peer, what), cause)?;
    if reply.error.is_none() {
        let got = format!("it has `ok` true: {}", shown(&reply.header));
        return Finding::new(format!("the server refuses {what}"), got, cause).of(Half::Server).broken();
    }
    let after = format!("`list` after {what}, which was refused");
    let cause = "after a refusal the connection goes on: read the body of what you refuse, drop it, and read the next \
                 message";
    accepted(server, peer, &list(), &after, cause).and_then(|reply| body(peer, &reply)).map(|_| ())
}

/// Hears the body of a reply: all of it at once, so a short one.
///
/// # Errors
/// The finding that it is shorter than announced.
pub fn body(peer: &mut Peer, reply: &Reply) -> Outcome<Vec<u8>> {
    let heard = peer.hear(reply.data_size.min(MAX_BODY) as usize);
    if heard.ending.is_none() {
        return Ok(heard.bytes);
    }
    let expected = format!("a body of {} bytes, as its header states", reply.data_size);
    let cause = "`data_size` is the number of bytes that follow the header: write all of them (`write_all`)";
    Finding::new(expected, came(&heard, Half::Server), cause).of(Half::Server).broken()
}

/// Gets a file from an offset and checks all of the reply.
///
/// # Errors
/// The finding that names what is wrong.
pub fn gets(
    bench: &Bench,
    server: &Server,
    peer: &mut Peer,
    name: &str,
    whole: &[u8],
    offset: Option<u64>,
) -> Outcome {
    let size = whole.len();
    let (request, what) = match offset {
        Some(offset) => {
            (get_from(name, offset), format!("`get` of a file of {size} bytes from offset {offset}"))
        }
        None => (get(name), format!("`get` of a file of {size} bytes")),
    };
    let cause = "a regular file whose name keeps the rule is served, from the offset that was asked for";
    let reply = accepted(server, peer, &request, &what, cause)?;
    let from = (offset.unwrap_or(0) as usize).min(size);
    has_found(bench, &reply, whole, from as u64, &what)?;
    let heard = peer.hear(size - from);
    same_bytes(Half::Server, &whole[from..], &heard, |_, heard| match heard.ending {
        Some(_) => "the body stops too early: `data_size` bytes follow, all of them (`write_all`)".into(),
        None => "the body is the file's bytes from the offset on, as they are".into(),
    })
}

/// Checks the header of a reply to `get`.
///
/// # Errors
/// The finding that names what is wrong.
fn has_found(bench: &Bench, reply: &Reply, whole: &[u8], from: u64, what: &str) -> Outcome {
    let hash = bench.hash(whole)?;
    has_found_as(reply, whole.len() as u64, &hash, from, what)
}

/// Checks the header of a reply to `get` of a file with this size and hash.
///
/// # Errors
/// The finding that names what is wrong.
pub fn has_found_as(reply: &Reply, size: u64, hash: &str, from: u64, what: &str) -> Outcome {
    let expected = format!("the reply to {what}: size {size}, data_size {}, sha256 {hash}", size - from);
    let got = || shown(&reply.header);
    let wrong = |cause: &str| Finding::new(expected.as_str(), got(), cause).of(Half::Server).broken();
    if size_in(&reply.header, "size") != Some(size) {
        return wrong("`size` is the size of the whole file, wherever the bytes begin that are sent");
    }
    if reply.data_size != size - from {
        return wrong(
            "`data_size` is what follows: the size of the whole file without the bytes before the offset",
        );
    }
    match reply.header.get("sha256").and_then(Value::as_str) {
        Some(came) if came.eq_ignore_ascii_case(hash) => Ok(()),
        Some(_) => wrong("`sha256` is the hash of the whole file, also when only its end is sent"),
        None => {
            wrong("`sha256` stands in the reply to each `get`: the client verifies the whole file with it")
        }
    }
}
