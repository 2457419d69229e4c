//! The corpus: programs that are known right and known wrong, and what the runner says of them.

use crate::{root, run};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Right programs of each lesson that stand on the other side of the one on trial.
const PARTNERS: &[(&str, &str, &str)] = &[
    ("01", "right-01-server-blocking", "right-01-client-plain"),
    ("02", "right-02-server-threads-vectored", "right-02-client-stdin-thread"),
    ("03", "right-03-server-blocking", "right-03-client-plain"),
    ("04", "right-04-server-plain", "right-04-client-plain"),
    ("05", "right-05-server-plain", "right-05-client-plain"),
    ("06", "right-06-server-plain", "right-06-client-plain"),
    ("07", "right-07-server-plain", "right-07-client-plain"),
    ("08", "right-08-server-plain", "right-08-client-plain"),
];

/// How many programs are judged side by side: most of them wait for each other, or for a deadline.
const SIDE_BY_SIDE: usize = 6;

/// The lessons that have a corpus.
pub fn lessons() -> impl Iterator<Item = &'static str> {
    PARTNERS.iter().map(|(lesson, ..)| *lesson)
}

/// One program: its file and how to call it.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file's name.
    pub file: String,
    /// The command that starts it.
    pub command: String,
}

impl Program {
    /// The lesson that it was written for, two digits.
    pub fn lesson(&self) -> &str {
        &self.file[1..3]
    }

    /// Whether it is a server.
    pub fn is_server(&self) -> bool {
        self.file.contains("_server_")
    }
}

/// What the runner said of one check.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `check@wire`.
    pub check: String,
    /// `pass`, `fail` and so on.
    pub verdict: String,
    /// The cause that it named, and what came.
    pub cause: String,
    /// Things said beside the verdict.
    pub notes: String,
}

/// Where the programs of the tests are, and the runner.
pub struct Judge {
    /// The runner's executable.
    pub runner: PathBuf,
    /// The executable that holds the Rust programs.
    pub programs: PathBuf,
}

impl Judge {
    /// The two as they lie beside each other, in the folder of this executable.
    ///
    /// # Panics
    /// When they cannot be built.
    pub fn beside_me() -> Self {
        let (runner, programs) = crate::siblings();
        Self { runner, programs }
    }

    /// The programs of `right` or `wrong` that this machine can run, and those that it cannot. C is compiled into `dir`.
    ///
    /// # Panics
    /// When the folder cannot be read.
    pub fn programs(&self, kind: &str, dir: &Path) -> (Vec<Program>, Vec<String>) {
        let sources = root().join("tests/src/bin/programs").join(kind);
        let mut files: Vec<PathBuf> =
            fs::read_dir(sources).expect("the corpus").flatten().map(|entry| entry.path()).collect();
        files.sort();
        let python = python();
        let (mut found, mut left_out) = (Vec::new(), Vec::new());
        for path in files {
            let name =
                |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
            let (file, stem) = (name(path.file_name()), name(path.file_stem()));
            let command = match path.extension().and_then(|extension| extension.to_str()) {
                Some("rs") => {
                    Some(format!("{} {kind}-{}", self.programs.display(), stem[1..].replace('_', "-")))
                }
                Some("py") => python.as_ref().map(|python| format!("{python} {}", path.display())),
                Some("c") => compiled(&path, &dir.join(&stem)),
                _ => continue,
            };
            match command {
                Some(command) => found.push(Program { file, command }),
                None => left_out.push(file),
            }
        }
        (found, left_out)
    }

    /// The runner's words that judge a program as one of `lesson`, with a right partner and always with the same cuts; by
    /// one check (`id@wire`) when `check` says so.
    ///
    /// # Panics
    /// When there is no partner for this lesson.
    pub fn words(&self, program: &Program, lesson: &str, check: Option<&str>) -> Vec<String> {
        let (_, server, client) = PARTNERS.iter().find(|row| row.0 == lesson).expect("a partner");
        let name = self.programs.display();
        let (mut server, mut client) = (format!("{name} {server}"), format!("{name} {client}"));
        let on_trial = if program.is_server() { &mut server } else { &mut client };
        on_trial.clone_from(&program.command);
        let mut words = vec!["run", lesson, "--server", &server, "--client", &client, "--format", "json"];
        words.extend(["--seed", "7"]);
        if let Some((id, wire)) = check.and_then(|check| check.split_once('@')) {
            words.extend(["--check", id, "--wire", wire]);
        } else {
            words.extend(["--jobs", "6"]);
        }
        words.into_iter().map(String::from).collect()
    }

    /// Judges a program as [`Judge::words`] says.
    ///
    /// # Panics
    /// When there is no partner for this lesson, or the runner cannot be started.
    pub fn verdicts(&self, program: &Program, lesson: &str, check: Option<&str>) -> Vec<Verdict> {
        let words = self.words(program, lesson, check);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ran = run(&self.runner.to_string_lossy(), &words);
        if ran.stdout.is_empty() {
            return vec![Verdict {
                check: "?".into(),
                verdict: "none".into(),
                cause: ran.stderr,
                notes: String::new(),
            }];
        }
        let report = ran.json();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
        let checks = report["lessons"][0]["checks"].as_array().cloned().unwrap_or_default();
        let row = |check: serde_json::Value| Verdict {
            check: format!("{}@{}", text(&check["id"]), text(&check["wire"])),
            verdict: text(&check["verdict"]),
            cause: format!("{} | {}", text(&check["cause"]), text(&check["got"])),
            notes: check["notes"].to_string(),
        };
        checks.into_iter().map(row).collect()
    }

    /// The verdicts on each of these, several at a time, in their order.
    ///
    /// # Panics
    /// As [`Judge::verdicts`].
    pub fn judge(&self, trials: &[(Program, String, Option<String>)]) -> Vec<Vec<Verdict>> {
        let (next, judged) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        thread::scope(|scope| {
            for _ in 0..SIDE_BY_SIDE {
                scope.spawn(|| {
                    loop {
                        let n = next.fetch_add(1, Ordering::SeqCst);
                        let Some((program, lesson, check)) = trials.get(n) else { break };
                        let verdicts = self.verdicts(program, lesson, check.as_deref());
                        judged.lock().expect("no judge panics").insert(n, verdicts);
                    }
                });
            }
        });
        judged.into_inner().expect("no judge panics").into_values().collect()
    }
}

/// One line of `tests/corpus.txt`: the program, judged as one of `lesson`, must be caught by this check, and one of these
/// causes be named.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The program's file.
    pub file: String,
    /// The lesson in which it is judged.
    pub lesson: String,
    /// `check@wire`.
    pub check: String,
    /// Any of them must be part of the cause named.
    pub causes: Vec<String>,
}

impl Expected {
    /// Every line of `tests/corpus.txt`.
    ///
    /// # Panics
    /// When the file cannot be read, or a line is not as its head says.
    pub fn all() -> Vec<Self> {
        let text = fs::read_to_string(root().join("tests/corpus.txt")).expect("tests/corpus.txt");
        let line = |line: &str| {
            let mut words = line.splitn(3, " | ");
            let mut word = || words.next().unwrap_or_else(|| panic!("tests/corpus.txt: {line}"));
            let (name, check, causes) = (word(), word(), word());
            let (lesson, file) = name.split_once(':').unwrap_or((&name[1..3], name));
            Self {
                file: file.trim().into(),
                lesson: lesson.into(),
                check: check.into(),
                causes: causes.split(" || ").map(String::from).collect(),
            }
        };
        text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(line).collect()
    }

    /// Whether this is the check and one of the causes.
    pub fn is_named_by(&self, verdict: &Verdict) -> bool {
        verdict.check == self.check && self.causes.iter().any(|cause| verdict.cause.contains(cause.as_str()))
    }
}

/// The interpreter itself, past wrappers that choose one at each start.
fn python() -> Option<String> {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_string();
    (!path.is_empty()).then_some(path)
}

fn compiled(source: &Path, target: &Path) -> Option<String> {
    let status = Command::new("cc").arg("-O1").arg("-o").arg(target).arg(source).status().ok()?;
    status.success().then(|| target.display().to_string())
}
