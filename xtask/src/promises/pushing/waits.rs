//! The promises of programs that wait for as long as the other side is silent, and their rows: see
//! [`crate::promises::asking::waits`].

use super::{LETTERS, Push, bytes_of};
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::promises::inputs::{random_from, random_word};
use crate::promises::limits::{self, client_waits, server_waits_unheard};
use crate::promises::{Check, client, server};

/// The rows, for any framing.
pub trait Rows: Push {
    /// What every server that pushes promises.
    const SERVER_WAITS: &'static [Check] = &[server!(
        "waits-for-client",
        "has no time limit of its own for a client that takes nothing",
        waits_for_client::<Self>
    )
    .after(&["keeps-no-sockets"])
    .waits(limits::SECONDS)];

    /// What every client that listens promises.
    const CLIENT_WAITS: &'static [Check] = &[client!(
        "waits-for-server",
        "has no time limit of its own for the server's silence",
        waits_for_server::<Self>
    )
    .after(&["silence-is-no-end"])
    .waits(limits::SECONDS)];
}

impl<P: Push> Rows for P {}

/// Takes nothing and says nothing while the server pushes, at one server, and has no client at all at another one.
fn waits_for_client<P: Push>(bench: &mut Bench) -> Outcome {
    let mut messages = vec![random_word(bench, 90_000), random_word(bench, 5)];
    messages.truncate(if P::PAUSES { 1 } else { 2 });
    let mut server = bench.server_with(&messages)?;
    let idle = bench.idle_server(&messages)?;
    let mut peer = bench.connect_tiny(&mut server)?;
    let mut left = limits::IN_ALL;
    P::hear_late(&server, &mut peer, &messages, &mut |peer| {
        server_waits_unheard(&server, idle.as_ref(), peer, &mut left)
    })?;
    let Some(mut idle) = idle else { return Ok(()) };
    let mut peer = bench.connect(&mut idle)?;
    P::hear(&idle, &mut peer, &messages)
}

/// Is silent between two messages for one client; another one gets nothing for as long.
fn waits_for_server<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = bytes_of(&[random_from(bench, LETTERS, 11), random_from(bench, LETTERS, 12)]);
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &messages)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let mut idle = bench.client(host.addr, &[])?;
    idle.end_input();
    let mut silent = bench.accept(&host, &idle)?;
    P::say(&mut peer, &messages[..1], &|_| ())?;
    client_waits(
        [(&client, &mut peer), (&idle, &mut silent)],
        ["the server is silent between two messages", "the server is silent before its first message"],
    )?;
    P::say(&mut peer, &messages[1..], &|_| ())?;
    peer.half_close();
    client.exits_well("when the server has ended")?;
    client.printed_all(&messages, |_| "print all the bytes that come, as they come, until the end")?;
    silent.half_close();
    idle.exits_well("when the server has ended")
}
