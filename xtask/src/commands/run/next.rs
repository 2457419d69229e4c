//! What to do next.

use super::plan::Plan;
use crate::commands::shared;
use crate::course::{LESSONS, Lesson};
use crate::finding::{Half, Hindrance, Verdict};
use crate::judge::Extent;
use crate::report::text::Next;
use crate::report::{CheckReport, LessonReport, Problem};
use crate::workspace::lab_toml;

impl Plan<'_> {
    /// Returns what to do next.
    pub(super) fn next(&self, lesson: &Lesson, report: &LessonReport, rerun: &str) -> Next {
        // All the checks of this run again.
        let same = match self.family {
            Some(family) => format!("{rerun} --family {family}"),
            None => rerun.to_string(),
        };
        if report.problem.is_some() {
            let next = Next::command(&format!("mend it, then {same}"));
            return self.tasks(lesson, report).into_iter().fold(next, |next, line| next.then(&line));
        }
        if let Some(failed) = report.first_failed() {
            // A whole report of one check has its command already.
            if report.all() == 1 && self.extent() == Extent::Whole {
                return Next::words("mend it, then run the line at `again`");
            }
            let of = |check: &CheckReport| check.at_fault.unwrap_or(check.half);
            let half = of(failed);
            let is_one_of_two = report.checks.iter().any(|check| check.is_broken() && of(check) != half);
            let (half, first) = (half.word(), if is_one_of_two { " first" } else { "" });
            let what = format!("mend the {half}{first}, then run just this check again ({}):", failed.id);
            return Next::words(&what).then(&failed.rerun);
        }
        if let Some(hole) = report.checks.iter().find_map(|check| check.hole.as_ref()) {
            let next =
                Next::words(&format!("write `{}` in {}:{}, then", hole.function, hole.file, hole.line))
                    .then(&same)
                    .then(&format!("stuck? cargo xtask hint {}", lesson.id()));
            return self.not_in_rust(lesson).iter().fold(next, |next, line| next.then(line));
        }
        let args = self.args;
        if let (Verdict::Error, Some(mend)) = (report.verdict(), self.to_start(lesson, report)) {
            return Next::words(&format!("{mend}, then")).then(&same);
        }
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
        state.options = self.options_elsewhere();
        let next = match shared::after(lesson, &state, choice.half) {
            Some(next) => {
                let chapter = next.chapter();
                let first = match (&state.options, shared::has_lab_toml(next)) {
                    (Some(_), false) => format!("read {chapter}, write its {}, then", choice.to_write()),
                    (None, false) if choice.from_file => shared::copy_of(lesson, next),
                    _ => format!("read {chapter}, then"),
                };
                Next::words(&first).then(&shared::command(next, &state))
            }
            None => match choice.half {
                Some(half) if LESSONS.iter().any(|lesson| !shared::is_done(lesson, &state, None)) => {
                    let other = half.other().word();
                    Next::command(&format!("cargo xtask list shows which lessons lack a {other}"))
                }
                _ => Next::command("cargo xtask prints what all lessons have shown, and where to go on"),
            },
        };
        let is_missing =
            |half: &Half| !state.passed.contains(&lesson.dir()) && state.half(&lesson.dir(), *half).is_none();
        match choice.half.map(Half::other).filter(is_missing) {
            Some(half) => {
                let (half, id) = (half.word(), lesson.id());
                next.then(&match choice.from_file {
                    true => format!("or write the {half} of {id}, and name it in the same lab.toml"),
                    false => format!("or write the {half} of {id}: cargo xtask run {id} --{half} CMD"),
                })
            }
            None => next,
        }
    }

    /// Returns where to name a program, when the lesson before this one passed with commands and this one's starter is
    /// judged.
    fn not_in_rust(&self, lesson: &Lesson) -> Option<String> {
        shared::by_commands(lesson, &shared::lab().load().0).filter(|_| self.judges_own_rust(lesson))?;
        Some(format!("(not in Rust? name your program in lessons/{}/{})", lesson.dir(), lab_toml::NAME))
    }

    /// Returns where the book states what to write, when the learner's Rust does not compile, and what perhaps mends it.
    fn tasks(&self, lesson: &Lesson, report: &LessonReport) -> Vec<String> {
        match &report.problem {
            Some(Problem::DoesNotCompile(broken)) if self.judges_own_rust(lesson) => {
                let read = format!("read {}#your-tasks", lesson.chapter());
                let perhaps = broken.perhaps.map(|mend| format!("perhaps: {mend}"));
                [Some(read), perhaps].into_iter().flatten().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns whether the learner's own Rust programs of a lesson are judged.
    fn judges_own_rust(&self, lesson: &Lesson) -> bool {
        !self.args.solution && self.dir.is_none() && self.choice(lesson).words().is_none()
    }

    /// Returns which command to mend, when a program could not be started.
    fn to_start(&self, lesson: &Lesson, report: &LessonReport) -> Option<String> {
        let choice = self.choice(lesson);
        let mut checks = report.checks.iter().filter(|check| check.hindrance == Hindrance::CannotStart);
        let command = checks.find_map(|check| choice.command(choice.half.unwrap_or(check.half)))?;
        let place = match (&choice.dir, choice.from_file) {
            (Some(dir), true) => {
                let dir = dir.strip_prefix(&self.root).unwrap_or(dir);
                format!(" in {}", dir.join(lab_toml::NAME).display())
            }
            _ => String::new(),
        };
        Some(format!("mend the command `{command}`{place}"))
    }

    /// Returns what to do next under `watch`, where a save starts the next run.
    pub(super) fn next_on_screen(&self, lesson: &Lesson, report: &LessonReport) -> Next {
        let hole = report.checks.iter().find_map(|check| check.hole.as_ref());
        match (&report.problem, report.first_failed(), hole) {
            (Some(_), ..) => {
                let next = Next::words("mend it and save");
                self.tasks(lesson, report).into_iter().fold(next, |next, line| next.then(&line))
            }
            (None, Some(failed), _) => {
                let half = failed.at_fault.unwrap_or(failed.half).word();
                Next::words(&format!("mend the {half} and save (the check is {})", failed.id))
            }
            (None, None, Some(hole)) => {
                let (function, file, line) = (&hole.function, &hole.file, hole.line);
                let next = Next::words(&format!("write `{function}` in {file}:{line} and save"));
                self.not_in_rust(lesson).iter().fold(next, |next, line| next.then(line))
            }
            (None, None, None) if report.verdict() != Verdict::Pass => {
                let mend = self.to_start(lesson, report);
                Next::words(
                    &mend.map_or("mend what kept the runner from judging".into(), |mend| mend + " and save"),
                )
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
