//! From a check to a row of the report: runs checks side by side, and looks for likelier causes in what the bench has
//! seen. Uses `report`, `course`, `promises` and `bench`.

mod alarm;
mod case;
mod causes;
mod evidence;
mod mends;
mod moments;
mod order;
mod own_error;
mod section;
mod table;

pub use case::Case;
#[cfg(test)]
pub use order::Turn;
pub use order::{Order, Standing};
pub use table::Extent;

use crate::bench::{Bench, Role};
use crate::finding::{Finding, Half, Hindrance, Outcome, Stop, Verdict, skip};
use crate::promises::CheckOn;
use crate::report::CheckReport;
use crate::system::address;
use crate::system::family::Family;
use crate::system::program;
use crate::system::turns;
use crate::system::waits::{self, WaitsFor};
use crate::wire::{Crossing, Kind, Record};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};
use table::Table;

/// A judged check and, for the pair, what was said.
pub struct Judged {
    /// The row of the report.
    pub report: CheckReport,
    /// The conversation, where the check shows one.
    pub scene: Vec<(Role, String)>,
    /// Whether the program never came to its work: it did not listen, or did not call.
    pub never_began: bool,
}

impl Judged {
    /// Returns how the check stands for those that build on it.
    pub fn standing(&self) -> Standing {
        match self.report.verdict {
            Verdict::Pass | Verdict::Demo | Verdict::Skip => Standing::Held,
            Verdict::Fail | Verdict::Error if self.never_began || self.report.hole.is_some() => {
                Standing::Dead
            }
            Verdict::Fail | Verdict::Error => Standing::Broken,
        }
    }
}

/// What comes of a trial.
pub enum News {
    /// The check at this place is under way, and waits for this now.
    Waits(usize, WaitsFor),
    /// The check at this place was judged.
    Judged(usize, Box<Judged>),
    /// Nothing more comes of this trial. For each of its checks that did not pass: the place of the failed one that it
    /// waits for, if it builds on one.
    Over(Vec<Option<usize>>),
}

/// One lesson's case and the checks of it that are wanted.
pub struct Trial {
    /// What is judged.
    pub case: Case,
    /// The checks that judge it.
    pub checks: Vec<CheckOn>,
}

/// How often the one who waits is asked to show for how long.
const TICK: Duration = Duration::from_millis(500);

/// Judges all trials, at most `jobs` checks at a time. Passes what comes of each to `done`, with the number of the trial,
/// in the order of time; and `None` from time to time while nothing comes.
pub fn judge(trials: &[Trial], jobs: usize, extent: Extent, mut done: impl FnMut(Option<(usize, News)>)) {
    let table = table_of(trials, jobs, extent);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, table.size().max(1)) {
            let (send, table) = (send.clone(), &table);
            scope.spawn(move || work(trials, table, &send));
        }
        drop(send);
        loop {
            match receive.recv_timeout(TICK) {
                Ok(news) => done(Some(news)),
                Err(RecvTimeoutError::Timeout) => done(None),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
}

/// Returns the table with all checks of these trials.
fn table_of(trials: &[Trial], jobs: usize, extent: Extent) -> Table<Judged> {
    let orders = trials.iter().map(|trial| {
        let seconds = trial.checks.iter().map(|check| check.seconds).collect();
        (Order::of(trial.case.lesson, &trial.checks), seconds)
    });
    Table::of(orders.collect(), jobs, extent)
}

/// Judges checks until none is left.
fn work(trials: &[Trial], table: &Table<Judged>, send: &Sender<(usize, News)>) {
    let _guard = Guard(table);
    // Programs have time limits: on a busy machine, what the runner says must still leave in time.
    turns::shorten();
    while let Some((trial, n)) = table.next() {
        let tell = send.clone();
        let judged = waits::told(
            move |what| drop(tell.send((trial, News::Waits(n, what)))),
            || one(&trials[trial].case, trials[trial].checks[n], table.rank(trial, n)),
        );
        if program::interrupted() {
            table.stop(); // A check that fails now fails because of the interrupt.
            return;
        }
        let (told, over) = table.decide(trial, n, judged.standing(), judged.report.at_fault, judged);
        for (n, judged) in told {
            let _ = send.send((trial, News::Judged(n, judged)));
        }
        if let Some(waits) = over {
            let _ = send.send((trial, News::Over(waits)));
        }
    }
}

/// Ends the other threads when this one panics: they would wait for its check for ever.
struct Guard<'a>(&'a Table<Judged>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

/// Returns the seed of one check. Each has its own random numbers, so that `--check` alone gives it the same ones.
fn seed_of(case: &Case, check: CheckOn) -> u64 {
    check.id.bytes().fold(case.seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// A judged check, and what the runner's wires have seen.
pub struct Watched {
    /// The check.
    pub judged: Judged,
    /// What passed each wire that carries streams.
    pub records: Vec<Record>,
    /// What its wires did with each datagram.
    pub crossings: Vec<Crossing>,
}

/// Judges one check of a case; `without_wire` puts the check of a pair that needs no wire in its place.
pub fn watched(case: &Case, check: CheckOn, without_wire: bool) -> Watched {
    turns::shorten();
    let (judged, bench) = one_of(case, check, 0, without_wire);
    Watched { judged, crossings: bench.datagrams.crossings(), records: bench.records }
}

/// Tries the promise. A pair without room for a wire is tried with the check that needs none.
fn tried(case: &Case, check: CheckOn, bench: &mut Bench<'_>, without_wire: bool) -> Outcome {
    let named = case.lesson.named(check.family);
    if let (Some(family), Some(addr)) = (named, case.programs.fixed())
        && Family::of(addr) != family
    {
        return skip(format!("the program is fixed to {addr}, which is no address of the family {family}"));
    }
    if let Some(why) = named.and_then(address::lacks) {
        return skip(why);
    }
    match check.half {
        Half::Pair if without_wire => (case.lesson.without_wire)(bench),
        Half::Pair if case.programs.leave_room() => (check.run)(bench),
        Half::Pair if check.wire == Kind::Plain => (case.lesson.without_wire)(bench),
        Half::Pair => skip(
            "server and client are fixed to one address, which leaves no room for a wire; the pair runs on plain",
        ),
        _ => (check.run)(bench),
    }
}

fn one(case: &Case, check: CheckOn, rank: usize) -> Judged {
    one_of(case, check, rank, false).0
}

/// Judges a check, and returns its bench, too.
fn one_of(case: &Case, check: CheckOn, rank: usize, without_wire: bool) -> (Judged, Bench<'_>) {
    let start = Instant::now();
    let mut bench = Bench::new(&case.programs, seed_of(case, check), check.half, check.wire);
    bench.family = check.family;
    let sources = || Some((case.sources.clone()?, case.shown_dir.clone()));
    bench.sources = case.builds_server.then(sources).flatten();
    let outcome = tried(case, check, &mut bench, without_wire);
    let outcome = bench.unless_lost(outcome);
    let mut quoted = None;
    let outcome = bench.unless_dropped(outcome).map_err(|stop| {
        let reconsidered = causes::reconsidered(case, check, &bench, *stop);
        quoted = reconsidered.quoted;
        alarm::named(reconsidered.stop, check.half, &bench)
    });
    let outcome = match bench.has_lacked_reset() {
        true => Err(Stop::Skip(
            "a Unix connection is reset by closing it with bytes unread, but this side had sent nothing"
                .into(),
        )),
        false => outcome,
    };
    let never_began = outcome.as_ref().is_err_and(|stop| stop.never_began());
    let mut hindrance = Hindrance::Other;
    let (verdict, finding) = match outcome {
        Ok(()) => (Verdict::Pass, Finding::default()),
        Err(Stop::Broken(finding)) => (Verdict::Fail, finding),
        Err(Stop::Demo(finding)) => (Verdict::Demo, finding),
        Err(Stop::Unable(by, why)) => {
            hindrance = by;
            (Verdict::Error, Finding::new("", why, ""))
        }
        Err(Stop::Skip(why)) => (Verdict::Skip, Finding::new("", why, "")),
    };
    let evidence = match verdict {
        Verdict::Fail | Verdict::Demo | Verdict::Error => {
            evidence::all(&bench, check.half, &finding, quoted.as_ref())
        }
        Verdict::Pass | Verdict::Skip => evidence::worth_seeing(&bench, check.half),
    };
    let mut rerun = format!("{} --check {}", case.reruns[check.half as usize], check.id);
    let of_this_id = case.lesson.checks().filter(|other| other.id == check.id);
    if of_this_id.filter(|other| other.family == check.family).count() > 1 {
        rerun += &format!(" --wire {}", check.wire);
    }
    let family = case.lesson.named(check.family);
    let over_many = case.lesson.checks().filter(|other| other.is_the_same_but_for_family(&check)).count() > 1;
    if let Some(family) = family.filter(|_| over_many) {
        rerun += &format!(" --family {family}");
    }
    rerun += &format!(" --seed {}", case.seed);
    // A failed check of the pair names the half at fault; when the finding names none, that is the server.
    let at_fault = (verdict == Verdict::Fail && check.half == Half::Pair)
        .then_some(case.half.or(finding.at_fault).unwrap_or(Half::Server));
    let report = CheckReport {
        id: check.id,
        promise: check.promise(),
        half: check.half,
        at_fault,
        rank,
        waits_for: None,
        wire: check.wire,
        family,
        verdict,
        title: check.title_on(check.wire),
        expected: finding.expected,
        got: finding.got,
        cause: finding.cause.shown(),
        hindrance,
        see: section::to_read(case.lesson, check.id),
        rerun,
        millis: start.elapsed().as_millis() as u64,
        hole: finding.hole,
        comparison: finding.comparison,
        input: bench.given.first(),
        waits: bench.records.iter().map(Record::waits).sum(),
        evidence,
    };
    // It is luck how far a pair came before it reached a hole.
    let scene = if report.hole.is_none() { std::mem::take(&mut bench.scene) } else { Vec::new() };
    (Judged { report, scene, never_began }, bench)
}
