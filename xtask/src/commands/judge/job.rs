//! What one process is to do: one student, and some lessons.

use crate::cli::Confining;
use crate::course::{self, Lesson};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The hidden verb: `xtask __student HAND_IN NAME WORK SEED LEFT LIMIT BUILD_LIMIT [--tool PACKAGE PROGRAM]…
/// --confine|--no-confine [--allow DIR]… [--boxed] LESSON…`, with times in milliseconds (LEFT) and seconds.
pub const VERB: &str = "__student";

/// What `now` says while the hand-in is opened.
pub const OPENING: &str = "opening";

/// The word before a tool.
const TOOL: &str = "--tool";
/// Says that the process runs in a box.
const BOXED: &str = "--boxed";

/// What one process is to do.
pub struct Job {
    /// The folder or the archive.
    pub hand_in: PathBuf,
    /// The student's name.
    pub name: String,
    /// An empty folder, or that of an earlier process for the same student.
    pub work: PathBuf,
    /// The seed of inputs and cuts.
    pub seed: u64,
    /// How much of the student's time is left.
    pub left: Duration,
    /// All of the student's time, in seconds.
    pub limit: u64,
    /// Seconds for one build.
    pub build_limit: u64,
    /// Programs of the repository that are built already, by their names.
    pub tools: Vec<(String, PathBuf)>,
    /// Whether programs are confined.
    pub confining: Confining,
    /// Whether a box stands around the process.
    pub is_boxed: bool,
    /// The lessons.
    pub lessons: Vec<&'static Lesson>,
}

impl Job {
    /// Returns the words after the verb.
    pub fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> =
            vec![self.hand_in.clone().into(), self.name.clone().into(), self.work.clone().into()];
        for number in [self.seed, self.left.as_millis() as u64, self.limit, self.build_limit] {
            words.push(number.to_string().into());
        }
        for (package, program) in &self.tools {
            words.extend([TOOL.into(), package.into(), program.into()]);
        }
        words.extend(self.confining.words());
        words.extend(self.is_boxed.then(|| BOXED.into()));
        words.extend(self.lessons.iter().map(|lesson| OsString::from(lesson.dir())));
        words
    }

    /// Reads these words; `None` when they are others.
    pub fn read(words: &[OsString]) -> Option<Self> {
        let [hand_in, name, work, seed, left, limit, build_limit, rest @ ..] = words else { return None };
        let number = |word: &OsString| word.to_str()?.parse::<u64>().ok();
        let (mut tools, mut lessons) = (Vec::new(), rest);
        while let [word, package, program, rest @ ..] = lessons
            && word == TOOL
        {
            tools.push((package.to_str()?.to_string(), program.into()));
            lessons = rest;
        }
        let (mode, mut lessons) = lessons.split_first()?;
        let mut confining =
            Confining { is_on: mode == "--confine", is_told: mode != "--confine", allow: Vec::new() };
        while let [word, path, rest @ ..] = lessons
            && word == "--allow"
        {
            confining.allow.push(path.into());
            lessons = rest;
        }
        let is_boxed = lessons.first().is_some_and(|word| word == BOXED);
        lessons = &lessons[usize::from(is_boxed)..];
        let lesson =
            |word: &OsString| course::LESSONS.iter().find(|lesson| word.to_str() == Some(&lesson.dir()));
        Some(Self {
            hand_in: hand_in.into(),
            name: name.to_str()?.into(),
            work: work.into(),
            seed: number(seed)?,
            left: Duration::from_millis(number(left)?),
            limit: number(limit)?,
            build_limit: number(build_limit)?,
            tools,
            confining,
            is_boxed,
            lessons: lessons.iter().map(lesson).collect::<Option<_>>()?,
        })
    }
}

/// Returns why a lesson is not judged, or not whole: the student's time, in seconds, was over.
pub fn out_of_time(limit: u64, lesson: &Lesson) -> String {
    format!("the student's {limit} s on the clock had passed before {} was judged", lesson.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_as_it_was_written() {
        let hash = ("lab-hash".to_string(), PathBuf::from("/lab/target/debug/lab-hash"));
        for (tools, is_off, allow) in
            [(vec![], true, vec![]), (vec![hash], false, vec!["/opt/a b".into(), "/opt/c".into()])]
        {
            let job = Job {
                hand_in: "/in/li na".into(),
                name: "li na".into(),
                work: "/lab/target/class/1".into(),
                seed: 7,
                left: Duration::from_millis(1234),
                limit: 420,
                build_limit: 120,
                tools,
                confining: Confining::of(false, is_off, &allow, true),
                is_boxed: !is_off,
                lessons: vec![&course::LESSONS[0], &course::LESSONS[2]],
            };
            let read = Job::read(&job.words()).unwrap();
            assert_eq!((read.words(), &read.tools, read.left), (job.words(), &job.tools, job.left));
            assert_eq!((read.confining, read.is_boxed), (job.confining, !is_off));
            assert_eq!(read.lessons.len(), 2);
        }
        assert!(Job::read(&["/in".into(), "li na".into()]).is_none());
    }
}
