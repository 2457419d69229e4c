//! Runs the runner on programs, and reads its verdicts.

use super::checks::place;
use super::{Corpus, Half, Kill, Program};
use crate::{run, side_by_side};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many programs are judged at the same time. Most of them only wait, for each other or for a deadline.
pub const SIDE_BY_SIDE: usize = 6;
/// The same where one check judges each: then the processors mostly rest.
const SIDE_BY_SIDE_ONE_CHECK: usize = 12;

/// What the runner said of one check.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `check@wire`, or `check@wire/family`.
    pub check: String,
    /// `pass`, `fail` and so on.
    pub verdict: String,
    /// The cause that it named, and what came.
    pub cause: String,
    /// The notes beside the verdict.
    pub notes: String,
    /// The check that this one builds on and that failed; empty where there is none.
    pub waits_for: String,
}

impl Verdict {
    /// Reads what a JSON report says of one check.
    pub fn of(check: &Value) -> Self {
        let text = |key: &str| check[key].as_str().unwrap_or_default();
        Self {
            check: format!("{}@{}", text("id"), place(check)),
            verdict: text("verdict").into(),
            cause: format!("{} | {}", text("cause"), text("got")),
            notes: check["notes"].to_string(),
            waits_for: text("waits_for").into(),
        }
    }

    /// Returns whether the promise held, or broke just as the lesson predicts.
    pub fn has_held(&self) -> bool {
        ["pass", "demo"].contains(&self.verdict.as_str())
    }

    /// Returns whether this is the check that must fail.
    pub fn is_of(&self, kill: &Kill) -> bool {
        self.check == kill.check()
    }

    /// Returns the first of these causes that the runner named although it is false. Only a failed check names one.
    pub fn names_falsely<'a>(&self, never: &'a [String]) -> Option<&'a str> {
        let is_named = |cause: &&String| self.verdict == "fail" && self.cause.contains(cause.as_str());
        never.iter().find(is_named).map(String::as_str)
    }

    /// Returns whether the runner named one of the expected causes.
    pub fn names(&self, kill: &Kill) -> bool {
        kill.causes.iter().any(|cause| self.cause.contains(cause.as_str()))
    }
}

/// One run of the runner: a program, the lesson in which it is judged, and one check, or `None` for all checks.
pub type Trial<'a> = (&'a Program, &'a str, Option<String>);

/// The runner, and how the programs are started on this machine.
pub struct Judge {
    /// The runner's executable.
    pub runner: PathBuf,
    /// The programs that it judges.
    pub corpus: Corpus,
    /// The command that starts the program at this path. A program that this machine cannot run has none.
    commands: BTreeMap<PathBuf, String>,
}

impl Judge {
    /// Makes a judge of this corpus. `programs` is the executable that contains the Rust programs. Compiles C and
    /// Java into `dir`.
    ///
    /// # Panics
    /// When a program in C or Java does not compile.
    pub fn new(corpus: Corpus, runner: &Path, programs: &Path, dir: &Path) -> Self {
        let python = python();
        let is_here = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
        let (has_cc, has_node, has_perl) = (is_here("cc"), is_here("node"), is_here("perl"));
        let (has_java, has_bash) = (is_here("javac"), is_here("bash"));
        let mut commands = BTreeMap::new();
        for program in corpus.programs() {
            let command = match program.language() {
                "rs" => Some(format!("{} {}", programs.display(), program.name())),
                "py" => python.as_ref().map(|python| format!("{python} {}", program.path.display())),
                "js" => has_node.then(|| format!("node {}", program.path.display())),
                "pl" => has_perl.then(|| format!("perl {}", program.path.display())),
                "java" => has_java.then(|| java(&program.path, &dir.join(program.name()))),
                "bash" => has_bash.then(|| format!("bash {}", program.path.display())),
                _ => has_cc.then(|| compiled(&program.path, &dir.join(program.name()))),
            };
            commands.extend(command.map(|command| (program.path.clone(), command)));
        }
        Self { runner: runner.into(), corpus, commands }
    }

    /// Makes a judge with the two executables beside this one ([`crate::siblings`]).
    ///
    /// # Panics
    /// When they cannot be built, or something is wrong with a program's file.
    pub fn beside_me(dir: &Path) -> Self {
        let corpus = Corpus::read().unwrap_or_else(|complaints| panic!("{}", complaints.join("\n")));
        let (runner, programs) = crate::siblings();
        Self::new(corpus, &runner, &programs, dir)
    }

    /// Returns whether this machine can run the program.
    pub fn can_run(&self, program: &Program) -> bool {
        self.commands.contains_key(&program.path)
    }

    /// Returns the files of the programs that this machine cannot run, because their language is missing.
    pub fn left_out(&self) -> Vec<&str> {
        self.corpus.programs().filter(|one| !self.can_run(one)).map(|one| one.file.as_str()).collect()
    }

    /// Returns the runner's words that judge a program in `lesson`, with a right partner and always with the same
    /// cuts: by all checks, or by the one (`id@wire` or `id@wire/family`) that `check` names.
    ///
    /// # Panics
    /// When this machine cannot run the program, or there is no partner for this lesson.
    pub fn words(&self, program: &Program, lesson: &str, check: Option<&str>) -> Vec<String> {
        let side = |half: Half| {
            let partner = || self.corpus.partner(lesson, half);
            let one = if program.half == half { Some(program) } else { partner() };
            let one =
                one.unwrap_or_else(|| panic!("lesson {lesson} has no partner that is a {}", half.word()));
            self.commands
                .get(&one.path)
                .unwrap_or_else(|| panic!("this machine cannot run {}", one.file))
                .clone()
        };
        let (server, client) = (side(Half::Server), side(Half::Client));
        let mut words = vec!["run", lesson, "--server", &server, "--client", &client, "--format", "json"];
        words.extend(["--seed", "7"]);
        if let Some((id, place)) = check.and_then(|check| check.split_once('@')) {
            let (wire, family) = place.split_once('/').map_or((place, None), |(wire, it)| (wire, Some(it)));
            words.extend(["--check", id, "--wire", wire]);
            words.extend(family.into_iter().flat_map(|family| ["--family", family]));
        } else {
            words.extend(["--jobs", "6"]);
        }
        words.into_iter().map(String::from).collect()
    }

    /// Returns the words that judge a program alone by all checks of its half and of the pair, beside the reference.
    ///
    /// # Panics
    /// When this machine cannot run the program.
    pub fn words_alone(&self, program: &Program, lesson: &str) -> Vec<String> {
        let command = self.commands.get(&program.path);
        let command = command.unwrap_or_else(|| panic!("this machine cannot run {}", program.file));
        let half = format!("--{}", program.half.word());
        let words = ["run", lesson, &half, command, "--format", "json", "--seed", "7", "--jobs", "6"];
        words.map(String::from).to_vec()
    }

    /// Judges a program as [`Judge::words`] says.
    ///
    /// # Panics
    /// As [`Judge::words`], or when the runner cannot be started.
    pub fn verdicts(&self, program: &Program, lesson: &str, check: Option<&str>) -> Vec<Verdict> {
        self.read(&self.words(program, lesson, check))
    }

    /// Judges a program in its lesson as [`Judge::words_alone`] says.
    ///
    /// # Panics
    /// As [`Judge::words_alone`], or when the runner cannot be started.
    pub fn verdicts_alone(&self, program: &Program) -> Vec<Verdict> {
        self.read(&self.words_alone(program, &program.lesson))
    }

    /// Runs the runner, and reads its verdicts.
    fn read(&self, words: &[String]) -> Vec<Verdict> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ran = run(&self.runner.to_string_lossy(), &words);
        if ran.stdout.is_empty() {
            return vec![Verdict {
                check: "?".into(),
                verdict: "none".into(),
                cause: ran.stderr,
                notes: String::new(),
                waits_for: String::new(),
            }];
        }
        let report = ran.json();
        report["lessons"][0]["checks"].as_array().into_iter().flatten().map(Verdict::of).collect()
    }

    /// Judges these trials, several at a time. Returns the verdicts of each, in the order of the trials.
    ///
    /// # Panics
    /// As [`Judge::verdicts`].
    pub fn judge(&self, trials: &[Trial<'_>]) -> Vec<Vec<Verdict>> {
        let has_one_check = trials.iter().all(|(.., check)| check.is_some());
        let at_once = if has_one_check { SIDE_BY_SIDE_ONE_CHECK } else { SIDE_BY_SIDE };
        side_by_side(at_once, trials, |(program, lesson, check)| {
            self.verdicts(program, lesson, check.as_deref())
        })
    }
}

/// Returns the path of the interpreter itself: a wrapper would choose one again at each start.
fn python() -> Option<String> {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_string();
    (!path.is_empty()).then_some(path)
}

fn compiled(source: &Path, target: &Path) -> String {
    let status = Command::new("cc").arg("-O1").arg("-o").arg(target).arg(source).status();
    assert!(status.is_ok_and(|status| status.success()), "{} does not compile", source.display());
    target.display().to_string()
}

/// Compiles a class `Main` into a folder of its own, and returns the command that starts it.
fn java(source: &Path, folder: &Path) -> String {
    let status = Command::new("javac").arg("-d").arg(folder).arg(source).status();
    assert!(status.is_ok_and(|status| status.success()), "{} does not compile", source.display());
    format!("java -cp {} Main", folder.display())
}
