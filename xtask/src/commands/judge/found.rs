//! The lessons of a hand-in: found, built, and judged as `run --lessons` does it.

use super::job::{Job, out_of_time};
use super::verdict::{self, Status};
use crate::cli::{Format, Run};
use crate::commands::run::Plan;
use crate::course::Lesson;
use crate::report::json;
use anyhow::Context;
use serde_json::Value;
use std::path::Path;

/// Judges one lesson, and returns its value. `is_over` says whether the student's time was over before the end.
///
/// # Errors
/// When the runner cannot judge it.
pub fn judge(job: &Job, plan: &Plan, lesson: &Lesson, is_over: impl Fn() -> bool) -> anyhow::Result<Value> {
    let plan = plan.only(lesson);
    let report = plan.judge(plan.build());
    let own = report.lessons.first().context("no lesson was judged")?;
    let mut value = json::lesson(own);
    if is_over() {
        verdict::set(&mut value, Status::OutOfTime, &out_of_time(job.limit, lesson));
    }
    verdict::count(&mut value, lesson);
    Ok(value)
}

/// Returns the words of `run` for a hand-in that lies opened there.
pub fn args(job: &Job, opened: &Path) -> Run {
    Run {
        lessons: job.lessons.iter().map(|lesson| lesson.dir()).collect(),
        all: false,
        solution: false,
        server: None,
        client: None,
        server_at: None,
        client_at: None,
        cwd: None,
        env: Vec::new(),
        dir: Some(opened.into()),
        build_limit: Some(job.build_limit),
        confine: job.confining.is_on,
        no_confine: !job.confining.is_on,
        allow: job.confining.allow.clone(),
        for_class: true,
        wire: None,
        family: None,
        check: None,
        full: true,
        seed: Some(job.seed),
        jobs: None,
        format: Format::Json,
        output: None,
        screen: None,
    }
}
