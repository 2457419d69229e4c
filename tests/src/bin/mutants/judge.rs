//! Builds a change and judges it.

use super::change::Change;
use super::known::Known;
use lab_tests::Ran;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The seeds of the runs. A change survives when it passes all of them.
const SEEDS: [&str; 3] = ["7", "11", "12"];

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It does not compile.
    NotCompiling,
    /// A check failed it.
    Killed,
    /// It passed every check.
    Survived,
    /// The runner could not judge it.
    NotJudged,
}

/// A change and its verdict.
pub struct Judged {
    /// The change.
    pub change: Change,
    /// What became of it.
    pub ending: Ending,
    /// For a killed one: what a learner's screen shows from the first failure on. For one that could not be judged: what the
    /// runner reports.
    pub screen: String,
    /// What a reader found, for a survivor that is listed.
    pub known: Option<Known>,
    /// The notes of a survivor.
    pub notes: Vec<String>,
}

/// Builds a change, and keeps its programs. `None` when it does not compile.
///
/// # Panics
/// When files cannot be read or written.
pub fn build(clone: &Path, change: &Change, number: usize) -> Option<BTreeMap<&'static str, PathBuf>> {
    let file = clone.join("solutions").join(&change.lesson).join(&change.file);
    let source = fs::read_to_string(&file).expect("a source");
    fs::write(&file, change.apply(&source)).expect("the change");
    let package = format!("solution-{}", change.lesson);
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--quiet",
        "--offline",
        "--package",
        &package,
        "--config",
        "build.rustflags=[\"--cap-lints=allow\"]",
    ]);
    cargo.current_dir(clone).env("CARGO_TARGET_DIR", clone.with_file_name("target"));
    // Half of the time of such a small build.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
    let built = cargo.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("cargo").success();
    fs::write(&file, source).expect("the source");
    let keep = |half: &'static str| {
        let name = format!("solution-{}-{half}", &change.lesson[..2]);
        let kept = clone.with_file_name("built").join(format!("{number}-{half}"));
        fs::create_dir_all(kept.parent().expect("a folder")).expect("a folder");
        fs::copy(clone.with_file_name("target").join("debug").join(name), &kept).expect("a program");
        (half, kept)
    };
    built.then(|| ["server", "client"].map(keep).into())
}

/// Judges a change with every seed, until one fails it.
pub fn judge(
    runner: &Path,
    change: &Change,
    built: Option<BTreeMap<&str, PathBuf>>,
    known: &[Known],
) -> Judged {
    let mut judged = Judged {
        change: change.clone(),
        ending: Ending::NotCompiling,
        screen: String::new(),
        known: None,
        notes: Vec::new(),
    };
    let Some(built) = built else { return judged };
    for seed in SEEDS {
        let command = |half: &str| built[half].to_string_lossy().into_owned();
        let (server, client) = (command("server"), command("client"));
        let words = ["run", &change.lesson, "--server", &server, "--client", &client, "--seed", seed];
        let run = || -> Ran { lab_tests::run(&runner.to_string_lossy(), &words) };
        // What the runner could not tell once, on a busy machine, it may tell the second time.
        let ran = Some(run()).filter(|ran| matches!(ran.status, 0 | 1)).unwrap_or_else(run);
        judged.ending = match ran.status {
            0 => Ending::Survived,
            1 => Ending::Killed,
            _ => Ending::NotJudged,
        };
        match judged.ending {
            Ending::Survived => judged.notes = notes(&ran.stdout),
            Ending::Killed => judged.screen = from_first_failure(&ran.stdout),
            _ => judged.screen = format!("status {}\n{}{}", ran.status, errors(&ran.stdout), ran.stderr),
        }
        if judged.ending != Ending::Survived {
            return judged;
        }
    }
    judged.known = known.iter().find(|known| known.is_of(change)).cloned();
    judged
}

/// Returns the screen from its first failed check on.
fn from_first_failure(screen: &str) -> String {
    let lines = screen.lines().skip_while(|line| !line.starts_with("  ✗"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Returns the checks that the runner could not judge, from the first on.
fn errors(screen: &str) -> String {
    let lines = screen.lines().skip_while(|line| !line.starts_with("  !"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn notes(screen: &str) -> Vec<String> {
    let notes = screen.lines().map(str::trim).filter(|line| line.starts_with("note "));
    notes.map(String::from).collect()
}
