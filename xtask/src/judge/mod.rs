//! From a check to a row of the report: runs checks side by side, and looks for likelier causes in what the bench has
//! seen. Uses `report`, `course`, `promises` and `bench`.

mod case;
mod causes;
mod evidence;
mod section;

pub use case::Case;

use crate::bench::{Bench, Role};
use crate::finding::{Finding, Half, Hindrance, Outcome, Stop, Verdict, skip};
use crate::promises::CheckOn;
use crate::report::CheckReport;
use crate::system::address;
use crate::system::family::Family;
use crate::system::program;
use crate::wire::{Kind, Record};
use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

/// A judged check and, for the pair, what was said.
pub struct Judged {
    /// The row of the report.
    pub report: CheckReport,
    /// The conversation, where the check shows one.
    pub scene: Vec<(Role, String)>,
}

/// One lesson's case and the checks of it that are wanted.
pub struct Trial<'a> {
    /// What is judged.
    pub case: Case<'a>,
    /// The checks that judge it.
    pub checks: Vec<CheckOn>,
}

/// Judges all trials, at most `jobs` checks at a time. Passes each judged check to `done` in the order of the checks,
/// with the number of its trial.
pub fn judge(trials: &[Trial<'_>], jobs: usize, mut done: impl FnMut(usize, Judged)) {
    let all: Vec<(usize, CheckOn)> = (0..)
        .zip(trials)
        .flat_map(|(number, trial)| trial.checks.iter().map(move |check| (number, *check)))
        .collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|n| Reverse(all[*n].1.seconds));
    let (next, order, all) = (AtomicUsize::new(0), &order, &all);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, all.len().max(1)) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(n) = order.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (trial, check) = all[*n];
                    let judged = one(&trials[trial].case, check);
                    if program::interrupted() {
                        break; // A check that fails now fails because of the interrupt.
                    }
                    if send.send((*n, judged)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut waiting: Vec<Option<Judged>> = all.iter().map(|_| None).collect();
        let mut turn = 0;
        for (n, judged) in receive {
            waiting[n] = Some(judged);
            while let Some(judged) = waiting.get_mut(turn).and_then(Option::take) {
                done(all[turn].0, judged);
                turn += 1;
            }
        }
    });
}

/// Returns the seed of one check. Each has its own random numbers, so that `--check` alone gives it the same ones.
fn seed_of(case: &Case<'_>, check: CheckOn) -> u64 {
    check.id.bytes().fold(case.seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// Tries the promise. A pair without room for a wire is tried with the check that needs none.
fn tried(case: &Case<'_>, check: CheckOn, bench: &mut Bench<'_>) -> Outcome {
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
        Half::Pair if case.programs.leave_room() => (check.run)(bench),
        Half::Pair if check.wire == Kind::Plain => (case.lesson.without_wire)(bench),
        Half::Pair => skip(
            "server and client are fixed to one address, which leaves no room for a wire; the pair runs on plain",
        ),
        _ => (check.run)(bench),
    }
}

fn one(case: &Case<'_>, check: CheckOn) -> Judged {
    let start = Instant::now();
    let mut bench = Bench::new(&case.programs, seed_of(case, check), check.half, check.wire);
    bench.family = check.family;
    let outcome = tried(case, check, &mut bench);
    let outcome =
        bench.unless_dropped(outcome).map_err(|stop| causes::reconsidered(case, check, &bench, *stop));
    let outcome = match bench.has_lacked_reset() {
        true => Err(Stop::Skip(
            "a Unix connection is reset by closing it with bytes unread, but this side had said nothing"
                .into(),
        )),
        false => outcome,
    };
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
        Verdict::Fail | Verdict::Demo | Verdict::Error => evidence::all(&bench, check.half, &finding),
        Verdict::Pass | Verdict::Skip => evidence::worth_seeing(&bench, check.half),
    };
    let mut rerun = format!("{} --check {}", case.rerun, check.id);
    let of_this_id = case.lesson.checks().filter(|other| other.id == check.id);
    if of_this_id.filter(|other| other.family == check.family).count() > 1 {
        rerun += &format!(" --wire {}", check.wire);
    }
    let family = case.lesson.named(check.family);
    if let Some(family) = family {
        rerun += &format!(" --family {family}");
    }
    rerun += &format!(" --seed {}", case.seed);
    // A failed check of the pair names the half at fault; when the finding names none, that is the server.
    let at_fault = (verdict == Verdict::Fail && check.half == Half::Pair)
        .then_some(finding.at_fault.unwrap_or(Half::Server));
    let report = CheckReport {
        id: check.id,
        promise: check.promise(),
        half: check.half,
        at_fault,
        wire: check.wire,
        family,
        verdict,
        title: check.title_on(check.wire),
        expected: finding.expected,
        got: finding.got,
        cause: finding.cause.words,
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
    let scene = if report.hole.is_none() { bench.scene } else { Vec::new() };
    Judged { report, scene }
}
