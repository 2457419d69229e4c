//! Checks that were not judged for the reason that another one names.

use super::{CheckReport, LessonReport};
use crate::finding::Verdict;

/// What is told of a check that broke as its lesson says it will.
pub const DEMO: &str = "◆ broke just as the lesson predicts; counts as passed";

/// Returns whether this check was not judged, and neither was the one that it builds on: it was for the same reason.
pub fn is_shared(lesson: &LessonReport, check: &CheckReport) -> bool {
    let is_unable = |base: &&CheckReport| base.verdict == Verdict::Error;
    let base = |base| lesson.checks.iter().find(|other| other.name() == base).filter(is_unable);
    check.verdict == Verdict::Error && check.waits_for.and_then(base).is_some()
}

/// Returns the line that stands for so many of them; nothing for none.
pub fn shared(n: usize) -> Option<String> {
    let was = if n == 1 { "was" } else { "were" };
    (n > 0).then(|| format!("! {n} more {was} not judged, for the same reason"))
}

/// Returns the line above so many checks that broke as the lesson says it; nothing for none.
pub fn demos(n: usize) -> Option<String> {
    let checks = if n == 1 { "check" } else { "checks" };
    (n > 0).then(|| format!("{n} {checks}: {DEMO}"))
}
