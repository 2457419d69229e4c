//! Builds the programs of a plan: one call of cargo for all lessons, or one for each student's lesson.

use super::plan::Plan;
use crate::bench::{HASH, Programs, Start};
use crate::course::Lesson;
use crate::finding::Half;
use crate::report::Problem;
use crate::workspace::cargo;
use crate::workspace::lab_toml;
use crate::workspace::mirror::{self, Mirror};
use std::path::{Path, PathBuf};

/// The programs of one lesson, or why there are none.
pub type LessonPrograms = Result<(Programs, Option<Mirror>), Problem>;

impl Plan<'_> {
    /// Builds the programs: one call of cargo for all that lies in this repository, and one for each student's lesson.
    pub(super) fn build(&self) -> Vec<LessonPrograms> {
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
        if self.lessons.iter().any(|lesson| lesson.hashes) {
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
        let target = target_dir(&self.root);
        let one = |lesson: &&'static Lesson| {
            if let Some(wrong) = &self.choice(lesson).wrong {
                return Err(Problem::DoesNotCompile(wrong.to_string()));
            }
            let Some(dir) = self.dir.as_ref().filter(|_| !self.choice(lesson).leaves_own()) else {
                return self.programs(lesson, built_of(&here)?, None);
            };
            if self.args.all && !dir.join(lesson.dir()).join("Cargo.toml").is_file() {
                let one_lesson = match dir.join(lab_toml::NAME).exists() {
                    true => format!("; its {} stands for one lesson: name that", lab_toml::NAME),
                    false => String::new(),
                };
                let why = format!(
                    "{} is not there: {} has no {}{one_lesson}",
                    lesson.id(),
                    dir.display(),
                    lesson.dir()
                );
                return Err(Problem::NotThere(why));
            }
            let mirror = mirror::make(&self.root, dir, &target, &lesson.dir())
                .map_err(|error| Problem::Unable(format!("{error:#}")))?;
            let packages = [format!("lesson-{}", lesson.dir())];
            let mut built = cargo::build(&mirror.root, &packages, Some(&mirror.target), show);
            if let (Ok(built), Ok(here)) = (&mut built, &here) {
                built.programs.extend(here.programs.clone());
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
        let choice = self.choice(lesson);
        let is_solution = self.args.solution || choice.half.is_some();
        let kind = if is_solution { "solution" } else { "lesson" };
        let one = |half: Half| {
            if let Some(start) = choice.start(half, &self.env) {
                return Ok(start);
            }
            let built = Programs::built(kind, lesson.number, &built.programs).ok_or_else(|| {
                let which =
                    if is_solution { format!("the solution of {}", lesson.id()) } else { lesson.id() };
                let place = built.error.as_deref().unwrap_or("cargo's message above says where");
                Problem::DoesNotCompile(format!("{which} does not compile: {place}"))
            })?;
            Ok(if half == Half::Server { built.server } else { built.client })
        };
        let (server, client) = (one(Half::Server)?, one(Half::Client)?);
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
