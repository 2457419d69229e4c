//! What a learner predicts in lesson 04.

use super::question::{Question, Seen};
use super::sockets::{Came, call, can, plural, read_once};
use crate::bench::Bench;
use crate::finding::{Outcome, unable};
use crate::promises::lesson_04_sleep::Sleep;
use crate::promises::pushing;
use crate::wire::Kind::{Dribble, Glue};
use std::thread;
use std::time::{Duration, Instant};

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::number(
        "busy",
        "The server writes all three messages and closes. Meanwhile a reader is busy with something else for two seconds. \
         Then it calls `read` once, with a buffer of 1024 bytes. How many of the messages are in what this `read` returns?",
        busy,
        "All 40 bytes are in its receive queue, and one `read` takes them: a pause is no part of the stream.",
        "why",
    ),
    Question::number(
        "glue",
        "`glue` holds what the server sends until all of it has come. It never passes anything on because of a silence. How \
         many messages does the client print?",
        three,
        "All 40 bytes come together, whatever the pauses were.",
        "why",
    )
    .on(Glue),
    Question::number(
        "dribble",
        "`dribble` passes on one byte, and the next only when that one was read. How many messages does the client print \
         now?",
        three,
        "Each byte comes alone, and the client takes it for a message.",
        "why",
    )
    .on(Dribble),
    Question::number(
        "long",
        "The server has one message, of 3,000 bytes, and `glue` passes it on in one piece. How many messages does the client \
         print?",
        long,
        "One `read` brings at most 1024 bytes. On `plain` it is 3 or more.",
        "the-idea",
    )
    .on(Glue),
];

const MESSAGES: [&str; 3] = ["first message", "second message", "third message"];

fn messages() -> Vec<String> {
    MESSAGES.map(String::from).to_vec()
}

/// How long the reader waits at most until all has come, and how often it looks.
const LIMIT: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);

fn busy(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server_with(&messages())?;
    let mut reader = call(&server)?;
    let all: usize = MESSAGES.iter().map(|message| message.len()).sum();
    let start = Instant::now();
    // It is busy until all bytes are there: that is what the question is about, and not how long it takes.
    while can("look at what has come", reader.peek(&mut [0; 1024]))? < all {
        if start.elapsed() > LIMIT {
            return unable("the server did not push its three messages");
        }
        thread::sleep(LOOK);
    }
    let came = read_once(&mut reader);
    let Came::Bytes(bytes) = &came else { return unable(came.told()) };
    let text = String::from_utf8_lossy(bytes);
    let found = MESSAGES.iter().filter(|message| text.contains(**message)).count();
    Ok(Seen::new(found, format!("a reader of the runner, with the reference server: {}", came.told())))
}

fn three(bench: &mut Bench) -> Outcome<Seen> {
    printed(bench, &messages())
}

fn long(bench: &mut Bench) -> Outcome<Seen> {
    printed(bench, &["x".repeat(3000)])
}

/// Lets the server push these messages, and counts those that the client prints.
fn printed(bench: &mut Bench, messages: &[String]) -> Outcome<Seen> {
    let server = bench.server_with(messages)?;
    let wire = pushing::wire_to::<Sleep>(bench, server.addr, messages)?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    bench.wait_while_carried(&wire, &client);
    client.exits_well("when the server has ended")?;
    client.end();
    let printed = client.printed();
    let printed = String::from_utf8_lossy(&printed);
    let lines: Vec<&str> = printed.lines().filter(|line| line.starts_with("message ")).collect();
    let first: String = lines.first().unwrap_or(&"nothing").chars().take(40).collect();
    let facts =
        format!("the reference client printed {}, the first one `{first}`", plural(lines.len(), "message"));
    Ok(Seen::new(lines.len(), facts))
}
