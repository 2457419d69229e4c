//! When to give up waiting for a program: not while it is merely starved of the processor.

use crate::system::processes;

use crate::system::processes::Pid;
use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

/// How long a program that sleeps, or that has used enough of the processor, is waited for.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long any program is waited for, however little of the processor it was given.
pub const AT_MOST: Duration = Duration::from_secs(60);
/// CPU time after which a program that is still busy can no longer be called starved.
const ENOUGH: Duration = Duration::from_secs(1);

/// The same for one that is still starting: an interpreter may need a good deal until it listens, or calls.
const ENOUGH_TO_START: Duration = Duration::from_secs(5);

/// How many times in a row a program must be seen asleep, or gone, [`LOOK`] apart.
const ASLEEP: u32 = 40;
const LOOK: Duration = Duration::from_millis(20);
/// How long before the limit the looks begin, so that on a machine that is not starved they are through when it comes: a
/// program that computes must use [`ENOUGH`], and then come the looks.
const WINDOW: Duration = Duration::from_millis(2200);

/// A limit for one wait.
#[derive(Clone, Debug)]
pub struct Patience {
    start: Instant,
    /// The programs that are waited for, and the CPU time that each had used when its time was first over: to ask at the
    /// start of every wait would cost more than most waits last.
    programs: Vec<(Pid, Cell<Option<Duration>>)>,
    limit: Duration,
    /// CPU time after which a program is not waited for beyond the limit.
    enough: Duration,
    /// How many times in a row, at the end, every program was seen asleep.
    asleep: Cell<u32>,
    /// When that was looked at last.
    looked: Cell<Instant>,
}

impl Patience {
    /// From now on, for the programs below these processes (see [`crate::system::program::Program::root`]).
    pub fn with(roots: &[Pid]) -> Self {
        let programs = roots.iter().map(|root| (*root, Cell::new(None))).collect();
        Self {
            start: Instant::now(),
            programs,
            limit: PATIENCE,
            enough: ENOUGH,
            asleep: Cell::new(0),
            looked: Cell::new(Instant::now()),
        }
    }

    /// The same for a program that was just started, and is waited for to listen, or to call.
    pub fn to_start(root: Pid) -> Self {
        let programs = vec![(root, Cell::new(Some(Duration::ZERO)))];
        Self { programs, enough: ENOUGH_TO_START, ..Self::with(&[]) }
    }

    /// The same with another limit.
    pub fn limited(limit: Duration, roots: &[Pid]) -> Self {
        Self { limit, ..Self::with(roots) }
    }

    /// Begins anew: something has happened.
    pub fn renew(&mut self) {
        self.start = Instant::now();
        self.asleep.set(0);
        self.programs.iter().for_each(|(_, before)| before.set(None));
    }

    /// How long to wait before asking again whether it is over.
    pub fn slice(&self) -> Duration {
        self.limit.saturating_sub(WINDOW).saturating_sub(self.start.elapsed()).max(LOOK)
    }

    /// Whether to give up: the time is over, and no program is still working towards what is waited for.
    ///
    /// To be asked again and again: that a program sleeps just now means little when the
    /// machine is busy, that it sleeps every time means that nothing will come.
    pub fn is_over(&self) -> bool {
        let waited = self.start.elapsed();
        if waited + WINDOW < self.limit || waited >= AT_MOST {
            return waited >= AT_MOST;
        }
        if self.looked.get().elapsed() < LOOK {
            return false;
        }
        self.looked.set(Instant::now());
        let works = |(root, before): &(Pid, Cell<Option<Duration>>)| {
            let now = processes::cpu_time(*root).unwrap_or(Duration::MAX);
            before.set(before.get().or(Some(now)));
            let used = now.saturating_sub(before.get().unwrap_or(now));
            used < self.enough && !processes::all_wait(*root)
        };
        if self.programs.iter().any(works) {
            self.asleep.set(0);
            return false;
        }
        self.asleep.set(self.asleep.get() + 1);
        waited >= self.limit && (self.programs.is_empty() || self.asleep.get() >= ASLEEP)
    }

    /// Looks for a fact again and again; returns `None` when the time is over without it.
    pub fn until<T>(&self, mut fact: impl FnMut() -> Option<T>) -> Option<T> {
        loop {
            let found = fact();
            if found.is_some() || self.is_over() {
                return found;
            }
            self.pause();
        }
    }

    /// Waits a moment before a fact is looked at again: at first a short one, then longer, so that looking takes little
    /// of the processor from the program that is waited for.
    fn pause(&self) {
        let pause = (self.start.elapsed() / 32).clamp(Duration::from_micros(300), Duration::from_millis(10));
        std::thread::sleep(pause);
    }

    /// How long this wait has lasted.
    pub fn waited(&self) -> Duration {
        self.start.elapsed()
    }
}

impl fmt::Display for Patience {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "gave up after {:.0} s", self.start.elapsed().as_secs_f32())
    }
}
