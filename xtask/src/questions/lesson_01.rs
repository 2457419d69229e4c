//! What a learner predicts in lesson 01.

use super::question::{Question, Seen};
use super::sockets::{Came, can, read_once, two};
use crate::bench::Bench;
use crate::finding::{Outcome, unable};
use std::io::{Read, Write};

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "after-fin",
        "A client sends `hello`, reads the reply, and closes its socket. What does the server's next `read` return?",
        READS,
        after_fin,
        "0 means FIN: no more bytes will come this way. An empty message cannot be sent at all.",
        "why",
    ),
    Question::choice(
        "unread",
        "The server has sent a reply, and the client closes its socket before it has read it. (When a client is killed, \
         the kernel closes its sockets.) What does the server's next `read` return?",
        READS,
        unread,
        "A socket that is closed with bytes in it that nobody has read sends RST, and not FIN.",
        "why",
    ),
    Question::choice(
        "both-write",
        "A client sends 64 MiB and reads nothing until it has sent them all. The server sends back each piece that it has \
         read. What happens?",
        &["all of it comes back", "both wait for ever", "the server loses what the client does not read"],
        both_write,
        "The four buffers of the connection are full: the server waits in `write_all`, so it does not read, and the \
         client waits, too.",
        "the-idea",
    ),
];

const READS: &[&str] = &["an error", "0", "nothing yet: it waits"];

/// Returns the choice of [`READS`] that a `read` is.
fn of(came: &Came) -> Outcome<Seen> {
    let answer = match came {
        Came::Error(_) => 0,
        Came::End => 1,
        Came::Nothing => 2,
        Came::Bytes(_) => return unable("bytes came that nobody sent"),
    };
    Ok(Seen::new(answer, format!("two sockets of the runner: the server's next {}", came.told())))
}

fn after_fin(_: &mut Bench) -> Outcome<Seen> {
    let (mut client, mut server) = two()?;
    let mut hello = [0; 5];
    can("send", client.write_all(b"hello"))?;
    can("receive", server.read_exact(&mut hello))?;
    can("reply", server.write_all(&hello))?;
    can("receive", client.read_exact(&mut hello))?;
    drop(client);
    of(&read_once(&mut server))
}

fn unread(_: &mut Bench) -> Outcome<Seen> {
    let (client, mut server) = two()?;
    let mut byte = [0; 1];
    can("reply", server.write_all(b"hello"))?;
    // It has come, and it stays unread.
    can("wait for the reply", client.peek(&mut byte))?;
    drop(client);
    of(&read_once(&mut server))
}

fn both_write(bench: &mut Bench) -> Outcome<Seen> {
    const ALL: usize = 64 << 20;
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let sent = peer.say_until_stuck(&vec![b'x'; ALL], || server.is_stuck());
    if sent < ALL {
        let facts = format!(
            "the reference server: after {sent} of {ALL} bytes the kernel took no more, and every thread of the server slept"
        );
        return Ok(Seen::new(1, facts));
    }
    let back = peer.hear(ALL).bytes.len();
    Ok(Seen::new(
        if back == ALL { 0 } else { 2 },
        format!("the reference server: {back} of {ALL} bytes came back"),
    ))
}
