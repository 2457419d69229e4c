//! The promises that only a server of lesson 05 makes.

use super::protocol::Ack;
use super::steps::ANSWER;
use super::steps::{answer, got, hear_message, hear_size};
use crate::bench::nagle::SLOW_MILLIS;
use crate::bench::{Bench, Ending};
use crate::finding::{Outcome, because, broken, quoted};
use crate::promises::inputs::random_from;
use crate::promises::pushing::{LETTERS, Push, three_messages};
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("waits-for-answer", "sends nothing until the size is answered", waits_for_answer),
    server!("answers-glued", "reads ten bytes of answer and no more", answers_glued),
    server!("wrong-answer", "ends the connection at a wrong answer, and serves the next", wrong_answer),
    server!("no-answer", "survives clients that leave instead of answering", no_answer),
    server!("cost", "pushes twenty messages without being held up", cost),
];

/// Checks that nothing comes after a size until the client has answered it.
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

/// Sends all answers at once: ten bytes answer a size, and the next ten are the next answer.
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

/// Half-closes, or resets, in place of an answer and inside one.
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
        "earlier clients left in the middle of an answer: keep nothing of it, and serve the next one as if they had \
         never come",
    )
}

/// Measures what a message costs. Notes a server whose next size waits for Nagle's algorithm: it is right, but slow.
fn cost(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (0..20).map(|_| random_from(bench, LETTERS, 12)).collect();
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    peer.delay_acknowledgements();
    let start = std::time::Instant::now();
    Ack::hear(&server, &mut peer, &messages)?;
    let each = start.elapsed().as_secs_f64() * 1e3 / messages.len() as f64;
    if each >= SLOW_MILLIS {
        bench.notes.push(format!(
            "right, but slow: {each:.0} ms a message. The message and the next size are two writes in a row, and \
             Nagle's algorithm holds the second one back until the first is acknowledged; set TCP_NODELAY"
        ));
    }
    Ok(())
}
