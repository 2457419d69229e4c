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
use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

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
                Some(_) if reference(lesson).is_some() => None,
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
        let is_reference = choice.half.is_some();
        let kind = if self.args.solution || is_reference { "solution" } else { "lesson" };
        let ready = reference(lesson).filter(|_| is_reference);
        let one = |half: Half| {
            if let Some(start) = choice.start(half, &self.env, copy) {
                return Ok(start);
            }
            let programs = Programs::built(kind, lesson.number, ready.as_ref().unwrap_or(&built.programs));
            let programs = programs.ok_or_else(|| {
                let why = not_built(lesson, kind, built);
                match is_reference {
                    // What the learner wrote is the other half.
                    true => Problem::Unable(format!("the reference {} does not compile: {why}", half.word())),
                    false => {
                        let which = match self.args.solution {
                            true => format!("the solution of {}", lesson.id()),
                            false => lesson.id(),
                        };
                        let why = format!("{which} does not compile: {why}");
                        let perhaps = built.errors.iter().find_map(|error| perhaps(lesson, error));
                        Problem::DoesNotCompile(Broken { why, rendered: built.rendered.clone(), perhaps })
                    }
                }
            })?;
            Ok(if half == Half::Server { programs.server } else { programs.client })
        };
        let (server, client) = (one(Half::Server)?, one(Half::Client)?);
        let server = Start { at: self.server_at, ..server };
        let client = Start { at: self.client_at, ..client };
        let hash = workspace::tool(HASH).or_else(|| built.programs.get(HASH).cloned());
        Ok((Programs { server, client, confined: self.confined.clone(), hash }, None))
    }
}

/// Returns why cargo did not build the programs of a package of this kind: `lesson` or `solution`.
fn not_built(lesson: &Lesson, kind: &str, built: &cargo::Built) -> String {
    let target = format!("{kind}-{}-", lesson.number);
    if built.went_well() {
        return format!("its Cargo.toml must name the programs {target}server and {target}client");
    }
    if let Some(error) = &built.error {
        return error.clone();
    }
    let first = built.errors.iter().find(|error| error.target.starts_with(&target));
    first.map_or("cargo's message above states where".into(), |error| {
        format!("{}:{}; cargo's message above says why", error.place.0, error.place.1)
    })
}

/// Returns the programs of a lesson's reference solution, where they are built already.
fn reference(lesson: &Lesson) -> Option<HashMap<String, PathBuf>> {
    let names = ["server", "client"].map(|half| format!("solution-{}-{half}", lesson.number));
    names.into_iter().map(|name| Some((name.clone(), workspace::tool(&name)?))).collect()
}

pub(super) fn built_of(built: &anyhow::Result<cargo::Built>) -> Result<&cargo::Built, Problem> {
    built.as_ref().map_err(|error| Problem::Unable(format!("{error:#}")))
}
