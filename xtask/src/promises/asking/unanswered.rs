//! Why a server ends a connection without a reply: what it does with a client that is silent, and with text, tells.

use super::Ask;
use crate::bench::{Bench, Peer, Server, lock};
use crate::finding::{Outcome, Symptom, because};
use std::str;
use std::time::Duration;

/// How long a client is silent. A server that takes silence for the end soon ends the connection.
const SILENT: Duration = Duration::from_millis(300);

/// A request that is text.
const TEXT: &str = "hello";

/// Gives a server that ended the connection of `peer` without a reply to `bytes` a cause that hangs on what it does with two
/// more clients: one that is silent, and one that sends text.
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
    let is_unanswered = stop.symptom() == Symptom::EndedEarly && lock(&peer.log()).so_far().1.is_empty();
    if !is_unanswered || server.exit().is_some() {
        return Err(stop);
    }
    let logs = bench.logs.len();
    let cause = cause::<P>(bench, server, bytes);
    // The evidence is that of the connection that broke the promise.
    bench.logs.truncate(logs);
    match cause {
        Some(cause) => because(Err(stop), cause),
        None => Err(stop),
    }
}

fn cause<P: Ask>(bench: &mut Bench, server: &mut Server, bytes: &[u8]) -> Option<&'static str> {
    let mut silent = bench.connect(server).ok()?;
    if silent.stays_silent(SILENT).is_some() {
        return Some(
            "the server ended the connection of a client that had sent nothing, too: perhaps an error, of a call before the \
             first `read` or of a `read` that does not wait, was taken for the end; only a `read` of 0 bytes is the end",
        );
    }
    silent.close();
    if str::from_utf8(bytes).is_ok() {
        return None;
    }
    let request = P::request(TEXT);
    let reply = P::reply(&request);
    let mut peer = bench.connect(server).ok()?;
    let heard = peer.say_while(&request, false, |peer| P::hear(peer, &reply));
    (heard.bytes == reply).then_some(
        "work on bytes: a request need not be text. The server replies to text, and ended the connection without a reply \
         when the bytes were no UTF-8",
    )
}
