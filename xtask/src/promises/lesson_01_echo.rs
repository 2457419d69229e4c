//! Lesson 01: the server returns every byte unchanged, in order, until the client's FIN.

use super::{answering, common, pair};
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::promises::Check;

/// The promises of lesson 01 beside those that every asking client and every answering server makes.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-talks", "talk to each other", pair_talks),
    Check::server("echo-bytes", "returns any bytes unchanged, and nothing else", echo_bytes),
    Check::server("echo-in-order", "returns many messages in order", echo_in_order).long(),
    Check::server("echo-1-mib", "returns 1 MiB said while the echo is heard", echo_1_mib).long(),
];

fn pair_talks(bench: &mut Bench) -> Outcome {
    let lines = ["hello".to_string(), format!("{} {}", common::random_word(bench, 4), bench.rng.u16(..))];
    pair::talks(bench, &lines)
}

fn echo_bytes(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = common::every_byte(bench);
    answering::asks_last(bench, &mut peer, &bytes)
}

fn echo_in_order(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for _ in 0..20 {
        // Shorter after longer: what an earlier read left in the buffer must not come again.
        let n = bench.rng.usize(1..=1024);
        let bytes = common::random_bytes(bench, n);
        answering::asks(bench, &mut peer, &bytes)?;
    }
    answering::asks_words(bench, &mut peer)?;
    let bytes = common::random_bytes(bench, 5000);
    answering::asks(bench, &mut peer, &bytes)
}

fn echo_1_mib(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = common::random_bytes(bench, 1 << 20);
    answering::asks(bench, &mut peer, &bytes)
}
