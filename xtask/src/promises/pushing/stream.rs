//! Messages without any framing (03, 04): one write each, and nothing between them.

use super::{ADDRESS_SENT, Prediction, TRIMS, Traffic};
use crate::bench::{Ending, Heard, Peer, Server, fin_next, same_bytes};
use crate::finding::{Cause, Finding, Half, Outcome, broken, count, quoted};

/// Hears exactly the messages and then FIN.
///
/// # Errors
/// The finding that names the likely cause.
pub fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome {
    let expected = messages.concat().into_bytes();
    let heard = peer.hear(expected.len());
    if heard.ending.is_some() {
        server.alive("a client that only listens")?;
    }
    let address = server.addr.to_string();
    same_bytes(Half::Server, &expected, &heard, |expected, heard| {
        match heard.bytes.starts_with(address.as_bytes()) {
            true => ADDRESS_SENT.into(),
            false => cause_of_push(messages, expected, heard),
        }
    })?;
    ends(peer)
}

/// Checks that nothing but FIN follows.
///
/// # Errors
/// The finding that something else does.
pub fn ends(peer: &mut Peer) -> Outcome {
    let heard = peer.hear_to_end(4096);
    let cause = match heard.bytes.as_slice() {
        [] => {
            "after its last message the server closes the connection, whatever the client does: drop the stream"
        }
        [b'\n'] | [0] => "something was written after a message: write the messages and nothing else",
        _ => "more was written than the messages: nothing between them and nothing after them",
    };
    fin_next(&heard, cause)
}

/// Hears everything until FIN, and returns 1 if anything came, else 0.
///
/// # Errors
/// The finding that the end did not come.
pub fn hear_any(peer: &mut Peer) -> Outcome<usize> {
    let heard = peer.hear_to_end(1 << 20);
    match (heard.bytes.len(), heard.ending) {
        (0, _) => Ok(0),
        (_, Some(Ending::Fin)) => Ok(1),
        (n, ending) => broken(
            "some messages of the server's own, then FIN",
            format!("{}; then the server {}", count(n), ending.map_or(String::new(), |e| e.to_string())),
            "after its last message the server closes the connection",
        ),
    }
}

/// Says the messages, one write each. If the client is gone, its status and its report tell why.
pub fn say(peer: &mut Peer, messages: &[Vec<u8>]) {
    for message in messages {
        if peer.say(message).is_err() {
            return;
        }
    }
}

/// Returns what is wrong with a server that should have said exactly `expected`, and ended.
pub fn servers_fault(expected: &[u8], passed: &Traffic) -> Option<Finding> {
    let whole = passed.to_client == expected && passed.server_ended;
    let cut_short = passed.client_left || passed.ignored || !passed.to_server.is_empty();
    let right = whole || (cut_short && expected.starts_with(&passed.to_client));
    let finding = || {
        Finding::new(
            format!("the server pushes \"{}\" and ends", expected.escape_ascii()),
            format!("{} passed: \"{}\"", count(passed.to_client.len()), passed.to_client.escape_ascii()),
            "mend the server: its own checks tell more",
        )
    };
    (!right).then(finding)
}

/// Returns what a client that takes each `read` of at most 1024 bytes for a message prints, if that differs from the
/// messages.
pub fn predicted(messages: &[Vec<u8>], pieces: &[Vec<u8>]) -> Option<Prediction> {
    let reads: Vec<Vec<u8>> =
        pieces.iter().flat_map(|piece| piece.chunks(1024)).map(<[u8]>::to_vec).collect();
    if reads == messages {
        return None;
    }
    let shown: Vec<String> = reads.iter().take(4).map(|read| quoted(read)).collect();
    let more = if reads.len() > shown.len() { ", …" } else { "" };
    Some(Prediction {
        unnoticed: true,
        reads: reads.iter().map(Vec::len).collect(),
        got: match reads.len() {
            1 => format!("one read, and so one message: {}", shown.join(", ")),
            n => format!("{n} reads, and so {n} messages: {}{more}", shown.join(", ")),
        },
        cause: "a pause only makes it likely that each message is read before the next one comes; TCP may deliver \
                late, and then in other pieces",
        printed: reads,
    })
}

/// Returns whether these bytes are the messages, each but once, and some are given more than once.
fn is_without_repeats(messages: &[String], got: &[u8]) -> bool {
    let mut once: Vec<&String> = Vec::new();
    for message in messages {
        if !once.contains(&message) {
            once.push(message);
        }
    }
    let once_in_all: String = once.iter().map(|message| message.as_str()).collect();
    once.len() < messages.len() && once_in_all.as_bytes() == got
}

/// Returns whether these bytes are the messages without the blanks at their ends, or at one end of each.
fn are_trimmed(messages: &[String], got: &[u8]) -> bool {
    let trims: [fn(&str) -> &str; 3] = [str::trim, str::trim_start, str::trim_end];
    let whole: String = messages.concat();
    let all = trims.map(|trim| messages.iter().map(|message| trim(message)).collect::<String>());
    whole.as_bytes() != got && all.iter().any(|trimmed| trimmed.as_bytes() == got)
}

fn cause_of_push(messages: &[String], expected: &[u8], heard: &Heard) -> Cause {
    let got = &heard.bytes;
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let mut edge = 0;
    let at_edge = messages.iter().any(|message| {
        edge += message.len();
        same == edge
    });
    match got.get(same) {
        None if got.is_empty() => {
            "the server pushed nothing: it must not wait for a request, and push to every client".into()
        }
        _ if are_trimmed(messages, got) => TRIMS.into(),
        _ if is_without_repeats(messages, got) => {
            "a message that is given twice was pushed once: push every message, also one that came before".into()
        }
        Some(b'\n') if at_edge => {
            "a line end (0a) stands behind a message (`writeln!`, `println!` and `join` add one): write the messages and \
             nothing else"
                .into()
        }
        Some(0 | b' ' | b'\r') if at_edge => {
            "something stands between the messages: write the messages and nothing else".into()
        }
        _ if expected.len() - same > 1024 && same >= 1024 && got.len() == same => {
            format!(
                "the push stops after {same} bytes: write all of each message (`write_all`), however long it is"
            )
            .into()
        }
        None => {
            format!("the push stops after {same} bytes: write every message, and all of each (`write_all`)").into()
        }
        Some(_) if same >= 1024 => {
            format!("a message was cut off after {same} bytes: write all of each (`write_all`), however long it is")
                .into()
        }
        Some(_) if messages.len() > 1 && messages.iter().any(|message| got.starts_with(message.as_bytes())) => {
            "a message is missing, changed, or not in its place: write them as they are, in the order of the arguments"
                .into()
        }
        Some(_) => {
            "the bytes are not those of the arguments after the address: write each message as it is, in order".into()
        }
    }
}
