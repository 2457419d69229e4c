//! Helpers of the tests that judge the runner.

pub mod browser;
pub mod confined;
pub mod corpus;
pub mod expected;
pub mod figures;
#[cfg(target_os = "linux")]
pub mod hostile;
#[cfg(target_os = "linux")]
pub mod refused;
pub mod steps;
#[cfg(unix)]
pub mod terminal;
pub mod traced;
pub mod tshark;
pub mod typist;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// Does something with each of these, `count` of them at a time. Returns what came of each, in their order.
///
/// # Panics
/// When it panics with one of them.
pub fn side_by_side<T: Sync, R: Send>(count: usize, all: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = all.get(n) else { break };
                    let came = one(item);
                    done.lock().expect("no thread panics here").insert(n, came);
                }
            });
        }
    });
    done.into_inner().expect("no thread panics here").into_values().collect()
}

/// The status and the output of a run of the runner.
pub struct Ran {
    /// Its exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Reads the JSON report on standard output.
    ///
    /// # Panics
    /// When it is not JSON; the message shows the output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// Returns `(check, verdict, cause)` of every check.
    pub fn verdicts(&self) -> Vec<(String, String, String)> {
        let report = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let checks = report["lessons"].as_array().into_iter().flatten();
        let checks = checks.flat_map(|lesson| lesson["checks"].as_array().cloned().unwrap_or_default());
        checks.map(|check| (text(&check["id"]), text(&check["verdict"]), text(&check["cause"]))).collect()
    }
}

/// Returns the command that starts the runner with these words. `exe` is `env!("CARGO_BIN_EXE_runner")`.
pub fn runner(exe: &str, words: &[&str]) -> Command {
    let mut command = Command::new(exe);
    command.current_dir(root()).args(words).env_remove("NO_COLOR");
    // Whoever runs these tests may be a learner, with progress of their own.
    command.env("SOCKET_LAB_HOME", root().join("target/tests-home"));
    command
}

/// Runs the runner to its end.
///
/// # Panics
/// When it cannot be started.
pub fn run(exe: &str, words: &[&str]) -> Ran {
    runner(exe, words).output().expect("start the runner").into()
}

/// Builds the executables `runner` and `programs` if they are older than their sources, and returns their paths. For
/// the commands that measure; tests have `env!("CARGO_BIN_EXE_…")`.
///
/// # Panics
/// When they cannot be built.
pub fn siblings() -> (PathBuf, PathBuf) {
    static BUILT: std::sync::Once = std::sync::Once::new();
    BUILT.call_once(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(root()).args(["build", "--quiet", "--package", "lab-tests", "--bins"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        assert!(command.status().expect("cargo").success(), "the programs do not compile");
    });
    let own = std::env::current_exe().expect("the path of this program");
    let sibling = |name| own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    (sibling("runner"), sibling("programs"))
}

/// Four processes per core that only compute. They end when this value is dropped.
pub struct Busy(Vec<Child>);

impl Busy {
    /// Starts them. `programs` is the executable that contains the tests' programs.
    ///
    /// # Panics
    /// When they cannot be started.
    pub fn start(programs: &Path) -> Self {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let spin = |_| Command::new(programs).arg("worst-spins").spawn().expect("a busy process");
        Self((0..4 * cores).map(spin).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How long a test waits for a fact before it gives up. No verdict depends on it: on a busy machine a fact may be late.
pub const LIMIT: Duration = Duration::from_secs(300);

/// Waits until `fact` returns `true`, at most [`LIMIT`].
///
/// # Panics
/// When it is still `false` then.
pub fn wait_for(what: &str, mut fact: impl FnMut() -> bool) {
    let until = Instant::now() + LIMIT;
    while !fact() {
        assert!(Instant::now() < until, "gave up waiting: {what}");
        thread::sleep(Duration::from_millis(5)); // Only how often it looks again.
    }
}

/// Prints a line that people see also when the test passes. A passing test hides the output of `eprintln!`.
pub fn loud(text: &str) {
    let _ = writeln!(std::io::stderr(), "!! {text}");
}

/// Prints that something is not checked on this machine. `.ci/run` repeats these lines at its end.
pub fn not_checked(what: &str) {
    loud(&format!("NOT CHECKED: {what}"));
}

/// Returns whether this program can run here. If not, prints what is not checked without it.
pub fn has(program: &str, what: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        not_checked(&format!("{what}: {program} is missing"));
    }
    found
}

/// Returns the processes whose command line contains `token`, as `PID WORDS`: also keepers, but not the process with
/// the id `but`. Linux only.
///
/// # Panics
/// When `/proc` cannot be read.
pub fn processes_with(token: &str, but: u32) -> Vec<String> {
    let all = fs::read_dir("/proc").expect("/proc").flatten();
    all.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let words = fs::read_to_string(entry.path().join("cmdline")).ok()?.replace('\0', " ");
        (pid != but && words.contains(token)).then(|| format!("{pid} {words}"))
    })
    .collect()
}

/// Returns the names of the lessons' folders, in order: `01-echo` and so on.
///
/// # Panics
/// When the solutions cannot be read.
pub fn lessons() -> Vec<String> {
    let all = fs::read_dir(root().join("solutions")).expect("the solutions").flatten();
    let mut lessons: Vec<String> =
        all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    lessons.sort();
    lessons
}

/// Makes a learner's file from `source`, a file of the solution of lesson `number`: fills the first `filled` holes
/// with the solution's bodies. Returns the text, and the number of all holes.
pub fn filled(source: &str, filled: usize, number: &str) -> (String, usize) {
    let (mut out, mut holes, mut skipping) = (String::new(), 0, false);
    for line in source.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("// BEGIN SOLUTION") {
            holes += 1;
            skipping = holes > filled;
            if skipping {
                out += "todo!(\"still to be written\")\n";
            }
        } else if trimmed.starts_with("// END SOLUTION") {
            skipping = false;
        } else if !skipping && !trimmed.starts_with("// ANCHOR") {
            out += &format!("{line}\n");
        }
    }
    let out = out.replace(&format!("solution-{number}"), &format!("lesson-{number}"));
    (out.replace(&format!("solution_{number}"), &format!("lesson_{number}")), holes)
}

/// Fills every hole of a lesson in the repository at `clone` with the solution's bodies, as a learner would.
///
/// # Panics
/// When there is no such lesson.
pub fn solve(clone: &Path, lesson: &str) {
    let mut folders = vec![PathBuf::from(lesson).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join("solutions").join(&folder)).expect("a solution").flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("a solution");
            let (text, _) = filled(&text, usize::MAX, &lesson[..2]);
            fs::write(clone.join("lessons").join(path), text).expect("the lesson");
        }
    }
}

/// Makes an empty folder for the test of this name. `tmp` is `env!("CARGO_TARGET_TMPDIR")`.
///
/// # Panics
/// When it cannot be made.
pub fn empty_dir(tmp: &str, name: &str) -> PathBuf {
    let dir = PathBuf::from(tmp).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a folder for the test");
    dir
}

/// Renders all starters into an empty folder named for the test.
///
/// # Panics
/// When the runner fails.
pub fn starters(exe: &str, tmp: &str, name: &str) -> PathBuf {
    let dir = empty_dir(tmp, name);
    let ran = run(exe, &["starters", "--into", &dir.to_string_lossy()]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    dir
}

/// Makes a repository as a learner has it after `git clone`, with fresh starters, in an empty folder named for the
/// test. The runner itself is not in it: see [`runner_in`].
///
/// # Panics
/// When it cannot be made.
pub fn clone(exe: &str, tmp: &str, name: &str) -> PathBuf {
    let dir = empty_dir(tmp, name);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let members = |line: &&str| !line.starts_with("default-members") && !line.starts_with("members");
    let manifest: String = manifest.lines().filter(members).map(|line| format!("{line}\n")).collect();
    let manifest = manifest.replace(
        "[workspace]\n",
        "[workspace]\nmembers = [\"lessons/*\", \"solutions/*\", \"xtask/hash\", \"xtask/unpack\"]\n",
    );
    fs::write(dir.join("Cargo.toml"), manifest).expect("the clone's manifest");
    fs::copy(root().join("Cargo.lock"), dir.join("Cargo.lock")).expect("the clone's lock file");
    copy(&root().join("solutions"), &dir.join("solutions"));
    copy(&root().join("docs/src"), &dir.join("docs/src"));
    // The place of the runner, with the packages that it builds when it needs them.
    for package in ["xtask/hash", "xtask/unpack"] {
        copy(&root().join(package), &dir.join(package));
    }
    let ran = run(exe, &["starters", "--into", &dir.join("lessons").to_string_lossy()]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    dir
}

/// Returns the command that starts the runner with these words, as if it was built in the repository at `clone`.
pub fn runner_in(clone: &Path, exe: &str, words: &[&str]) -> Command {
    let mut command = runner(exe, words);
    as_in(clone, &mut command);
    command
}

/// Makes `command` start in the repository at `clone`, as from a new shell: removes the variables of this test run's
/// cargo that lead back to this repository.
pub fn as_in(clone: &Path, command: &mut Command) {
    // The clone has a learner of its own.
    command.env_remove("SOCKET_LAB_HOME");
    command.current_dir(clone).env("CARGO_MANIFEST_DIR", clone.join("xtask"));
    // Two clones that share a target folder would run each other's programs.
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
        command.env_remove(name);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder to copy").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(&path, &to).expect("a copy")),
        }
    }
}

/// Splits at blanks, but not inside single quotes.
pub fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("never empty").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
