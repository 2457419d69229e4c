//! What to do next.

use super::choice::other;
use super::plan::Plan;
use crate::commands::shared;
use crate::course::{LESSONS, Lesson};
use crate::finding::{Half, Verdict};
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
                1 => Next::words("mend it, then run the line at `again`"),
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
            _ if report.all() < self.whole(lesson) => Next::command(&format!("all checks: {rerun}")),
            _ if args.solution => Next::command(&format!(
                "write it yourself in lessons/{}, then cargo xtask run {}",
                lesson.dir(),
                lesson.id()
            )),
            _ if args.dir.is_some() => Next::words("nothing to mend").half(self.half_passed(report)),
            _ => self.after_a_pass(lesson).learned(lesson.learned).half(self.half_passed(report)),
        }
    }

    /// Returns the way on when all is right: the chapter of the next lesson, and the command that judges it.
    fn after_a_pass(&self, lesson: &Lesson) -> Next {
        let (mut state, choice) = (shared::lab().load().0, self.choice(lesson));
        state.options = self.options_of_commands();
        let next = match shared::after(lesson, &state, choice.half) {
            Some(next) => {
                let go = Next::command(&format!("read {}, then", next.chapter()));
                let go = go.then(&shared::command(next, &state));
                match choice.from_file && self.args.cwd.is_none() && !shared::has_lab_toml(next) {
                    true => go.then(&format!("(and a lab.toml in lessons/{}, too)", next.dir())),
                    false => go,
                }
            }
            None => match choice.half {
                Some(half) if LESSONS.iter().any(|lesson| !shared::is_done(lesson, &state, None)) => {
                    let other = other(half).word();
                    Next::command(&format!("cargo xtask list shows which lessons lack a {other}"))
                }
                _ => Next::command("cargo xtask prints what all lessons have shown, and where to go on"),
            },
        };
        let is_missing =
            |half: &Half| !state.passed.contains(&lesson.dir()) && state.half(&lesson.dir(), *half).is_none();
        match choice.half.map(other).filter(is_missing) {
            Some(half) if choice.from_file => {
                next.then(&format!("its {} is still to come: name it in the lab.toml, too", half.word()))
            }
            Some(half) => {
                let (half, id) = (half.word(), lesson.id());
                next.then(&format!("its {half} is still to come: cargo xtask run {id} --{half} CMD"))
            }
            None => next,
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
                    let (id, name, chapter) = (next.id(), next.name, next.chapter());
                    Next::words(&format!("`n` goes on to {id} {name} ({chapter}): {}", next.idea))
                }
                None => Next::words("that was the last lesson; after `q`, cargo xtask prints where to go on"),
            }
            .learned(lesson.learned)
            .half(self.half_passed(report)),
        }
    }
}
