//! The steps of the protocol that the runner takes with a program under test, and the likely causes of wrong ones.

use crate::bench::{Ending, Heard, Peer, Server, same_bytes};
use crate::finding::{Cause, Half, Outcome, Perhaps, broken, quoted};
use crate::promises::pushing::{ADDRESS_SENT, TRIMS};
use crate::promises::trimmed::is_trimmed;
use std::str;

/// The answer to a size.
pub const ANSWER: &[u8] = b"receive ok";
/// Returns in words what came.
pub fn got(heard: &Heard) -> String {
    match (heard.bytes.as_slice(), heard.ending) {
        ([], Some(ending)) => format!("nothing; the server {ending}"),
        (bytes, Some(ending)) => format!("{}; then the server {ending}", quoted(bytes)),
        (bytes, None) => quoted(bytes),
    }
}

/// Hears the size of `message`.
///
/// # Errors
/// The finding that something else came.
pub fn hear_size(server: &Server, peer: &mut Peer, message: &str) -> Outcome {
    let size = message.len().to_string();
    let heard = peer.hear(size.len());
    if heard.ending.is_some() {
        server.alive("a client that answers")?;
    }
    if heard.bytes != size.as_bytes()
        && let Some((other, cause)) = other_message(server, peer, message, &heard)
    {
        let expected = format!("{}, the size of {}", quoted(size.as_bytes()), quoted(message.as_bytes()));
        let got = format!("{}, and then {}", quoted(&heard.bytes), quoted(&other));
        return broken(expected, got, cause);
    }
    same_bytes(Half::Server, size.as_bytes(), &heard, |_, heard| {
        let characters = message.chars().count().to_string();
        let zeros = heard.bytes.starts_with(b"0") && message.len() > 9;
        match heard.bytes.as_slice() {
            [] => "the server announced no size: for each message, the size comes first, for every client".into(),
            bytes if message.len() != message.chars().count() && characters.as_bytes().starts_with(bytes) => {
                format!("the size counts bytes, not characters: {} of this message, not {characters}", message.len())
                    .into()
            }
            [b'\n' | 0 | b' ' | b'\r', ..] => {
                "there is something before the size, or after the message before it: send digits, then the message, \
                 nothing else"
                    .into()
            }
            _ if zeros => "the size has leading zeros: decimal digits without padding".into(),
            bytes if message.as_bytes().starts_with(bytes) => {
                "the message came without its size: the size comes first".into()
            }
            _ => format!(
                "this message has {} bytes: announce that, in decimal ASCII digits, and push every message, in the order of \
                 the arguments",
                message.len()
            )
            .into(),
        }
    })
}

/// Answers a size that is not the message's. Returns what then came, and the cause, if that is another message: the message
/// without the white space at its ends, or the server's address.
fn other_message(
    server: &Server,
    peer: &mut Peer,
    message: &str,
    announced: &Heard,
) -> Option<(Vec<u8>, &'static str)> {
    let size: usize = str::from_utf8(&announced.bytes).ok()?.parse().ok()?;
    let address = server.addr.to_string();
    let may_be_trimmed = (message.trim().len()..message.len()).contains(&size);
    if (!may_be_trimmed && size != address.len())
        || matches!(announced.ending, Some(Ending::Fin | Ending::Rst))
        || peer.say(ANSWER).is_err()
    {
        return None;
    }
    let heard = peer.hear(size).bytes;
    let cause = match () {
        () if heard == address.as_bytes() => ADDRESS_SENT,
        () if heard.len() == size && is_trimmed(message.as_bytes(), &heard) => TRIMS,
        () => return None,
    };
    Some((heard, cause))
}

/// Answers a size.
///
/// # Errors
/// The finding that the server does not take it, or has not waited for it.
pub fn answer(server: &Server, peer: &mut Peer) -> Outcome {
    if !peer.other_is_open() {
        server.alive("a client that is about to answer")?;
        return broken(
            "the server waits for `receive ok`",
            "it ended the connection before the answer",
            Perhaps(
                "it gave up by a time limit of its own, or does not wait for an answer: let the `read` of the answer wait \
                 as long as the client takes",
            ),
        );
    }
    peer.say(ANSWER).or_else(|ending| {
        server.alive("a client that answers")?;
        broken(
            "the server waits for `receive ok`",
            format!("it {ending}"),
            "read ten bytes of answer before the message is sent",
        )
    })
}

/// Hears `message` after its size was answered.
///
/// # Errors
/// The finding that something else came.
pub fn hear_message(server: &Server, peer: &mut Peer, message: &str) -> Outcome {
    let heard = peer.hear(message.len());
    if heard.ending.is_some() {
        server.alive("a client that answers")?;
    }
    same_bytes(Half::Server, message.as_bytes(), &heard, |expected, heard| {
        let same = expected.iter().zip(&heard.bytes).take_while(|(a, b)| a == b).count();
        match (heard.bytes.as_slice(), heard.ending) {
            ([], Some(Ending::Silence(_))) => {
                "the answer `receive ok` came, in however many pieces, and the server still waits: read exactly ten \
                 bytes, not a line, not until the end"
                    .into()
            }
            ([], Some(Ending::Fin | Ending::Rst)) => {
                Perhaps(
                    "the server took `receive ok` for a wrong answer: it may come in pieces, or with the next one \
                     behind it; read exactly ten bytes (`read_exact`) and compare those",
                )
                .into()
            }
            ([b'\n' | 0 | b' ' | b'\r', ..], _) if expected.first() != heard.bytes.first() => {
                "something stands behind the size: the digits alone, without a line end".into()
            }
            (_, Some(_)) => format!("the message stops after {same} bytes: write all of it (`write_all`)").into(),
            _ => "the message's bytes are not those of the argument: send them as they are".into(),
        }
    })
}

/// Returns the likely cause of a wrong answer to this size. The message before has `before` bytes.
pub fn cause_of_answer(size: &str, number: usize, before: usize, heard: &Heard) -> Cause {
    match heard.bytes.as_slice() {
        [] if size == "0" && before > 0 => format!(
            "the client did not answer the size 0 of message {number}: perhaps that came in one piece with the end of \
             message {}, and was read with it (read exactly the bytes of a message, none past it); or an empty message \
             is not answered like any other",
            number - 1
        )
        .into(),
        [] if size == "0" => "an empty message is announced and answered like any other".into(),
        [] if before > 0 => format!(
            "the client did not answer the size {size} of message {number}, which may have come in one piece with the \
             end of message {}: read exactly the bytes of a message, none past it",
            number - 1
        )
        .into(),
        [] => format!(
            "the client did not answer the size {size} of message {number}: one `read` takes it, `receive ok` answers \
             it (nothing more comes before the answer)"
        )
        .into(),
        [b'\n' | b'\r' | 0, ..] => {
            "the answer before was longer than ten bytes: `receive ok`, without a line end".into()
        }
        bytes if bytes.eq_ignore_ascii_case(ANSWER) => "the answer is `receive ok`, in lower case".into(),
        _ => "the answer is `receive ok`, these ten bytes and no others".into(),
    }
}
