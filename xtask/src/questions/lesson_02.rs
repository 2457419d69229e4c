//! What a learner predicts in lesson 02.

use super::question::{Question, Seen};
use super::sockets::{Came, call, can, read_once};
use crate::bench::Bench;
use crate::finding::{Outcome, unable};
use crate::wire::Kind::Dribble;
use std::io::Write;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "half-a-character",
        "`é` is the two bytes `c3 a9`. They come in two pieces, and the server's `read` returns `c3` alone. What should \
         the server send back now?",
        &["nothing, until `a9` has come", "`c3`, as it came", "nothing: `c3` is no text, so it ends the connection"],
        half_a_character,
        "`c3` is no ASCII letter, so it goes back as it came; `a9` follows when it comes.",
        "why",
    ),
    Question::choice(
        "reset",
        "A client resets its connection (RST) while the server is sending to it, so the server's `write` fails. Then \
         another client connects. What does it get?",
        &["its reply", "nothing: the server has ended"],
        reset,
        "An error of one connection ends this connection, and not the server.",
        "why",
    ),
    Question::number(
        "one-read",
        "A client sends 8 bytes, and takes one `read` with a buffer of 1024 bytes for the reply. On the wire `dribble`, how \
         many bytes does this `read` return?",
        one_read,
        "One `read` returns what has come, at least 1 byte and at most 8. More is not promised.",
        "you-saw-it-pass-now-look",
    )
    .on(Dribble),
];

fn half_a_character(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let mut client = call(&server)?;
    can("send", client.write_all(&[0xc3]))?;
    let came = read_once(&mut client);
    let answer = match &came {
        Came::Nothing => 0,
        Came::Bytes(bytes) if bytes == &[0xc3] => 1,
        Came::End | Came::Error(_) => 2,
        Came::Bytes(_) => return unable("the server sent something else"),
    };
    Ok(Seen::new(answer, format!("the reference server: after `c3` the client's {}", came.told())))
}

fn reset(bench: &mut Bench) -> Outcome<Seen> {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    peer.say_until_stuck(&vec![b'x'; 64 << 20], || server.is_stuck());
    peer.reset();
    let mut next = call(&server)?;
    can("send", next.write_all(b"hello"))?;
    let came = read_once(&mut next);
    let is_served = matches!(&came, Came::Bytes(bytes) if bytes == b"HELLO");
    Ok(Seen::new(usize::from(!is_served), format!("the reference server: the next client's {}", came.told())))
}

fn one_read(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let wire = bench.wire_to(server.addr, vec![8], vec![8])?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line("abcdefgh");
    client.line("q");
    client.exits_well("after `q`")?;
    client.end();
    let printed = client.printed();
    let first = printed.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let facts =
        format!("the reference client printed \"{}\" for the reply \"ABCDEFGH\"", first.escape_ascii());
    Ok(Seen::new(first.len(), facts))
}
