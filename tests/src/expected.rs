//! What the runner must say of a program: a right one passes, and each check that catches a wrong one fails it and names its
//! cause.

use crate::corpus::{Judge, Kill, Program, Verdict};
use crate::run;
use std::path::Path;

/// What is judged: a right program by all checks of its half and of the pair, or a wrong one by one that must fail it.
pub struct Subject {
    /// Its name: the program's file, and the check.
    pub name: String,
    /// The runner's words.
    pub words: Vec<String>,
    /// The check that must fail, if one must.
    pub kill: Option<Kill>,
}

impl Subject {
    /// Returns what is judged of this program.
    pub fn of(judge: &Judge, program: &Program) -> Vec<Self> {
        let right = program.right().map(|_| Self {
            name: program.file.clone(),
            words: judge.words_alone(program, &program.lesson),
            kill: None,
        });
        let wrong = program.kills().iter().map(|kill| Self {
            name: format!("{} {}", program.file, kill.check()),
            words: judge.words(program, &kill.lesson, Some(&kill.check())),
            kill: Some(kill.clone()),
        });
        right.into_iter().chain(wrong).collect()
    }

    /// Runs the runner, with these words in addition, and returns what is not as it must be; `None` where all is.
    ///
    /// # Panics
    /// When the runner prints no report.
    pub fn amiss(&self, runner: &Path, also: &[&str]) -> Option<String> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).chain(also.iter().copied()).collect();
        let report = run(&runner.to_string_lossy(), &words).json();
        let checks = report["lessons"][0]["checks"].as_array().into_iter().flatten();
        let verdicts: Vec<Verdict> = checks.map(Verdict::of).collect();
        let is_well = |one: &&Verdict| match &self.kill {
            Some(kill) => one.verdict == "fail" && one.names(kill),
            None => one.has_held() || one.verdict == "skip",
        };
        let shown = |one: &Verdict| format!("{} {}: {}", one.check, one.verdict, one.cause);
        match verdicts.iter().find(|one| !is_well(one)) {
            Some(one) => Some(shown(one)),
            None if verdicts.is_empty() => Some(format!("nothing was judged: {report}")),
            None => None,
        }
    }
}
