//! Datagrams of every size: those that are answered, and those that are too short or too long.

use super::protocol::{MAX_DATAGRAM, datagram};
use super::steps::{CUT, asks, ignores, nothing_more};
use crate::bench::{Bench, LONG};
use crate::finding::{Outcome, Perhaps, count};
use crate::promises::inputs::random_word;
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("every-size", "answers datagrams of 4 to 1028 bytes", every_size),
    server!("no-text", "answers a request whose text is empty", no_text),
    server!("too-short", "ignores datagrams of 1 to 3 bytes", too_short),
    server!("empty-datagram", "takes an empty datagram for no end", empty_datagram),
    server!("one-too-long", "ignores a datagram of 1029 bytes", one_too_long),
    server!("much-too-long", "ignores datagrams of 1500 bytes and far more", much_too_long)
        .after(&["one-too-long"]),
];

/// Around powers of two, where buffers end, and around the limits.
const SIZES: [usize; 27] = [
    5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 257, 511, 512, 513, 1020, 1023,
    1024, 1027, 1028,
];

fn every_size(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for (number, size) in (1..).zip(SIZES) {
        let text = random_word(bench, size - 4);
        let cause = match size {
            1028 => Perhaps(
                "its limit is too low: 1028 bytes, a number and 1024 bytes of text, are the longest request",
            ),
            _ => Perhaps("its limits are wrong: every datagram of 4 to 1028 bytes is a request"),
        };
        asks(&server, &mut mailbox, number, text.as_bytes(), &format!("a datagram of {size} bytes"), cause)?;
    }
    nothing_more(&server, &mut [&mut mailbox], "one reply for each request", "one request, one reply")
}

fn no_text(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let cause = "a datagram of 4 bytes is a request with an empty text: its reply has 4 bytes, too";
    for number in [1, 2] {
        asks(&server, &mut mailbox, number, b"", "a request without a text", cause)?;
    }
    Ok(())
}

fn too_short(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let mut number = 0;
    let cause =
        "a datagram of fewer than 4 bytes has no number: look at its length first, ignore it, and go on";
    for size in [1, 2, 3] {
        ignores(
            &server,
            &mut mailbox,
            &mut number,
            &[vec![b'a'; size]],
            &format!("a datagram of {}", count(size)),
            cause,
        )?;
    }
    Ok(())
}

fn empty_datagram(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let mut number = 0;
    let cause = "0 bytes are an empty datagram, not the end of anything: datagrams have no end of stream; ignore it, and go \
                 on";
    ignores(&server, &mut mailbox, &mut number, &[vec![], vec![]], "an empty datagram", cause)
}

fn one_too_long(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let mut number = 0;
    let text = random_word(bench, MAX_DATAGRAM + 1 - 4);
    ignores(
        &server,
        &mut mailbox,
        &mut number,
        &[datagram(5, text.as_bytes())],
        "a datagram of 1029 bytes",
        CUT,
    )
}

fn much_too_long(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let mut number = 0;
    for size in [1500, 4096, LONG] {
        let text = random_word(bench, size - 4);
        ignores(
            &server,
            &mut mailbox,
            &mut number,
            &[datagram(6, text.as_bytes())],
            &format!("a datagram of {size} bytes"),
            CUT,
        )?;
    }
    Ok(())
}
