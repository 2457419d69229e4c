//! How the programs of lesson 05 talk.

use super::steps::{ANSWER, answer, cause_of_answer, got, hear_message, hear_size};
use crate::bench::{Ending, Peer, Server, fin_next, same_bytes};
use crate::finding::{Finding, Half, Outcome, broken, count, quoted};
use crate::promises::pushing::{Framing, Part, Prediction, Push, Traffic};
use crate::wire::Cut;
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice};

/// The largest size that a client may answer.
pub const LARGEST: usize = 67_108_864;

/// Size, answer, message.
pub struct Ack;

impl Push for Ack {
    const PUSHES: &'static str = "sends size, waits, sends the message";
    const PRINTS_TITLES: &'static [(Kind, &'static str)] =
        &[(Plain, "answers each size and prints each message"), (Glue, "never reads past a message")];
    const PIECES: &'static str = "reads an answer that comes in pieces";
    const PIECES_ON: &'static [Kind] = &[Dribble, Slice];
    const INSIDE: u64 = 7;
    const SPEAKS: bool = true;
    const SAYS: &'static str = "`receive ok` for each size, and nothing else";
    const ENDS: &'static str = "its size states";
    const HOW: &'static str = "one `read` is the size, `receive ok` the answer; then read exactly that many bytes, in \
                               however many pieces they come, and none past them";
    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>) {
        let digits: Vec<usize> = messages.iter().map(|message| message.len().to_string().len()).collect();
        // After an answer, a message and the size of the next one are one turn of the server.
        let mut turns: Vec<usize> = digits.first().copied().into_iter().collect();
        for (n, message) in messages.iter().enumerate() {
            turns.push(message.len() + digits.get(n + 1).copied().unwrap_or(0));
        }
        turns.retain(|turn| *turn > 0);
        (vec![ANSWER.len(); messages.len()], turns)
    }

    fn parts(message: &[u8]) -> Vec<Part> {
        let size = message.len().to_string().into_bytes();
        let whats = [format!("the size, {}", quoted(&size)), format!("the message, {}", quoted(message))];
        let parts = [(size, ANSWER.len()), (message.to_vec(), 0)];
        // One `read` takes the size.
        let part = |((bytes, answer), what)| Part { bytes, what, answer, may_come_in_pieces: answer == 0 };
        parts.into_iter().zip(whats).map(part).collect()
    }

    const EXAMPLE: &'static [usize] = &[10, 11];

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
            &peer.hear_to_end(4096),
            "after its last message the server closes the connection: drop the stream",
        )
    }

    fn hear_late(
        server: &Server,
        peer: &mut Peer,
        messages: &[String],
        late: &mut dyn FnMut(&mut Peer) -> Outcome,
    ) -> Outcome {
        let Some((first, rest)) = messages.split_first() else { return Self::hear(server, peer, messages) };
        hear_size(server, peer, first)?;
        late(peer)?;
        answer(server, peer)?;
        late(peer)?;
        hear_message(server, peer, first)?;
        Self::hear(server, peer, rest)
    }

    fn hear_any(server: &Server, peer: &mut Peer) -> Outcome<usize> {
        for n in 0..1000 {
            let mut heard = peer.hear_some(1);
            if heard.ending.is_none() {
                server.wait_idle(); // It now waits for the answer, so the whole size has come, in any number of pieces.
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
        let mut before = 0;
        for (number, message) in (1..).zip(messages) {
            let size = message.len().to_string();
            if peer.say(size.as_bytes()).is_err() {
                return Ok(());
            }
            let heard = peer.hear(ANSWER.len());
            if matches!(heard.ending, Some(Ending::Fin | Ending::Rst)) && heard.bytes.is_empty() {
                return Ok(()); // It is gone: its status tells more.
            }
            same_bytes(Half::Client, ANSWER, &heard, |_, heard| {
                cause_of_answer(&size, number, before, heard)
            })?;
            before = message.len();
            if peer.say(message).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding> {
        let stream: String = messages.iter().map(|message| format!("{}{message}", message.len())).collect();
        let answers = ANSWER.repeat(messages.len());
        // Another byte than the right one is the server's, whatever the client answered.
        let is_other = passed.to_client.iter().zip(stream.as_bytes()).any(|(sent, right)| sent != right);
        if !is_other && !answers.starts_with(&passed.to_server) {
            return None;
        }
        // The server may send only as far as the client has answered.
        let mut may = 0;
        for message in messages.iter().take(passed.to_server.len() / ANSWER.len()) {
            may += message.len() + message.len().to_string().len();
        }
        let next = messages.get(passed.to_server.len() / ANSWER.len());
        may += next.map_or(0, |message| message.len().to_string().len());
        let (said, stream) = (passed.to_client.as_slice(), stream.as_bytes());
        let right = !is_other
            && stream.starts_with(said)
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

impl Framing for Ack {
    /// After the answer, before the message; and inside the message.
    const FIN_INSIDE: &'static [Kind] = &[Kind::ends(Cut::Fin, 2), Kind::ends(Cut::Fin, 7)];
    const RST_BETWEEN: &'static [Kind] = &[Kind::ends(Cut::Rst, 17)];
}

/// Returns what a client that takes one read for the size does when the wire cuts the size itself.
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
            "the size {whole} came as \"{first}\" first: the client took {size} for the size, and \"{message}\", the \
             next {}, for the message",
            count(size)
        ),
        cause: "the size is a message, too, and has no boundaries either: one `read` may return a part of its digits",
        unnoticed: false,
        printed,
        reads,
    })
}

/// Returns the size that these bytes say, by the rules of the lesson.
fn parse_size(digits: &[u8]) -> Option<usize> {
    let zero = digits.len() > 1 && digits[0] == b'0';
    if digits.is_empty() || digits.len() > 8 || zero || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|size| *size <= LARGEST)
}
