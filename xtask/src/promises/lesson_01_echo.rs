//! Lesson 01: the server returns every byte unchanged, in order, until the client's FIN.

use super::asking::server::{asks, asks_last, asks_words};
use super::asking::unanswered::explained;
use super::asking::{Ask, client, odd_input, pair, server, waits, writes};
use super::inputs::{every_byte, random_bytes};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails, server};
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::wire::Kind::{self, Plain};

/// Every byte comes back as it was sent.
pub struct Echo;

impl Ask for Echo {
    const PAIR_ON: &'static [Kind] = &[Plain];
    /// The next lessons show what wires do.
    const PIECES_ON: &'static [Kind] = &[];

    fn reply(requests: &[u8]) -> Vec<u8> {
        requests.to_vec()
    }
}

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Echo as pair::Rows>::PAIR,
    OWN,
    <Echo as server::Rows>::SERVER,
    <Echo as writes::Rows>::REPLIES,
    <Echo as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Echo as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Echo as client::Rows>::CLIENT,
    <Echo as writes::Rows>::ASKS,
    <Echo as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Echo as odd_input::Rows>::ODD_REPLY,
    <Echo as odd_input::Rows>::ODD_INPUT,
    <Echo as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];

const OWN: &[Check] = &[
    server!("echo-bytes", "returns any bytes unchanged, and nothing else", echo_bytes),
    server!("echo-in-order", "returns many messages in order", echo_in_order).long(),
    server!("echo-1-mib", "returns 1 MiB to a client that sends and reads at once", echo_1_mib)
        .after(&["echo-in-order"])
        .long(),
];

fn echo_bytes(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = every_byte(bench);
    let outcome = asks_last::<Echo>(&mut peer, &bytes);
    explained::<Echo>(bench, &mut server, &peer, &bytes, outcome)
}

fn echo_in_order(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for _ in 0..20 {
        // Shorter ones after longer ones: bytes that an earlier read left in the buffer must not come again.
        let n = bench.rng.usize(1..=1024);
        let bytes = random_bytes(&mut bench.rng, n);
        asks::<Echo>(&mut peer, &bytes)?;
    }
    asks_words::<Echo>(&mut peer)?;
    let bytes = random_bytes(&mut bench.rng, 5000);
    asks::<Echo>(&mut peer, &bytes)
}

fn echo_1_mib(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = random_bytes(&mut bench.rng, 1 << 20);
    asks::<Echo>(&mut peer, &bytes)
}
