//! Builds a lesson that a student handed in, and says what is known of it.

use super::build::{LessonPrograms, built_of};
use super::plan::Plan;
use crate::course::Lesson;
use crate::finding::Half;
use crate::report::{HandedIn, Problem};
use crate::system::program::Ended;
use crate::workspace;
use crate::workspace::cargo::{self, Built, Show};
use crate::workspace::confined;
use crate::workspace::crates;
use crate::workspace::handed_in::{self, Place, Refused};
use crate::workspace::lab_toml::{self, Wrong};
use crate::workspace::manifest::{Manifest, Unreadable};
use crate::workspace::mirror::{Home, Mirror};
use crate::workspace::sources::{self, Origin};
use std::path::Path;
use std::time::Duration;

/// How long a build may take, where the command line says nothing.
const BUILD_LIMIT: Duration = Duration::from_secs(120);

impl Plan<'_> {
    /// Builds a lesson from what a student handed in, `dir`; `here` is what was built in this repository.
    pub(super) fn handed_in(
        &self,
        lesson: &'static Lesson,
        dir: &Path,
        here: &anyhow::Result<Built>,
        show: Show,
    ) -> LessonPrograms {
        let choice = self.choice(lesson);
        let is_by_command = choice.leaves_own() && !choice.from_file;
        if is_by_command {
            return self.programs(lesson, built_of(here)?, None);
        }
        let source = self.source_of(lesson, dir)?;
        let home = Home::of(&workspace::builds(&self.root), dir);
        if choice.from_file {
            let copy = home.copy(source, &lesson.dir()).map_err(problem)?;
            return self.programs(lesson, built_of(here)?, Some(&copy));
        }
        if self.args.is_for_students() && self.origin(lesson, source) == Origin::Starter {
            let why = format!("{} is not begun: its sources are the starter's", lesson.id());
            return Err(Problem::NotBegun(why));
        }
        let mirror = home.mirror(&self.root, source, &lesson.dir()).map_err(problem)?;
        has_programs(lesson, source, &mirror)?;
        let packages = [format!("lesson-{}", lesson.dir())];
        let limit = self.args.build_limit.map_or(BUILD_LIMIT, Duration::from_secs);
        let confined = self
            .confined
            .as_ref()
            .map(|confined| confined::build(&self.root, &mirror, &confined.allow))
            .transpose()
            .map_err(problem)?;
        let built =
            cargo::build_within(&mirror.root, &packages, Some(&mirror.target), show, Some(limit), confined);
        let mut built = built.map_err(problem)?;
        if built.ended == Some(Ended::OutOfTime) {
            let (id, limit) = (lesson.id(), limit.as_secs());
            return Err(Problem::OutOfTime(format!(
                "the build of {id} took longer than {limit} s, and was ended"
            )));
        }
        // Where the copy lies is of no use to anybody.
        let place = format!("{}{}", mirror.root.display(), std::path::MAIN_SEPARATOR);
        for text in [&mut built.error, &mut built.rendered].into_iter().flatten() {
            *text = text.replace(&place, "");
        }
        if !built.has_begun
            && !built.went_well()
            && let Some(why) = crates::why_not_built(&self.root, &mirror.manifest.added)
        {
            let error = built.error.take().map_or(String::new(), |error| format!("\n{error}"));
            built.error = Some(format!("it {why}{error}"));
        }
        if let Ok(here) = here {
            built.programs.extend(here.programs.clone());
        }
        let (programs, _) = self.programs(lesson, &built, None)?;
        self.takes_only_its_own(lesson, &mirror, &built)?;
        Ok((programs, Some(mirror)))
    }

    /// Returns the folder of a lesson in what a student handed in.
    fn source_of(&self, lesson: &Lesson, dir: &Path) -> Result<&Path, Problem> {
        let (id, name) = (lesson.id(), lesson.dir());
        let top = if self.args.is_for_students() { "the hand-in".into() } else { dir.display().to_string() };
        match self.place_of(lesson) {
            Place::Found { dir, .. } => Ok(dir),
            Place::Ambiguous(places) => {
                let places = places.join(" and ");
                Err(Problem::Ambiguous(format!("{id} was found twice, at {places}: leave one of them")))
            }
            Place::Refused(why) => Err(Problem::Refused(format!("{id}: {why}"))),
            Place::NotFound if self.args.all && self.has_found_some() => {
                Err(Problem::NotThere(format!("{id} is not there: {top} has no {name}")))
            }
            Place::NotFound => {
                // Where several lessons are asked for, such a folder must say of which it is.
                let more = match handed_in::find_only(dir, &name) {
                    Place::Found { shown, .. } => Some(format!(
                        "{shown} has the programs of one lesson, and nothing says of which: call its folder {name}, or \
                         name that lesson alone"
                    )),
                    _ => handed_in::holds(dir, &name),
                };
                // First what is there: some readers see only the beginning.
                let more = more.map_or(String::new(), |more| format!("{more}; "));
                Err(Problem::NotFound(format!(
                    "{id} was not found in {top}: {more}wanted is a folder {name} with a Cargo.toml or a lab.toml, or a \
                     package lesson-{name}, with up to four folders around it"
                )))
            }
        }
    }

    /// Returns why a `lab.toml` cannot be used; the file of a hand-in as seen from its top.
    pub(super) fn shown_of(&self, lesson: &Lesson, wrong: &Wrong) -> String {
        match (&self.dir, self.place_of(lesson), &self.args.cwd) {
            (Some(_), Place::Found { shown, .. }, None) => {
                let folder = if shown == "." { String::new() } else { format!("{shown}/") };
                format!("{folder}{}:{}: {}", lab_toml::NAME, wrong.line, wrong.why)
            }
            _ => wrong.to_string(),
        }
    }

    /// Returns the folder of a lesson that a student handed in, as the student, or who called the runner, names it.
    pub(super) fn shown_source(&self, lesson: &Lesson, mirror: &Mirror) -> String {
        match self.place_of(lesson) {
            Place::Found { shown, .. } if self.args.is_for_students() => shown.clone(),
            _ => mirror.source.display().to_string(),
        }
    }

    /// Returns whether any lesson was found in what a student handed in.
    pub(super) fn has_found_some(&self) -> bool {
        self.places.iter().any(|place| *place != Place::NotFound)
    }

    /// Checks that the programs were built from the lesson's own folder.
    fn takes_only_its_own(&self, lesson: &Lesson, mirror: &Mirror, built: &Built) -> Result<(), Problem> {
        for half in [Half::Server, Half::Client] {
            let name = format!("lesson-{}-{}", lesson.number, half.word());
            let Some(program) = built.programs.get(&name) else { continue };
            if let Some(file) = sources::from_outside(&self.root, mirror, program).map_err(problem)? {
                return Err(Problem::Refused(format!(
                    "{}: its {} is built from {file}, which lies outside of its folder: hand in all sources inside",
                    lesson.id(),
                    half.word()
                )));
            }
        }
        Ok(())
    }

    fn origin(&self, lesson: &Lesson, source: &Path) -> Origin {
        // Only the lab's own solution can be unreadable, and then the build tells.
        sources::origin(&self.root, source, &lesson.dir()).unwrap_or(Origin::Own)
    }

    /// Returns what is known of a lesson that a student handed in; `None` of a lesson of one's own.
    pub(super) fn facts(&self, lesson: &Lesson) -> Option<HandedIn> {
        self.dir.as_ref()?;
        let Place::Found { dir, shown } = self.place_of(lesson) else { return Some(HandedIn::default()) };
        let is_rust = !self.choice(lesson).from_file;
        let manifest = || Manifest::of(&self.root, dir, &lesson.dir()).ok()?.changed;
        let origin = if is_rust { self.origin(lesson, dir) } else { Origin::Own };
        Some(HandedIn {
            found_at: Some(shown.clone()),
            manifest_changed: if is_rust { manifest() } else { None },
            sources: (origin == Origin::Own).then(|| sources::digest(dir, lesson.number, is_rust)).flatten(),
            is_starter: origin == Origin::Starter,
            same_as_solution: origin == Origin::Solution,
        })
    }
}

/// Checks that the sources of the programs lie where the lab's manifest, with which they are built, has them.
fn has_programs(lesson: &Lesson, source: &Path, mirror: &Mirror) -> Result<(), Problem> {
    let (id, Manifest { programs, moves_programs, .. }) = (lesson.id(), &mirror.manifest);
    if let Some(link) = programs.iter().find(|file| source.join(file).is_symlink()) {
        return Err(Problem::Refused(format!("{id}: {link} is a link: hand in the file itself")));
    }
    let missing: Vec<&str> =
        programs.iter().map(String::as_str).filter(|file| !source.join(file).is_file()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let is = if missing.len() == 1 { "is" } else { "are" };
    let unused = if *moves_programs { "; the [[bin]] of Cargo.toml is not used" } else { "" };
    let why = format!(
        "{id}: {} {is} missing: the programs must lie at {}{unused}",
        missing.join(" and "),
        programs.join(" and ")
    );
    Err(Problem::DoesNotCompile(why.into()))
}

/// Returns why a lesson is not judged. Only the type of the error says whose it is.
fn problem(error: anyhow::Error) -> Problem {
    let why = format!("{error:#}");
    if error.is::<Refused>() {
        Problem::Refused(why)
    } else if error.is::<Unreadable>() {
        Problem::DoesNotCompile(why.into())
    } else {
        Problem::Unable(why)
    }
}
