//! What a learner predicts in lesson 05.

use super::question::{Question, Seen};
use crate::bench::{Bench, Client};
use crate::finding::{Outcome, Stop, unable};
use crate::promises::lesson_05_ack::Ack;
use crate::promises::pushing::{self, pair};
use crate::wire::Kind::{Dribble, Glue, Plain};
use crate::wire::Wire;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::number(
        "joined",
        "The client has answered the size 13. On `glue`, which passes on in one piece what the server sends before it waits: \
         how many bytes come in the next piece?",
        joined,
        "The 13 bytes of the message and the next size, `14`. The client reads exactly 13 bytes, and leaves the rest.",
        "the-idea",
    )
    .on(Glue),
    Question::choice(
        "first",
        "The client takes one `read` for the size. On `dribble` this `read` returns `1`. What does the client print as its \
         first message?",
        &["`first message`", "`3`", "`f`", "nothing: it reports an error first"],
        first,
        "`1` is a size, so it answers, and takes the next byte for the message.",
        "why",
    )
    .on(Dribble),
    Question::choice(
        "wires",
        "On which of these wires does each message arrive as it was sent?",
        &["on none", "on `plain`", "on `plain` and `glue`", "on `plain`, `glue` and `dribble`"],
        wires,
        "`glue` joins what is sent in a row, and the client reads exactly. `dribble` cuts the size.",
        "why",
    ),
];

/// Lets the pair talk on the bench's wire, and returns the wire and the client, which has ended.
fn pushed(bench: &mut Bench) -> Outcome<(Wire, Client)> {
    let messages = ["first message".to_string(), "second message".to_string()];
    let server = bench.server_with(&messages)?;
    let wire = pushing::wire_to::<Ack>(bench, server.addr, &messages)?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    bench.wait_while_carried(&wire, &client);
    client.end();
    Ok((wire, client))
}

fn joined(bench: &mut Bench) -> Outcome<Seen> {
    let (wire, _) = pushed(bench)?;
    let pieces = pushing::pieces(&wire.record);
    let Some(piece) = pieces.get(1) else { return unable("no second piece came from the server") };
    let facts = format!("the wire passed on \"{}\" in one piece", piece.escape_ascii());
    Ok(Seen::new(piece.len(), facts))
}

fn first(bench: &mut Bench) -> Outcome<Seen> {
    let (_, client) = pushed(bench)?;
    let printed = client.printed();
    let printed = String::from_utf8_lossy(&printed);
    let first = printed.lines().find_map(|line| line.strip_prefix("message 1: "));
    let answer = match first {
        Some("first message") => 0,
        Some("3") => 1,
        Some("f") => 2,
        None => 3,
        Some(other) => return unable(format!("the client printed `{other}`")),
    };
    let facts = match first {
        Some(first) => format!("the reference client printed `message 1: {first}`"),
        None => "the reference client printed no message".into(),
    };
    Ok(Seen::new(answer, facts))
}

fn wires(bench: &mut Bench) -> Outcome<Seen> {
    let mut held = Vec::new();
    for wire in [Plain, Glue, Dribble] {
        bench.wire = wire;
        match pair::pair_messages::<Ack>(bench) {
            Ok(()) => held.push(wire),
            Err(stop) if matches!(*stop, Stop::Demo(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    let names: Vec<String> = held.iter().map(ToString::to_string).collect();
    let facts = format!("the reference pair's messages arrived as they were sent on: {}", names.join(", "));
    if held != [Plain, Glue, Dribble][..held.len()] {
        return unable(facts);
    }
    Ok(Seen::new(held.len(), facts))
}
