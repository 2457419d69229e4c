//! The scenario in which the client asks: it sends a request for each line, the server replies.

mod causes;
pub mod client;
pub mod exact;
pub mod many;
pub mod one_read;
pub mod pair;
pub mod server;

use crate::bench::{Bench, Heard};
use crate::finding::Cause;
use crate::promises::inputs::{random_bytes, random_word};
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice};
use fastrand::Rng;

/// How the programs of a lesson talk in which the client asks. What is not said here is as in lesson 01: a request is the
/// bytes of a line, without a line end.
pub trait Ask: Sized + 'static {
    /// What the client does with a line, in words that follow "the client".
    const SENDS: &'static str = "sends exactly the line's bytes and prints the reply";
    /// What the client does with a line that ends in `\r\n`, in words that follow "the client".
    const STRIPS: &'static str = "sends no line end, be it \\n or \\r\\n";
    /// What the client must not have sent when nothing more was to come, in one sentence.
    const NOTHING_MORE: &'static str =
        "send the line without its line end, and nothing for an empty line or `q`";
    /// How a client knows that a reply is whole, in one sentence.
    const WHOLE: &'static str = "a reply has as many bytes as its request, and may come in any number of pieces: read \
                                 until all of them are there (`read_exact`)";
    /// Bytes of a line that is longer than a buffer, and allowed.
    const LONG: usize = 20_000;
    /// The line that ends the conversation from the client's side, where the protocol has one.
    const BYE: Option<&'static str> = None;
    /// The wires on which the pair talks.
    const PAIR_ON: &'static [Kind] = &[Plain, Glue];
    /// The wires that cut and join what a server is sent.
    const PIECES_ON: &'static [Kind] = &[Glue, Dribble, Slice];

    /// What a client sends for this line.
    fn request(line: &str) -> Vec<u8> {
        line.as_bytes().to_vec()
    }

    /// All that a server has replied once these bytes have come.
    fn reply(requests: &[u8]) -> Vec<u8>;

    /// What of a reply a client prints.
    fn printed(reply: &[u8]) -> &[u8] {
        reply
    }

    /// Random bytes that are whole requests, about `n` of them.
    fn requests(rng: &mut Rng, n: usize) -> Vec<u8> {
        random_bytes(rng, n)
    }

    /// The lines with which the pair is seen.
    fn example(bench: &mut Bench) -> Vec<String> {
        vec!["hello".to_string(), format!("{} {}", random_word(bench, 4), bench.rng.u16(..))]
    }

    /// Why a server that was to reply `expected` to `said` was heard to say something else.
    fn cause_of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> Cause {
        causes::of_reply(said, expected, heard)
    }

    /// Why a server said more after its last reply, or did not end the connection.
    fn cause_of_more(heard: &Heard) -> Cause {
        causes::of_more(heard)
    }

    /// Why a client that was to send `expected` was heard to say something else.
    fn cause_of_request(expected: &[u8], heard: &Heard) -> Cause {
        causes::of_request(expected, heard)
    }

    /// Why a client printed something else than the replies.
    fn cause_of_printed(printed: &str) -> Cause {
        causes::of_printed(printed)
    }
}

/// What a client prints of the replies to these lines, one after the other.
fn printed_of<P: Ask>(lines: &[String]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| P::printed(&P::reply(&P::request(line))).to_vec()).collect()
}

/// The replies to these lines.
fn replies_to<P: Ask>(lines: &[String]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| P::reply(&P::request(line))).collect()
}

/// The byte counts of the requests for these lines.
fn request_sizes<P: Ask>(lines: &[String]) -> Vec<usize> {
    lines.iter().map(|line| P::request(line).len()).collect()
}
