//! The scenario in which the client asks: it sends a request for each line, the server replies.

mod causes;
pub mod client;
pub mod exact;
pub mod many;
pub mod measure;
pub mod odd_input;
pub mod one_read;
pub mod pair;
pub mod request;
pub mod server;
pub mod unanswered;
pub mod waits;
pub mod writes;

use crate::bench::{Bench, Heard, Peer};
use crate::finding::Cause;
use crate::promises::inputs::{random_bytes, random_word};
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice};
use crate::wire::Record;
use fastrand::Rng;

/// How the programs talk in a lesson where the client asks. The defaults are those of lesson 01: a request is the bytes
/// of a line, without a line end.
pub trait Ask: Sized + 'static {
    /// What the client does with a line, in words that follow "the client".
    const SENDS: &'static str = "sends exactly the line's bytes and prints the reply";
    /// What the client does with a line that ends in `\r\n`, in words that follow "the client".
    const STRIPS: &'static str = "sends no line end, neither \\n nor \\r\\n";
    /// The cause when a client sends more than its lines, in one sentence.
    const NOTHING_MORE: &'static str =
        "send the line without its line end, and nothing for an empty line or `q`";
    /// How a client knows that a reply is whole, in one sentence.
    const WHOLE: &'static str = "a reply has as many bytes as its request, and may come in any number of pieces: read \
                                 until all of them are there (`read_exact`)";
    /// The function of Rust that makes a reply of the bytes of a request in place, if there is one.
    const IN_PLACE: Option<&'static str> = None;
    /// Bytes of a line that is longer than a buffer, and allowed.
    const LONG: usize = 20_000;
    /// The line that ends the conversation from the client's side, if the protocol has one.
    const BYE: Option<&'static str> = None;
    /// Whether a server may end a connection in any way after its last reply: also with RST, and with more bytes before.
    const ANY_END: bool = false;
    /// How many clients a server is asked to reply to at the same moment.
    const AT_ONCE: usize = 256;
    /// The wires on which the pair talks.
    const PAIR_ON: &'static [Kind] = &[Plain, Glue];
    /// The wires that cut and join the requests to a server.
    const PIECES_ON: &'static [Kind] = &[Glue, Dribble, Slice];

    /// Whether each byte of a request has its own byte of reply. A server then replies to what has come, and a client may
    /// read that before it sends more.
    const BY_BYTE: bool = true;

    /// Returns what a client sends for this line.
    fn request(line: &str) -> Vec<u8> {
        Self::request_of(line.as_bytes())
    }

    /// Returns what a client sends for this line, which need not be text.
    fn request_of(line: &[u8]) -> Vec<u8> {
        line.to_vec()
    }

    /// Returns everything that a server replies to these bytes.
    fn reply(requests: &[u8]) -> Vec<u8>;

    /// Hears a server's replies, which must be `expected`. Where replies may differ in what does not matter (the keys
    /// of an object, blanks), it returns them as [`Ask::reply`] would write them.
    fn hear(peer: &mut Peer, expected: &[u8]) -> Heard {
        peer.hear(expected.len())
    }

    /// Returns the bytes that a server sent, as [`Ask::reply`] would write them.
    fn as_written(sent: Vec<u8>) -> Vec<u8> {
        sent
    }

    /// Returns how many bytes of replies a wire has carried, as [`Ask::reply`] would write them.
    fn replied(record: &Record) -> u64 {
        record.carried().1
    }

    /// Returns the byte counts of a server's turns when it gives these replies.
    fn turns(replies: &[Vec<u8>]) -> Vec<usize> {
        replies.iter().map(Vec::len).collect()
    }

    /// Returns the part of a reply that a client prints.
    fn printed(reply: &[u8]) -> &[u8] {
        reply
    }

    /// Returns about `n` random bytes that are whole requests.
    fn requests(rng: &mut Rng, n: usize) -> Vec<u8> {
        random_bytes(rng, n)
    }

    /// Returns whole requests whose replies fill the buffers of both sides.
    fn flood(rng: &mut Rng) -> Vec<u8> {
        Self::requests(rng, 8 << 20)
    }

    /// Returns whole requests whose replies fill the small buffers of [`Bench::connect_tiny`] several times.
    fn unread(rng: &mut Rng) -> Vec<u8> {
        Self::requests(rng, 200_000)
    }

    /// Returns a small request, always the same, for a server.
    fn small(words: &str) -> Vec<u8> {
        Self::request(words)
    }

    /// Returns the lines that the pair's conversation shows.
    fn example(bench: &mut Bench) -> Vec<String> {
        vec!["hello".to_string(), format!("{} {}", random_word(bench, 4), bench.rng.u16(..))]
    }

    /// Returns lines for a pair that leaves no room for a wire.
    fn plain_lines(bench: &mut Bench) -> Vec<String> {
        vec!["hello".to_string(), random_word(bench, 9)]
    }

    /// Returns why a server replied something other than `expected` to `said`.
    fn cause_of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> Cause {
        causes::of_reply(said, expected, heard)
    }

    /// Returns why a server said more after its last reply, or did not end the connection.
    fn cause_of_more(heard: &Heard) -> Cause {
        causes::of_more(heard)
    }

    /// Returns why a client sent something other than `expected`.
    fn cause_of_request(expected: &[u8], heard: &Heard) -> Cause {
        causes::of_request(expected, heard)
    }

    /// Returns why a client printed something other than the replies.
    fn cause_of_printed(printed: &str) -> Cause {
        causes::of_printed(printed)
    }
}

/// Returns what a client prints of the replies to these lines, one after the other.
fn printed_of<P: Ask>(lines: &[String]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| P::printed(&P::reply(&P::request(line))).to_vec()).collect()
}

/// Returns the replies to these lines.
fn replies_to<P: Ask>(lines: &[String]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| P::reply(&P::request(line))).collect()
}

/// Returns the byte counts of the requests for these lines.
fn request_sizes<P: Ask>(lines: &[String]) -> Vec<usize> {
    lines.iter().map(|line| P::request(line).len()).collect()
}
