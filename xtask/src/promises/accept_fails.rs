//! A server goes on when `accept` fails. The runner lets it have no free file descriptor for a while (prlimit(2)).

use super::asking::Ask;
use super::asking::server::{asks, next_is_served};
use super::inputs::random_word;
use super::pushing::Push;
use crate::bench::{Bench, Ending, Exit, Family, Peer, Server, same_bytes};
use crate::finding::{Cause, Finding, Half, Outcome, Symptom, because, skip};
use crate::promises::{Check, server};

/// The row, for servers that reply.
pub trait AskedRows: Ask {
    /// What every such server promises.
    const ACCEPT: &'static [Check] = &[server!("accept-fails", TITLE, asked::accept_fails::<Self>)
        .after(&["one-after-the-other", "pushes-to-each"])
        .over(&[Family::V4])];
}

impl<P: Ask> AskedRows for P {}

/// The row, for servers that push.
pub trait PushedRows: Push {
    /// What every such server promises.
    const ACCEPT: &'static [Check] = &[server!("accept-fails", TITLE, pushed::accept_fails::<Self>)
        .after(&["one-after-the-other", "pushes-to-each"])];
}

impl<P: Push> PushedRows for P {}

/// What every server promises.
pub const TITLE: &str = "goes on when `accept` fails, and serves the next client";

/// How many clients a server may accept without a free descriptor, beside those for which one is reserved.
const RESERVED: usize = 16;
/// For how many clients a server may have reserved a descriptor: Linux reserves it at the start of an `accept` that waits, and
/// many threads, or processes, may wait in one.
const BEFOREHAND: usize = 512;
/// So many clients come at once: fewer than the queue of a listening socket takes.
const AT_ONCE: usize = 64;

/// Why a server does not go on.
pub const CAUSE: &str = "no file descriptor was free for the next client, so `accept` failed (EMFILE): catch that \
                     error, report it, wait a moment, and call `accept` again; the listener is not broken";

/// Lets the server have no free descriptor while clients come, the last of which is returned: it must be served now.
/// `spare` is how many more than one descriptor a connection takes, and `ask` sends what that client has to send.
///
/// # Errors
/// The finding that the server ended.
pub fn comes_meanwhile(
    bench: &mut Bench,
    server: &mut Server,
    spare: u64,
    ask: impl Fn(&mut Peer),
) -> Outcome<Peer> {
    server.wait_rest();
    let mut few = server.without_descriptors(spare);
    if few.is_none() {
        return skip("on this platform, or with this server, the runner cannot make `accept` fail");
    }
    let mut leavers = Vec::new();
    // Each thread that waits in `accept` takes one client more: these come, and leave.
    let beforehand = server.accepting();
    if beforehand > BEFOREHAND {
        return skip(format!(
            "{beforehand} threads wait in `accept`, each with a descriptor for its next client"
        ));
    }
    let mut left = if beforehand > RESERVED { beforehand } else { 0 };
    while left > 0 {
        let mut some = Vec::new();
        for _ in 0..left.min(AT_ONCE) {
            some.push(bench.connect(server)?);
        }
        left -= some.len();
        server.wait_rest();
        leavers.extend(some);
    }
    leavers.iter_mut().for_each(Peer::half_close);
    server.wait_rest();
    let come_before = leavers.len();
    let mut come = || loop {
        bench.logs.clear();
        let mut peer = bench.connect(server)?;
        server.wait_rest();
        if !server.has_accepted(&peer) {
            ask(&mut peer);
            return Ok(peer);
        }
        if leavers.len() - come_before == RESERVED {
            return skip("the server accepts clients although it has no free file descriptor");
        }
        // Not closed: what a server still sends must not be answered with RST.
        peer.half_close();
        server.wait_rest();
        leavers.push(peer);
        // It may have closed a descriptor after the limit was set: this one has no room for that. But where it keeps one in
        // reserve, it has closed that one to accept with it, and must be able to open it again. Both look alike; so the
        // first new limit still leaves it what its `accept` has reserved.
        let in_accept = u64::from(leavers.len() == come_before + 1 && server.accepting() == 1);
        drop(few.take());
        few = server.without_descriptors(spare + in_accept);
    };
    // Where the server has ended, that is the finding, and not that nobody accepts.
    let last = come();
    server.wait_rest();
    let exit = server.exit();
    drop(few);
    let Some(exit) = exit else { return last };
    let symptom = if exit == Exit::Code(101) { Symptom::Panicked } else { Symptom::Other };
    let got = format!("it {exit} when that happened");
    let cause = Cause::certain(CAUSE);
    Finding::new("the server goes on when `accept` fails", got, cause).seen(symptom).of(Half::Server).broken()
}

/// How many clients a server may close at once. Some runtimes keep a descriptor in reserve: when none is free they accept a
/// client with it, and close that one (libuv does). With an `accept` that waits, they may do so once more.
const LOST: usize = 2;

/// Returns `last`, which came when the server had no free descriptor, or a client that came later if the server has closed that
/// one.
pub fn that_is_kept(
    bench: &mut Bench,
    server: &mut Server,
    mut last: Peer,
    ask: impl Fn(&mut Peer),
) -> Outcome<Peer> {
    for _ in 0..LOST {
        if !last.is_broken_off() {
            break;
        }
        server.alive("`accept` failed")?;
        last = bench.connect(server)?;
        ask(&mut last);
    }
    Ok(last)
}

mod asked {
    use super::*;

    pub fn accept_fails<P: Ask>(bench: &mut Bench) -> Outcome {
        let mut server = bench.server()?;
        // What a program opens once, for its first client, is open before the others come.
        next_is_served::<P>(bench, &mut server, "its start")?;
        server.wait_rest();
        let before = server.descriptors();
        let mut held = bench.connect(&mut server)?;
        let request = P::requests(&mut bench.rng, 40);
        asks::<P>(&mut held, &request)?;
        let more = server.descriptors().more_than(&before);
        held.half_close();
        let _ = held.hear_to_end(1024);
        held.close();
        let expected = P::reply(&request);
        let ask = |peer: &mut Peer| {
            let _ = peer.say(&request); // A server that has closed the connection is heard next.
        };
        let last = comes_meanwhile(bench, &mut server, more.saturating_sub(1), ask)?;
        let mut last = that_is_kept(bench, &mut server, last, ask)?;
        let mut heard = P::hear(&mut last, &expected);
        if heard.bytes.is_empty() && matches!(heard.ending, Some(Ending::Silence(_))) {
            heard = P::hear(&mut last, &expected);
        }
        server.alive("`accept` failed")?;
        same_bytes(Half::Server, &expected, &heard, |expected, heard| match heard.bytes.len() {
            0 => CAUSE.into(),
            _ => P::cause_of_reply(&request, expected, heard),
        })
    }
}

mod pushed {
    use super::*;

    pub fn accept_fails<P: Push>(bench: &mut Bench) -> Outcome {
        // More than the buffers on the way hold, so that a client that does not read stays connected.
        let messages = vec![random_word(bench, 90_000)];
        let mut server = bench.server_with(&messages)?;
        let mut peer = bench.connect(&mut server)?;
        P::hear(&server, &mut peer, &messages)?;
        peer.close();
        server.wait_rest();
        let before = server.descriptors();
        let mut held = bench.connect_tiny(&mut server)?;
        let _ = held.hear(1);
        server.wait_rest();
        let more = server.descriptors().more_than(&before);
        held.reset();
        let last = comes_meanwhile(bench, &mut server, more.saturating_sub(1), |_| {})?;
        let mut last = that_is_kept(bench, &mut server, last, |_| {})?;
        let heard = P::hear(&server, &mut last, &messages);
        server.alive("`accept` failed")?;
        because(heard, CAUSE)
    }
}
