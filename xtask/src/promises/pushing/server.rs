//! What every server promises that pushes, whatever the framing.

use super::{Push, three_messages, wire_to};
use crate::bench::Bench;
use crate::finding::{Outcome, broken};
use crate::promises::common::random_word;
use crate::promises::leaks;

/// Words of several kinds: with blanks, with letters beyond ASCII, one that fills no whole buffer.
fn some_messages<P: Push>(bench: &mut Bench) -> Vec<String> {
    let (one, two) = (random_word(bench, 6), random_word(bench, 1500));
    let mut messages = vec![format!(" two  words {one} "), "粘包 é".into(), two, one, "-x".into()];
    messages.truncate(if P::PAUSES { 3 } else { 5 });
    messages
}

/// Exactly the messages, then the end.
pub fn messages<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = some_messages::<P>(bench);
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    P::hear(&server, &mut peer, &messages)
}

/// A message larger than the buffers on its way, which are full before anything of it is read.
pub fn large<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = vec![random_word(bench, 90_000), random_word(bench, 5)];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect_tiny(&mut server)?;
    server.wait_rest();
    peer.widen();
    P::hear(&server, &mut peer, &messages)
}

/// The same to one client after the other.
pub fn to_each<P: Push>(bench: &mut Bench) -> Outcome {
    let mut messages = three_messages(bench);
    messages.truncate(if P::PAUSES { 2 } else { 3 });
    let mut server = bench.server_with(&messages)?;
    for _ in 0..if P::PAUSES { 3 } else { 4 } {
        let mut peer = bench.connect(&mut server)?;
        P::hear(&server, &mut peer, &messages)?;
    }
    server.alive("several clients")
}

/// Messages of its own when it is given none.
pub fn defaults<P: Push>(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    match P::hear_any(&server, &mut peer) {
        Ok(0) => {
            server.alive("a client that only listens")?;
            broken(
                "some messages of the server's own, then FIN",
                "nothing",
                "a server that is given no messages has some of its own",
            )
        }
        Ok(_) => Ok(()),
        Err(stop) => Err(stop),
    }
}

/// The same whatever the pieces.
pub fn any_pieces<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let server = bench.server_with(&messages)?;
    let wire = wire_to::<P>(bench, server.addr, &messages)?;
    let mut peer = bench.connect_through(&wire)?;
    P::hear(&server, &mut peer, &messages)
}

/// Clients that reset: before they are accepted, in the middle of the push, and when all is pushed.
pub fn rst_while_pushing<P: Push>(bench: &mut Bench) -> Outcome {
    let (count, clients) = if P::PAUSES { (2, 1) } else { (40, 8) };
    let messages: Vec<String> = (0..count).map(|_| random_word(bench, 2000)).collect();
    let mut server = bench.server_with(&messages)?;
    // The first `write` of a server that stands still meanwhile is sure to meet a connection that is gone.
    server.while_stopped(|server| -> Outcome {
        bench.connect(server)?.reset();
        Ok(())
    })?;
    for n in 0..clients {
        let mut peer = bench.connect_narrow(&mut server)?;
        let _ = peer.hear(1);
        if n % 2 == 0 {
            server.wait_rest(); // In a `write` that nobody takes, in its pause, or waiting for an answer.
        }
        peer.reset();
    }
    let mut peer = bench.connect(&mut server)?;
    let mut heard = P::hear(&server, &mut peer, &messages);
    // Whoever listens to a client on after the last message meets the RST there.
    peer.reset();
    if heard.is_ok() {
        let mut peer = bench.connect(&mut server)?;
        heard = P::hear(&server, &mut peer, &messages);
    }
    server.alive("clients that reset their connections (RST)")?;
    heard
}

/// Clients that left, or reset, have left no socket behind.
pub fn keeps_no_sockets<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = vec![random_word(bench, 60)];
    let mut server = bench.server_with(&messages)?;
    leaks::keeps_no_sockets(
        bench,
        &mut server,
        |_, server, peer| P::hear(server, peer, &messages),
        |_, _, peer| {
            let _ = peer.hear(1);
            Ok(())
        },
    )
}

/// The address that it was given, and no other.
pub fn binds_its_address<P: Push>(bench: &mut Bench) -> Outcome {
    let mut messages = three_messages(bench);
    messages.truncate(1);
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    P::hear(&server, &mut peer, &messages)?;
    server.listens_only_there()
}
