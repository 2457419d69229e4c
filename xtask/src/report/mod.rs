//! The verdicts of a run: one model, several forms. It uses `course`, `finding` and the names of wires.

pub mod class;
mod handed_in;
mod hidden;
pub mod hosts;
pub mod html;
pub mod json;
pub mod junit;
mod problem;
mod reason;
pub mod screen;
pub mod status;
pub mod text;

#[cfg(test)]
pub mod fabricated;
#[cfg(test)]
mod snapshot;

pub use handed_in::HandedIn;
pub use problem::{Broken, Problem};

use crate::finding::{Comparison, Half, Hindrance, Hole, Verdict, Words};
use crate::system::family::Family;
use crate::wire::{Crossing, Direction, Kind, Ribbon};
use serde_json::Value;
use std::time::Duration;

/// The verdicts of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The seed of inputs and cuts.
    pub seed: u64,
    /// The lessons, in the order in which they were judged.
    pub lessons: Vec<LessonReport>,
    /// Whether the run was interrupted: then the checks that were not judged are missing.
    pub interrupted: bool,
    /// With what a hand-in was judged: which runner, on which platform, how contained. Null where nobody handed in.
    pub made_with: Value,
}

/// The verdicts of one lesson.
#[derive(Debug)]
pub struct LessonReport {
    /// `01-echo`.
    pub lesson: String,
    /// What was judged: `solution`, `lesson`, or the commands.
    pub subject: String,
    /// The one half that was judged, if so: the pair was then judged with the reference for the other half.
    pub half: Option<Half>,
    /// Why nothing could be judged, if so: it does not compile, or a tool is missing.
    pub problem: Option<Problem>,
    /// Milliseconds from the first check to the last verdict, without the build.
    pub millis: u64,
    /// One report for each check that was judged.
    pub checks: Vec<CheckReport>,
    /// The checks that were not run, because one that they build on failed.
    pub not_run: Vec<NotRun>,
    /// What is known of it where a student handed it in.
    pub handed_in: Option<HandedIn>,
}

/// Names a check of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// The check's id.
    pub id: &'static str,
    /// The half that it judges.
    pub half: Half,
    /// The wire.
    pub wire: Kind,
    /// The family of the addresses, where the lesson has several.
    pub family: Option<Family>,
}

/// A check that was not run.
#[derive(Clone, Copy, Debug)]
pub struct NotRun {
    /// The check.
    pub check: Name,
    /// The failed check that it builds on: of several the one nearest to the root.
    pub waits_for: Name,
}

/// One verdict and its evidence.
#[derive(Debug)]
pub struct CheckReport {
    /// The check's name.
    pub id: &'static str,
    /// The path of the function that tries the promise, below the room `promises`.
    pub promise: &'static str,
    /// The half that it judges.
    pub half: Half,
    /// The half at fault, when a check of the pair failed.
    pub at_fault: Option<Half>,
    /// At which place its failure is told: the smallest first. It grows with the distance from a check that builds on
    /// nothing; checks that take long stand behind all others.
    pub rank: usize,
    /// The failed check that it builds on, when it did not pass: of several the one nearest to the root.
    pub waits_for: Option<Name>,
    /// The wire.
    pub wire: Kind,
    /// The family of the addresses, where the lesson has several.
    pub family: Option<Family>,
    /// The verdict.
    pub verdict: Verdict,
    /// The promise.
    pub title: &'static str,
    /// What should have happened; empty when the check passed.
    pub expected: Words,
    /// What happened instead; why, for `error` and `skip`.
    pub got: Words,
    /// The likely cause, one sentence.
    pub cause: Words,
    /// What kept the runner from judging, for `error`.
    pub hindrance: Hindrance,
    /// The chapter to read, and its section: `docs/src/01-echo.md#the-idea`.
    pub see: String,
    /// The command that runs just this check again.
    pub rerun: String,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// The hole that the program ran into.
    pub hole: Option<Hole>,
    /// The bytes around the first wrong one.
    pub comparison: Option<Comparison>,
    /// The first bytes that the program under test got. The same seed gives the same bytes.
    pub input: Vec<u8>,
    /// How many pieces a wire sent because a wait was over, not because of a fact.
    pub waits: usize,
    /// What the programs and the runner sent and printed.
    pub evidence: Evidence,
}

/// What a failed check saw.
#[derive(Debug, Default)]
pub struct Evidence {
    /// The runner's connections, a few lines for each.
    pub connections: Vec<Vec<String>>,
    /// How the programs ended, and the last lines that they printed on standard error: pairs of a label and a text.
    pub ends: Vec<(String, String)>,
    /// Where a program ended with an error of its own, or a thread of it: `FILE:LINE` as its language names it.
    pub error_at: Option<String>,
    /// Further facts, which do not change the verdict.
    pub notes: Vec<String>,
    /// The picture of writes, pieces on the wire, and reads.
    pub ribbon: Option<Ribbon>,
    /// The datagrams that the runner's sockets and its wire have seen, in the order of time.
    pub datagrams: Vec<Crossing>,
    /// What the runner's connections and its wires saw, in the order of time.
    pub moments: Vec<Moment>,
}

/// Something that one of the runner's connections, or a wire, saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since the first moment of the check.
    pub at: Duration,
    /// The connection, from 1.
    pub connection: usize,
    /// Which way it goes.
    pub direction: Direction,
    /// Where it was seen.
    pub stage: Stage,
    /// What it is.
    pub what: Happened,
}

/// Where a [`Moment`] was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The runner sent it, in the place of that direction's sender.
    Written,
    /// The wire passed it on.
    Passed,
    /// The runner received it, in the place of that direction's receiver.
    Read,
}

/// The kinds of [`Moment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Bytes in one piece.
    Bytes {
        /// How many.
        len: usize,
        /// The first of them.
        start: Vec<u8>,
    },
    /// The end of that direction.
    Fin,
    /// A reset.
    Rst,
    /// Something else that the sender of that direction did, or did not do.
    Note(String),
}

impl LessonReport {
    /// Returns the verdict on the lesson: the worst of its checks' verdicts.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict| self.checks.iter().any(|check| check.verdict == verdict);
        match &self.problem {
            Some(problem) => problem.verdict(),
            None if has(Verdict::Fail) => Verdict::Fail,
            None if has(Verdict::Error) => Verdict::Error,
            None if !has(Verdict::Pass) && !has(Verdict::Demo) => Verdict::Skip,
            None => Verdict::Pass,
        }
    }

    /// Returns its checks, those together that differ only in the family.
    pub fn promises(&self) -> impl Iterator<Item = &[CheckReport]> {
        self.checks.chunk_by(CheckReport::is_the_same_but_for_family)
    }

    /// Returns this check with those that differ from it only in the family.
    pub fn promise_of(&self, check: &CheckReport) -> &[CheckReport] {
        let is_it =
            |promise: &&[CheckReport]| promise.iter().any(|one| one.is_the_same_but_for_family(check));
        self.promises().find(is_it).unwrap_or_default()
    }

    /// Returns the failed check that is to be mended first: the one nearest to the root; of several the first row.
    pub fn first_failed(&self) -> Option<&CheckReport> {
        let failed = self.checks.iter().filter(|check| check.is_broken());
        failed.min_by_key(|check| check.rank)
    }

    /// Returns the failed check that is to be mended first; where none failed, the first one that could not be judged.
    pub fn first_to_mend(&self) -> Option<&CheckReport> {
        let unable = self.checks.iter().filter(|check| check.verdict == Verdict::Error);
        self.first_failed().or_else(|| unable.min_by_key(|check| check.rank))
    }

    /// Returns how many checks there are, with those that were not run.
    pub fn all(&self) -> usize {
        self.checks.len() + self.not_run.len()
    }

    /// Returns how many notes its checks have.
    pub fn notes(&self) -> usize {
        self.checks.iter().map(|check| check.evidence.notes.len()).sum()
    }

    /// Returns whether this names a check that reached a hole of the starter.
    pub fn is_hole(&self, name: Name) -> bool {
        self.checks.iter().any(|check| check.name() == name && check.hole.is_some())
    }

    /// Returns how many checks have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|check| check.verdict == verdict).count()
    }
}

impl CheckReport {
    /// Returns its name.
    pub fn name(&self) -> Name {
        Name { id: self.id, half: self.half, wire: self.wire, family: self.family }
    }

    /// Returns whether its promise held, or broke just as the lesson predicts.
    pub fn has_held(&self) -> bool {
        matches!(self.verdict, Verdict::Pass | Verdict::Demo)
    }

    /// Returns whether it failed, and not at a hole of the starter.
    pub fn is_broken(&self) -> bool {
        self.verdict == Verdict::Fail && self.hole.is_none()
    }

    /// Returns whether both are of the same promise on the same wire, over one family or another. Such reports follow
    /// each other, and the screen shows them as one.
    pub fn is_the_same_but_for_family(&self, other: &Self) -> bool {
        (self.id, self.half, self.wire) == (other.id, other.half, other.wire)
    }
}

impl Report {
    /// Returns the exit status: 0 when all passed, 1 when something failed, 3 when something could not be judged.
    pub fn status(&self) -> u8 {
        let verdicts: Vec<Verdict> = self.lessons.iter().map(LessonReport::verdict).collect();
        if verdicts.contains(&Verdict::Fail) {
            1
        } else if verdicts.contains(&Verdict::Error) {
            3
        } else {
            0
        }
    }
}
