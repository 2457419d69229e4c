//! Every datagram that the runner's sockets and its wire have seen in one check.

use super::lateness::{Excuse, Request, Samples};
use crate::system::processes::Pid;
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
    /// When the datagrams of the runner's own sockets had left: their place, and the time.
    left: Vec<(usize, Duration)>,
    samples: Samples,
}

/// A datagram that passed one of the runner's sockets, or its wire.
struct Passed {
    direction: Direction,
    number: Option<u32>,
    flow: usize,
    at: Duration,
    left: Option<Duration>,
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

    /// Notes that a datagram of the runner's own has left at this time.
    pub(super) fn has_left(&self, place: Option<usize>, at: Duration) {
        self.lock().left.extend(place.map(|place| (place, at)));
    }

    /// Looks, not more often than every 20 ms, for how long the programs below `root` have waited for a processor.
    pub(in crate::bench) fn look_at(&self, root: Pid) {
        let now = self.now();
        if self.lock().samples.is_due(now) {
            let waited = crate::system::processes::waited_for_processor(root);
            self.lock().samples.add(now, waited);
        }
    }

    /// Notes that the client was seen to have ended.
    pub(in crate::bench) fn has_ended(&self) {
        let now = self.now();
        self.lock().samples.end(now);
    }

    /// Returns whether a datagram has passed here.
    pub(in crate::bench) fn is_in_use(&self) -> bool {
        let seen = self.lock();
        !seen.crossings.is_empty() || seen.wire.is_some()
    }

    /// Returns for how long the client waited for a processor between these two moments, and perhaps a little before and
    /// after; `None` where that is not known.
    pub fn waited_for_processor(&self, from: Duration, to: Duration) -> Option<Duration> {
        self.lock().samples.between(from, to)
    }

    /// Returns why a client that ended with 1 does not show by this that it did not take the reply to its last request: see
    /// [`Excuse`]. A client sends a request `tries` times, and waits after each send at least for `wait`. `None` when nothing
    /// excuses it.
    pub fn excuse(&self, tries: usize, wait: Duration) -> Option<Excuse> {
        let request = self.last_request()?;
        let seen = self.lock();
        request.excuse(&seen.samples, tries, wait, self.now())
    }

    /// Returns the client's last request: when each of its sends came, and when its reply had left.
    fn last_request(&self) -> Option<Request> {
        let seen = self.lock();
        let mut all: Vec<Passed> = Vec::new();
        for (place, one) in seen.crossings.iter().enumerate() {
            let left = seen.left.iter().find(|(of, _)| *of == place).map(|(_, at)| *at);
            all.push(Passed {
                direction: one.direction,
                number: one.number,
                flow: one.flow,
                at: one.at,
                left,
            });
        }
        if let Some((started, record)) = &seen.wire {
            all.extend(record.passages().iter().map(|one| Passed {
                direction: one.direction,
                number: number_of(&one.bytes),
                flow: one.flow,
                at: one.came + *started,
                left: one.left.map(|at| at + *started),
            }));
        }
        let requests = || all.iter().filter(|one| one.direction == Direction::ClientToServer);
        let number = requests().filter(|one| one.number.is_some()).max_by_key(|one| one.at)?.number;
        let mut sends: Vec<(Duration, usize)> =
            requests().filter(|one| one.number == number).map(|one| (one.at, one.flow)).collect();
        sends.sort_unstable();
        let first = sends.first()?.0;
        let is_reply = |one: &&Passed| {
            one.direction == Direction::ServerToClient
                && one.number == number
                && sends.iter().any(|(_, flow)| *flow == one.flow)
        };
        let replied =
            all.iter().filter(is_reply).filter_map(|one| one.left).filter(|left| *left >= first).min();
        Some(Request { sends: sends.into_iter().map(|(at, _)| at).collect(), replied })
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
