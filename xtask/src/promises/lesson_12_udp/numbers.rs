//! The number of a request is four bytes, and the server's only use for it is to send it back.

use super::steps::asks;
use crate::bench::Bench;
use crate::finding::{Outcome, Perhaps};
use crate::promises::inputs::random_word;
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("big-numbers", "returns numbers over 255, 65535 and 2147483647", big_numbers)
        .after(&["any-order"]),
    server!("number-of-letters", "leaves a number alone whose bytes look like letters", number_of_letters)
        .after(&["big-numbers"]),
    server!("any-order", "answers numbers in any order", any_order),
];

const IN_TURN: Perhaps<&str> =
    Perhaps("the server expects certain numbers: it answers every number, and remembers none");

fn big_numbers(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for number in
        [255, 256, 257, 65_535, 65_536, 0x00ff_ffff, 0x0102_0304, 0x7fff_ffff, 0x8000_0000, u32::MAX]
    {
        let text = random_word(bench, 6);
        asks(&server, &mut mailbox, number, text.as_bytes(), &format!("request {number}"), IN_TURN)?;
    }
    Ok(())
}

fn number_of_letters(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for bytes in [*b"abcd", *b"\0\0\0z", *b"GoOd", *b"xyz\n", *b"\xffab\xfe", *b"    "] {
        let text = random_word(bench, 6);
        let what = format!("the request with the number \"{}\"", bytes.escape_ascii());
        asks(&server, &mut mailbox, u32::from_be_bytes(bytes), text.as_bytes(), &what, IN_TURN)?;
    }
    Ok(())
}

fn any_order(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for number in [9, 3, 4, 1_000_000, 2, 1, 9, 8] {
        let text = random_word(bench, 6);
        asks(&server, &mut mailbox, number, text.as_bytes(), &format!("request {number}"), IN_TURN)?;
    }
    Ok(())
}
