//! What the messages of a pair cost on a wire, in time and in bytes.

use super::printed::printed_as;
use super::{LETTERS, Push, bytes_of, wire_to};
use crate::bench::Bench;
use crate::finding::Outcome;
use crate::promises::inputs::random_from;
use crate::wire::{Direction, Passed, Record};
use std::time::Duration;

/// Bytes of each message.
pub const LENGTH: usize = 12;

/// One run of a pair.
pub struct Run {
    /// The time from the first byte that the client got to the end of the stream.
    pub took: Duration,
    /// Bytes in both directions beyond the messages' own.
    pub added: u64,
}

/// Runs the pair once: the server pushes `count` messages through the bench's wire.
///
/// # Errors
/// The finding that the client did not end well.
pub fn run<P: Push>(bench: &mut Bench, count: usize) -> Outcome<Run> {
    let messages: Vec<String> = (0..count).map(|_| random_from(bench, LETTERS, LENGTH)).collect();
    let server = bench.server_with(&messages)?;
    let wire = wire_to::<P>(bench, server.addr, &messages)?;
    let mut client = bench.client(wire.addr, &printed_as(&bytes_of(&messages)))?;
    client.end_input();
    client.exits_well("when the server has ended")?;
    let (to_server, to_client) = wire.record.carried();
    Ok(Run {
        took: time_to_client(&wire.record),
        added: (to_server + to_client).saturating_sub((count * LENGTH) as u64),
    })
}

/// Returns the time from the first byte that passed to the client to the end of the stream that way.
pub fn time_to_client(record: &Record) -> Duration {
    let pieces = record.pieces();
    let mut to_client = pieces.iter().filter(|piece| piece.direction == Direction::ServerToClient);
    let first =
        to_client.clone().find(|piece| matches!(piece.what, Passed::Bytes { .. })).map(|piece| piece.at);
    let last = to_client.rfind(|piece| piece.what == Passed::Fin).map(|piece| piece.at);
    first.zip(last).map_or(Duration::ZERO, |(first, last)| last.saturating_sub(first))
}
