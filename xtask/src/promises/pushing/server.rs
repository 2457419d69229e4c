//! The promises of every server that pushes, whatever the framing, and their rows.

use super::{Framing, LETTERS, Push, three_messages, wire_to};
use crate::bench::Bench;
use crate::finding::{Outcome, broken};
use crate::promises::inputs::{random_from, random_word};
use crate::promises::{Check, any_server, server};

/// The rows, for any framing.
pub trait Rows: Push {
    /// What every such server promises.
    const SERVER: &'static [Check] = &[
        server!("pushes-messages", Self::PUSHES, pushes_messages::<Self>).long_if(Self::PAUSES),
        server!("pushes-large", "pushes a message larger than any buffer", pushes_large::<Self>),
        server!("pushes-to-each", "pushes the same to one client after the other", pushes_to_each::<Self>)
            .long_if(Self::PAUSES),
        server!(
            "pushes-defaults",
            "pushes messages of its own when it is given none",
            pushes_defaults::<Self>
        )
        .long_if(Self::PAUSES),
        server!("pushes-any-pieces", Self::PIECES, pushes_any_pieces::<Self>)
            .on(Self::PIECES_ON)
            .was(&["answers-in-pieces"]),
        server!(
            "rst-while-pushing",
            "survives clients that reset while it pushes",
            rst_while_pushing::<Self>
        )
        .after(&["pushes-to-each"])
        .long_if(Self::PAUSES),
        server!(
            "keeps-no-sockets",
            "closes its socket whatever ended the connection",
            keeps_no_sockets::<Self>
        )
        .after(&["pushes-to-each"]),
        server!(
            "binds-its-address",
            "listens at the address it was given and no other",
            binds_its_address::<Self>
        ),
    ];
}

impl<P: Push> Rows for P {}

/// The rows, for a framing that marks where a message ends.
pub trait FramedRows: Framing {
    /// What every such server promises besides [`Rows::SERVER`].
    const FRAMED_SERVER: &'static [Check] =
        &[server!("announces-empty", "announces an empty message, too", announces_empty::<Self>)];
}

impl<P: Framing> FramedRows for P {}

/// Returns messages of several kinds: with white space of every kind, with letters beyond ASCII, one that fills no whole buffer.
fn some_messages<P: Push>(bench: &mut Bench) -> Vec<String> {
    let (one, two) = (random_word(bench, 6), random_word(bench, 1500));
    let blanks = format!("\ttwo \t words {one}\r\nand\x0bmore\x0c \n");
    // One of them comes twice: the same words again are a message of their own.
    match P::PAUSES {
        true => vec![blanks.clone(), "粘包 é".into(), blanks],
        false => {
            let (tab, end) = ("\t".to_string(), "\r\n".to_string());
            vec![blanks.clone(), "粘包 é".into(), two, blanks, one, "-x".into(), tab, end]
        }
    }
}

/// Checks that exactly the messages come, then the end.
fn pushes_messages<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = some_messages::<P>(bench);
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    P::hear(&server, &mut peer, &messages)
}

/// Has a message pushed that is larger than the buffers on its way, and reads only when they are full.
fn pushes_large<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = vec![random_word(bench, 90_000), random_word(bench, 5)];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect_tiny(&mut server)?;
    server.wait_rest();
    peer.widen();
    P::hear(&server, &mut peer, &messages)
}

/// Checks that several clients get the same messages, one after the other.
fn pushes_to_each<P: Push>(bench: &mut Bench) -> Outcome {
    let mut messages = three_messages(bench);
    messages.truncate(if P::PAUSES { 2 } else { 3 });
    let mut server = bench.server_with(&messages)?;
    for _ in 0..if P::PAUSES { 3 } else { 4 } {
        let mut peer = bench.connect(&mut server)?;
        P::hear(&server, &mut peer, &messages)?;
    }
    server.alive("several clients")
}

/// Gives the server no messages: it must push some of its own.
fn pushes_defaults<P: Push>(bench: &mut Bench) -> Outcome {
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

/// Checks that the pieces of the check's wire change nothing.
fn pushes_any_pieces<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let server = bench.server_with(&messages)?;
    let wire = wire_to::<P>(bench, server.addr, &messages)?;
    let mut peer = bench.connect_through(&wire)?;
    P::hear(&server, &mut peer, &messages)
}

/// Resets before the server accepts, in the middle of the push, and when all is pushed.
fn rst_while_pushing<P: Push>(bench: &mut Bench) -> Outcome {
    let (count, clients) = if P::PAUSES { (2, 1) } else { (40, 8) };
    let messages: Vec<String> = (0..count).map(|_| random_word(bench, 2000)).collect();
    let mut server = bench.server_with(&messages)?;
    // The server is stopped meanwhile, so its first `write` is sure to meet a connection that is gone.
    server.while_stopped(|server| -> Outcome {
        bench.connect(server)?.reset();
        Ok(())
    })?;
    for n in 0..clients {
        let mut peer = bench.connect_narrow(&mut server)?;
        let _ = peer.hear(1);
        if n % 2 == 0 {
            server.wait_rest(); // It is now in a `write` that nobody takes, in its pause, or waits for an answer.
        }
        peer.reset();
    }
    let mut peer = bench.connect(&mut server)?;
    let mut heard = P::hear(&server, &mut peer, &messages);
    // A server that still reads from its client after the last message meets the RST there.
    peer.reset();
    if heard.is_ok() {
        let mut peer = bench.connect(&mut server)?;
        heard = P::hear(&server, &mut peer, &messages);
    }
    server.alive("clients that reset their connections (RST)")?;
    heard
}

/// Checks that the server keeps no socket of clients that left or reset.
fn keeps_no_sockets<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = vec![random_word(bench, 60)];
    let mut server = bench.server_with(&messages)?;
    any_server::lets_go(
        bench,
        &mut server,
        |server, peer| P::hear(server, peer, &messages),
        |_, peer| {
            let _ = peer.hear(1);
            Ok(())
        },
    )
}

/// Checks that the server listens at the address it was given, and no other.
fn binds_its_address<P: Push>(bench: &mut Bench) -> Outcome {
    let mut messages = three_messages(bench);
    messages.truncate(1);
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    P::hear(&server, &mut peer, &messages)?;
    server.listens_only_there()
}

/// Gives the server empty messages, first, last and between others.
fn announces_empty<P: Framing>(bench: &mut Bench) -> Outcome {
    let messages = vec![String::new(), random_from(bench, LETTERS, 11), String::new(), String::new()];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    P::hear(&server, &mut peer, &messages)
}
