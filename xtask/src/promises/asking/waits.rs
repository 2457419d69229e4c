//! The promises of programs that wait for as long as the other side is silent, and their rows. Where the kernel sees that
//! a thread sleeps with a time limit, the runner is silent for that long and half a second more; what counts is only
//! what the program does then. Programs that look again and again have such limits, too, and go on.

use super::Ask;
use super::client::Asked;
use super::server::{asks, next_is_served};
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::promises::inputs::random_word;
use crate::promises::limits::{self, client_waits, server_waits};
use crate::promises::{Check, client, server};

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such server promises.
    const SERVER_WAITS: &'static [Check] = &[server!(
        "waits-for-client",
        "has no time limit of its own for a client's silence",
        waits_for_client::<Self>
    )
    .after(&["silence-is-no-end", "keeps-no-sockets"])
    .waits(limits::SECONDS)];

    /// What every such client promises.
    const CLIENT_WAITS: &'static [Check] = &[client!(
        "waits-for-server",
        "has no time limit of its own for the server's silence",
        waits_for_server::<Self>
    )
    .after(&["server-stalls", "silence-is-no-end"])
    .waits(limits::SECONDS)];
}

impl<P: Ask> Rows for P {}

/// Is silent after a request, at one server, and has no client at all at another one.
fn waits_for_client<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut idle = bench.idle_server(&[])?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 40);
    asks::<P>(&mut peer, &bytes)?;
    server_waits(&server, idle.as_ref(), &mut peer, "its client is silent after a reply")?;
    asks::<P>(&mut peer, &bytes)?;
    match &mut idle {
        Some(idle) => next_is_served::<P>(bench, idle, "a while without clients"),
        None => Ok(()),
    }
}

/// Is silent after a request of one client; another one has nothing to ask for as long.
fn waits_for_server<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::<P>::start(bench, &lines)?;
    let mut idle = Asked::<P>::start(bench, &lines[..1])?;
    asked.client.line(&lines[0]);
    asked.hears(&lines[0])?;
    client_waits(
        [(&asked.client, &mut asked.peer), (&idle.client, &mut idle.peer)],
        ["the server is silent instead of replying", "nothing is typed"],
    )?;
    asked.reply(&lines[0])?;
    asked.exchange(&lines[1])?;
    asked.client.line("q");
    asked.ends("after `q`")?;
    idle.exchange(&lines[0])?;
    idle.client.line("q");
    idle.ends("after `q`")
}
