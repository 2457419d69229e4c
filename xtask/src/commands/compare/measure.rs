//! The measured comparison of five ways of framing, on every wire: lessons 03 to 06, and 09.

use crate::bench::{Bench, Programs};
use crate::course;
use crate::course::Lesson;
use crate::finding::{Half, Outcome, Stop};
use crate::promises::asking;
use crate::promises::lesson_03_sticky;
use crate::promises::lesson_03_sticky::Bare;
use crate::promises::lesson_04_sleep::Sleep;
use crate::promises::lesson_05_ack::Ack;
use crate::promises::lesson_06_header::Framed;
use crate::promises::lesson_09_lines::Lines;
use crate::promises::pushing::{Push, measure, pair};
use crate::wire::Kind;
use std::time::Duration;

/// The wires of the table.
pub const WIRES: [Kind; 4] = [Kind::Plain, Kind::Glue, Kind::Dribble, Kind::Slice];

/// How often 03 runs on `plain`, where the number of reads is luck.
const RUNS: usize = 5;
/// Messages after the first in the run whose cost is measured.
const MORE: usize = 5;

/// One way of framing.
pub struct Way {
    /// Its lesson.
    pub number: &'static str,
    /// Its name in the table.
    pub framing: &'static str,
    /// Runs its pair on the bench's wire and returns whether each message arrived as one.
    holds: fn(&mut Bench) -> Outcome<bool>,
    /// Runs its pair on the bench's wire and returns what its messages cost.
    cost: fn(&mut Bench, usize) -> Outcome<measure::Run>,
}

/// The ways, in the order of the lessons.
pub const WAYS: [Way; 5] = [
    Way {
        number: "03",
        framing: "none",
        holds: lesson_03_sticky::reads_are_messages,
        cost: measure::run::<Bare>,
    },
    Way { number: "04", framing: "sleep", holds: holds::<Sleep>, cost: measure::run::<Sleep> },
    Way { number: "05", framing: "ack", holds: holds::<Ack>, cost: measure::run::<Ack> },
    Way { number: "06", framing: "header", holds: holds::<Framed>, cost: measure::run::<Framed> },
    Way { number: "09", framing: "lines", holds: talks::<Lines>, cost: asking::measure::run::<Lines> },
];

/// Returns whether each message arrived as one: `false` when the pair breaks as predicted; any other failure is an
/// error.
fn holds<P: Push>(bench: &mut Bench) -> Outcome<bool> {
    match pair::pair_messages::<P>(bench) {
        Ok(()) => Ok(true),
        Err(stop) => match *stop {
            Stop::Demo(_) => Ok(false),
            other => Err(Box::new(other)),
        },
    }
}

/// Returns whether each line and each reply arrived as one. A client that took a part of a reply for all of it leaves a
/// note.
fn talks<P: asking::Ask>(bench: &mut Bench) -> Outcome<bool> {
    asking::pair::pair_talks::<P>(bench).map(|()| bench.notes.is_empty())
}

/// One line of the table.
pub struct Row {
    /// The way of framing.
    pub way: &'static Way,
    /// One for each of [`WIRES`].
    pub cells: Vec<Cell>,
    /// What a message costs; `None` when the pair did not come to its end.
    pub cost: Option<Cost>,
}

/// How a pair did on a wire.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// `Held(k, n)`: in k of n runs each message arrived as one.
    Held(usize, usize),
    /// It broke in a way that the lesson does not predict, and why.
    Broke(String),
    /// One of its programs still has a hole.
    Unwritten,
}

impl Cell {
    /// Returns whether it held in every run.
    pub fn always(&self) -> bool {
        matches!(self, Cell::Held(held, runs) if held == runs)
    }
}

/// What one message costs beyond its own bytes.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Time for each message after the first.
    pub time: Duration,
    /// Bytes, in both directions together.
    pub bytes: f64,
}

impl Row {
    /// Runs the pair on every wire, and then on one that delays each direction by `delay` milliseconds.
    pub fn measure(way: &'static Way, programs: &Programs, seed: u64, delay: u32) -> Self {
        let cell = |kind: &Kind| {
            // On `plain`, what 03 does is luck: the table shows it as k of n runs.
            let runs = if way.number == "03" && *kind == Kind::Plain { RUNS } else { 1 };
            let mut held = 0;
            for n in 0..runs {
                let mut bench = Bench::new(programs, seed + n as u64, Half::Pair, *kind);
                match (way.holds)(&mut bench) {
                    Ok(holds) => held += usize::from(holds),
                    Err(stop) => {
                        let unwritten = bench.ran.iter().any(|ran| {
                            memchr::memmem::find(&ran.stderr.kept(), b"not yet implemented").is_some()
                        });
                        return if unwritten { Cell::Unwritten } else { Cell::Broke(told(*stop)) };
                    }
                }
            }
            Cell::Held(held, runs)
        };
        let cells = WIRES.iter().map(cell).collect();
        let run = |messages| {
            let mut bench = Bench::new(programs, seed, Half::Pair, Kind::Slow(delay));
            (way.cost)(&mut bench, messages)
        };
        let cost = run(1).ok().zip(run(1 + MORE).ok()).map(|(one, many)| Cost {
            time: many.took.saturating_sub(one.took) / MORE as u32,
            bytes: many.added as f64 / (1 + MORE) as f64,
        });
        Self { way, cells, cost }
    }
}

impl Way {
    /// Returns its row of the course.
    pub fn lesson(&self) -> &'static Lesson {
        course::LESSONS.iter().find(|lesson| lesson.number == self.number).expect("a lesson of the course")
    }
}

fn told(stop: Stop) -> String {
    match stop {
        Stop::Broken(finding) | Stop::Demo(finding) => format!("{}; {}", finding.got, finding.cause),
        Stop::Unable(_, why) | Stop::Skip(why) => why.to_string(),
    }
}

/// Returns the sentence that the table proves, or why it proves nothing.
pub fn proves(rows: &[Row]) -> Result<&'static str, String> {
    // The other framing comes three lessons later: the table proves its sentence without it, too.
    let rows = rows.iter().filter(|row| row.way.number != "09" || !row.cells.contains(&Cell::Unwritten));
    let broken = rows.clone().flat_map(|row| {
        row.cells.iter().zip(WIRES).filter_map(move |(cell, wire)| {
            let why = match cell {
                Cell::Broke(why) => why.as_str(),
                Cell::Unwritten => "it is not written yet",
                Cell::Held(..) => return None,
            };
            let number = row.way.number;
            Some(format!(
                "lesson-{number} breaks on {wire} in a way that the lesson does not predict ({why}). Mend it first: cargo \
                 xtask run lesson-{number}"
            ))
        })
    });
    if let Some(why) = broken.into_iter().next() {
        return Err(why);
    }
    let sound: Vec<&str> =
        rows.filter(|row| row.cells.iter().all(Cell::always)).map(|row| row.way.framing).collect();
    match sound.as_slice() {
        ["header"] => Ok(
            "Waiting only hides the missing boundary. A message survives every wire when its length goes before it \
             in a form of fixed size, and the receiver reads exactly that many bytes.",
        ),
        ["header", "lines"] => {
            Ok("Waiting only hides the missing boundary. A message survives every wire when the bytes \
             themselves state where it ends: its length goes before it in a form of fixed size, and the \
             receiver reads exactly that many bytes; or a byte that no message contains goes behind it, and \
             the receiver reads until that byte is there.")
        }
        [] => Err("no way of framing holds on every wire yet; that of lesson-06 should".into()),
        others => Err(format!(
            "these hold on every wire: {}; the lessons predict header and lines",
            others.join(", ")
        )),
    }
}
