//! The lessons that a hand-in has: put where a learner has them, built, and judged.

use super::job::Job;
use super::verdict::Status;
use crate::cli::{Format, Run};
use crate::commands::run::Plan;
use crate::course::Lesson;
use crate::report::{Problem, json};
use anyhow::Context;
use serde_json::Value;
use std::cmp::Reverse;
use std::fs;
use std::path::Path;

/// Moves each lesson's folder to `lessons/NN-name`, so that places in messages are as the student's book has them.
///
/// # Errors
/// When one cannot be moved.
pub fn gather<'a>(lessons: &Path, found: impl Iterator<Item = (String, &'a Path)>) -> anyhow::Result<()> {
    let mut found: Vec<(String, &Path)> = found.collect();
    // One may lie in another: the deepest goes first.
    found.sort_by_key(|(_, dir)| Reverse(dir.components().count()));
    for (name, dir) in found.into_iter().filter(|(_, dir)| dir.exists()) {
        fs::rename(dir, lessons.join(&name)).with_context(|| format!("move {}", dir.display()))?;
    }
    Ok(())
}

/// Judges one lesson below `lessons`. Returns its report, what became of it, and why where it was not judged.
///
/// # Errors
/// When the runner cannot judge it.
pub fn judge(job: &Job, lesson: &Lesson, lessons: &Path) -> anyhow::Result<(Value, Status, Option<String>)> {
    let args = Run { lessons: vec![lesson.dir()], dir: Some(lessons.into()), ..args(job.seed) };
    let plan = Plan::of(&args)?;
    let report = plan.judge(plan.build());
    let own = report.lessons.first().context("no lesson was judged")?;
    let (status, why) = match &own.problem {
        None => (Status::Judged, None),
        Some(Problem::DoesNotCompile(why)) => (Status::DoesNotCompile, Some(why.clone())),
        Some(problem) => (Status::Unable, Some(problem.why().to_string())),
    };
    Ok((json::lesson(own), status, why))
}

fn args(seed: u64) -> Run {
    Run {
        lessons: Vec::new(),
        all: false,
        solution: false,
        server: None,
        client: None,
        server_at: None,
        client_at: None,
        cwd: None,
        env: Vec::new(),
        dir: None,
        wire: None,
        family: None,
        check: None,
        full: true,
        seed: Some(seed),
        jobs: None,
        format: Format::Json,
        output: None,
        screen: None,
    }
}
