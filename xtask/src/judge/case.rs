//! What is judged.

use crate::bench::Programs;
use crate::course::Lesson;
use std::path::PathBuf;

/// What is judged, and how the line that repeats a check begins.
pub struct Case<'a> {
    /// The lesson.
    pub lesson: &'static Lesson,
    /// Its two programs.
    pub programs: Programs,
    /// The folder with their sources, where there is one: holes are looked up in it.
    pub sources: Option<PathBuf>,
    /// How a learner would name that folder.
    pub shown_dir: String,
    /// Gives the same inputs and cuts each time.
    pub seed: u64,
    /// `cargo xtask run lesson-01 --solution`: the words before `--check`.
    pub rerun: &'a str,
}
