//! Promises of servers that serve many clients at once, none of which waits for another, and their rows.

use super::Ask;
use super::server::{asks, says_until_stuck};
use crate::bench::{Bench, Ending, Meanwhile, Peer, Server, lock, same_bytes};
use crate::finding::{Half, Outcome, Stop, broken};
use crate::promises::{Check, server};

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such server promises beside [`super::server::Rows::SERVER`].
    const MANY: &'static [Check] = &[
        server!(
            "beside-a-silent-client",
            "serves others while a client sends nothing",
            beside_a_silent_client::<Self>
        )
        .after(&["fin-ends-connection"]),
        server!(
            "beside-many-silent",
            "serves others beside forty silent clients",
            beside_many_silent::<Self>
        )
        .after(&["beside-a-silent-client"]),
        server!(
            "beside-a-slow-reader",
            "serves others while a client reads nothing",
            beside_a_slow_reader::<Self>
        )
        .after(&["beside-a-silent-client", "half-close"])
        .takes(2),
        server!("beside-a-reset", "goes on serving others when a client resets", beside_a_reset::<Self>)
            .after(&["beside-a-silent-client", "rst-while-reading"]),
        server!("beside-a-leaver", "goes on serving others when a client leaves", beside_a_leaver::<Self>)
            .after(&["beside-a-silent-client"]),
        server!("turn-by-turn", "keeps the bytes of its clients apart", turn_by_turn::<Self>)
            .after(&["beside-many-silent"]),
        server!("many-at-once", "serves 256 clients at once", many_at_once::<Self>)
            .after(&["beside-many-silent"])
            .long()
            .was(&["256-clients"]),
        server!(
            "comes-to-rest",
            "keeps neither sockets nor the CPU when all have left",
            comes_to_rest::<Self>
        )
        .after(&["beside-many-silent", "beside-a-leaver", "rests-after-fin"]),
    ];
}

impl<P: Ask> Rows for P {}

/// Asks on a connection, new or old, while `others` do what the check is about, and checks the reply.
fn asks_beside<P: Ask>(server: &Server, peer: &mut Peer, bytes: &[u8], others: &str) -> Outcome {
    let expected = P::reply(bytes);
    let heard = peer.say_while(bytes, false, |peer| P::hear(peer, &expected));
    if heard.ending.is_some() {
        server.alive(others)?;
    }
    let meanwhile = lock(&peer.log()).meanwhile.clone();
    same_bytes(Half::Server, &expected, &heard, |expected, heard| {
        match (heard.bytes.as_slice(), heard.ending) {
        ([], Some(Ending::Silence(_) | Ending::NotTaken(_)))
            if meanwhile.as_ref().is_some_and(Meanwhile::waits_for_thread) =>
        {
            format!(
                "nobody serves this client beside {others}: perhaps one of the server's threads waits for a lock, a \
                 channel or another thread (`futex`) while it should accept or read: hold no lock, and join no thread, \
                 while you wait for a client"
            )
            .into()
        }
        ([], Some(Ending::Silence(_) | Ending::NotTaken(_))) => format!(
            "nobody serves this client beside {others}: accept in a loop that waits for nothing else, and serve each \
             connection in a thread of its own (hold no lock, and join no thread, while you wait for a client)"
        )
        .into(),
        ([], Some(Ending::Fin | Ending::Rst)) => {
            format!("the connection was ended because of {others}: what one client does must not end another's")
                .into()
        }
        _ => P::cause_of_reply(bytes, expected, heard),
    }
    })
}

/// Checks that a new client is served beside `others`, and returns it.
fn another_is_served<P: Ask>(bench: &mut Bench, server: &mut Server, others: &str) -> Outcome<Peer> {
    let bytes = P::requests(&mut bench.rng, 500);
    let mut peer = bench.connect(server)?;
    asks_beside::<P>(server, &mut peer, &bytes, others)?;
    Ok(peer)
}

/// Checks that a client is served while there is no other, and returns it.
fn first_is_served<P: Ask>(bench: &mut Bench, server: &mut Server) -> Outcome<Peer> {
    let bytes = P::requests(&mut bench.rng, 500);
    let mut peer = bench.connect(server)?;
    asks::<P>(&mut peer, &bytes)?;
    Ok(peer)
}

fn beside_a_silent_client<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut silent = bench.connect(&mut server)?;
    let mut other = another_is_served::<P>(bench, &mut server, "a silent client")?;
    let bytes = P::requests(&mut bench.rng, 100);
    asks_beside::<P>(&server, &mut other, &bytes, "a silent client")?;
    // The silent client must still be served.
    asks_beside::<P>(&server, &mut silent, &bytes, "another client")
}

fn beside_many_silent<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(bench.connect(&mut server)?);
    }
    bench.logs.clear(); // They say nothing worth showing.
    another_is_served::<P>(bench, &mut server, "forty silent clients")?;
    Ok(())
}

/// Reads nothing until the server can write no more: only this client's thread may wait in `write`.
fn beside_a_slow_reader<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut beside = first_is_served::<P>(bench, &mut server)?;
    let mut slow = bench.connect_narrow(&mut server)?;
    let bytes = P::flood(&mut bench.rng);
    let said = says_until_stuck(&mut slow, &server, &bytes);
    let few = P::requests(&mut bench.rng, 300);
    let expected = P::reply(&bytes);
    let others = "a client that reads nothing";
    asks_beside::<P>(&server, &mut beside, &few, others).map_err(|stop| mixed_up(stop, &expected))?;
    another_is_served::<P>(bench, &mut server, others)?;
    // Nothing of the slow client's replies is lost.
    let heard = slow.say_while(&bytes[said..], true, |peer| P::hear(peer, &expected));
    same_bytes(Half::Server, &expected, &heard, |expected, heard| P::cause_of_reply(&bytes, expected, heard))
}

/// Returns the stop; if the bytes that came were for another client, its cause says so.
fn mixed_up(mut stop: Box<Stop>, others: &[u8]) -> Box<Stop> {
    if let Stop::Broken(finding) = &mut *stop
        && let Some(comparison) = &finding.comparison
        && comparison.got.len() >= 8
        && memchr::memmem::find(others, &comparison.got).is_some()
    {
        finding.cause =
            "these are the bytes of another client: what waits to be written to one must not be sent to \
                         another"
                .into();
    }
    stop
}

fn beside_a_reset<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let others = "a client that reset its connection (RST)";
    let mut beside = first_is_served::<P>(bench, &mut server)?;
    for n in 0..6 {
        let mut leaver = bench.connect(&mut server)?;
        let bytes = P::requests(&mut bench.rng, 64 * 1024);
        // Without a word, inside a request, or with replies unread.
        if n % 3 > 0 {
            let _ = leaver.say(&bytes[..1000]);
        }
        if n % 3 > 1 {
            let _ = leaver.hear(1);
        }
        leaver.reset();
    }
    // With a request unread, and gone before the server can reply.
    let mut leaver = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 100);
    server.while_stopped(|_| {
        let _ = leaver.say(&bytes);
        leaver.reset();
    });
    let bytes = P::requests(&mut bench.rng, 300);
    asks_beside::<P>(&server, &mut beside, &bytes, others)?;
    another_is_served::<P>(bench, &mut server, others)?;
    server.alive(others)
}

fn beside_a_leaver<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let others = "a client that left";
    let mut beside = first_is_served::<P>(bench, &mut server)?;
    for n in 0..4 {
        let mut leaver = bench.connect(&mut server)?;
        if n % 2 == 0 {
            asks::<P>(&mut leaver, &P::small("a few bytes"))?;
        }
        leaver.close();
    }
    let bytes = P::requests(&mut bench.rng, 300);
    asks_beside::<P>(&server, &mut beside, &bytes, others)?;
    another_is_served::<P>(bench, &mut server, others)?;
    server.alive(others)
}

/// Sends the requests of all clients before it hears any reply: a shared buffer mixes them up.
fn turn_by_turn<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peers = Vec::new();
    for _ in 0..8 {
        peers.push(bench.connect(&mut server)?);
    }
    for round in 0..6 {
        let requests: Vec<Vec<u8>> =
            peers.iter().map(|_| P::requests(&mut bench.rng, 900 - round * 150)).collect();
        for (peer, request) in peers.iter_mut().zip(&requests) {
            let _ = peer.say(request);
        }
        for (peer, request) in peers.iter_mut().zip(&requests) {
            let expected = P::reply(request);
            let heard = P::hear(peer, &expected);
            same_bytes(Half::Server, &expected, &heard, |expected, heard| match heard.bytes.len() {
                0 => "nobody serves this client beside seven others: one thread a connection".into(),
                _ if requests.iter().any(|other| P::reply(other) == heard.bytes) => {
                    "these are the bytes of another client: each connection needs a buffer of its own".into()
                }
                _ => P::cause_of_reply(request, expected, heard),
            })?;
        }
    }
    Ok(())
}

fn many_at_once<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peers = Vec::new();
    let mut requests = Vec::new();
    for _ in 0..CLIENTS {
        peers.push(bench.connect(&mut server)?);
        requests.push(P::requests(&mut bench.rng, 200));
    }
    // All of them are connected; each one asks beside [`Ask::AT_ONCE`] others.
    let mut numbers = 1..;
    for (peers, requests) in peers.chunks_mut(P::AT_ONCE).zip(requests.chunks(P::AT_ONCE)) {
        for (peer, request) in peers.iter_mut().zip(requests) {
            let _ = peer.say(request);
        }
        for ((peer, request), number) in peers.iter_mut().zip(requests).zip(&mut numbers) {
            let outcome = is_replied::<P>(&server, peer, request, number);
            if outcome.is_err() {
                // Show the conversation of this client, not of the 255 others.
                bench.logs = bench.logs.split_off(number - 1);
                bench.logs.truncate(1);
                return outcome;
            }
        }
    }
    Ok(())
}

/// How many clients [`many_at_once`] connects.
const CLIENTS: usize = 256;

/// Hears the reply to what client `number` of many has asked.
fn is_replied<P: Ask>(server: &Server, peer: &mut Peer, request: &[u8], number: usize) -> Outcome {
    let expected = P::reply(request);
    let heard = P::hear(peer, &expected);
    if heard.ending.is_some() {
        server.alive("256 clients at once")?;
    }
    same_bytes(Half::Server, &expected, &heard, |expected, heard| {
        match (heard.bytes.len(), heard.ending) {
        (0, Some(Ending::Silence(_))) => format!(
            "client {number} of {CLIENTS} is not served while the others are connected: one thread a connection, and \
             no fixed number of them"
        )
        .into(),
        (0, _) => format!("client {number} of {CLIENTS} was turned away: there is no limit in the lesson").into(),
        _ => P::cause_of_reply(request, expected, heard),
    }
    })
}

fn comes_to_rest<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut ends = Vec::new();
    let mut peers = Vec::new();
    for _ in 0..20 {
        let mut peer = bench.connect(&mut server)?;
        asks_beside::<P>(&server, &mut peer, &P::small("some bytes"), "other clients")?;
        ends.extend(peer.ends().ok());
        peers.push(peer);
    }
    bench.logs.clear();
    peers.into_iter().for_each(Peer::close);
    for ends in ends {
        server.lets_go_of(ends, "its clients left")?;
    }
    match server.exit() {
        None => Ok(()),
        Some(exit) => {
            broken("the server goes on after all clients left", format!("it {exit}"), "serve for ever")
        }
    }
}
