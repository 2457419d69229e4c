//! Builds the programs of a plan: one call of cargo for all lessons, or one for each student's lesson.

use super::plan::Plan;
use super::progress::Progress;
use super::rustc::Rustc;
use crate::bench::{HASH, Programs, Start};
use crate::course::{Lesson, perhaps};
use crate::finding::Half;
use crate::report::{Broken, Problem};
use crate::workspace;
use crate::workspace::cargo::{self, Show};
use crate::workspace::mirror::Mirror;
use std::io::IsTerminal;
use std::path::Path;

/// The programs of one lesson, or why there are none.
pub type LessonPrograms = Result<(Programs, Option<Mirror>), Problem>;

impl Plan<'_> {
    /// Builds the programs: one call of cargo for all that lies in this repository, and one for each student's lesson.
    pub fn build(&self) -> Vec<LessonPrograms> {
        let show = self.shown_of_cargo();
        // What lies in a student's folder is built there.
        let own = if self.args.solution { "solution" } else { "lesson" };
        let package = |lesson: &&'static Lesson| {
            let choice = self.choice(lesson);
            let kind = match choice.half {
                Some(_) => Some("solution"),
                None if choice.leaves_own() || self.dir.is_some() => None,
                None => Some(own),
            };
            kind.map(|kind| format!("{kind}-{}", lesson.dir()))
        };
        let mut packages: Vec<String> = self.lessons.iter().filter_map(package).collect();
        if self.lessons.iter().any(|lesson| lesson.hashes) && workspace::tool(HASH).is_none() {
            packages.push(HASH.to_string());
        }
        let progress = self.say_that_it_builds(!packages.is_empty());
        let here = match packages.is_empty() {
            true => Ok(cargo::Built::default()),
            false => cargo::build(&self.root, &packages, None, show),
        };
        drop(progress);
        if let Ok(built) = &here {
            self.keep(built);
        }
        let one = |lesson: &&'static Lesson| {
            if let Some(wrong) = &self.choice(lesson).wrong {
                return Err(Problem::WrongLabToml(self.shown_of(lesson, wrong)));
            }
            match &self.dir {
                None => self.programs(lesson, built_of(&here)?, None),
                Some(dir) => self.handed_in(lesson, dir, &here, show),
            }
        };
        self.lessons.iter().map(one).collect()
    }

    /// Returns what a build shows on standard error: nothing of rustc when a screen will show it.
    fn shown_of_cargo(&self) -> Show {
        // Only people who watch need cargo's progress; the reader of a report only gets its errors.
        match self.args.screen {
            Some(_) => Show::Nothing { colour: self.paint.on },
            None if std::io::stderr().is_terminal() => Show::Progress,
            None => Show::Messages,
        }
    }

    /// Shows that cargo is at work, where a screen hides what it says.
    fn say_that_it_builds(&self, builds: bool) -> Progress {
        let mut progress = Progress::new();
        if builds && self.args.screen.is_some() {
            progress.show("building the programs");
        }
        progress
    }

    /// Keeps what rustc said for a screen.
    fn keep(&self, built: &cargo::Built) {
        let (errors, warnings) = (built.errors.clone(), built.warnings.clone());
        let _ = self.rustc.set(Rustc { errors, warnings });
    }

    /// Returns a screen of at most `rows` lines: what rustc said, and what `rest` renders into the other lines.
    pub(super) fn on_screen(&self, rows: usize, rest: impl Fn(usize) -> String) -> String {
        match self.rustc.get() {
            Some(rustc) => rustc.on_screen(rows, rest),
            None => rest(rows),
        }
    }

    /// Returns the programs of a lesson from what cargo built, and from commands. `copy` is the folder in which a student's
    /// commands start.
    pub(super) fn programs(
        &self,
        lesson: &Lesson,
        built: &cargo::Built,
        copy: Option<&Path>,
    ) -> LessonPrograms {
        let choice = self.choice(lesson);
        let is_solution = self.args.solution || choice.half.is_some();
        let kind = if is_solution { "solution" } else { "lesson" };
        let one = |half: Half| {
            if let Some(start) = choice.start(half, &self.env, copy) {
                return Ok(start);
            }
            let built = Programs::built(kind, lesson.number, &built.programs).ok_or_else(|| {
                let which =
                    if is_solution { format!("the solution of {}", lesson.id()) } else { lesson.id() };
                let why = match &built.error {
                    _ if built.went_well() => {
                        let number = lesson.number;
                        format!("its Cargo.toml must name the programs {kind}-{number}-server and {kind}-{number}-client")
                    }
                    Some(error) => error.clone(),
                    None => {
                        let target = format!("{kind}-{}-", lesson.number);
                        let first = built.errors.iter().find(|error| error.target.starts_with(&target));
                        first.map_or("cargo's message above states where".into(), |error| {
                            format!("{}:{}; cargo's message above says why", error.place.0, error.place.1)
                        })
                    }
                };
                let why = format!("{which} does not compile: {why}");
                let perhaps = built.errors.iter().find_map(|error| perhaps(lesson, error));
                Problem::DoesNotCompile(Broken { why, rendered: built.rendered.clone(), perhaps })
            })?;
            Ok(if half == Half::Server { built.server } else { built.client })
        };
        let (server, client) = (one(Half::Server)?, one(Half::Client)?);
        let server = Start { at: self.server_at, ..server };
        let client = Start { at: self.client_at, ..client };
        let hash = workspace::tool(HASH).or_else(|| built.programs.get(HASH).cloned());
        Ok((Programs { server, client, confined: self.confined.clone(), hash }, None))
    }
}

pub(super) fn built_of(built: &anyhow::Result<cargo::Built>) -> Result<&cargo::Built, Problem> {
    built.as_ref().map_err(|error| Problem::Unable(format!("{error:#}")))
}
