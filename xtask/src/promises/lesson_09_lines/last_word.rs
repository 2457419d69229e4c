//! Promises of lesson 09's server: how it says the last word.

use super::protocol::{BYEBYE, LONGEST, TOO_LONG, cause_of_last};
use crate::bench::{Bench, Ending, Peer, same_bytes};
use crate::finding::{Half, Outcome};
use crate::promises::farewell::reads_on_for_a_second;
use crate::promises::inputs::{random_from, random_word};
use crate::promises::{Check, server};

/// The rows.
pub(super) const SERVER: &[Check] = &[
    server!(
        "last-word-arrives",
        "sends its last word so that it arrives, whatever else was sent",
        last_word_arrives
    )
    .after(&["exit-ends", "too-long"]),
    server!("farewell", "reads on for a second after its last word, and no longer", farewell)
        .after(&["last-word-arrives"])
        .long(),
];

/// Why there was no last word to look at.
const UNANSWERED: &str = "the line that ends the connection was not answered as it should be: the checks of `exit` \
                          and of a line that is too long tell more";

/// The two words after which the server ends the connection: what is said for each, and the reply.
fn last_words(bench: &mut Bench) -> [(&'static str, Vec<u8>, Vec<u8>); 2] {
    let long = random_from(bench, b"abcdefgh ", LONGEST + 1);
    [
        ("`exit`", b"exit\n".to_vec(), BYEBYE.to_vec()),
        ("a line that is too long", long.into(), TOO_LONG.to_vec()),
    ]
}

/// Says the last line and much more behind it before the server reads anything, and hears nothing until the server has
/// ended: some of its replies are then still in its kernel, where a reset destroys them.
fn last_word_arrives(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a reset (RST) destroyed the replies on their way: a socket that is closed with bytes unread \
                         in it sends one; after the last reply half-close (`shutdown`), and read until the client's \
                         end, or for a second";
    for (_, said, replied) in last_words(bench) {
        let lines = (random_word(bench, 1000) + "\n").repeat(8).into_bytes();
        let rest = random_from(bench, b"abcdefgh ", 20_000).into_bytes();
        let bytes = [&lines[..], &said, &rest].concat();
        let expected = [&lines.to_ascii_uppercase()[..], &replied].concat();
        for tries_left in (0..3).rev() {
            let mut server = bench.server()?;
            let mut peer = server.while_stopped(|server| -> Outcome<Peer> {
                let mut peer = bench.connect_tiny(server)?;
                let _ = peer.say_until_stuck(&bytes, || true);
                Ok(peer)
            })?;
            peer.wait_ended_unheard();
            peer.widen();
            let heard = peer.hear(expected.len());
            let is_reset = heard.ending == Some(Ending::Rst);
            let outcome = same_bytes(Half::Server, &expected, &heard, |expected, heard| match heard.ending {
                Some(Ending::Rst) => CAUSE.into(),
                _ => cause_of_last(&bytes, expected, heard, UNANSWERED),
            });
            // A server that got no processor for a second may have had no time to read: that comes once, not always.
            match outcome {
                Err(_) if is_reset && tries_left > 0 => {}
                outcome => {
                    outcome?;
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Goes on talking after the server's last word, and looks when the server lets go of the connection.
fn farewell(bench: &mut Bench) -> Outcome {
    let words = last_words(bench);
    let what = words.each_ref().map(|(what, ..)| *what);
    reads_on_for_a_second(bench, &what, |peer, n| {
        let (_, said, replied) = &words[n];
        let heard = peer.say_and_hear(said, false, replied.len());
        same_bytes(Half::Server, replied, &heard, |e, heard| cause_of_last(said, e, heard, UNANSWERED))
    })
}
