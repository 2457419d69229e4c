//! What the replies of a server cost on a wire, in time and in bytes.

use super::Ask;
use super::server::is_end;
use crate::bench::{Bench, same_bytes};
use crate::finding::{Half, Outcome};
use crate::promises::inputs::random_from;
use crate::promises::pushing::LETTERS;
use crate::promises::pushing::measure::{LENGTH, Run, time_to_client};

/// Asks the server for `count` replies, through the bench's wire. All requests are said at once, as far as the framing
/// allows it: a client that waits for each reply takes a round trip for each, with any framing.
///
/// # Errors
/// The finding that the replies are not right.
pub fn run<P: Ask>(bench: &mut Bench, count: usize) -> Outcome<Run> {
    let lines: Vec<String> = (0..count).map(|_| random_from(bench, LETTERS, LENGTH)).collect();
    let requests: Vec<u8> = lines.iter().flat_map(|line| P::request(line)).collect();
    let expected = P::reply(&requests);
    let server = bench.server()?;
    let wire = bench.wire_to(server.addr, Vec::new(), Vec::new())?;
    let mut peer = bench.connect_through(&wire)?;
    let heard = peer.say_and_hear(&requests, true, expected.len());
    same_bytes(Half::Server, &expected, &heard, |expected, heard| {
        P::cause_of_reply(&requests, expected, heard)
    })?;
    is_end::<P>(&peer.hear_to_end(1024))?;
    let (_, to_client) = wire.record.carried();
    Ok(Run { took: time_to_client(&wire.record), added: to_client.saturating_sub((count * LENGTH) as u64) })
}
