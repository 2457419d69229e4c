//! Judges the programs, saves where the learner stands, and delivers the report.

use super::build::LessonPrograms;
use super::plan::Plan;
use super::telling::Telling;
use crate::bench::Programs;
use crate::cli::Format;
use crate::commands::shared::{made_with, print};
use crate::course::Lesson;
use crate::finding::Half;
use crate::judge::{self, Case, Trial};
use crate::report::hosts::{classroom, gradescope};
use crate::report::{Report, html, json, junit, text};
use crate::system::program::confine;
use crate::workspace::files;
use crate::workspace::mirror::Mirror;
use serde_json::Value;

impl Plan<'_> {
    /// Judges all lessons at once, and prints their verdicts in order.
    pub fn judge(&self, built: Vec<LessonPrograms>) -> Report {
        let reruns: Vec<String> = self.lessons.iter().map(|lesson| self.rerun(lesson)).collect();
        let mut trials = Vec::new();
        let mut problems = Vec::new();
        for (lesson, built) in self.lessons.iter().zip(built) {
            match built {
                Ok((programs, mirror)) => {
                    trials.push(Some(self.trial(lesson, programs, mirror.as_ref())));
                    problems.push(None);
                }
                Err(problem) => {
                    trials.push(None);
                    problems.push(Some(problem));
                }
            }
        }
        let mut telling = Telling::new(self, &reruns, problems);
        // `numbers[t]` is the lesson of trial `t`.
        let numbers: Vec<usize> = (0..trials.len()).filter(|n| trials[*n].is_some()).collect();
        let trials: Vec<Trial> = trials.into_iter().flatten().collect();
        for (number, trial) in numbers.iter().zip(&trials) {
            telling.expect(*number, trial, self.extent());
        }
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        // Checks mostly wait for programs, and those of many lessons for the clock, so more run at once than there
        // are cores.
        let fixed = self.server_at.is_some() || self.client_at.is_some();
        let wanted = self.args.jobs.map(usize::from).or(fixed.then_some(1)); // One address serves one check at a time.
        let jobs = wanted.unwrap_or((cores * if trials.len() > 1 { 6 } else { 3 }).max(4));
        telling.go_on();
        judge::judge(&trials, jobs, self.extent(), |news| match news {
            Some((trial, news)) => telling.tell(numbers[trial], news),
            None => telling.show_progress(),
        });
        telling.close()
    }

    pub fn trial(&self, lesson: &'static Lesson, programs: Programs, mirror: Option<&Mirror>) -> Trial {
        let folder = if self.args.solution { "solutions" } else { "lessons" };
        let own = self.root.join(folder).join(lesson.dir());
        let choice = self.choice(lesson);
        let case = Case {
            lesson,
            programs,
            half: choice.half,
            builds_server: choice.half.is_none() && choice.server.is_none(),
            sources: Some(mirror.map_or(own, |mirror| mirror.source.clone())),
            shown_dir: match mirror {
                Some(mirror) => self.shown_source(lesson, mirror),
                None => format!("{folder}/{}", lesson.dir()),
            },
            seed: self.seed,
            reruns: [Half::Server, Half::Client, Half::Pair].map(|half| self.rerun_of(lesson, half)),
        };
        Trial { case, checks: lesson.checks().filter(|check| self.wants(lesson, *check)).collect() }
    }

    /// Returns with what a hand-in is judged, for a report that says it; `judge` writes its own one.
    pub(super) fn made_with(&self) -> Value {
        let says_it = matches!(self.args.format, Format::Json | Format::Gradescope);
        match self.dir.is_some() && says_it && !self.args.for_class {
            true if self.args.confining().is_on => {
                made_with(&confine::kernel().short(self.args.confining().allow.len()))
            }
            true => made_with(confine::UNWANTED),
            false => Value::Null,
        }
    }

    /// Writes the report to its file; without a file, prints a report for machines to standard output.
    pub(super) fn deliver(&self, report: &Report) -> anyhow::Result<()> {
        let text = match self.args.format {
            Format::Json => json::render(report),
            Format::Junit => junit::render(report),
            Format::Html => html::render(report),
            Format::Gradescope => gradescope::render(report),
            Format::Classroom => classroom::render(report),
            Format::Text => text::whole(report),
        };
        match &self.args.output {
            Some(path) => files::deliver(path, text.as_bytes())?,
            None if self.args.format != Format::Text => print(&text),
            None => {}
        }
        Ok(())
    }
}
