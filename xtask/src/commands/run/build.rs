//! Builds the programs of a plan: one call of cargo for all lessons, or one for each student's lesson.

use super::plan::Plan;
use crate::bench::{HASH, Programs, Start};
use crate::course::Lesson;
use crate::report::Problem;
use crate::workspace::cargo;
use crate::workspace::mirror::{self, Mirror};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The programs of one lesson, or why there are none.
pub type LessonPrograms = Result<(Programs, Option<Mirror>), Problem>;

impl Plan<'_> {
    /// Builds the programs: one call of cargo for all lessons, or one for each student's lesson.
    pub(super) fn build(&self) -> Vec<LessonPrograms> {
        let (server, client) = (&self.args.server, &self.args.client);
        let both_given = server.is_some() && client.is_some();
        let kind = if self.args.solution { "solution" } else { "lesson" };
        let package = |lesson: &Lesson| format!("{kind}-{}", lesson.dir());
        // Only people who watch need cargo's progress; the reader of a report only gets its errors.
        let quiet = !std::io::stderr().is_terminal();
        let mut helpers = Vec::new();
        if self.lessons.iter().any(|lesson| lesson.hashes) {
            helpers.push(HASH.to_string());
        }
        let Some(dir) = self.dir.as_ref().filter(|_| !both_given) else {
            let of_lessons = self.lessons.iter().filter(|_| !both_given).map(|lesson| package(lesson));
            let packages: Vec<String> = of_lessons.chain(helpers).collect();
            let built = match packages.is_empty() {
                true => Ok(cargo::Built::default()),
                false => cargo::build(&self.root, &packages, None, quiet),
            };
            return self
                .lessons
                .iter()
                .map(|lesson| self.programs(lesson, built_of(&built)?, None))
                .collect();
        };
        let target = target_dir(&self.root);
        // A student's folder holds lessons only: what the runner itself needs is built here.
        let helpers = match helpers.is_empty() {
            true => Ok(cargo::Built::default()),
            false => cargo::build(&self.root, &helpers, None, quiet),
        };
        let one = |lesson: &&'static Lesson| {
            if self.args.all && !dir.join(lesson.dir()).join("Cargo.toml").is_file() {
                let why = format!("{} is not there: {} has no {}", lesson.id(), dir.display(), lesson.dir());
                return Err(Problem::NotThere(why));
            }
            let mirror = mirror::make(&self.root, dir, &target, &lesson.dir())
                .map_err(|error| Problem::Unable(format!("{error:#}")))?;
            let mut built = cargo::build(&mirror.root, &[package(lesson)], Some(&mirror.target), quiet);
            if let (Ok(built), Ok(helpers)) = (&mut built, &helpers) {
                built.programs.extend(helpers.programs.clone());
            }
            self.programs(lesson, built_of(&built)?, Some(mirror))
        };
        self.lessons.iter().map(one).collect()
    }

    pub(super) fn programs(
        &self,
        lesson: &Lesson,
        built: &cargo::Built,
        mirror: Option<Mirror>,
    ) -> LessonPrograms {
        let kind = if self.args.solution { "solution" } else { "lesson" };
        let one = |half: &str, given: &Option<String>| {
            if let Some(command) = given {
                let argv = shlex::split(command).unwrap_or_default();
                return Ok(Start { dir: self.args.cwd.clone(), env: self.env.clone(), ..Start::from(argv) });
            }
            let built = Programs::built(kind, lesson.number, &built.programs).ok_or_else(|| {
                let which =
                    if self.args.solution { format!("the solution of {}", lesson.id()) } else { lesson.id() };
                let place = built.error.as_deref().unwrap_or("cargo's message above says where");
                Problem::DoesNotCompile(format!("{which} does not compile: {place}"))
            })?;
            Ok(if half == "server" { built.server } else { built.client })
        };
        let server = one("server", &self.args.server)?;
        let client = one("client", &self.args.client)?;
        let server = Start { at: self.server_at, ..server };
        let client = Start { at: self.client_at, ..client };
        let hash = built.programs.get(HASH).cloned();
        Ok((Programs { server, client, hash }, mirror))
    }
}

fn built_of(built: &anyhow::Result<cargo::Built>) -> Result<&cargo::Built, Problem> {
    built.as_ref().map_err(|error| Problem::Unable(format!("{error:#}")))
}

/// Returns the folder in which students' lessons are built: beside the learner's own.
fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}
