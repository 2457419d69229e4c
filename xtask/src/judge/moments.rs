//! What the runner's connections and wires saw, in the order of time.

use crate::bench::{Bench, Ending, What, lock};
use crate::report::{Happened, Moment, Stage};
use crate::wire::{Direction, Passed};
use std::time::{Duration, Instant};

/// The most moments that a report keeps of one check: the first ones.
const MOST: usize = 2000;
/// The most bytes of one moment that a report keeps.
const KEPT: usize = 256;

/// Returns what happened on all connections of a check. The times count from the first moment.
pub fn of(bench: &Bench<'_>) -> Vec<Moment> {
    let mut all: Vec<(Instant, Moment)> = Vec::new();
    for (number, log) in bench.logs.iter().enumerate() {
        let log = lock(log);
        let from_runner = match log.other {
            "server" => Direction::ClientToServer,
            _ => Direction::ServerToClient,
        };
        for event in &log.events {
            let (direction, stage) = match &event.what {
                What::Said(_) | What::HalfClosed | What::Closed(_) => (from_runner, Stage::Written),
                What::Heard(_) | What::Ended(_) => (from_runner.back(), Stage::Read),
            };
            let what = match &event.what {
                What::Said(span) | What::Heard(span) => bytes(span.len, &span.bytes),
                What::HalfClosed | What::Ended(Ending::Fin) => Happened::Fin,
                What::Closed(false) => Happened::Note("closed the connection".into()),
                What::Closed(true) | What::Ended(Ending::Rst) => Happened::Rst,
                What::Ended(ending) => Happened::Note(ending.to_string()),
            };
            let at = log.started() + event.at;
            all.push((at, Moment { at: Duration::ZERO, connection: number + 1, direction, stage, what }));
        }
    }
    for record in &bench.records {
        for piece in record.pieces() {
            let what = match &piece.what {
                Passed::Bytes { len, start, .. } => bytes(*len, start),
                Passed::Fin => Happened::Fin,
                Passed::Rst => Happened::Rst,
            };
            let (connection, direction) = (piece.connection, piece.direction);
            let moment = Moment { at: Duration::ZERO, connection, direction, stage: Stage::Passed, what };
            all.push((record.started() + piece.at, moment));
        }
    }
    all.sort_by_key(|(at, _)| *at);
    all.truncate(MOST);
    let Some((first, _)) = all.first() else { return Vec::new() };
    let first = *first;
    all.into_iter().map(|(at, moment)| Moment { at: at - first, ..moment }).collect()
}

fn bytes(len: usize, all: &[u8]) -> Happened {
    Happened::Bytes { len, start: all[..all.len().min(KEPT)].to_vec() }
}
