//! The verdicts of a run: one model, several forms. Uses `course`, `finding` and the names of wires.

pub mod json;
pub mod junit;
pub mod screen;
pub mod text;

#[cfg(test)]
mod snapshot;

use crate::finding::{Comparison, Half, Hindrance, Hole, Verdict, Words};
use crate::wire::{Kind, Ribbon};

/// The verdicts of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The seed of inputs and cuts.
    pub seed: u64,
    /// In the order in which they were judged.
    pub lessons: Vec<LessonReport>,
    /// The run was interrupted: what was not judged by then is missing.
    pub interrupted: bool,
}

/// The verdicts of one lesson.
#[derive(Debug)]
pub struct LessonReport {
    /// `01-echo`.
    pub lesson: String,
    /// What was judged: `solution`, `lesson`, or the commands.
    pub subject: String,
    /// Why nothing could be judged, when so: it does not compile, or a tool is missing.
    pub problem: Option<Problem>,
    /// Milliseconds from the first check to the last verdict, without the build.
    pub millis: u64,
    /// One row a check.
    pub checks: Vec<CheckReport>,
}

/// Why a lesson has no verdicts.
#[derive(Clone, Debug)]
pub enum Problem {
    /// The program does not compile; what to do about it.
    DoesNotCompile(String),
    /// The runner cannot judge; why, and the mend.
    Unable(String),
    /// Of all lessons, one that is not there.
    NotThere(String),
}

impl Problem {
    /// Why, in words.
    pub fn why(&self) -> &str {
        match self {
            Self::DoesNotCompile(why) | Self::Unable(why) | Self::NotThere(why) => why,
        }
    }
}

/// One verdict and its evidence.
#[derive(Debug)]
pub struct CheckReport {
    /// The check.
    pub id: &'static str,
    /// The path of the function that tries it, below the room `promises`.
    pub promise: &'static str,
    /// The side that it is about.
    pub half: Half,
    /// The side at fault, where a check of the pair failed.
    pub at_fault: Option<Half>,
    /// The wire.
    pub wire: Kind,
    /// The verdict.
    pub verdict: Verdict,
    /// The promise.
    pub title: &'static str,
    /// What should have happened; empty when it did.
    pub expected: Words,
    /// What happened instead; why, for `error` and `skip`.
    pub got: Words,
    /// The likely cause, one sentence.
    pub cause: Words,
    /// What kept the runner from judging, for `error`.
    pub hindrance: Hindrance,
    /// The chapter to read.
    pub see: String,
    /// The command that runs just this check again.
    pub rerun: String,
    /// Milliseconds that it took.
    pub millis: u64,
    /// The hole that the program ran into.
    pub hole: Option<Hole>,
    /// The bytes around the first wrong one.
    pub comparison: Option<Comparison>,
    /// The first bytes that the program under test was given, the same for the same seed.
    pub input: Vec<u8>,
    /// Pieces that a wire passed on because a wait was over, not because of a fact.
    pub waits: usize,
    /// What was said and printed.
    pub evidence: Evidence,
}

/// What a failed check saw.
#[derive(Debug, Default)]
pub struct Evidence {
    /// The runner's connections, each a few lines.
    pub connections: Vec<Vec<String>>,
    /// How the programs ended and the last lines that they printed on standard error: a label and a text each.
    pub ends: Vec<(String, String)>,
    /// Things to say beside the verdict.
    pub notes: Vec<String>,
    /// The picture of writes, pieces on the wire, and reads.
    pub ribbon: Option<Ribbon>,
}

impl LessonReport {
    /// The verdict on the lesson: the worst of its checks'.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict| self.checks.iter().any(|check| check.verdict == verdict);
        match &self.problem {
            Some(Problem::DoesNotCompile(_)) => Verdict::Fail,
            Some(Problem::Unable(_)) => Verdict::Error,
            Some(Problem::NotThere(_)) => Verdict::Skip,
            None if has(Verdict::Fail) => Verdict::Fail,
            None if has(Verdict::Error) => Verdict::Error,
            None if !has(Verdict::Pass) && !has(Verdict::Demo) => Verdict::Skip,
            None => Verdict::Pass,
        }
    }

    /// How many checks have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|check| check.verdict == verdict).count()
    }
}

impl Report {
    /// The exit status: 0 all passed, 1 something failed, 3 something could not be judged.
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
