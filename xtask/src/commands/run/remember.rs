//! Saves where the learner stands after a run.

use super::choice::with_placeholder;
use super::plan::{Plan, repeated};
use crate::cli::{Format, Run};
use crate::commands::shared;
use crate::course::Lesson;
use crate::finding::{Half, Verdict};
use crate::report::{LessonReport, Report};
use crate::workspace::lab::State;
use std::path::Path;

impl Plan<'_> {
    /// Saves where the learner stands, but only after a whole run of the learner's own programs. A half that passed as a
    /// command is kept with it; both halves make a passed lesson.
    pub(super) fn remember(&self, report: &Report) {
        let args = self.args;
        let in_part = args.check.is_some() || args.wire.is_some() || args.family.is_some();
        // A script that reads reports judges many programs, and none of them is the learner's own.
        let by_script = args.format != Format::Text && (args.server.is_some() || args.client.is_some());
        if args.solution || args.dir.is_some() || in_part || by_script || report.interrupted {
            return;
        }
        let saved = shared::lab().update(|state| self.note(report, state));
        match saved {
            Ok(None) => {}
            Ok(Some(message)) => eprintln!("note: {message}"),
            Err(error) => eprintln!("note: the progress was not saved: {error:#}"),
        }
    }

    fn note(&self, report: &Report, state: &mut State) {
        let rows = || self.lessons.iter().copied().zip(&report.lessons);
        // A learner may break a passed lesson on purpose: it stays passed, and the current lesson stays the same.
        let broken_again =
            self.lessons.iter().all(|lesson| shared::is_done(lesson, state, self.choice(lesson).half));
        for (lesson, _) in rows().filter(|(_, report)| report.verdict() == Verdict::Pass) {
            let choice = self.choice(lesson);
            for (half, command) in choice.commands() {
                state.halves.entry(lesson.dir()).or_default().insert(half.word().into(), command.clone());
            }
            let whole = match choice.half {
                None => true,
                Some(half) => state.half(&lesson.dir(), half.other()).is_some(),
            };
            if whole {
                state.passed.insert(lesson.dir());
            }
        }
        if self.args.all {
            return;
        }
        state.options = self.options_of_commands();
        let failed = rows().find(|(_, report)| report.verdict() != Verdict::Pass);
        match (failed, self.lessons.last()) {
            (Some(_), _) if broken_again => {}
            (Some((lesson, _)), _) => state.current = Some(lesson.dir()),
            (None, Some(last)) => {
                state.current = shared::after(last, state, self.choice(last).half).map(Lesson::dir);
            }
            (None, None) => {}
        }
        if !self.lessons.iter().any(|lesson| state.current.as_deref() == Some(&lesson.dir())) {
            state.options = self.options_elsewhere();
        }
    }

    /// Returns the options of this run that name the programs, where it names commands.
    fn options_of_commands(&self) -> Option<String> {
        self.names_commands().then(|| self.options.clone())
    }

    /// Returns these options for another lesson, whose programs are other files: placeholders stand for them.
    pub(super) fn options_elsewhere(&self) -> Option<String> {
        let (args, here) = (self.args, Path::new("."));
        let dir = args.cwd.as_deref().unwrap_or(here);
        let of = |command: &Option<String>, half| Some(with_placeholder(command.as_ref()?, half, dir));
        let (server, client) = (of(&args.server, Half::Server), of(&args.client, Half::Client));
        // Without a command, it is the folder that names the programs.
        let cwd = match server.is_none() && client.is_none() {
            true => args.cwd.as_ref().map(|_| "YOUR-FOLDER".into()),
            false => args.cwd.clone(),
        };
        self.names_commands().then(|| repeated(&Run { server, client, cwd, ..args.clone() }, Half::Pair))
    }

    fn names_commands(&self) -> bool {
        self.args.server.is_some() || self.args.client.is_some() || self.args.cwd.is_some()
    }

    /// Returns the words about the one half that was judged, when all of it is right.
    pub(super) fn half_passed(&self, report: &LessonReport) -> Option<String> {
        let half = report.half.filter(|_| report.verdict() == Verdict::Pass)?;
        let held = report.count(Verdict::Pass) + report.count(Verdict::Demo);
        Some(format!("your {}: {held} of {} checks", half.word(), report.all()))
    }
}
