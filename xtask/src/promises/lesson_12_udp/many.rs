//! One socket hears all clients: whose request it was, only its address says.

use super::protocol::reply_to;
use super::steps::{asks, hears, is_replied, is_reply, nothing_more, says};
use crate::bench::{Bench, Mailbox};
use crate::finding::{Finding, Half, Outcome, Perhaps};
use crate::promises::inputs::random_word;
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("same-numbers", "keeps two clients with the same numbers apart", same_numbers)
        .after(&["any-order"]),
    server!("new-socket", "replies to where each request came from", new_socket).after(&["same-numbers"]),
    server!("many-clients", "answers 64 clients at once", many_clients).after(&["same-numbers"]),
    server!("late-client", "answers a client that was silent for a while", late_client)
        .after(&["same-numbers"]),
];

const TO_ITS_SENDER: &str = "a reply goes to the address that `recv_from` returned with its request, and to no other: clients \
                             differ by their addresses, not by their numbers";

fn same_numbers(bench: &mut Bench) -> Outcome {
    let mut server = bench.bound_server()?;
    let (mut one, mut other) = (bench.mailbox()?, bench.mailbox()?);
    for number in 1..=4 {
        let texts = [random_word(bench, 6), random_word(bench, 6)];
        server.while_stopped(|server| -> Outcome {
            says(server, &mut one, number, texts[0].as_bytes())?;
            says(server, &mut other, number, texts[1].as_bytes())
        })?;
        for (mailbox, own, others) in [(&mut one, 0, 1), (&mut other, 1, 0)] {
            let what = format!("request {number} of one of two clients");
            let got = hears(&server, mailbox, &what, TO_ITS_SENDER)?;
            if got.bytes == reply_to(number, texts[others].as_bytes()) {
                return Finding::new(
                    format!("each client gets the reply to its own request {number}"),
                    "a client got the reply to the other client's request",
                    TO_ITS_SENDER,
                )
                .of(Half::Server)
                .broken();
            }
            is_reply(&got, number, texts[own].as_bytes(), &what)?;
        }
    }
    nothing_more(&server, &mut [&mut one, &mut other], "one reply for each request", TO_ITS_SENDER)
}

/// A client may send each time from a new socket.
fn new_socket(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut old = bench.mailbox()?;
    asks(&server, &mut old, 1, b"from here", "the first request", TO_ITS_SENDER)?;
    for number in 2..=5 {
        // The last request of the old socket, once more: its reply was lost, perhaps.
        let mut new = bench.mailbox()?;
        let what = format!("request {} from a new socket", number - 1);
        asks(&server, &mut new, number - 1, b"from there", &what, TO_ITS_SENDER)?;
        let what = format!("request {number} from the first socket");
        asks(&server, &mut old, number, b"from here", &what, TO_ITS_SENDER)?;
        let expected = "each reply goes to where its request came from";
        nothing_more(&server, &mut [&mut old, &mut new], expected, TO_ITS_SENDER)?;
    }
    Ok(())
}

/// How many clients ask at once, with short requests: few enough for the server's queue.
const CLIENTS: usize = 64;

fn many_clients(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailboxes: Vec<Mailbox> = (0..CLIENTS).map(|_| bench.mailbox()).collect::<Outcome<_>>()?;
    for number in 1..=3 {
        let texts: Vec<String> = (0..CLIENTS).map(|n| format!("{n} {}", random_word(bench, 5))).collect();
        for (mailbox, text) in mailboxes.iter_mut().zip(&texts) {
            says(&server, mailbox, number, text.as_bytes())?;
        }
        for (n, (mailbox, text)) in mailboxes.iter_mut().zip(&texts).enumerate() {
            let what = format!("request {number} of client {} of {CLIENTS}", n + 1);
            is_replied(&server, mailbox, number, text.as_bytes(), &what, TO_ITS_SENDER)?;
        }
    }
    Ok(())
}

fn late_client(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let (mut early, mut busy) = (bench.mailbox()?, bench.mailbox()?);
    asks(&server, &mut early, 1, b"early", "the first request", TO_ITS_SENDER)?;
    let cause = Perhaps(
        "the server serves one client, or a few, and forgets the others: one socket \
                 receives from them all",
    );
    for number in 1..=20 {
        let mut passer = bench.mailbox()?;
        asks(&server, &mut passer, 1, b"once", "a client that asks once", cause)?;
        asks(&server, &mut busy, number, b"busy", &format!("request {number} of another client"), cause)?;
    }
    asks(&server, &mut early, 2, b"again", "the second request of the first client", cause)
}
