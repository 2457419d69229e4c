//! The framing of lesson 05, as the runner says and hears it: size, answer, message.

use super::{Prediction, Push, Traffic};
use crate::bench::Server;
use crate::bench::peer::{Ending, Heard, Peer};
use crate::bench::{fin_next, same_bytes};
use crate::finding::{Finding, Outcome, broken, count, quoted};

/// What a client answers to a size.
pub const ANSWER: &[u8] = b"receive ok";
/// The largest size that a client may answer.
pub const LARGEST: usize = 67_108_864;

/// Size, answer, message.
pub struct Ack;

impl Push for Ack {
    const SAYS: &str = "`receive ok` for each size, and nothing else";
    const ENDS: &str = "its size says";
    const HOW: &str = "one `read` is the size, `receive ok` the answer; then read exactly that many bytes, in however many pieces they come, and none past them";
    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>) {
        let digits: Vec<usize> = messages.iter().map(|message| message.len().to_string().len()).collect();
        // After the answer a message and the size of the next one are one turn of the server.
        let mut turns: Vec<usize> = digits.first().copied().into_iter().collect();
        for (n, message) in messages.iter().enumerate() {
            turns.push(message.len() + digits.get(n + 1).copied().unwrap_or(0));
        }
        turns.retain(|turn| *turn > 0);
        (vec![ANSWER.len(); messages.len()], turns)
    }

    const EXAMPLE: &[usize] = &[10, 11];

    fn writes(messages: &[Vec<u8>], _: &[u8]) -> Vec<usize> {
        messages.iter().flat_map(|message| [message.len().to_string().len(), message.len()]).collect()
    }

    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome {
        for message in messages {
            hear_size(server, peer, message)?;
            answer(server, peer)?;
            hear_message(server, peer, message)?;
        }
        fin_next(
            "server",
            &peer.hear_to_end(4096),
            "after its last message the server closes the connection: drop the stream",
        )
    }

    fn hear_any(server: &Server, peer: &mut Peer) -> Outcome<usize> {
        for n in 0..1000 {
            let mut heard = peer.hear_some(1);
            if heard.ending.is_none() {
                server.wait_idle(); // It waits for the answer: all of the size is here, in however many pieces it came.
                let more = peer.pending().len();
                heard.bytes.extend(peer.hear(more.min(8)).bytes);
            }
            let Some(size) =
                std::str::from_utf8(&heard.bytes).ok().and_then(|text| text.parse::<usize>().ok())
            else {
                return match (heard.bytes.is_empty(), heard.ending) {
                    (true, Some(Ending::Fin)) => Ok(n),
                    _ => broken("a size in digits, or FIN", got(&heard), "each message begins with its size"),
                };
            };
            if size > 1 << 20 || peer.say(ANSWER).is_err() || peer.hear(size).ending.is_some() {
                return broken(
                    format!("a message of {size} bytes after `receive ok`"),
                    "less",
                    "send the message when the answer has come",
                );
            }
        }
        broken(
            "some messages, then FIN",
            "1000 messages",
            "after its last message the server closes the connection",
        )
    }

    fn say(peer: &mut Peer, messages: &[Vec<u8>], _: &dyn Fn(u64)) -> Outcome {
        for (number, message) in (1..).zip(messages) {
            let size = message.len().to_string();
            if peer.say(size.as_bytes()).is_err() {
                return Ok(());
            }
            let heard = peer.hear(ANSWER.len());
            if matches!(heard.ending, Some(Ending::Fin | Ending::Rst)) && heard.bytes.is_empty() {
                return Ok(()); // It is gone: its status tells more.
            }
            same_bytes("client", ANSWER, &heard, |_, heard| of_answer(&size, number, heard))?;
            if peer.say(message).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding> {
        let stream: String = messages.iter().map(|message| format!("{}{message}", message.len())).collect();
        let answers = ANSWER.repeat(messages.len());
        if !answers.starts_with(&passed.to_server) {
            return None;
        }
        // It may go only as far as it was answered.
        let mut may = 0;
        for message in messages.iter().take(passed.to_server.len() / ANSWER.len()) {
            may += message.len() + message.len().to_string().len();
        }
        let next = messages.get(passed.to_server.len() / ANSWER.len());
        may += next.map_or(0, |message| message.len().to_string().len());
        let (said, stream) = (passed.to_client.as_slice(), stream.as_bytes());
        let right = stream.starts_with(said)
            && (passed.client_left || (said.len() == may && (passed.server_ended == (may == stream.len()))));
        let finding = || {
            Finding::new(
                format!("the server sends {} and waits for answers between", quoted(stream)),
                format!("{} passed: {}", count(said.len()), quoted(said)),
                "mend the server: its own checks tell more",
            )
        };
        (!right).then(finding)
    }

    fn predicted(messages: &[Vec<u8>], pieces: &[Vec<u8>]) -> Option<Prediction> {
        predicted(messages, pieces)
    }
}

/// What a client does that takes one read for the size, when the wire cuts the size itself.
fn predicted(messages: &[Vec<u8>], pieces: &[Vec<u8>]) -> Option<Prediction> {
    let whole = messages.first()?.len().to_string().into_bytes();
    let first = pieces.first()?;
    if first.len() >= whole.len() || !whole.starts_with(first) {
        return None;
    }
    let stream = pieces.concat();
    let edges: Vec<usize> = pieces
        .iter()
        .scan(0, |edge, piece| {
            *edge += piece.len();
            Some(*edge)
        })
        .collect();
    let (mut at, mut printed, mut reads) = (0, Vec::new(), Vec::new());
    loop {
        // One read takes what is left of the piece that is there.
        let edge = *edges.iter().find(|edge| **edge > at)?;
        let digits = &stream[at..edge];
        reads.push(digits.len());
        at = edge;
        let Some(size) = parse_size(digits) else { break };
        let body = stream.get(at..at + size)?;
        if size > 0 {
            reads.push(size);
        }
        printed.push(body.to_vec());
        at += size;
    }
    let (first, whole) = (first.escape_ascii(), whole.escape_ascii());
    let size = printed.first()?.len();
    let message = printed.first()?.escape_ascii();
    Some(Prediction {
        got: format!(
            "the size {whole} came as \"{first}\" first: the client took {size} for the size, and \"{message}\", the next \
             {}, for the message",
            count(size)
        ),
        cause: "the size is a message, too, and has no boundaries either: one `read` may return a part of its digits",
        unnoticed: false,
        printed,
        reads,
    })
}

/// What these bytes say as a size, by the rules of the lesson.
fn parse_size(digits: &[u8]) -> Option<usize> {
    let zero = digits.len() > 1 && digits[0] == b'0';
    if digits.is_empty() || digits.len() > 8 || zero || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|size| *size <= LARGEST)
}

/// What came in place of something else, in words.
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
    same_bytes("server", size.as_bytes(), &heard, |_, heard| {
        let characters = message.chars().count().to_string();
        let zeros = heard.bytes.starts_with(b"0") && message.len() > 9;
        match heard.bytes.as_slice() {
            [] => "the server announced no size: for each message, the size comes first, whoever the client is".into(),
            bytes if message.len() != message.chars().count() && characters.as_bytes().starts_with(bytes) => {
                format!("the size counts bytes, not characters: {} of this message, not {characters}", message.len())
            }
            [b'\n' | 0 | b' ' | b'\r', ..] => {
                "something stands before the size, or behind the message before: digits, and then the message, \
                 nothing else"
                    .into()
            }
            _ if zeros => "the size has leading zeros: decimal digits without padding".into(),
            bytes if message.as_bytes().starts_with(bytes) => {
                "the message came without its size: the size comes first".into()
            }
            _ => format!("this message has {} bytes: announce that, in decimal ASCII digits", message.len()),
        }
    })
}

/// Answers a size.
///
/// # Errors
/// The finding that the server does not take it.
pub fn answer(server: &Server, peer: &mut Peer) -> Outcome {
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
    same_bytes("server", message.as_bytes(), &heard, |expected, heard| {
        let same = expected.iter().zip(&heard.bytes).take_while(|(a, b)| a == b).count();
        match (heard.bytes.as_slice(), heard.ending) {
            ([], Some(Ending::Silence(_))) => {
                "the answer `receive ok` came, in however many pieces, and the server still waits: read exactly ten \
                 bytes, not a line, not until the end"
                    .into()
            }
            ([], Some(Ending::Fin | Ending::Rst)) => {
                "the server took `receive ok` for a wrong answer: it may come in pieces, or with the next one behind \
                 it; read exactly ten bytes (`read_exact`) and compare those"
                    .into()
            }
            ([b'\n' | 0 | b' ' | b'\r', ..], _) if expected.first() != heard.bytes.first() => {
                "something stands behind the size: the digits alone, without a line end".into()
            }
            (_, Some(_)) => format!("the message stops after {same} bytes: write all of it (`write_all`)"),
            _ => "the message's bytes are not those of the argument: send them as they are".into(),
        }
    })
}

/// The likely cause why a client's answer to this size is not the right one.
pub fn of_answer(size: &str, number: usize, heard: &Heard) -> String {
    match heard.bytes.as_slice() {
        [] if size == "0" => "an empty message is announced and answered like any other".into(),
        [] if number > 1 => format!(
            "the client did not answer the size {size} of message {number}, which may have come in one piece with the \
             end of message {}: read exactly the bytes of a message, none past it",
            number - 1
        ),
        [] => format!(
            "the client did not answer the size {size} of message {number}: one `read` takes it, `receive ok` answers \
             it (nothing more comes before the answer)"
        ),
        [b'\n' | b'\r' | 0, ..] => {
            "the answer before was longer than ten bytes: `receive ok`, without a line end".into()
        }
        bytes if bytes.eq_ignore_ascii_case(ANSWER) => "the answer is `receive ok`, in lower case".into(),
        _ => "the answer is `receive ok`, these ten bytes and no others".into(),
    }
}
