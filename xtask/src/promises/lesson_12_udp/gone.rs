//! What one client does concerns its datagram only.

use super::steps::{asks, ignores, is_replied, nothing_more, says};
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::promises::inputs::random_bytes;
use crate::promises::{Check, server};
use std::time::Duration;

/// The rows.
pub const SERVER: &[Check] = &[
    server!("gone-client", "goes on when a client is gone before its reply", gone_client)
        .after(&["same-numbers"]),
    server!("beside-bad-ones", "answers others beside a client that sends rubbish", beside_bad_ones)
        .after(&["same-numbers", "too-short", "empty-datagram", "much-too-long"]),
    server!("at-rest", "waits at rest for the next datagram", at_rest).after(&["empty-datagram"]),
    server!("still-there", "is still there after 4 s without a datagram", still_there)
        .after(&["at-rest"])
        .takes(4),
];

fn gone_client(bench: &mut Bench) -> Outcome {
    let mut server = bench.bound_server()?;
    let mut stays = bench.mailbox()?;
    let cause = "a reply to a client that is gone comes back as \"connection refused\" (ICMP): it is no error of the server, \
                 which goes on with the next datagram";
    asks(&server, &mut stays, 1, b"first", "the first request", cause)?;
    let mut number = 1;
    for asked_before in [false, true, false, true] {
        number += 1;
        let mut gone = bench.mailbox()?;
        if asked_before {
            asks(&server, &mut gone, 1, b"hello", "the first request of another client", cause)?;
        }
        // Stopped, so that the client is certainly gone when the server replies.
        server.while_stopped(|server| -> Outcome {
            says(server, &mut gone, 1 + u32::from(asked_before), b"nobody waits for this")?;
            drop(gone);
            says(server, &mut stays, number, b"still here")
        })?;
        is_replied(&server, &mut stays, number, b"still here", "a client beside one that is gone", cause)?;
    }
    server.alive("a client that is gone")
}

fn beside_bad_ones(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let (mut good, mut bad) = (bench.mailbox()?, bench.mailbox()?);
    let cause = "what one client sends concerns its datagram only: ignore it, and go on with the next";
    asks(&server, &mut good, 1, b"before", "the first request", cause)?;
    let mut asked = 0;
    for number in 2..=5 {
        let rubbish = [
            vec![],
            vec![0],
            vec![255; 3],
            random_bytes(&mut bench.rng, 1029),
            random_bytes(&mut bench.rng, 9000),
        ];
        ignores(&server, &mut bad, &mut asked, &rubbish, "datagrams that are too short or too long", cause)?;
        asks(&server, &mut good, number, b"beside it", "a client beside one that sends rubbish", cause)?;
    }
    nothing_more(&server, &mut [&mut good, &mut bad], "one reply for each request", cause)
}

fn at_rest(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    server.waits_for_datagrams("before the first datagram")?;
    let mut mailbox = bench.mailbox()?;
    asks(&server, &mut mailbox, 1, b"one", "the first request", "each datagram gets its reply at once")?;
    server.waits_for_datagrams("after a request")?;
    for bad in [vec![], vec![1, 2, 3], random_bytes(&mut bench.rng, 2000)] {
        mailbox.say(server.bound_at(), &bad)?;
    }
    server.waits_for_datagrams("after datagrams that are too short or too long")
}

/// How long nobody asks.
const SILENCE: Duration = Duration::from_secs(4);

fn still_there(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let cause =
        "it gave up by a time limit of its own: let `recv_from` wait without one, until the server is ended";
    asks(&server, &mut mailbox, 1, b"before", "the first request", cause)?;
    server.serves_for(SILENCE, cause)?;
    asks(&server, &mut mailbox, 2, b"after", "a request after 4 s without one", cause)
}
