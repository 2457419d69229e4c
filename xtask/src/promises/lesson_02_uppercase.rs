//! Lesson 02: as lesson 01 with ASCII letters upper-cased; many requests on one connection, on every wire; and the
//! client that takes one `read` for a reply.

use super::{answering, common, one_read, pair};
use crate::bench::Bench;
use crate::bench::same_bytes;
use crate::finding::Outcome;
use crate::promises::Check;
use crate::wire::Kind::{Dribble, Glue, Slice};

/// The promises of lesson 02 beside those that every asking client and every answering server makes.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-talks", "talk to each other", pair_talks),
    Check::pair("pair-talks", "talk to each other", pair_talks).on(Glue),
    Check::server("only-ascii-letters", "upper-cases a to z and leaves every other byte", only_ascii_letters),
    Check::server("many-requests", "answers many requests on one connection", many_requests),
    Check::server(
        "half-characters",
        "answers bytes that are no text, and characters cut in two",
        half_characters,
    ),
    Check::server("any-pieces", "answers the same whatever the pieces", any_pieces).on(Glue),
    Check::server("any-pieces", "answers the same whatever the pieces", any_pieces).on(Dribble),
    Check::server("any-pieces", "answers the same whatever the pieces", any_pieces).on(Slice),
    Check::client("whole-replies", "prints whole replies", one_read::whole_replies).on(Glue),
    Check::client("whole-replies", "prints whole replies", one_read::whole_replies).on(Dribble),
    Check::client("whole-replies", "prints whole replies", one_read::whole_replies).on(Slice),
    Check::client(
        "half-characters",
        "survives a reply that comes in halves of characters",
        one_read::half_characters,
    )
    .on(Dribble),
];

/// Both programs, with letters beyond ASCII.
pub fn pair_talks(bench: &mut Bench) -> Outcome {
    let random = format!("{} {}", common::random_word(bench, 4), bench.rng.u16(..));
    pair::talks(bench, &["hello".to_string(), random, "straße 粘包".to_string()])
}

/// Every byte once, and then the end.
pub fn only_ascii_letters(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = common::every_byte(bench);
    answering::asks_last(bench, &mut peer, &bytes)
}

fn many_requests(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for n in (0..30).map(|_| bench.rng.usize(1..=1024)).collect::<Vec<_>>() {
        let bytes = common::random_bytes(bench, n);
        answering::asks(bench, &mut peer, &bytes)?;
    }
    answering::asks_words(bench, &mut peer)?;
    server.alive("these requests")
}

fn half_characters(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    // 0xC3 0xA9 is é, cut in two; then bytes that occur in no UTF-8 text at all.
    for part in ["straße é".as_bytes(), b"caf\xc3", b"\xa9 na", b"\xff\xfe\x00", b"z\xe7\xb2", b"\x98"] {
        let expected = (bench.answer)(part);
        let heard = peer.say_and_hear(part, false, expected.len());
        server.alive("bytes that are no UTF-8 text")?;
        same_bytes("server", &expected, &heard, |_, _| {
            "the server treats what one `read` returned as text: it may end in the middle of a character, or be no \
             text at all; work on the bytes"
                .to_string()
        })?;
    }
    Ok(())
}

/// Three requests through the check's wire.
pub fn any_pieces(bench: &mut Bench) -> Outcome {
    let server = bench.server()?;
    let requests: Vec<Vec<u8>> = [300, 5, 80].iter().map(|n| common::random_bytes(bench, *n)).collect();
    let turns: Vec<usize> = requests.iter().map(Vec::len).collect();
    let wire = bench.wire_to(server.addr, turns.clone(), turns)?;
    let mut peer = bench.connect_through(&wire)?;
    requests.iter().try_for_each(|request| answering::asks(bench, &mut peer, request))
}
