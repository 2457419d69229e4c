//! Why a server ends a connection without a reply, or a client does not go on after one: what it does where the other side
//! is silent, and with text, tells.

use super::Ask;
use super::request::hears_request;
use crate::bench::{Bench, Peer, Server, lock};
use crate::finding::{Cause, Outcome, Stop, Symptom, because};
use crate::promises::empty_buffer::EMPTY_BUFFER;
use crate::promises::inputs::random_word;
use std::str;
use std::time::Duration;

/// How long a client is silent. A server that takes silence for the end soon ends the connection.
const SILENT: Duration = Duration::from_millis(300);

/// A request that is text.
const TEXT: &str = "hello";

/// Gives a server that did not reply to `bytes` on the connection of `peer` a cause that hangs on what it does next, with
/// clients that are silent, and with one that sends text.
///
/// # Errors
/// Those of `outcome`.
pub fn explained<P: Ask>(
    bench: &mut Bench,
    server: &mut Server,
    peer: &Peer,
    bytes: &[u8],
    outcome: Outcome,
) -> Outcome {
    let Err(stop) = outcome else { return Ok(()) };
    let is_unanswered = lock(&peer.log()).so_far().1.is_empty();
    if !is_unanswered || !matches!(*stop, Stop::Broken(_)) || server.exit().is_some() {
        return Err(stop);
    }
    let cause = bench.aside(|bench| match stop.symptom() {
        Symptom::EndedEarly => cause::<P>(bench, server, bytes),
        // What it has not read cannot be why it is silent: a second client would only wait as long as this one.
        _ if peer.has_nothing_read() => None,
        _ => of_bytes::<P>(bench, server, bytes, ""),
    });
    match cause {
        Some(cause) => because(Err(stop), cause),
        None => Err(stop),
    }
}

/// Types a line for a new client, and returns whether it waits for the reply with a buffer of length 0.
///
/// # Errors
/// The finding that it did not call.
pub fn waits_with_nothing<P: Ask>(bench: &mut Bench) -> Outcome<bool> {
    let line = random_word(bench, 6);
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.line(&line);
    let mut peer = bench.accept(&host, &client)?;
    let _ = hears_request::<P>(&mut peer, &P::request(&line));
    Ok(client.reads_into_nothing())
}

fn cause<P: Ask>(bench: &mut Bench, server: &mut Server, bytes: &[u8]) -> Option<Cause> {
    let mut silent = bench.connect(server).ok()?;
    // On a busy machine the server may get the processor only after that silence.
    server.wait_rest();
    if silent.stays_silent(SILENT).is_some() {
        let cause = "the server ended the connection of a client that had sent nothing, too: perhaps an error, of a call before the \
             first `read` or of a `read` that does not wait, was taken for the end; only a `read` of 0 bytes is the end";
        return Some(cause.into());
    }
    if server.reads_into_nothing() {
        return Some(Cause::certain(EMPTY_BUFFER));
    }
    silent.close();
    of_bytes::<P>(bench, server, bytes, " and ended the connection")
}

/// Returns what to do where a server takes requests for text: for one in Rust with the function that changes the bytes in
/// place, if there is one.
pub fn on_bytes(is_rust: bool, in_place: Option<&str>) -> String {
    let in_place = in_place.map_or(String::new(), |name| format!(" (`{name}` changes them in place)"));
    let in_rust = if is_rust { format!(", without `from_utf8`{in_place}") } else { String::new() };
    format!("A request need not be text: work on the bytes{in_rust}")
}

/// Returns the cause of a server that sent nothing when it got `bytes`, `and` did something more, if `bytes` are no UTF-8 and it
/// replies to a new client that sends text.
fn of_bytes<P: Ask>(bench: &mut Bench, server: &mut Server, bytes: &[u8], and: &str) -> Option<Cause> {
    if str::from_utf8(bytes).is_ok() {
        return None;
    }
    let request = P::request(TEXT);
    let reply = P::reply(&request);
    let mut peer = bench.connect(server).ok()?;
    let heard = peer.say_while(&request, false, |peer| P::hear(peer, &reply));
    (heard.bytes == reply).then(|| {
        let mend = on_bytes(bench.sources.is_some(), P::IN_PLACE);
        format!("the server replies to text; when the bytes were no UTF-8, it sent nothing{and}. {mend}")
            .into()
    })
}
