//! Every datagram that the runner's sockets and its wire have seen in one check.

use crate::wire::{Crossing, DatagramRecord, Direction, Fate, number_of};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most datagrams that a picture keeps.
const MOST: usize = 2000;

/// The picture of one check, shared by the runner's sockets.
#[derive(Clone)]
pub struct Datagrams {
    start: Instant,
    shared: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    crossings: Vec<Crossing>,
    flows: usize,
    /// The record of the wire, and how long after the check it started.
    wire: Option<(Duration, DatagramRecord)>,
    drops: u64,
}

impl Datagrams {
    /// Returns an empty picture, whose clock starts now.
    pub fn new() -> Self {
        Self { start: Instant::now(), shared: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time since the check started.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Returns a moment on the picture's clock.
    pub(super) fn time_of(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.start)
    }

    /// Returns the number of a new flow, from 1.
    pub(super) fn flow(&self) -> usize {
        let mut seen = self.lock();
        seen.flows += 1;
        seen.flows
    }

    /// Adds a datagram that reached its receiver at once. Returns its place.
    pub(super) fn add(&self, at: Duration, flow: usize, direction: Direction, bytes: &[u8]) -> Option<usize> {
        let mut seen = self.lock();
        if seen.crossings.len() == MOST {
            return None;
        }
        let number = number_of(bytes);
        let (len, fate, passed) = (bytes.len(), Fate::Pass, vec![at]);
        seen.crossings.push(Crossing { at, flow, direction, number, len, fate, passed, taken: false });
        Some(seen.crossings.len() - 1)
    }

    /// The runner acts as if this datagram had not come.
    pub(super) fn lose(&self, place: Option<usize>) {
        let mut seen = self.lock();
        if let Some(crossing) = place.and_then(|place| seen.crossings.get_mut(place)) {
            crossing.fate = Fate::Lose;
            crossing.passed.clear();
        }
    }

    /// Returns an empty picture that keeps the count of what was dropped.
    pub(super) fn anew(&self) -> Self {
        let anew = Self::new();
        anew.add_drops(self.drops());
        anew
    }

    /// Adds what passes a wire that starts now.
    pub(super) fn add_wire(&self, record: &DatagramRecord) {
        self.lock().wire = Some((self.start.elapsed(), record.clone()));
    }

    /// Adds datagrams that the kernel dropped at one of the runner's sockets.
    pub(super) fn add_drops(&self, drops: u64) {
        self.lock().drops += drops;
    }

    /// Returns how many datagrams the kernel has dropped at the runner's sockets, and at its wire's, that are closed.
    pub fn drops(&self) -> u64 {
        self.lock().drops
    }

    /// Returns whether a datagram other than the first one passed here, or one came back to it.
    pub(super) fn has_more_than_one(&self) -> bool {
        self.lock().crossings.len() > 1
    }

    /// Returns the picture in the order of time, without the replies that the client took.
    pub fn crossings(&self) -> Vec<Crossing> {
        let seen = self.lock();
        let mut all = seen.crossings.clone();
        if let Some((started, record)) = &seen.wire {
            all.extend(record.passages().iter().map(|passage| {
                let mut one = Crossing::of(passage);
                one.at += *started;
                one.passed.iter_mut().for_each(|at| *at += *started);
                one
            }));
        }
        all.sort_by_key(|one| one.at);
        all
    }
}

impl Default for Datagrams {
    fn default() -> Self {
        Self::new()
    }
}
