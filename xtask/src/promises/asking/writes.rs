//! The promises of programs whose `write` takes only a part, and their rows: what they must send or print is more than
//! the buffers take, nobody reads it, and they are stopped while they wait for room, and go on.

use super::Ask;
use super::client::Asked;
use super::server::says_until_stuck;
use crate::bench::{Bench, Client, Family, Heard, Peer, same_bytes};
use crate::finding::{Half, Outcome};
use crate::promises::inputs::random_word;
use crate::promises::took_part;
use crate::promises::{Check, client, server};
use std::time::Duration;

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every server that replies promises.
    const REPLIES: &'static [Check] = &[server!(
        "stopped-while-replying",
        "sends all of its reply when it is stopped in `write`",
        stopped_while_replying::<Self>
    )
    .after(&["half-close"])];

    /// What every client promises whose lines may be long, and get a reply byte for byte.
    const ASKS: &'static [Check] = &[client!(
        "stopped-while-asking",
        "sends all of a line when it is stopped in `write`",
        stopped_while_asking::<Self>
    )
    .after(&["long-reply"])
    // The sender's buffer of a Unix socket holds more than a line that fits into a pipe.
    .over(&[Family::V4, Family::V6])];

    /// What every client promises that prints replies longer than a page.
    const PRINTS: &'static [Check] = &[client!(
        "stopped-while-printing",
        "prints all of a reply when it is stopped in `write`",
        stopped_while_printing::<Self>
    )
    .after(&["whole-replies", "long-reply"])];
}

impl<P: Ask> Rows for P {}

/// Bytes of a line that fills the small buffers of a connection, and fits into a pipe with what follows it.
const FILLS: usize = 60_000;

/// How often a program is stopped. A write of few bytes may just have ended when the buffers were full.
const STOPS: usize = 4;
/// How many bytes are read between two stops.
const BETWEEN: usize = 8 * 1024;
/// How long the end of a client that rests is waited for.
const REST: Duration = Duration::from_millis(500);

/// Reads no reply until the server waits in its write, stops it there, and then reads everything.
fn stopped_while_replying<P: Ask>(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::SENT, replies::<P>)
}

fn replies<P: Ask>(bench: &mut Bench, stops: bool) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect_tiny(&mut server)?;
    let bytes = P::unread(&mut bench.rng);
    let said = says_until_stuck(&mut peer, &server, &bytes);
    let mut first = Vec::new();
    for _ in 0..if stops { STOPS } else { 0 } {
        server.stops_and_goes_on()?;
        first.extend(peer.hear(BETWEEN).bytes);
    }
    peer.unhear(&first);
    peer.widen();
    let expected = P::reply(&bytes);
    let heard = peer.say_while(&bytes[said..], true, |peer| P::hear(peer, &expected));
    if heard.ending.is_some() {
        took_part::goes_on(&server)?;
    }
    same_bytes(Half::Server, &expected, &heard, |expected, heard| P::cause_of_reply(&bytes, expected, heard))
}

/// Hears the request for one line, and replies to what has come whenever the client waits for that. Stops when nothing
/// more comes, or all of it is there.
fn hears_and_replies<P: Ask>(client: &Client, peer: &mut Peer, expected: &[u8], request: &mut Vec<u8>) {
    while request.len() < expected.len() {
        let more = client.heard_until_it_rests(peer, expected.len() - request.len());
        request.extend(&more);
        let is_right = !more.is_empty() && expected.starts_with(request);
        if !is_right || peer.say(&P::reply(&more)).is_err() {
            return;
        }
    }
}

/// Reads nothing of a long line until the client waits in its write, stops it there, and then reads everything.
fn stopped_while_asking<P: Ask>(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::SENT, asks_all::<P>)
}

fn asks_all<P: Ask>(bench: &mut Bench, stops: bool) -> Outcome {
    let line = random_word(bench, FILLS);
    let host = bench.narrow_host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.line(&line);
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    if stops {
        client.stops_and_goes_on()?;
    }
    peer.widen();
    let (expected, mut request) = (P::request(&line), Vec::new());
    hears_and_replies::<P>(&client, &mut peer, &expected, &mut request);
    // The client rests, and nothing of it is on its way: no more will come.
    peer.waits_for(REST);
    let ending = if request == expected { None } else { peer.hear_some(1).ending };
    let heard = Heard { bytes: request, ending };
    same_bytes(Half::Client, &expected, &heard, P::cause_of_request)
}

/// Reads nothing of a printed reply until the client waits in its write, stops it there, and then reads everything.
fn stopped_while_printing<P: Ask>(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::PRINTED, prints::<P>)
}

fn prints<P: Ask>(bench: &mut Bench, stops: bool) -> Outcome {
    let lines = [random_word(bench, P::LONG)];
    let with = bench.unread()?;
    let mut asked = Asked::<P>::start_as(bench, &with, &lines)?;
    asked.client.line(&lines[0]);
    let (expected, mut request) = (P::request(&lines[0]), Vec::new());
    // Where no line end makes a request whole, the client may wait for the reply to a part of it.
    let in_parts = expected == lines[0].as_bytes();
    match in_parts {
        true => hears_and_replies::<P>(&asked.client, &mut asked.peer, &expected, &mut request),
        false => {
            asked.hears(&lines[0])?;
            asked.reply(&lines[0])?;
        }
    }
    if stops {
        asked.client.stops_and_goes_on()?;
    }
    asked.client.is_read_now();
    if in_parts {
        hears_and_replies::<P>(&asked.client, &mut asked.peer, &expected, &mut request);
        same_bytes(Half::Client, &expected, &Heard { bytes: request, ending: None }, P::cause_of_request)?;
    }
    asked.client.line("q");
    asked.ends("after `q`")
}
