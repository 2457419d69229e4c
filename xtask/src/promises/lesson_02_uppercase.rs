//! Lesson 02: as lesson 01, but with ASCII letters in upper case; many requests on one connection, on every wire; and a
//! client that takes one `read` for a reply.

use super::asking::server::{PEEKS, asks, asks_last, asks_words, peeks};
use super::asking::unanswered::explained;
use super::asking::{Ask, client, odd_input, one_read, pair, server, waits, writes};
use super::inputs::{every_byte, random_bytes, random_word};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails, server};
use crate::bench::{Bench, same_bytes};
use crate::finding::{Half, Outcome};

/// ASCII letters come back in upper case, every other byte as it was sent.
pub struct Uppercase;

impl Ask for Uppercase {
    const IN_PLACE: Option<&'static str> = Some("make_ascii_uppercase");
    fn reply(requests: &[u8]) -> Vec<u8> {
        requests.to_ascii_uppercase()
    }

    fn example(bench: &mut Bench) -> Vec<String> {
        let random = format!("{} {}", random_word(bench, 4), bench.rng.u16(..));
        vec!["hello".to_string(), random, "straße 粘包".to_string()]
    }
}

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    LETTERS,
    OWN,
    <Uppercase as server::Rows>::SERVER,
    <Uppercase as writes::Rows>::REPLIES,
    <Uppercase as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Uppercase as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Uppercase as client::Rows>::CLIENT,
    <Uppercase as one_read::Rows>::ONE_READ,
    <Uppercase as writes::Rows>::ASKS,
    <Uppercase as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Uppercase as odd_input::Rows>::ODD_REPLY,
    <Uppercase as odd_input::Rows>::ODD_INPUT,
    <Uppercase as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];

/// The rows that hold for every server that upper-cases.
pub const LETTERS: &[Check] =
    &[server!("only-ascii-letters", "upper-cases a to z and leaves every other byte", only_ascii_letters)];

const OWN: &[Check] = &[
    server!("many-requests", "answers many requests on one connection", many_requests)
        .after(&["half-characters"]),
    server!("half-characters", "answers bytes that are no text, and characters cut in two", half_characters),
];

/// Sends every byte once, and then FIN.
fn only_ascii_letters(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = every_byte(bench);
    let outcome = asks_last::<Uppercase>(&mut peer, &bytes);
    explained::<Uppercase>(bench, &mut server, &peer, &bytes, outcome)
}

fn many_requests(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for n in (0..30).map(|_| bench.rng.usize(1..=1024)).collect::<Vec<_>>() {
        let bytes = random_bytes(&mut bench.rng, n);
        asks::<Uppercase>(&mut peer, &bytes)?;
    }
    asks_words::<Uppercase>(&mut peer)?;
    server.alive("these requests")
}

fn half_characters(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    // 0xC3 0xA9 is é, cut in two; then bytes that occur in no UTF-8 text at all.
    for part in ["straße é".as_bytes(), b"caf\xc3", b"\xa9 na", b"\xff\xfe\x00", b"z\xe7\xb2", b"\x98"] {
        let expected = Uppercase::reply(part);
        let heard = peer.say_and_hear(part, false, expected.len());
        server.alive("bytes that are no UTF-8 text")?;
        same_bytes(Half::Server, &expected, &heard, |expected, heard| {
            let is_lossy = memchr::memmem::find(&heard.bytes, b"\xef\xbf\xbd").is_some();
            match heard.ending {
                _ if peeks::<Uppercase>(&peer) => PEEKS.into(),
                None if !is_lossy => Uppercase::cause_of_reply(part, expected, heard),
                _ => "the server treats what one `read` returned as text: it may end in the middle of a character, or \
                      be no text at all; work on the bytes"
                    .into(),
            }
        })?;
    }
    Ok(())
}
