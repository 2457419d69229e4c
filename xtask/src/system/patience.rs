//! When to give up waiting for a program: not while it only gets no CPU time (it is starved).

use crate::system::portable;
use crate::system::processes;
use crate::system::processes::{Pid, Work};
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::time::{Duration, Instant};

/// How long to wait for a program that sleeps, or that has used enough CPU time.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for a program that sleeps for good: every thread in a call without a time limit. Only the runner could
/// wake it, so that more time would tell no more.
const FOR_GOOD: Duration = Duration::from_secs(2);
/// How long to wait for any program, however little CPU time it got.
pub const AT_MOST: Duration = Duration::from_secs(60);
/// How long to wait for a program that computes, a hash of a long file for instance.
const COMPUTING: Duration = Duration::from_secs(300);
/// CPU time after which a program that is still busy is no longer starved.
const ENOUGH: Duration = Duration::from_secs(1);

/// CPU time after which a program that is still starting is no longer starved: an interpreter may need much until it
/// listens, or calls.
const ENOUGH_TO_START: Duration = Duration::from_secs(5);

/// How many times in a row a program must be seen asleep, or gone, [`LOOK`] apart.
const ASLEEP: u32 = 40;
const LOOK: Duration = Duration::from_millis(20);
/// How long before the limit the looks begin. On a machine with free processors they are then done at the limit: a
/// program that computes first uses up [`ENOUGH`], and then come the looks.
const WINDOW: Duration = Duration::from_millis(2200);
/// The same before [`FOR_GOOD`].
const SHORT_WINDOW: Duration = Duration::from_millis(1200);

/// A limit for one wait.
#[derive(Clone, Debug)]
pub struct Patience {
    start: Instant,
    /// The programs to wait for, and the CPU time that each uses from the first look on, with all that it has started: what
    /// its own children take from it, nobody else takes. To ask at the start of every wait would take longer than most waits.
    programs: Vec<(Pid, OnceCell<Work>)>,
    limit: Duration,
    /// When to give up in any case.
    at_most: Duration,
    /// Whether it ends after [`FOR_GOOD`] when all programs sleep for good.
    sooner: bool,
    /// CPU time after which a program gets no more time than the limit.
    enough: Duration,
    /// How many times in a row, at the end, every program was seen asleep.
    asleep: Cell<u32>,
    /// The time of the last look.
    looked: Cell<Instant>,
}

impl Patience {
    /// Starts a wait for the programs below these processes (see [`crate::system::program::Program::root`]).
    pub fn with(roots: &[Pid]) -> Self {
        let programs = roots.iter().map(|root| (*root, OnceCell::new())).collect();
        Self {
            start: Instant::now(),
            programs,
            limit: PATIENCE,
            at_most: AT_MOST,
            sooner: false,
            enough: ENOUGH,
            asleep: Cell::new(0),
            looked: Cell::new(Instant::now()),
        }
    }

    /// Starts a wait for a program that was just started, until it listens, or calls.
    pub fn to_start(root: Pid) -> Self {
        let programs = vec![(root, OnceCell::from(Work::from_its_start(root)))];
        Self { programs, enough: ENOUGH_TO_START, ..Self::with(&[]) }
    }

    /// Starts a wait for programs that may compute for long: only one that sleeps is given up soon.
    pub fn computing(roots: &[Pid]) -> Self {
        // Where the kernel does not tell whether a program sleeps, it may compute.
        let limit = if portable::asks_kernel() { PATIENCE } else { AT_MOST };
        Self { limit, at_most: COMPUTING, enough: COMPUTING, ..Self::with(roots) }
    }

    /// Starts a wait with another limit.
    pub fn limited(limit: Duration, roots: &[Pid]) -> Self {
        Self { limit, ..Self::with(roots) }
    }

    /// Returns this wait as one that ends sooner when every program sleeps for good (see [`processes::sleep_for_good`]). It is
    /// for a caller from whom, and from whose wires, nothing more is on its way to the programs.
    pub fn or_sooner(self) -> Self {
        Self { sooner: self.limit == PATIENCE && !self.programs.is_empty(), ..self }
    }

    /// Starts the wait again, because something has happened.
    pub fn renew(&mut self) {
        self.start = Instant::now();
        self.asleep.set(0);
        self.programs.iter_mut().for_each(|(_, work)| *work = OnceCell::new());
    }

    /// Returns how long to wait before asking again whether it is over.
    pub fn slice(&self) -> Duration {
        self.looks_from().saturating_sub(self.start.elapsed()).max(LOOK)
    }

    /// Returns after which time the looks begin.
    fn looks_from(&self) -> Duration {
        match self.sooner {
            true => FOR_GOOD - SHORT_WINDOW,
            false => self.limit.saturating_sub(WINDOW),
        }
    }

    /// Returns whether to give up: the time is over, and no program is still working.
    ///
    /// Must be asked again and again. On a busy machine, a program that sleeps at one look may still work; a program
    /// that sleeps at every look will do nothing more.
    pub fn is_over(&self) -> bool {
        let waited = self.start.elapsed();
        if waited < self.looks_from() || waited >= self.at_most {
            return waited >= self.at_most;
        }
        if !portable::asks_kernel() && waited < self.limit.mul_f64(times()) {
            return false;
        }
        if self.looked.get().elapsed() < LOOK {
            return false;
        }
        self.looked.set(Instant::now());
        let works = |(root, work): &(Pid, OnceCell<Work>)| {
            let used = work.get_or_init(|| Work::from_now(*root)).used().all;
            // A program that waits until the runner has read what it printed has more to do: on a busy machine the runner
            // may be the slow one.
            used < self.enough && (!processes::all_wait(*root) || processes::one_prints(*root))
        };
        if self.programs.iter().any(works) {
            self.asleep.set(0);
            return false;
        }
        self.asleep.set(self.asleep.get() + 1);
        let asleep = self.programs.is_empty() || self.asleep.get() >= ASLEEP;
        let is_for_good = || self.programs.iter().all(|(root, _)| processes::sleep_for_good(*root));
        asleep && (waited >= self.limit || (self.sooner && waited >= FOR_GOOD && is_for_good()))
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

    /// Waits a moment before the next look at a fact: first a short one, then longer, so that looking takes little
    /// CPU time from the program.
    fn pause(&self) {
        let pause = (self.start.elapsed() / 32).clamp(Duration::from_micros(300), Duration::from_millis(10));
        std::thread::sleep(pause);
    }

    /// Returns how long this wait has lasted.
    pub fn waited(&self) -> Duration {
        self.start.elapsed()
    }
}

/// How many times longer a program gets at most where the kernel does not tell whether it works.
const MOST_TIMES: f64 = 6.0;

/// Returns how many times longer a program gets where the kernel does not tell whether it works: as many times as more
/// threads want a processor than there are (getloadavg(3), of the last minute). 1 where the kernel tells, and on Windows.
fn times() -> f64 {
    if portable::asks_kernel() { 1.0 } else { crowd().clamp(1.0, MOST_TIMES) }
}

/// Returns how many threads want one processor; 0 where the system does not tell.
fn crowd() -> f64 {
    #[cfg(unix)]
    {
        let mut loads = [0.0];
        // SAFETY: the call writes one number at most, into `loads`.
        let told = unsafe { libc::getloadavg(loads.as_mut_ptr(), 1) } == 1;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        if told { loads[0] / processors as f64 } else { 0.0 }
    }
    #[cfg(not(unix))]
    0.0
}

/// Returns whether the machine is so busy that a program, or the runner itself, may have waited for a processor; the kernel tells
/// no more than that.
pub fn is_crowded() -> bool {
    crowd() > 1.0
}

/// How long a reader has for what was sent to it where the kernel does not tell that it has taken it.
const BLIND: Duration = Duration::from_millis(20);
/// A sleep that lasts so much longer shows that the machine is busy.
const LATE: Duration = Duration::from_millis(2);

/// Waits for a reader where the kernel does not tell what it has taken: 20 ms, and up to ten times as long on a machine so busy
/// that the runner itself does not wake in time.
pub fn wait_blindly() {
    for _ in 0..10 {
        let start = Instant::now();
        std::thread::sleep(BLIND);
        if start.elapsed() < BLIND + LATE {
            return;
        }
    }
}

impl fmt::Display for Patience {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "gave up after {:.0} s", self.start.elapsed().as_secs_f32())
    }
}
