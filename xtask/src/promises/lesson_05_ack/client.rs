//! The promises that only a client of lesson 05 makes.

use super::protocol::LARGEST;
use super::steps::ANSWER;
use super::steps::cause_of_answer;
use crate::bench::{Bench, Client, Heard, Peer, same_bytes};
use crate::finding::{Half, Outcome, because};
use crate::promises::inputs::random_from;
use crate::promises::pushing::LETTERS;
use crate::promises::pushing::printed::{cause_of_labels, printed_as};
use crate::promises::{Check, client};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("body-in-pieces", "reads a message that comes in pieces", body_in_pieces),
    client!("largest-size", "answers 67108864, the largest size", largest_size).after(&["end-inside"]),
    client!("refuses-bad-sizes", "reports it and exits with 1 at a wrong size", refuses_bad_sizes)
        .after(&["largest-size"])
        .long(),
];

/// Sends a client one size, and returns the client, the connection and the answer.
fn told_size(bench: &mut Bench, size: &[u8]) -> Outcome<(Client, Peer, Heard)> {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    // A program that takes memory for an announced size gets none: see `limit_memory`.
    client.wait_idle();
    client.limit_memory();
    let _ = peer.say(size);
    let heard = peer.hear(ANSWER.len());
    Ok((client, peer, heard))
}

fn largest_size(bench: &mut Bench) -> Outcome {
    let (mut client, mut peer, heard) = told_size(bench, LARGEST.to_string().as_bytes())?;
    same_bytes(Half::Client, ANSWER, &heard, |_, _| {
        "67108864 bytes (64 MiB) is the largest size, and allowed: only more is refused".into()
    })?;
    let _ = peer.say(b"only this");
    peer.close();
    client.exits_with_error("when the server ends inside a message")
}

fn refuses_bad_sizes(bench: &mut Bench) -> Outcome {
    let sizes = [
        "67108865",
        "00",
        "07",
        "+5",
        " 5",
        "5x",
        "-5",
        "5\n",
        "1_0",
        "1234567890",
        "9999999999999",
        "18446744073709551615",
        "99999999999999999999",
        "x",
        "１２",
        "5.0",
        "0x10",
        "receive ok",
    ];
    for size in sizes {
        let shown = size.escape_debug();
        let (mut client, _peer, _) = told_size(bench, size.as_bytes())?;
        let outcome = client.exits_with_error(&format!("at the size \"{shown}\""));
        because(
            outcome,
            "a size is 1 to 8 ASCII digits, without sign, blank or leading zero, and at most 67108864: check it before \
             you answer it (a parser of numbers accepts more than that)",
        )?;
    }
    Ok(())
}

/// Sends a body piece by piece, and waits until the client has taken each one.
fn body_in_pieces(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 2500).into_bytes();
    let host = bench.host()?;
    let wanted = printed_as(std::slice::from_ref(&message));
    let mut client = bench.client(host.addr, &wanted)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.say(b"2500");
    let heard = peer.hear(ANSWER.len());
    same_bytes(Half::Client, ANSWER, &heard, |_, heard| cause_of_answer("2500", 1, 0, heard))?;
    for piece in message.chunks(700) {
        let _ = peer.say(piece);
        peer.wait_taken();
    }
    peer.half_close();
    let cause = "a message may come in any number of pieces: read until all of it is there (`read_exact`)";
    because(client.exits_well("when the server has ended between two messages"), cause)?;
    client.printed_bytes(&wanted, |printed| {
        cause_of_labels(printed, std::slice::from_ref(&message)).unwrap_or(cause.into())
    })
}
