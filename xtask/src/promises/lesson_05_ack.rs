//! Lesson 05: the size of a message, an answer, the message.

use super::answering;
use super::common::random_word;
use super::pushing::ack::{ANSWER, Ack, LARGEST, answer, got, hear_message, hear_size, of_answer};
use super::pushing::{LETTERS, Push, client, pair, server, three_messages};
use crate::bench::peer::{Ending, Heard, Peer};
use crate::bench::same_bytes;
use crate::bench::{Bench, Client};
use crate::finding::{Outcome, because, broken, quoted};
use crate::promises::Check;
use crate::promises::common::random_from;
use crate::wire::Cut;
use crate::wire::Kind;
use crate::wire::Kind::{Dribble, Glue, Slice};

/// The promises of lesson 05.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Ack>),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Ack>).on(Glue),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Ack>).on(Dribble),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Ack>).on(Slice),
    Check::server("pushes-messages", "sends size, waits, sends the message", server::messages::<Ack>),
    Check::server("waits-for-answer", "sends nothing until the size is answered", waits_for_answer),
    Check::server("announces-empty", "announces an empty message, too", empty_message),
    Check::server("pushes-large", "pushes a message larger than any buffer", server::large::<Ack>),
    Check::server("pushes-to-each", "pushes the same to one client after the other", server::to_each::<Ack>),
    Check::server(
        "pushes-defaults",
        "pushes messages of its own when it is given none",
        server::defaults::<Ack>,
    ),
    Check::server("answers-in-pieces", "reads an answer that comes in pieces", server::any_pieces::<Ack>)
        .on(Dribble),
    Check::server("answers-in-pieces", "reads an answer that comes in pieces", server::any_pieces::<Ack>)
        .on(Slice),
    Check::server("answers-glued", "reads ten bytes of answer and no more", answers_glued),
    Check::server("wrong-answer", "ends the connection at a wrong answer, and serves the next", wrong_answer),
    Check::server("no-answer", "survives clients that leave instead of answering", no_answer),
    Check::server("rst-while-pushing", "survives clients that reset while it pushes", |bench| {
        server::rst_while_pushing::<Ack>(bench)
    }),
    Check::server("cost", "pushes twenty messages without being held up", cost),
    Check::server("keeps-no-sockets", "closes its socket whatever ended the connection", |bench| {
        server::keeps_no_sockets::<Ack>(bench)
    }),
    Check::server("binds-its-address", "listens at the address it was given and no other", |bench| {
        server::binds_its_address::<Ack>(bench)
    }),
    Check::server(
        "says-why-it-cannot-bind",
        "says so and exits when its address is taken",
        answering::says_why_it_cannot_bind,
    ),
    Check::client("prints-messages", "answers each size and prints each message", client::messages::<Ack>),
    Check::client("prints-messages", "never reads past a message", client::messages::<Ack>).on(Glue),
    Check::client("prints-messages", "prints each message as it was sent", client::messages::<Ack>)
        .on(Dribble),
    Check::client("prints-messages", "prints each message as it was sent", client::messages::<Ack>).on(Slice),
    Check::client(
        "many-messages",
        "prints one message after the other, whatever their number",
        client::many::<Ack>,
    )
    .on(Glue),
    Check::client("any-bytes", "prints messages that are no text", client::any_bytes::<Ack>),
    Check::client("empty-message", "answers and prints messages of no bytes", client::empty::<Ack>),
    Check::client("body-in-pieces", "reads a message that comes in pieces", body_in_pieces),
    Check::client("largest-size", "answers 67108864, the largest size", largest_size),
    Check::client("refuses-bad-sizes", "says so and exits with 1 at what is no size", refuses_bad_sizes)
        .long(),
    Check::client(
        "nothing-pushed",
        "exits with 0 when the server ends at once",
        client::nothing_pushed::<Ack>,
    ),
    Check::client("ignores-input", "does not wait for its standard input", client::ignores_input::<Ack>),
    Check::client(
        "end-after-answer",
        "says so and exits with 1 when the server ends before the message",
        client::fin_inside::<Ack>,
    )
    .on(Kind::ends(Cut::Fin, 2)),
    Check::client("end-inside", "says so and exits with 1 when the server ends inside a message", |bench| {
        client::fin_inside::<Ack>(bench)
    })
    .on(Kind::ends(Cut::Fin, 7)),
    Check::client("reset-is-an-error", "says so and exits with 1 when the server resets (RST)", |bench| {
        client::rst_inside::<Ack>(bench)
    })
    .on(Kind::ends(Cut::Rst, 7)),
    Check::client(
        "reset-between",
        "says so and exits with 1 when the server resets between two messages",
        client::rst_between::<Ack>,
    )
    .on(Kind::ends(Cut::Rst, 17)),
    Check::client("silence-is-no-end", "waits at rest when the server falls silent", |bench| {
        client::stall_inside::<Ack>(bench)
    })
    .on(Kind::ends(Cut::Stall, 7)),
    client::NOBODY,
];

/// After a size nothing comes until it is answered.
fn waits_for_answer(bench: &mut Bench) -> Outcome {
    let mut messages = three_messages(bench);
    messages[1].clear();
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    for message in &messages {
        hear_size(&server, &mut peer, message)?;
        // A part of the answer is no answer.
        for part in [&ANSWER[..0], &ANSWER[..4]] {
            let _ = peer.say(part);
            peer.wait_taken();
            server.wait_idle();
            let early = peer.pending();
            if !early.is_empty() {
                return broken(
                    "nothing after the size until all of `receive ok` has come",
                    quoted(&early),
                    "wait for the answer, all ten bytes of it (`read_exact`), before the message is sent: otherwise \
                     size and message may arrive in one piece",
                );
            }
        }
        let _ = peer.say(&ANSWER[4..]);
        hear_message(&server, &mut peer, message)?;
    }
    Ok(())
}

fn empty_message(bench: &mut Bench) -> Outcome {
    let messages = vec![String::new(), random_word(bench, 11), String::new(), String::new()];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    Ack::hear(&server, &mut peer, &messages)
}

/// All answers at once: each size is answered by ten bytes, and the next ten are the next answer.
fn answers_glued(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    hear_size(&server, &mut peer, &messages[0])?;
    let _ = peer.say(&ANSWER.repeat(messages.len()));
    hear_message(&server, &mut peer, &messages[0])?;
    for message in &messages[1..] {
        hear_size(&server, &mut peer, message)?;
        hear_message(&server, &mut peer, message)?;
    }
    Ok(())
}

fn wrong_answer(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let mut server = bench.server_with(&messages)?;
    for wrong in ["receive no", "Receive ok", "receive ok"] {
        let mut peer = bench.connect(&mut server)?;
        hear_size(&server, &mut peer, &messages[0])?;
        if wrong.as_bytes() == ANSWER {
            answer(&server, &mut peer)?;
            return hear_message(&server, &mut peer, &messages[0]);
        }
        let _ = peer.say(wrong.as_bytes());
        let heard = peer.hear_to_end(4096);
        if !matches!((heard.bytes.as_slice(), heard.ending), ([], Some(Ending::Fin | Ending::Rst))) {
            return broken(
                format!("the server ends the connection at the answer \"{wrong}\""),
                got(&heard),
                "compare all ten bytes of the answer with `receive ok`; anything else ends this connection",
            );
        }
        server.alive("a wrong answer")?;
    }
    Ok(())
}

/// Clients that end, or reset, where an answer should come.
fn no_answer(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let mut server = bench.server_with(&messages)?;
    for (part, reset) in [(0, false), (4, false), (0, true), (4, true)] {
        let mut peer = bench.connect(&mut server)?;
        hear_size(&server, &mut peer, &messages[0])?;
        let _ = peer.say(&ANSWER[..part]);
        if reset {
            peer.reset();
            continue;
        }
        peer.half_close();
        let heard = peer.hear_to_end(4096);
        if !matches!((heard.bytes.as_slice(), heard.ending), ([], Some(Ending::Fin | Ending::Rst))) {
            return broken(
                "the server ends the connection when no answer can come any more",
                got(&heard),
                "the end of the stream in place of an answer ends the connection: nothing more is sent on it",
            );
        }
    }
    let mut peer = bench.connect(&mut server)?;
    let heard = Ack::hear(&server, &mut peer, &messages);
    server.alive("clients that left instead of answering")?;
    because(
        heard,
        "the clients before left in the middle of an answer: nothing of it may be kept, the next one is served as if they \
         had never been",
    )
}

/// What a message costs, told; a server that lets Nagle's algorithm hold up its next size is right, but slow.
fn cost(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (0..20).map(|_| random_from(bench, LETTERS, 12)).collect();
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    peer.delay_acknowledgements();
    let start = std::time::Instant::now();
    Ack::hear(&server, &mut peer, &messages)?;
    let each = start.elapsed().as_secs_f64() * 1e3 / messages.len() as f64;
    if each >= super::SLOW_MILLIS {
        bench.notes.push(format!(
            "right, but slow: {each:.0} ms a message. The message and the next size are two writes in a row, and \
             Nagle's algorithm holds the second one back until the first is acknowledged; set TCP_NODELAY"
        ));
    }
    Ok(())
}

/// The runner tells a client one size; the answer and the client.
fn told_size(bench: &mut Bench, size: &[u8]) -> Outcome<(Client, Peer, Heard)> {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    // A program that takes memory for what is only announced gets none: see `limit_memory`.
    client.wait_idle();
    client.limit_memory();
    let _ = peer.say(size);
    let heard = peer.hear(ANSWER.len());
    Ok((client, peer, heard))
}

fn largest_size(bench: &mut Bench) -> Outcome {
    let (mut client, mut peer, heard) = told_size(bench, LARGEST.to_string().as_bytes())?;
    same_bytes("client", ANSWER, &heard, |_, _| {
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

/// A body whose pieces come one by one, each taken before the next.
fn body_in_pieces(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 2500).into_bytes();
    let host = bench.host()?;
    let wanted = client::printed_as(std::slice::from_ref(&message));
    let mut client = bench.client(host.addr, &wanted)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.say(b"2500");
    let heard = peer.hear(ANSWER.len());
    same_bytes("client", ANSWER, &heard, |_, heard| of_answer("2500", 1, heard))?;
    for piece in message.chunks(700) {
        let _ = peer.say(piece);
        peer.wait_taken();
    }
    peer.half_close();
    let cause = "a message may come in any number of pieces: read until all of it is there (`read_exact`)";
    because(client.exits_well("when the server has ended between two messages"), cause)?;
    client.printed_all(&wanted, |_| cause.into())
}
