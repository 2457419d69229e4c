//! What a server replies.

use super::client::because_it_ended;
use super::steps::{asks, hears, is_replied, is_reply, nothing_more, says};
use crate::bench::Bench;
use crate::finding::{Cause, Outcome, Perhaps};
use crate::promises::inputs::{every_byte, random_bytes, random_word};
use crate::promises::{Check, server};
use crate::wire::number_of;

/// The rows.
pub const SERVER: &[Check] = &[
    server!("replies", "replies with the number, and the text in upper case", replies),
    server!("any-bytes", "leaves all bytes but ASCII letters as they are", any_bytes),
    server!("blanks-stay", "leaves blanks and line ends in a text as they are", blanks_stay),
    server!("long-then-short", "sends nothing of an earlier datagram", long_then_short),
    server!("keeps-boundaries", "answers datagrams that wait in its queue one by one", keeps_boundaries),
    server!("answers-once", "answers each datagram once", answers_once),
    server!("repeated-requests", "answers a request again that comes again", repeated_requests)
        .after(&["any-order"]),
    server!("for-ever", "answers 300 requests of one client", for_ever).after(&["repeated-requests"]),
];

const NO_REPLY: Perhaps<&str> = Perhaps(
    "the server waits for something that datagrams do not have, a line end, a connection or a \
                        client's end: each datagram is a whole request, and gets its reply at once",
);

fn replies(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for number in 1..=3 {
        let word = format!("{} {}", random_word(bench, 5), random_word(bench, 3));
        asks(&server, &mut mailbox, number, word.as_bytes(), &format!("request {number}"), NO_REPLY)?;
    }
    Ok(())
}

fn any_bytes(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let cause =
        Perhaps("the server takes only texts that are UTF-8: the bytes of a text can have every value");
    let texts = [
        every_byte(bench),
        b"\0in front, and in the mid\0dle".to_vec(),
        "h\u{e9}llo, gr\u{fc}\u{df}e, \u{ff}".as_bytes().to_vec(),
        b"caf\xe9 \xe0\xff half a character: \xe4\xbd".to_vec(),
        random_bytes(&mut bench.rng, 400),
    ];
    for (number, text) in (1..).zip(&texts) {
        let asked = asks(&server, &mut mailbox, number, text, "a text of any bytes", cause);
        because_it_ended(
            asked,
            Perhaps("it takes the text for UTF-8, which it need not be: keep it as bytes"),
        )?;
    }
    Ok(())
}

fn blanks_stay(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let cause = Perhaps(
        "a word of the text was taken for a command: the server knows none, and every text gets a reply",
    );
    let texts: [&[u8]; 8] =
        [b"  both sides  ", b"a line\n", b"\r\n", b"two\nlines", b"\t", b"q", b"exit", b"ends in nul\0"];
    for (number, text) in (1..).zip(texts) {
        asks(&server, &mut mailbox, number, text, &format!("\"{}\"", text.escape_ascii()), cause)?;
    }
    Ok(())
}

fn long_then_short(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for (number, size) in (1..).zip([900, 3, 500, 2, 40, 1]) {
        let text = random_word(bench, size);
        asks(&server, &mut mailbox, number, text.as_bytes(), &format!("a text of {size} bytes"), NO_REPLY)?;
    }
    Ok(())
}

/// How many requests wait at once: few enough for every queue.
const WAITING: u32 = 16;

fn keeps_boundaries(bench: &mut Bench) -> Outcome {
    let mut server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    asks(&server, &mut mailbox, 1, b"the first", "the first request", NO_REPLY)?;
    let texts: Vec<String> = (0..WAITING).map(|n| random_word(bench, 1 + n as usize * 3)).collect();
    server.while_stopped(|server| -> Outcome {
        (2..).zip(&texts).try_for_each(|(number, text)| says(server, &mut mailbox, number, text.as_bytes()))
    })?;
    let mut missing: Vec<u32> = (2..2 + WAITING).collect();
    let cause = "requests that wait at the same time are not joined: each `recv_from` returns one datagram, and each gets \
                 its reply";
    for _ in 0..WAITING {
        // A server with several threads may reply in another order.
        let what = format!("{WAITING} requests that wait at the same time, each with one datagram");
        let got = hears(&server, &mut mailbox, &what, cause)?;
        let number = number_of(&got.bytes);
        let at = number.and_then(|number| missing.iter().position(|other| *other == number));
        let number = at.map_or(missing[0], |at| missing.remove(at));
        let text = texts[number as usize - 2].as_bytes();
        is_reply(&got, number, text, &what)?;
    }
    nothing_more(&server, &mut [&mut mailbox], "one reply for each request", cause)
}

fn answers_once(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for number in 1..=3 {
        let word = random_word(bench, 6);
        asks(&server, &mut mailbox, number, word.as_bytes(), &format!("request {number}"), NO_REPLY)?;
        nothing_more(
            &server,
            &mut [&mut mailbox],
            &format!("the server sends one reply to request {number}, and nothing more"),
            "one request, one reply: whether a reply arrives is the client's care, which asks again; the server sends \
             nothing on its own",
        )?;
    }
    Ok(())
}

/// The rule for a request that comes once more.
pub const AGAIN_ANSWERED: &str = "a request that comes again is answered again: its first reply was perhaps lost, and the client waits for one";

fn repeated_requests(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    let cause = AGAIN_ANSWERED;
    let (old, new) = (random_word(bench, 6), random_word(bench, 6));
    for (number, text) in [(1, &old), (1, &old), (2, &new), (1, &old), (2, &new), (2, &new)] {
        asks(&server, &mut mailbox, number, text.as_bytes(), "a request that came before", cause)?;
    }
    // A doubled datagram: both copies lie in the queue.
    says(&server, &mut mailbox, 3, b"doubled")?;
    says(&server, &mut mailbox, 3, b"doubled")?;
    for copy in ["the first copy", "the second copy"] {
        is_replied(&server, &mut mailbox, 3, b"doubled", &format!("{copy} of a doubled request"), cause)?;
    }
    nothing_more(
        &server,
        &mut [&mut mailbox],
        "the server sends one reply to each copy, and nothing more",
        cause,
    )
}

fn for_ever(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for number in 1..=300 {
        let cause: Cause = match number {
            1 => NO_REPLY.into(),
            _ => {
                "it has answered the requests before this one: a server has no number of requests after which it stops"
                    .into()
            }
        };
        let text = format!("request {number} {}", random_word(bench, 4));
        asks(&server, &mut mailbox, number, text.as_bytes(), &format!("request {number} of 300"), cause)?;
    }
    Ok(())
}
