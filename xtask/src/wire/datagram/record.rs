//! What came to a datagram wire, and what became of it.

use crate::wire::kind::Fate;
use crate::wire::record::Direction;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most datagrams that a record keeps.
const MAX_PASSAGES: usize = 50_000;
/// The most bytes that a record keeps.
const MAX_BYTES: usize = 4 << 20;

/// One datagram that came to a wire.
#[derive(Clone, Debug)]
pub struct Passage {
    /// When it came: time since the wire was started. On Linux it is the kernel's time stamp.
    pub came: Duration,
    /// Its flow, numbered from 1 in the order in which clients first spoke.
    pub flow: usize,
    /// Its direction.
    pub direction: Direction,
    /// Its number in that direction of its flow, from 1.
    pub number: u64,
    /// How many bytes it carries.
    pub len: usize,
    /// Its bytes: all, as long as the record has room.
    pub bytes: Vec<u8>,
    /// What the wire does with it.
    pub fate: Fate,
    /// When it was passed on: never, once or twice.
    pub passed: Vec<Duration>,
    /// When it had first left the wire: on loopback it then lay in its receiver's queue.
    pub left: Option<Duration>,
}

/// The record of one datagram wire, shared by its threads.
#[derive(Clone)]
pub struct DatagramRecord {
    start: Instant,
    shared: Arc<(Mutex<Passages>, Condvar)>,
}

#[derive(Default)]
struct Passages {
    all: Vec<Passage>,
    bytes: usize,
    /// How many times something was added.
    changes: usize,
}

/// Where a record keeps a datagram; `None` when it had no room.
pub(super) type Place = Option<usize>;

impl DatagramRecord {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), shared: Arc::default() }
    }

    /// Returns the time since the wire was started.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, Passages> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a datagram before anything of it is passed on.
    pub(super) fn came(&self, mut passage: Passage, bytes: &[u8]) -> Place {
        let mut passages = self.lock();
        let room = bytes.len().min(MAX_BYTES - passages.bytes);
        passage.bytes = bytes[..room].to_vec();
        passages.bytes += room;
        passages.changes += 1;
        self.shared.1.notify_all();
        if passages.all.len() == MAX_PASSAGES {
            return None;
        }
        passages.all.push(passage);
        Some(passages.all.len() - 1)
    }

    /// Records that a datagram is passed on now.
    pub(super) fn passes(&self, place: Place) {
        let mut passages = self.lock();
        let at = self.now();
        if let Some(passage) = place.and_then(|place| passages.all.get_mut(place)) {
            passage.passed.push(at);
        }
        passages.changes += 1;
        self.shared.1.notify_all();
    }

    /// Records that a datagram has left.
    pub(super) fn has_left(&self, place: Place) {
        let mut passages = self.lock();
        let at = self.now();
        if let Some(passage) = place.and_then(|place| passages.all.get_mut(place)) {
            passage.left = passage.left.or(Some(at));
        }
    }

    /// Returns the datagrams so far, in the order in which they came.
    pub fn passages(&self) -> Vec<Passage> {
        self.lock().all.clone()
    }

    /// Returns how many datagrams have come this way so far, in all flows.
    pub fn came_so_far(&self, direction: Direction) -> usize {
        self.lock().all.iter().filter(|passage| passage.direction == direction).count()
    }

    /// Waits until the record has changed since it had `seen` changes, at most until `until`. Returns how many changes
    /// it has now, and the datagrams.
    pub fn changed(&self, seen: usize, until: Instant) -> (usize, Vec<Passage>) {
        let mut passages = self.lock();
        while passages.changes == seen {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            passages = self.shared.1.wait_timeout(passages, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        (passages.changes, passages.all.clone())
    }
}
