//! How fast a verdict is, mostly as ratios of times taken side by side: `cargo run --release -p lab-tests --bin bench`.
//!
//! Words choose parts: `wires`, `deadlines`, `crates`, `traced`, `verdicts`; all of them without one. `--beside REV` compares
//! the first minute with that of another revision: `cargo run --release -p lab-tests --bin bench -- --beside ed05c94`.
//!
//! `confined` runs all solutions free and confined, and runs only when it is named.
//!
//! Two parts look at the wrong programs, all or those of some lessons, each or every eighth, and run only when they are
//! named: `walls` counts the failures that one fault shows, `slowest` prints how long the first one takes:
//! `cargo run --release -p lab-tests --bin bench -- slowest 08 --every 8`.
//!
//! Works in clones below `target/bench`, so it measures what is committed. A figure that misses its limit is marked MISSED.

mod asked;
mod beside;
mod confined;
mod crates;
mod deadlines;
mod slowest;
mod traced;
mod verdicts;
mod walls;
mod wires;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// A part that judges programs of the corpus.
type OfPrograms = fn(&asked::Asked);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let asked = asked::Asked::of(&mut words);
    let parts_of_programs: [(&str, OfPrograms); 2] =
        [("walls", walls::measure), ("slowest", slowest::measure)];
    let parts: [(&str, fn()); 6] = [
        ("wires", wires::measure),
        ("deadlines", deadlines::measure),
        ("crates", crates::measure),
        ("traced", traced::measure),
        ("verdicts", verdicts::measure),
        ("confined", confined::measure),
    ];
    let (revision, words) = match words.iter().position(|word| *word == "--beside") {
        Some(at) => (words.get(at + 1).copied(), [&words[..at], words.get(at + 2..).unwrap_or(&[])].concat()),
        None => (None, words.clone()),
    };
    let known = |word: &&&str| {
        parts.iter().any(|(part, _)| part == *word) || parts_of_programs.iter().any(|(part, _)| part == *word)
    };
    if let Some(word) = words.iter().find(|word| !known(word)) {
        eprintln!(
            "`{word}`: type some of wires, deadlines, crates, traced, verdicts, confined, walls, slowest, or --beside REV; behind the \
             two of programs, numbers of lessons, and --every N, and names of programs (s04_server_deaf)"
        );
        return ExitCode::from(2);
    }
    for (_, measure) in parts.iter().filter(|(part, _)| match words.as_slice() {
        [] => revision.is_none() && *part != "confined",
        words => words.contains(part),
    }) {
        measure();
    }
    for (_, measure) in parts_of_programs.iter().filter(|(part, _)| words.contains(part)) {
        measure(&asked);
    }
    if let Some(revision) = revision {
        beside::measure(revision);
    }
    ExitCode::SUCCESS
}

/// Prints a figure beside its limit.
fn limited(what: &str, figure: f64, at_most: f64) {
    let missed = if figure > at_most { "  MISSED" } else { "" };
    println!("{what} = {figure:.2}   (at most {at_most}){missed}");
}

/// A new clone of this repository at `revision`, below target/bench.
fn clone(name: &str, revision: &str) -> PathBuf {
    let root = lab_tests::root();
    let copy = root.join("target/bench").join(name);
    let _ = fs::remove_dir_all(&copy);
    let (from, to) = (root.to_string_lossy().into_owned(), copy.to_string_lossy().into_owned());
    call(&root, "git", &["clone", "--quiet", "--no-checkout", &from, &to]);
    call(&copy, "git", &["checkout", "--quiet", revision]);
    copy
}

/// Runs a command to its end and takes its time, in milliseconds.
fn call(dir: &Path, program: &str, words: &[&str]) -> f64 {
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(words).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
    as_in_a_shell(&mut command);
    let status = command.status().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(status.success(), "{program} {words:?}: {status}");
    start.elapsed().as_secs_f64() * 1e3
}

/// Takes away what the cargo that runs this benchmark has set; a learner's shell has none of it.
fn as_in_a_shell(command: &mut Command) {
    for name in ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
}

/// Processor time of all ended children and theirs, in milliseconds (proc_pid_stat(5): cutime and cstime, ticks of 10 ms).
fn processor_time() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) * 10.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
