//! The promises of every server that replies to requests, and their rows.

use super::Ask;
use crate::bench::{
    Bench, Ending, Heard, Meanwhile, Peer, Server, fin_next, lock, same_bytes, same_bytes_after, taken,
};
use crate::finding::{Cause, Half, Outcome, because, count, quoted};
use crate::promises::{Check, any_server, server};

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such server promises.
    const SERVER: &'static [Check] = &[
        server!("any-pieces", "answers the same whatever the pieces", any_pieces::<Self>)
            .after(&["many-requests", "several-lines", "any-line"])
            .on(Self::PIECES_ON),
        server!("half-close", "still answers what was sent before the FIN", half_close::<Self>).after(&[
            "echo-1-mib",
            "echo-in-order",
            "many-requests",
            "several-lines",
            "any-line",
        ]),
        server!(
            "fin-ends-connection",
            "ends the connection when the client does, then serves the next",
            fin_ends_connection::<Self>
        )
        .after(&["echo-in-order", "many-requests", "several-lines", "any-line"]),
        server!("silent-client", "survives a client that sends nothing and leaves", silent_client::<Self>)
            .after(&["fin-ends-connection"]),
        server!(
            "one-after-the-other",
            "serves a hundred clients one after the other",
            one_after_the_other::<Self>
        )
        .after(&["fin-ends-connection"]),
        server!("silence-is-no-end", "goes on when a silent client sends again", silence_is_no_end::<Self>)
            .after(&["echo-in-order", "many-requests", "several-lines", "any-line"]),
        server!("rst-while-reading", "survives an RST while it waits to read", rst_while_reading::<Self>)
            .after(&["one-after-the-other"]),
        server!("rst-while-writing", "survives an RST while it replies", rst_while_writing::<Self>)
            .after(&["rst-while-reading", "half-close"]),
        server!(
            "gone-before-accept",
            "survives a client that was gone before it was accepted",
            gone_before_accept::<Self>
        )
        .after(&["one-after-the-other"]),
        server!("late-reader", "loses nothing when a client reads late", late_reader::<Self>)
            .after(&["half-close"])
            .takes(2),
        server!(
            "rests-after-fin",
            "neither spins nor keeps the socket of a client that left",
            rests_after_fin::<Self>
        )
        .after(&["fin-ends-connection"]),
        server!(
            "keeps-no-sockets",
            "closes its socket whatever ended the connection",
            keeps_no_sockets::<Self>
        )
        .after(&["rests-after-fin", "rst-while-reading"]),
        server!(
            "binds-its-address",
            "listens at the address it was given and no other",
            binds_its_address::<Self>
        )
        .after(&["many-requests", "any-line"]),
    ];
}

impl<P: Ask> Rows for P {}

/// Sends `bytes` and checks that the right reply comes back.
pub fn asks<P: Ask>(peer: &mut Peer, bytes: &[u8]) -> Outcome {
    asks_again::<P>(peer, bytes, |before| {
        let before = count(before);
        format!(
            "the server sent {before} in all, and then ended the connection: read and write again and again, in a loop, until \
             `read` returns 0"
        )
    })
}

/// Asks as [`asks`] does. `ends` is the cause where the server replied before with so many bytes, and ends the connection
/// now.
fn asks_again<P: Ask>(peer: &mut Peer, bytes: &[u8], ends: impl Fn(usize) -> String) -> Outcome {
    let expected = P::reply(bytes);
    let before = lock(&peer.log()).so_far().1.len();
    let heard = peer.say_while(bytes, false, |peer| P::hear(peer, &expected));
    same_bytes_after(before, Half::Server, &expected, &heard, |expected, heard| match heard.ending {
        _ if peeks::<P>(peer) => PEEKS.into(),
        Some(Ending::Fin) if P::BY_BYTE && heard.bytes.is_empty() && before > 0 => {
            Cause::certain(ends(before))
        }
        _ => P::cause_of_reply(bytes, expected, heard),
    })
}

/// The cause where [`peeks`] is true.
pub const PEEKS: &str = "the server replied to bytes that it never took: `peek` leaves them in the kernel, and returns them \
                     again and again; `read` takes them";

/// Returns whether the server has replied to what was said on this connection, and the kernel shows that it has not read a
/// byte of it.
pub fn peeks<P: Ask>(peer: &Peer) -> bool {
    if !peer.has_nothing_read() {
        return false;
    }
    let (said, heard) = lock(&peer.log()).so_far();
    let reply = P::reply(&said);
    // What a server says before it reads cannot be a reply.
    reply.iter().zip(&heard).take_while(|(a, b)| a == b).count() >= 4
}

/// Sends words that a server might take for commands of its own, or skip: they are requests like any other.
pub fn asks_words<P: Ask>(peer: &mut Peer) -> Outcome {
    ["exit", "quit", "q", "bye", "\n", " "].iter().try_for_each(|word| {
        asks_again::<P>(peer, word.as_bytes(), |_| {
            let word = quoted(word.as_bytes());
            format!("the server ended the connection at the request {word}: it is answered like any other bytes; only a `read` \
                     of 0 bytes is the client's end")
        })
    })
}

/// Checks that a new client is served as if nothing had happened.
pub fn next_is_served<P: Ask>(bench: &mut Bench, server: &mut Server, after: &str) -> Outcome {
    server.alive(after)?;
    let bytes = P::requests(&mut bench.rng, 40);
    let mut peer = bench.connect(server)?;
    let expected = P::reply(&bytes);
    let heard = peer.say_while(&bytes, false, |peer| P::hear(peer, &expected));
    server.alive(after)?;
    same_bytes(Half::Server, &expected, &heard, |expected, heard| {
        let why = || {
            format!(
                "no answer after {after}: the connection before was not ended when its `read` returned 0, or `serve` \
                 did not go back to `accept`"
            )
        };
        let meanwhile = lock(&peer.log()).meanwhile.clone();
        match (heard.bytes.len(), heard.ending, meanwhile) {
            (0, _, Some(Meanwhile::NotAccepted { .. })) => why().into(),
            (0, Some(Ending::Silence(_)), None) => Cause::general(why()),
            _ => P::cause_of_reply(&bytes, expected, heard),
        }
    })
}

/// Sends `bytes` as the last request of this connection, and checks that exactly the reply and FIN come back.
pub fn asks_last<P: Ask>(peer: &mut Peer, bytes: &[u8]) -> Outcome {
    asks::<P>(peer, bytes)?;
    peer.half_close();
    let heard = peer.hear_to_end(64 * 1024);
    let ended = is_end::<P>(&heard);
    if !heard.bytes.is_empty() && peeks::<P>(peer) {
        return because(ended, PEEKS);
    }
    ended
}

/// Checks that `heard`, which came after the last reply, is an end as the protocol wants it.
pub fn is_end<P: Ask>(heard: &Heard) -> Outcome {
    match heard.ending {
        Some(Ending::Fin | Ending::Rst) if P::ANY_END => Ok(()),
        _ => fin_next(heard, P::cause_of_more(heard)),
    }
}

/// Sends three requests through the check's wire.
fn any_pieces<P: Ask>(bench: &mut Bench) -> Outcome {
    let server = bench.server()?;
    let requests: Vec<Vec<u8>> = [300, 5, 80].iter().map(|n| P::requests(&mut bench.rng, *n)).collect();
    let turns: Vec<usize> = requests.iter().map(Vec::len).collect();
    let replies: Vec<Vec<u8>> = requests.iter().map(|request| P::reply(request)).collect();
    let wire = bench.wire_to(server.addr, turns, P::turns(&replies))?;
    let mut peer = bench.connect_through(&wire)?;
    requests.iter().try_for_each(|request| asks::<P>(&mut peer, request))
}

/// Checks that the server answers FIN with FIN, and serves the next client.
fn fin_ends_connection<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 40);
    asks_last::<P>(&mut peer, &bytes)?;
    next_is_served::<P>(bench, &mut server, "a client that left")
}

/// Leaves without a word.
fn silent_client<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    bench.connect(&mut server)?.close();
    next_is_served::<P>(bench, &mut server, "a client that sent nothing and left")
}

/// Connects a hundred clients, one after the other.
fn one_after_the_other<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    for _ in 0..100 {
        next_is_served::<P>(bench, &mut server, "the client before")?;
    }
    Ok(())
}

/// Resets while the server waits to read.
fn rst_while_reading<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 40);
    asks::<P>(&mut peer, &bytes)?;
    peer.reset();
    next_is_served::<P>(bench, &mut server, "a client that reset its connection (RST)")
}

/// Resets while the server's reply is under way.
fn rst_while_writing<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    // Enough bytes that the server is still writing, or will write again, when the reset comes.
    let bytes = P::requests(&mut bench.rng, 256 * 1024);
    let heard = peer.say_and_hear(&bytes[..1024], false, 1);
    if heard.bytes.is_empty() {
        let expected = P::reply(&bytes[..1024]);
        return same_bytes(Half::Server, &expected, &heard, |e, h| P::cause_of_reply(&bytes[..1024], e, h));
    }
    // The server need not take all of it: it may stop reading while nobody reads its replies.
    let (said, _) = bytes[1024..].split_at(64 * 1024);
    let cause = "the server must go on reading as long as its replies are taken";
    taken(Half::Server, peer.say(said), cause)?;
    peer.reset();
    next_is_served::<P>(bench, &mut server, "a client that reset its connection (RST) with replies unread")
}

/// Connects and resets before the server accepts: another client keeps the server busy.
fn gone_before_accept<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut first = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 40);
    asks::<P>(&mut first, &bytes)?;
    // Otherwise a server with a thread for `accept` is sometimes quicker than the RST.
    server.while_stopped(|server| -> Outcome {
        let mut second = bench.connect(server)?;
        let _ = second.say(&bytes);
        second.half_close();
        second.reset();
        first.close();
        Ok(())
    })?;
    next_is_served::<P>(bench, &mut server, "a client that was gone (RST) before it was accepted")
}

/// Says these requests and hears nothing, until the server takes no more of them or can write no more. Returns how many
/// bytes it took.
pub fn says_until_stuck(peer: &mut Peer, server: &Server, bytes: &[u8]) -> usize {
    let said = peer.say_until_stuck(bytes, || server.is_stuck());
    if said == bytes.len() {
        server.wait_stuck();
    }
    said
}

/// Reads nothing until the server takes no more, and then everything.
fn late_reader<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect_narrow(&mut server)?;
    // More than the buffers of both sides hold together, so that the server's `write` meets full ones.
    let bytes = P::flood(&mut bench.rng);
    let said = says_until_stuck(&mut peer, &server, &bytes);
    let expected = P::reply(&bytes);
    let heard = peer.say_while(&bytes[said..], true, |peer| P::hear(peer, &expected));
    same_bytes(Half::Server, &expected, &heard, |expected, heard| match peeks::<P>(&peer) {
        true => PEEKS.into(),
        false => P::cause_of_reply(&bytes, expected, heard),
    })
}

/// Is silent for a while, and then asks again.
fn silence_is_no_end<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for _ in 0..3 {
        server.rests("a client that is silent")?;
        let has_left = peer.has_left();
        let bytes = P::requests(&mut bench.rng, 40);
        let expected = P::reply(&bytes);
        let heard = peer.say_while(&bytes, false, |peer| P::hear(peer, &expected));
        same_bytes(Half::Server, &expected, &heard, |expected, heard| match heard.ending {
            _ if peeks::<P>(&peer) => PEEKS.into(),
            Some(Ending::Fin | Ending::Rst) if heard.bytes.is_empty() && has_left => {
                "silence was taken for the end: a client that sends nothing is still there; only a `read` of \
                 0 bytes is its end"
                    .into()
            }
            _ => P::cause_of_reply(&bytes, expected, heard),
        })?;
    }
    Ok(())
}

/// Checks that the server still answers everything that came before the client's FIN.
fn half_close<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 100_000);
    let expected = P::reply(&bytes);
    let heard = peer.say_while(&bytes, true, |peer| P::hear(peer, &expected));
    same_bytes(Half::Server, &expected, &heard, |expected, heard| match (heard.bytes.len(), heard.ending) {
        _ if peeks::<P>(&peer) => PEEKS.into(),
        (0, Some(Ending::Fin)) => {
            "the client has ended only its own direction and still listens: reply to what it sent, then close"
                .into()
        }
        _ => P::cause_of_reply(&bytes, expected, heard),
    })?;
    let heard = peer.hear_to_end(64 * 1024);
    is_end::<P>(&heard)
}

/// Checks that the server, after a client has left, neither keeps its socket nor uses the CPU.
fn rests_after_fin<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = P::requests(&mut bench.rng, 40);
    asks::<P>(&mut peer, &bytes)?;
    any_server::rests_after_close(&server, peer, "a client that left")?;
    server.alive("a client that left")
}

/// Checks that the server keeps no socket of clients that left or reset.
fn keeps_no_sockets<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let bytes = P::requests(&mut bench.rng, 40);
    let serve = |_: &Server, peer: &mut Peer| asks::<P>(peer, &bytes);
    any_server::lets_go(bench, &mut server, serve, serve)
}

/// Checks that the server listens at the address it was given and nowhere else.
fn binds_its_address<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    // A server that has answered has bound all its sockets.
    let bytes = P::requests(&mut bench.rng, 40);
    let mut peer = bench.connect(&mut server)?;
    asks::<P>(&mut peer, &bytes)?;
    server.listens_only_there()
}
