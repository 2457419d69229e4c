//! Judges the same programs again and again and prints the verdicts that differ, alone and beside four busy processes
//! per core: `cargo run --release -p lab-tests --bin repeat -- 1000`.
//!
//! More words choose: `solutions`, `starters` or `corpus` (without one: all three), or `kills`: every expectation of
//! the wrong programs; then the runner must also name the cause every time. `alone` or `busy` (without one: both).
//! `side=4` runs four at the same time, which must not change a verdict either. `from=500` begins with that seed.

use lab_tests::corpus::{Judge, Kill, Program, Verdict, place};
use lab_tests::{Busy, siblings};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The sample of the corpus takes one expectation in sixteen.
const SAMPLE: usize = 16;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.parse::<usize>().ok());
    let (times, from, side) =
        (number("").unwrap_or(20), number("from=").unwrap_or(0), number("side=").unwrap_or(1));
    let chosen = |word: &str, others: &[&str]| {
        words.iter().any(|w| w == word) || !others.iter().any(|other| words.iter().any(|w| w == other))
    };
    let dir = std::env::temp_dir().join(format!("socket-lab-repeat-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder for what is judged");
    let mut odd = 0;
    for (how, is_busy) in [("alone", false), ("busy", true)] {
        if !chosen(how, &["alone", "busy"]) {
            continue;
        }
        let busy = is_busy.then(|| Busy::start(&siblings().1));
        for what in ["solutions", "starters", "corpus", "kills"] {
            let asked_for = words.iter().any(|word| word == what);
            if !(asked_for || what != "kills" && chosen(what, &["solutions", "starters", "corpus", "kills"]))
            {
                continue;
            }
            let runs = runs_of(what, &dir);
            let place = if is_busy { "beside four busy processes a core" } else { "alone" };
            odd += different(&runs, from..from + times, side, &format!("{what} {place}"));
        }
        drop(busy);
    }
    let _ = std::fs::remove_dir_all(&dir);
    if odd == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One command line of the runner, whose verdicts must be the same every time.
struct Run {
    name: String,
    words: Vec<String>,
    /// Whether the inputs differ each time. A wrong program may depend on its inputs, so it always gets the same.
    seeded: bool,
    /// The expectation of a wrong program. With it, each verdict also says whether the runner named the cause.
    kill: Option<Kill>,
}

fn runs_of(what: &str, dir: &Path) -> Vec<Run> {
    let run = |words: &[&str]| Run {
        name: String::new(),
        words: words.iter().map(|word| word.to_string()).collect(),
        seeded: true,
        kill: None,
    };
    match what {
        "solutions" => vec![run(&["run", "--all", "--solution", "--format", "json"])],
        "starters" => {
            let into = dir.join("lessons");
            let runner = siblings().0.to_string_lossy().into_owned();
            let ran = lab_tests::run(&runner, &["starters", "--into", &into.to_string_lossy()]);
            assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
            vec![run(&["run", "--all", "--lessons", &into.to_string_lossy(), "--format", "json"])]
        }
        "kills" => kills(dir, 1),
        _ => kills(dir, SAMPLE).into_iter().chain(passes(dir)).collect(),
    }
}

/// Returns one expectation in `every`: a wrong program, judged by the check that must catch it.
fn kills(dir: &Path, every: usize) -> Vec<Run> {
    let judge = Judge::beside_me(dir);
    let can_run = judge.corpus.kills().filter(|(program, _)| judge.can_run(program));
    let run = |(program, kill): (&Program, &Kill)| {
        let words = judge.words(program, &kill.lesson, Some(&kill.check()));
        Run { name: program.file.clone(), words, seeded: false, kill: Some(kill.clone()) }
    };
    can_run.step_by(every).map(run).collect()
}

/// Returns eight right programs, spread over the lessons, each judged by all checks.
fn passes(dir: &Path) -> Vec<Run> {
    let judge = Judge::beside_me(dir);
    let right: Vec<&Program> = judge.corpus.right().filter(|program| judge.can_run(program)).collect();
    let every = right.len().div_ceil(8).max(1);
    let run = |program: &&Program| {
        let words = judge.words(program, &program.lesson, None);
        Run { name: program.file.clone(), words, seeded: false, kill: None }
    };
    right.iter().step_by(every).map(run).collect()
}

/// Runs all of these once for each seed. Returns how many verdicts were not the usual one of their check.
fn different(runs: &[Run], seeds: std::ops::Range<usize>, side: usize, how: &str) -> usize {
    let runner = siblings().0.to_string_lossy().into_owned();
    let seen: Mutex<BTreeMap<String, BTreeMap<String, usize>>> = Mutex::default();
    let (next, judged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (start, said) = (Instant::now(), Mutex::new(Instant::now()));
    thread::scope(|scope| {
        for _ in 0..side {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    let (seed, run) = (seeds.start + n / runs.len(), &runs[n % runs.len()]);
                    if !seeds.contains(&seed) {
                        break;
                    }
                    let seed = seed.to_string();
                    let mut words: Vec<&str> = run.words.iter().map(String::as_str).collect();
                    if run.seeded {
                        words.extend(["--seed", &seed]);
                    }
                    let report = lab_tests::run(&runner, &words).json();
                    let verdicts = verdicts(run, &report);
                    judged.fetch_add(verdicts.len(), Ordering::SeqCst);
                    let mut seen = seen.lock().expect("no thread panics");
                    for (check, verdict, told) in verdicts {
                        let verdicts = seen.entry(check.clone()).or_default();
                        if !verdicts.is_empty() && !verdicts.contains_key(&verdict) {
                            println!("  seed {seed}: {check}: {verdict}: {told}");
                        }
                        *verdicts.entry(verdict).or_default() += 1;
                    }
                    drop(seen);
                    let mut said = said.lock().expect("no thread panics");
                    if said.elapsed() > Duration::from_secs(60) {
                        *said = Instant::now();
                        println!("  … {how}: {} of {} times", n / runs.len(), seeds.len());
                    }
                }
            });
        }
    });
    let mut odd = 0;
    let seen = seen.into_inner().expect("no thread panicked");
    for (check, verdicts) in &seen {
        let usual = verdicts.values().max().copied().unwrap_or(0);
        odd += verdicts.values().sum::<usize>() - usual;
        if verdicts.len() > 1 {
            println!("  {check}: {verdicts:?}");
        }
    }
    println!(
        "{how}: {odd} of {} verdicts differed; {} checks, {} times each, {side} at once, {} s",
        judged.into_inner(),
        seen.len(),
        seeds.len(),
        start.elapsed().as_secs()
    );
    odd
}

/// Returns each check's name, its verdict, and what the report says of it.
fn verdicts(run: &Run, report: &Value) -> Vec<(String, String, String)> {
    let lessons = report["lessons"].as_array().into_iter().flatten();
    let checks = lessons.flat_map(|lesson| {
        let checks = lesson["checks"].as_array().into_iter().flatten();
        checks.map(|check| {
            let called = format!("{} {} {} on {}", run.name, lesson["lesson"], check["id"], place(check));
            let told = format!("{} {} {}", check["got"], check["cause"], check["evidence"]);
            let mut verdict = check["verdict"].as_str().unwrap_or_default().to_string();
            if run.kill.as_ref().is_some_and(|kill| !Verdict::of(check).names(kill)) {
                verdict += ", the cause is not named";
            }
            (called.trim().to_string(), verdict, told)
        })
    });
    let mut all: Vec<_> = checks.collect();
    if all.is_empty() {
        all.push((format!("{} (nothing was judged)", run.name), "none".into(), report.to_string()));
    }
    all
}
