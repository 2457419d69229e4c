//! What a learner predicts in lesson 03.

use super::question::{Question, Seen};
use super::sockets::plural;
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::wire::Kind::{Dribble, Glue};

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::number(
        "glue",
        "The server writes 5, 3 and 7 bytes. On the wire `glue`, which passes on in one piece what the server sends: how \
         many reads does the client report?",
        three_writes,
        "All 15 bytes are in the client's receive queue, and one `read` takes what is there.",
        "why-it-happens",
    )
    .on(Glue),
    Question::number(
        "dribble",
        "And on the wire `dribble`, which passes on one byte, and the next only when that one was read: how many \
         reads?",
        three_writes,
        "Each `read` finds one byte, and returns it.",
        "why-it-happens",
    )
    .on(Dribble),
    Question::number(
        "large",
        "The server writes 5,000 bytes with one `write`, and `glue` passes them on in one piece. The client's buffer \
         holds 1024 bytes. How many reads does it report?",
        large,
        "Four reads return 1024 bytes each, and the fifth one the rest.",
        "why-it-happens",
    )
    .on(Glue),
];

fn three_writes(bench: &mut Bench) -> Outcome<Seen> {
    reads(bench, &["XKZJK".into(), "VVV".into(), "JQKQXQX".into()])
}

fn large(bench: &mut Bench) -> Outcome<Seen> {
    reads(bench, &["X".repeat(5000)])
}

/// Lets the server push these messages, and counts the reads that the client reports.
fn reads(bench: &mut Bench, messages: &[String]) -> Outcome<Seen> {
    let total: usize = messages.iter().map(String::len).sum();
    let server = bench.server_with(messages)?;
    let wire = bench.wire_to(server.addr, Vec::new(), vec![total])?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    client.exits_well("when the server has ended")?;
    client.end();
    let printed = client.printed();
    let printed = String::from_utf8_lossy(&printed);
    let reads = printed.lines().filter(|line| line.starts_with("read ")).count();
    let first = printed.lines().next().unwrap_or_default();
    let most = first.char_indices().nth(40).map_or(first.len(), |(at, _)| at);
    let more = if most < first.len() { "…" } else { "" };
    let first = format!("{}{more}", &first[..most]);
    Ok(Seen::new(
        reads,
        format!("the reference client reported {}, the first one `{first}`", plural(reads, "read")),
    ))
}
