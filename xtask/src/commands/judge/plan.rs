//! What a command line asks for, checked before anybody is judged.

use super::class::{self, Class};
use super::containment::Containment;
use super::made_with::made_with;
use super::shard::Shard;
use super::students::{Student, strangers, students};
use super::told::clean;
use crate::cli::{Confining, Judge};
use crate::commands::run::confined;
use crate::commands::shared::{self, Usage};
use crate::course::{LESSONS, Lesson};
use crate::report::class::{points_of, roster_of, without_points};
use anyhow::Context;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Seconds that every student has, whatever the number of lessons.
const LIMIT: u64 = 300;
/// Seconds more for each lesson.
const LIMIT_EACH: u64 = 60;
/// Seconds for one build.
const BUILD_LIMIT: u64 = 120;

/// What is to be done.
pub struct Plan {
    /// What is the same for all.
    pub class: Class,
    /// The students of this part of the class.
    pub students: Vec<Student>,
    /// How many students the whole class has.
    pub whole: usize,
    /// How many are judged at once.
    pub jobs: usize,
    /// Whether programs are confined, as the command line says.
    pub confining: Confining,
    /// What keeps each student's programs from everything else.
    pub containment: Containment,
    /// What to tell before the work begins.
    pub notes: Vec<String>,
}

impl Plan {
    /// Checks the command line and what is in the folders; changes nothing.
    ///
    /// # Errors
    /// [`Usage`], with what to type.
    pub fn of(args: &Judge) -> anyhow::Result<Self> {
        let (handed_in, results) = (&args.handed_in, &args.results);
        if !handed_in.is_dir() {
            return Err(usage(format!(
                "{}: there is no such folder; name the folder that holds a folder or an archive of each student",
                handed_in.display()
            )));
        }
        stand_apart(handed_in, results)?;
        let mut confining = args.confining();
        if let Some(confined) = confined(&confining)? {
            confining.allow = confined.allow;
        }
        let containment = Containment::here(&confining);
        let old = class_in(results)?;
        let lessons = lessons(&args.lessons)?;
        let shard = args.shard.as_deref().map(str::parse::<Shard>).transpose().map_err(usage)?;
        let same = Same { results, old: old.as_ref() };
        same.lessons(&lessons)?;
        same.shard(shard.as_ref())?;
        let seed = same.seed(args.seed, shard.as_ref())?;
        let students = students(handed_in)?;
        let whole = students.len();
        let is_ours = |place: usize| shard.as_ref().is_none_or(|shard| shard.has(place));
        let students: Vec<Student> = students
            .into_iter()
            .enumerate()
            .filter(|(place, _)| is_ours(*place))
            .map(|(_, one)| one)
            .collect();
        let usual = LIMIT + LIMIT_EACH * lessons.len() as u64;
        let kept = |value: fn(&Class) -> Value| old.as_ref().map_or(Value::Null, value);
        let class = Class {
            seed,
            lessons,
            limit: args.limit.map_or(usual, u64::from),
            build_limit: args.build_limit.map_or(BUILD_LIMIT, u64::from),
            points: points(args.points.as_deref())?.unwrap_or_else(|| kept(|class| class.points.clone())),
            roster: roster(args.roster.as_deref())?.unwrap_or_else(|| kept(|class| class.roster.clone())),
            made_with: made_with(&containment),
            shard,
            students: students.iter().map(|student| student.named.clone()).collect(),
        };
        let unnamed = args.points.as_deref().map(|file| unnamed(file, &class)).transpose()?;
        let mut notes = old.map_or(Vec::new(), |old| notes(&old, &class));
        notes.extend(strangers(handed_in)?);
        notes.extend(unnamed.into_iter().flatten());
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let jobs = args.jobs.map_or(cores, usize::from);
        Ok(Self { class, students, whole, jobs, confining, containment, notes })
    }
}

fn usage(why: String) -> anyhow::Error {
    Usage(why).into()
}

/// Reads the weights.
///
/// # Errors
/// [`Usage`], with the line.
pub fn points(file: Option<&Path>) -> anyhow::Result<Option<Value>> {
    let names: Vec<String> = LESSONS.iter().map(Lesson::dir).collect();
    let read = file.map(|file| points_of(file, &names)).transpose();
    read.map_err(|error| usage(format!("--points {error:#}")))
}

/// Returns what to tell of lessons of the class that the weights do not name.
///
/// # Errors
/// [`Usage`] when nobody could earn a point.
pub fn unnamed(file: &Path, class: &Class) -> anyhow::Result<Vec<String>> {
    let lessons: Vec<String> = class.lessons.iter().map(|lesson| lesson.dir()).collect();
    let told = |lesson: &str| format!("{} does not name {lesson}: it is worth nothing", file.display());
    match without_points(&class.points, &lessons) {
        Ok(unnamed) => Ok(unnamed.into_iter().map(told).collect()),
        Err(why) => Err(usage(format!("--points {}: {why}", file.display()))),
    }
}

/// Reads the list of the class.
///
/// # Errors
/// [`Usage`], with the line.
pub fn roster(file: Option<&Path>) -> anyhow::Result<Option<Value>> {
    file.map(roster_of).transpose().map_err(|error| usage(format!("--roster {error:#}")))
}

/// Reads the class of a folder of results that is new, empty, or has one.
///
/// # Errors
/// [`Usage`] when it holds something else.
pub fn class_in(results: &Path) -> anyhow::Result<Option<Class>> {
    if let Some(class) = Class::read(results)? {
        return Ok(Some(class));
    }
    match fs::read_dir(results).map(Iterator::count) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(usage(format!("{}: {error}; name a folder for the results", results.display()))),
        Ok(0) => Ok(None),
        Ok(_) => Err(usage(format!(
            "{}: there is something in it, and no {}: no results of a class; name an empty folder or a new one",
            results.display(),
            class::FILE
        ))),
    }
}

/// Checks that the results do not lie among the hand-ins.
fn stand_apart(handed_in: &Path, results: &Path) -> anyhow::Result<()> {
    let within = handed_in.canonicalize().with_context(|| format!("look at {}", handed_in.display()))?;
    // The results may not be there yet: then the folder that will hold them counts.
    let absolute = std::path::absolute(results).unwrap_or_else(|_| results.to_path_buf());
    let there = absolute.ancestors().find_map(|folder| folder.canonicalize().ok());
    match there.is_some_and(|there| there.starts_with(&within)) {
        true => Err(usage(format!(
            "{}: it lies in {}, where each folder is a student; name a folder elsewhere for the results",
            results.display(),
            handed_in.display()
        ))),
        false => Ok(()),
    }
}

/// Returns the lessons in the order of the course, each once; all when none is named.
fn lessons(words: &[String]) -> anyhow::Result<Vec<&'static Lesson>> {
    if words.is_empty() {
        return Ok(LESSONS.iter().collect());
    }
    let named = words.iter().map(|word| shared::lesson(word)).collect::<anyhow::Result<Vec<_>>>()?;
    let is_named = |lesson: &&Lesson| named.iter().any(|other| other.number == lesson.number);
    Ok(LESSONS.iter().filter(is_named).collect())
}

/// What must stay the same in a folder of results.
struct Same<'a> {
    results: &'a Path,
    old: Option<&'a Class>,
}

impl Same<'_> {
    fn other(&self, what: &str) -> anyhow::Error {
        usage(format!("{} was judged {what}; name another folder for other results", self.results.display()))
    }

    fn lessons(&self, lessons: &[&Lesson]) -> anyhow::Result<()> {
        let numbers = |all: &[&Lesson]| all.iter().map(|lesson| lesson.number).collect::<Vec<_>>();
        match self.old {
            Some(old) if numbers(&old.lessons) != numbers(lessons) => {
                Err(self.other(&format!("by {}", old.lessons_in_words())))
            }
            _ => Ok(()),
        }
    }

    fn shard(&self, shard: Option<&Shard>) -> anyhow::Result<()> {
        match self.old {
            Some(old) if old.shard.as_ref() != shard => Err(match &old.shard {
                Some(old) => self.other(&format!("with --shard {old}")),
                None => self.other("as a whole class, without --shard"),
            }),
            _ => Ok(()),
        }
    }

    /// Returns the seed: the one that was given, or was kept, or a new one.
    fn seed(&self, given: Option<u64>, shard: Option<&Shard>) -> anyhow::Result<u64> {
        match (self.old.map(|old| old.seed), given) {
            (Some(old), Some(given)) if old != given => Err(self.other(&format!("with --seed {old}"))),
            (Some(seed), _) | (None, Some(seed)) => Ok(seed),
            (None, None) if shard.is_some() => Err(usage(
                "--shard needs --seed N, the same for all parts: else each part gets other inputs".into(),
            )),
            // Short, because people type it again.
            (None, None) => Ok(fastrand::u64(..100_000)),
        }
    }
}

/// Returns what to tell where a class goes on.
fn notes(old: &Class, new: &Class) -> Vec<String> {
    let mut notes = Vec::new();
    for name in ["runner", "platform", "containment"] {
        let (before, now) = (&old.made_with[name], &new.made_with[name]);
        if before != now {
            notes.push(format!(
                "the {name} was {} and is {} now: who was judged before keeps that report; each report says its own",
                before.as_str().unwrap_or("unknown"),
                now.as_str().unwrap_or("unknown")
            ));
        }
    }
    for gone in old.students.iter().filter(|one| !new.students.contains(one)) {
        let name = clean(&gone.name);
        notes.push(format!("{name} has no hand-in any more; the report in students/{} stays", gone.key));
    }
    notes
}
