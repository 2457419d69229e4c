//! What to do next.

use super::Plan;
use crate::course::Lesson;
use crate::finding::{Half, Verdict};
use crate::report::text::LEARNED;
use crate::report::{CheckReport, LessonReport, Problem};

impl Plan<'_> {
    /// The failed check to mend first.
    pub(super) fn first_failed(report: &LessonReport) -> Option<&CheckReport> {
        let broken = |check: &&CheckReport| check.verdict == Verdict::Fail && check.hole.is_none();
        // A pair's failure only says which half is at fault; that half's own check tells more.
        let own = report.checks.iter().find(|check| broken(check) && check.half != Half::Pair);
        own.or_else(|| report.checks.iter().find(broken))
    }

    /// What to do next, in one line.
    pub(super) fn next(&self, lesson: &Lesson, report: &LessonReport, rerun: &str) -> String {
        if let Some(failed) = Self::first_failed(report) {
            return match report.checks.len() {
                1 => "mend it, then run the last line again".into(),
                _ => format!("mend `{}` first, then run just it again:\n{}", failed.id, failed.rerun),
            };
        }
        if let Some(hole) = report.checks.iter().find_map(|check| check.hole.as_ref()) {
            let (function, place) = (&hole.function, format!("{}:{}", hole.file, hole.line));
            let hint = format!("cargo xtask hint {}", lesson.id());
            return format!("write `{function}` in {place}, then\n{rerun}\nstuck? {hint}");
        }
        match report.verdict() {
            Verdict::Error => {
                format!("mend what kept the runner from judging (cargo xtask doctor may know), then\n{rerun}")
            }
            _ if matches!(report.problem, Some(Problem::NotThere(_))) => "nothing to judge".into(),
            _ if report.checks.len() < lesson.checks().count() => format!("all checks: {rerun}"),
            _ if self.args.solution => {
                format!("write it yourself in lessons/{}, then cargo xtask run {}", lesson.dir(), lesson.id())
            }
            _ if self.args.dir.is_some() || self.args.server.is_some() || self.args.client.is_some() => {
                "nothing to mend".into()
            }
            _ => match super::super::after(lesson, &super::super::lab().load().0) {
                Some(next) => {
                    format!("{}{LEARNED}cargo xtask run {}", lesson.learned, next.id())
                }
                None => format!(
                    "{}{LEARNED}that was the last lesson so far; cargo xtask compare --mine",
                    lesson.learned
                ),
            },
        }
    }

    /// What to do next when a save is all it takes to be judged again.
    pub(super) fn next_on_screen(&self, lesson: &Lesson, report: &LessonReport) -> String {
        let hole = report.checks.iter().find_map(|check| check.hole.as_ref());
        match (&report.problem, Self::first_failed(report), hole) {
            (Some(_), ..) => "mend it and save".into(),
            (None, Some(failed), _) => {
                let half = failed.at_fault.unwrap_or(failed.half).word();
                format!("mend the {half} and save (the check is {})", failed.id)
            }
            (None, None, Some(hole)) => {
                format!("write `{}` in {}:{} and save", hole.function, hole.file, hole.line)
            }
            (None, None, None) if report.verdict() != Verdict::Pass => {
                "mend what kept the runner from judging".into()
            }
            (None, None, None) => match lesson.next() {
                Some(next) => format!(
                    "{}{LEARNED}`n` goes on to {} {}: {}",
                    lesson.learned,
                    next.id(),
                    next.name,
                    next.idea
                ),
                None => format!("{}{LEARNED}that was the last lesson so far", lesson.learned),
            },
        }
    }
}
