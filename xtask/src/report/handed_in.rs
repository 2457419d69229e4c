//! What a teacher wants to know of a lesson that a student handed in.

use super::status::Status;
use super::{CheckReport, LessonReport, Problem};
use crate::course;
use crate::finding::{Half, Hole, Verdict};

/// What is known of the sources of a lesson that a student handed in.
#[derive(Clone, Debug, Default)]
pub struct HandedIn {
    /// Its folder, as seen from the top of the hand-in.
    pub found_at: Option<String>,
    /// What the student's Cargo.toml has that the lab's has not, and a `build.rs`, in words.
    pub manifest_changed: Option<String>,
    /// A digest of its sources without comments, white space and, in Rust, the author's own names; `None` where they are the lab's own.
    pub sources: Option<String>,
    /// Whether its sources are the starter's.
    pub is_starter: bool,
    /// Whether its sources are the reference solution's, but for the author's own names, comments and white space.
    pub same_as_solution: bool,
}

impl HandedIn {
    /// Returns what a teacher wants to see beside the verdicts, in sentences.
    pub fn notes(&self) -> Vec<String> {
        let manifest =
            self.manifest_changed.as_ref().map(|words| format!("its build files were changed: {words}"));
        let same = self.same_as_solution.then(|| "its sources are the reference solution's".to_string());
        let starter = self.is_starter.then(|| "its sources are the starter's: nothing is earned".to_string());
        manifest.into_iter().chain(same).chain(starter).collect()
    }
}

impl LessonReport {
    /// Returns what became of it.
    pub fn status(&self) -> Status {
        match &self.problem {
            Some(Problem::DoesNotCompile(_)) => Status::DoesNotCompile,
            Some(Problem::WrongLabToml(_)) => Status::WrongLabToml,
            Some(Problem::Unable(_)) => Status::Unable,
            Some(Problem::NotThere(_) | Problem::NotFound(_)) => Status::NotFound,
            Some(Problem::Ambiguous(_)) => Status::Ambiguous,
            Some(Problem::Refused(_)) => Status::Refused,
            Some(Problem::OutOfTime(_)) => Status::OutOfTime,
            Some(Problem::NotBegun(_)) => Status::NotBegun,
            None if self.handed_in.as_ref().is_some_and(|handed_in| handed_in.is_starter) => Status::NotBegun,
            None => Status::Judged,
        }
    }

    /// Returns how many checks can be earned: all that were tried, or would have been.
    pub fn of(&self) -> usize {
        let whole = || course::LESSONS.iter().find(|lesson| lesson.dir() == self.lesson);
        match &self.problem {
            Some(_) => whole().map_or(0, |lesson| lesson.checks().count()),
            None => self.all() - self.count(Verdict::Skip),
        }
    }

    /// Returns how many checks were earned.
    pub fn passed(&self) -> usize {
        self.checks.iter().filter(|check| self.has_earned_check(check)).count()
    }

    /// Returns whether this check was earned. What the starter, or a program that does nothing, passes too is earned only by
    /// a half that passes something else and reaches no hole any more; of the pair, by both halves.
    pub fn has_earned_check(&self, check: &CheckReport) -> bool {
        let has_more = || match check.half {
            Half::Pair => self.has_earned(Half::Server) && self.has_earned(Half::Client),
            half => self.has_earned(half),
        };
        self.status() != Status::NotBegun && check.has_held() && (!self.is_free(check) || has_more())
    }

    /// Returns whether this half passes a check that is not free, and no check reaches a hole of it.
    fn has_earned(&self, half: Half) -> bool {
        let of_half = |check: &&CheckReport| check.half == half || check.half == Half::Pair;
        let mut checks = self.checks.iter().filter(of_half);
        let reaches_hole =
            checks.clone().any(|check| check.hole.as_ref().is_some_and(|hole| is_of(hole, half)));
        !reaches_hole && checks.any(|check| check.has_held() && !self.is_free(check))
    }

    /// Returns whether the starter, or a program that does nothing, passes this check, too.
    fn is_free(&self, check: &CheckReport) -> bool {
        course::starter_passes(&self.lesson, check.id, check.half)
            || course::idle_passes(check.id, check.half)
    }
}

/// Returns whether the hole is in this half's program; both have those of a library.
fn is_of(hole: &Hole, half: Half) -> bool {
    let other = if half == Half::Server { "src/bin/client.rs" } else { "src/bin/server.rs" };
    !hole.file.ends_with(other)
}
