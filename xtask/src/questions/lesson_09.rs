//! What a learner predicts in lesson 09.

use super::question::{Question, Seen};
use super::sockets::{call, can, rest};
use crate::bench::Bench;
use crate::finding::{Outcome, unable};
use std::io::Write;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::number(
        "at-once",
        "A client writes `a\\nb\\n` with one `write`. How many replies does it get?",
        at_once,
        "A line ends at its `\\n`, and how the bytes were written changes nothing.",
        "the-idea",
    ),
    Question::number(
        "endless",
        "A client sends `x` after `x`, and never a `\\n`. After how many bytes does the server reply that the line is too \
         long? (A line has at most 8192 bytes.)",
        endless,
        "Not earlier, because byte 8193 may be the `\\n`; and there is nothing to wait for after it.",
        "why",
    ),
    Question::choice(
        "no-line-end",
        "A client sends `exit` without a `\\n`, and ends its side. What does the server send?",
        &["nothing: that was no line", "`EXIT`", "`Byebye!`"],
        no_line_end,
        "The client has nothing more to send, and what it has sent counts.",
        "the-idea",
    ),
];

fn at_once(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let mut client = call(&server)?;
    can("send", client.write_all(b"a\nb\n"))?;
    let replies = rest(client)?;
    let count = replies.iter().filter(|byte| **byte == b'\n').count();
    Ok(Seen::new(count, format!("the reference server sent \"{}\"", replies.escape_ascii())))
}

fn endless(bench: &mut Bench) -> Outcome<Seen> {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let mut sent = 8000;
    let _ = peer.say(&vec![b'x'; sent]);
    // One byte at a time; each was read, and the server waits again, before the next one goes.
    let reply = loop {
        peer.wait_taken();
        server.wait_idle();
        let came = peer.pending();
        if !came.is_empty() {
            break came;
        }
        if sent > 9000 || peer.say(b"x").is_err() {
            return unable("the server sent no reply");
        }
        sent += 1;
    };
    Ok(Seen::new(sent, format!("the reference server sent \"{}\" after byte {sent}", reply.escape_ascii())))
}

fn no_line_end(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let mut client = call(&server)?;
    can("send", client.write_all(b"exit"))?;
    let reply = rest(client)?;
    let answer = match &*reply {
        b"" => 0,
        b"EXIT\n" => 1,
        b"Byebye!\n" => 2,
        _ => return unable("the server sent something else"),
    };
    Ok(Seen::new(answer, format!("the reference server sent \"{}\"", reply.escape_ascii())))
}
