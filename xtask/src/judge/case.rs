//! What is judged.

use crate::bench::Programs;
use crate::course::Lesson;
use crate::finding::Half;
use std::path::PathBuf;

/// What is judged, and the start of the command that repeats a check.
pub struct Case {
    /// The lesson.
    pub lesson: &'static Lesson,
    /// Its two programs.
    pub programs: Programs,
    /// The one half that is judged, if so: the other is then the reference, which is never at fault.
    pub half: Option<Half>,
    /// The folder with their sources, where there is one: holes are looked up in it.
    pub sources: Option<PathBuf>,
    /// Whether cargo built the server from it.
    pub builds_server: bool,
    /// That folder as a learner would name it.
    pub shown_dir: String,
    /// The same seed gives the same inputs and cuts.
    pub seed: u64,
    /// The words before `--check`, for a check of the server, the client and the pair, as [`Half`] has them:
    /// `cargo xtask run lesson-01 --solution`.
    pub reruns: [String; 3],
}
