//! What to do next.

use super::plan::Plan;
use crate::commands::shared;
use crate::course::Lesson;
use crate::finding::Verdict;
use crate::report::LessonReport;
use crate::report::text::Next;

impl Plan<'_> {
    /// Returns what to do next.
    pub(super) fn next(&self, lesson: &Lesson, report: &LessonReport, rerun: &str) -> Next {
        // All the checks of this run again.
        let same = match self.family {
            Some(family) => format!("{rerun} --family {family}"),
            None => rerun.to_string(),
        };
        if report.problem.is_some() {
            return Next::command(&format!("mend it, then {same}"));
        }
        if let Some(failed) = report.first_failed() {
            return match report.all() {
                1 => Next::words("mend it, then run the last line again"),
                _ => Next::words(&format!("mend `{}` first, then run just it again:", failed.id))
                    .then(&failed.rerun),
            };
        }
        if let Some(hole) = report.checks.iter().find_map(|check| check.hole.as_ref()) {
            return Next::words(&format!("write `{}` in {}:{}, then", hole.function, hole.file, hole.line))
                .then(&same)
                .then(&format!("stuck? cargo xtask hint {}", lesson.id()));
        }
        let args = self.args;
        match report.verdict() {
            Verdict::Error => {
                Next::command("mend what kept the runner from judging (cargo xtask doctor may know), then")
                    .then(&same)
            }
            _ if report.all() < lesson.checks().count() => Next::command(&format!("all checks: {rerun}")),
            _ if args.solution => Next::command(&format!(
                "write it yourself in lessons/{}, then cargo xtask run {}",
                lesson.dir(),
                lesson.id()
            )),
            _ if args.dir.is_some() || args.server.is_some() || args.client.is_some() => {
                Next::words("nothing to mend")
            }
            _ => match shared::after(lesson, &shared::lab().load().0) {
                Some(next) => Next::command(&format!("cargo xtask run {}", next.id())),
                None => Next::command("cargo xtask says what all lessons have shown, and where to go on"),
            }
            .learned(lesson.learned),
        }
    }

    /// Returns what to do next under `watch`, where a save starts the next run.
    pub(super) fn next_on_screen(&self, lesson: &Lesson, report: &LessonReport) -> Next {
        let hole = report.checks.iter().find_map(|check| check.hole.as_ref());
        match (&report.problem, report.first_failed(), hole) {
            (Some(_), ..) => Next::words("mend it and save"),
            (None, Some(failed), _) => {
                let half = failed.at_fault.unwrap_or(failed.half).word();
                Next::words(&format!("mend the {half} and save (the check is {})", failed.id))
            }
            (None, None, Some(hole)) => {
                Next::words(&format!("write `{}` in {}:{} and save", hole.function, hole.file, hole.line))
            }
            (None, None, None) if report.verdict() != Verdict::Pass => {
                Next::words("mend what kept the runner from judging")
            }
            (None, None, None) => match lesson.next() {
                Some(next) => {
                    Next::words(&format!("`n` goes on to {} {}: {}", next.id(), next.name, next.idea))
                }
                None => Next::words("that was the last lesson; after `q`, cargo xtask says where to go on"),
            }
            .learned(lesson.learned),
        }
    }
}
