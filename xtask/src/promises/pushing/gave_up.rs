//! After which part of a message a client reports an error, where nothing was wrong: the runner sends the parts one by one.

use super::{Part, Push};
use crate::bench::{Bench, Client, Peer};
use crate::finding::{Cause, Outcome, Symptom, because};
use crate::wire::Kind;
use std::cmp::Reverse;

/// Gives a client that reported an error where nothing was wrong a cause that names the part of a message after which it did,
/// unless the check knows more. Of these messages it is tried with an empty one, or else with the longest.
///
/// # Errors
/// Those of `outcome`.
pub fn explained<P: Push>(bench: &mut Bench, messages: &[Vec<u8>], outcome: Outcome) -> Outcome {
    let Err(stop) = outcome else { return Ok(()) };
    let Some(message) = messages.iter().min_by_key(|message| (!message.is_empty(), Reverse(message.len())))
    else {
        return Err(stop);
    };
    if !stop.is_vague() || stop.symptom() != Symptom::Exited(1) {
        return Err(stop);
    }
    match bench.aside(|bench| cause::<P>(bench, message)).ok().flatten() {
        Some(cause) => because(Err(stop), Cause::general(cause)),
        None => Err(stop),
    }
}

fn cause<P: Push>(bench: &mut Bench, message: &[u8]) -> Outcome<Option<String>> {
    const SO_FAR: &str = "what came was right, and the client reported an error as soon as it had received";
    let found = gives_up(bench, P::parts(message), false)?;
    if let Some((part, Then::Ended)) = &found {
        return Ok(Some(format!("{SO_FAR} {part}: look at what it makes of these bytes; {}", P::HOW)));
    }
    if let Some((part, Then::ReadsNothing)) = &found {
        return Ok(Some(format!(
            "when it had received {part}, the client called `read` to take at most 0 bytes (the kernel shows the call): that \
             returns 0, as at the end; call it only while bytes are missing, with a buffer that has room for them"
        )));
    }
    if !matches!(bench.wire, Kind::Dribble | Kind::Slice) {
        return Ok(None);
    }
    let found = gives_up(bench, P::parts(message), true)?;
    Ok(found.map(|(part, _)| {
        format!(
            "{SO_FAR} the first byte of {part}: one `read` may return fewer bytes than it was asked for; read again until \
             all are there"
        )
    }))
}

/// What a client does after a part of a message.
enum Then {
    /// It ends.
    Ended,
    /// It waits for more with a buffer of length 0.
    ReadsNothing,
}

/// Sends one message part by part to a new client, or of each part the first byte and then the rest. Returns the part after
/// which, or after whose first byte, it gives up, and how; `None` where it goes on.
fn gives_up(bench: &mut Bench, parts: Vec<Part>, is_cut: bool) -> Outcome<Option<(String, Then)>> {
    if parts.is_empty() {
        return Ok(None);
    }
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    for part in parts {
        let is_cut = is_cut && part.may_come_in_pieces && part.bytes.len() > 1;
        let (first, rest) = part.bytes.split_at(usize::from(is_cut));
        if is_cut && let Some(then) = after(&mut peer, &client, first, 0) {
            return Ok(Some((part.what, then)));
        }
        if let Some(then) = after(&mut peer, &client, rest, part.answer) {
            return Ok((!is_cut).then_some((part.what, then)));
        }
    }
    Ok(None)
}

/// Sends these bytes, and returns how the client then gives up, if it does.
fn after(peer: &mut Peer, client: &Client, bytes: &[u8], answer: usize) -> Option<Then> {
    let _ = peer.say(bytes); // A client that has gone is seen next.
    if peer.hear(answer).ending.is_none() {
        peer.wait_taken();
    }
    let reads_nothing = client.reads_into_nothing();
    match client.exit() {
        Some(_) => Some(Then::Ended),
        None => reads_nothing.then_some(Then::ReadsNothing),
    }
}
