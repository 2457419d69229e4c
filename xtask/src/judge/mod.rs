//! Runs the checks of a lesson side by side and turns each outcome into a row of the report.

use crate::promises::pushing;

use crate::finding::{Finding, Half, Stop, Verdict};

use crate::bench::peer;
use crate::bench::peer::Meanwhile;
use crate::bench::{Bench, Programs, Role};
use crate::course::Lesson;
use crate::promises::Check;
use crate::report::{CheckReport, Evidence};
use crate::system::output::Output;
use crate::system::program;
use crate::system::program::{Exit, Link};
use crate::wire::Ribbon;
use crate::wire::{Direction, Kind, Record};
use crate::workspace::hole;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

/// What is judged, and how the line that repeats a check begins.
pub struct Case<'a> {
    /// The lesson.
    pub lesson: &'static Lesson,
    /// Its two programs.
    pub programs: Programs,
    /// The folder with their sources, where there is one: holes are looked up in it.
    pub sources: Option<PathBuf>,
    /// How a learner would name that folder.
    pub shown_dir: String,
    /// Gives the same inputs and cuts each time.
    pub seed: u64,
    /// `cargo xtask run lesson-01 --solution`: the words before `--check`.
    pub rerun: &'a str,
}

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
    /// By which checks.
    pub checks: Vec<&'static Check>,
}

/// Judges all trials at once, at most `jobs` checks at a time, and hands each verdict over as its turn comes: the number
/// of its trial, and what was judged.
pub fn judge(trials: &[Trial<'_>], jobs: usize, mut done: impl FnMut(usize, Judged)) {
    let all: Vec<(usize, &'static Check)> = (0..)
        .zip(trials)
        .flat_map(|(number, trial)| trial.checks.iter().map(move |check| (number, *check)))
        .collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|n| !all[*n].1.long);
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
                        break; // What failed now, failed because it was interrupted.
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

fn one(case: &Case<'_>, check: &'static Check) -> Judged {
    let start = Instant::now();
    // Each check has its own random numbers, so that `--check` alone gives it the same ones.
    let seed =
        check.id.bytes().fold(case.seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut bench = Bench::new(&case.programs, case.lesson.answer, seed, check.half, check.wire);
    let outcome = match check.half {
        Half::Pair if !bench.has_room() && check.wire == Kind::Plain => (case.lesson.direct)(&mut bench),
        Half::Pair if !bench.has_room() => Err(Box::new(Stop::Skip(
            "server and client are fixed to one address, which leaves no room for a wire; the pair runs on plain".into(),
        ))),
        _ => (check.run)(&mut bench),
    };
    let (verdict, mut finding) = match outcome.map_err(|stop| *stop) {
        Ok(()) => (Verdict::Pass, Finding::default()),
        Err(Stop::Broken(finding)) => (Verdict::Fail, finding),
        Err(Stop::Demo(finding)) => (Verdict::Demo, finding),
        Err(Stop::Unable(why)) => (Verdict::Error, Finding::new("", why, "")),
        Err(Stop::Skip(why)) => (Verdict::Skip, Finding::new("", why, "")),
    };
    let waits = bench.logs.iter().find_map(|log| peer::lock(log).waits_for_us);
    let verdict = match waits.filter(|_| verdict == Verdict::Fail && check.half != Half::Client) {
        Some(call) if case.lesson.pushes => {
            finding = Finding::new("", pushing::other_protocol_in(call), "");
            Verdict::Error
        }
        _ => verdict,
    };
    if verdict == Verdict::Fail {
        finding.hole = bench.ends.iter().find_map(|(_, stderr, _)| hole_in(case, stderr));
        if let Some(hole) = &finding.hole {
            finding.got = format!("the program reached `todo!` in `{}`", hole.function);
            finding.cause = format!("`{}` in {}:{} is not written yet", hole.function, hole.file, hole.line);
        }
        let meanwhile = bench.logs.iter().find_map(|log| peer::lock(log).meanwhile);
        if let Some(meanwhile) = meanwhile.filter(|_| finding.hole.is_none() && check.half == Half::Server) {
            finding.got += &format!(" (the server {meanwhile})");
            match meanwhile {
                // Where the check knows more of the reason, that stands.
                Meanwhile::NotAccepted if finding.cause.starts_with("the server took the bytes") => {
                    finding.cause = "the connection was never accepted: call `accept` in a loop that waits for nothing else"
                        .into();
                }
                Meanwhile::Busy => {
                    finding.cause =
                        "the server spins: a call that should wait returns at once, again and again, or the \
                                     loop makes none"
                            .into();
                }
                Meanwhile::ReadsNothing { .. } if finding.cause.starts_with("the server took the bytes") => {
                    finding.cause =
                        "the server accepted the connection and never called `read` on it: read from the stream that \
                         `accept` returned before anything else is waited for"
                            .into();
                }
                Meanwhile::NotAccepted | Meanwhile::Waits { .. } | Meanwhile::ReadsNothing { .. } => {}
            }
        }
        let panicked = |end: &&(Half, Output, Arc<Link>)| {
            end.0 == Half::Server && end.2.ended_itself() == Some(Exit::Code(101))
        };
        if finding.hole.is_none()
            && check.half == Half::Server
            && !finding.got.contains("panicked")
            && bench.ends.iter().any(|end| panicked(&end))
        {
            finding.cause =
                "the server panicked, and that ended it for every client: no `unwrap` or `expect` on what a \
                             client sends or does"
                    .into();
        }
    }
    // A failed pair check says which half is at fault: where the check did not, whose promise it was.
    let promised = if finding.expected.contains("the client") { Half::Client } else { Half::Server };
    let half = finding.at_fault.unwrap_or(if check.half == Half::Pair { promised } else { check.half });
    let mut rerun = format!("{} --check {}", case.rerun, check.id);
    if case.lesson.checks().filter(|other| other.id == check.id).count() > 1 {
        rerun += &format!(" --wire {}", check.wire);
    }
    rerun += &format!(" --seed {}", case.seed);
    let shown = matches!(verdict, Verdict::Fail | Verdict::Demo | Verdict::Error);
    let evidence = match shown {
        true => evidence(&bench, check.half, &finding),
        false => Evidence {
            notes: bench.notes.clone(),
            // What the pair's wire did is worth seeing also when all went well.
            ribbon: bench.ribbon.clone().filter(|_| check.half == Half::Pair),
            ..Evidence::default()
        },
    };
    let report = CheckReport {
        id: check.id,
        half: check.half,
        at_fault: (verdict == Verdict::Fail && check.half == Half::Pair).then_some(half),
        wire: check.wire.to_string(),
        verdict,
        title: check.title,
        expected: finding.expected,
        got: finding.got,
        cause: finding.cause,
        see: case.lesson.chapter(),
        rerun,
        millis: start.elapsed().as_millis() as u64,
        hole: finding.hole,
        comparison: finding.comparison,
        input: bench.given.first(),
        waits: bench.records.iter().map(Record::waits).sum(),
        evidence,
    };
    // How far a pair came before it ran into what is not written yet is luck.
    let scene = if report.hole.is_none() { bench.scene } else { Vec::new() };
    Judged { report, scene }
}

fn hole_in(case: &Case<'_>, stderr: &Output) -> Option<crate::finding::Hole> {
    hole::reached(&String::from_utf8_lossy(&stderr.kept()), case.sources.as_deref()?, &case.shown_dir)
}

/// The ribbon of a check that drew none: what the runner wrote, and what its wire made of it.
fn ribbon_of(bench: &Bench<'_>, half: Half) -> Option<Ribbon> {
    let record = bench.records.last().filter(|_| bench.wire != Kind::Plain)?;
    let direction = if half == Half::Server { Direction::ClientToServer } else { Direction::ServerToClient };
    let writes = bench.logs.last().map(|log| peer::lock(log).writes()).unwrap_or_default();
    Some(Ribbon { writes, ..record.ribbon(direction) })
}

fn evidence(bench: &Bench<'_>, half: Half, finding: &Finding) -> Evidence {
    let connections = bench.logs.iter().map(|log| peer::lock(log).summary()).collect();
    let mut ends = Vec::new();
    if finding.hole.is_none() {
        for (half, output, link) in &bench.ends {
            if let Some(exit) = link.ended_itself().filter(|exit| *exit != Exit::Code(0)) {
                ends.push(("ended".to_string(), format!("the {} {exit}", half.word())));
            }
            let kept = output.kept();
            let text = String::from_utf8_lossy(&kept);
            let said = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: run with");
            let lines: Vec<&str> = text.lines().filter(said).collect();
            for line in &lines[lines.len().saturating_sub(4)..] {
                // Programs often begin with their own name; it is not said twice.
                let line = line.strip_prefix(&format!("{}: ", half.word())).unwrap_or(line);
                ends.push((format!("{} says", half.word()), line.chars().take(200).collect()));
            }
        }
    }
    let ribbon = bench.ribbon.clone().or_else(|| ribbon_of(bench, half));
    Evidence { connections, ends, notes: bench.notes.clone(), ribbon }
}
