//! Judges small changes of the reference solutions: what the runner does not notice, it does not check.
//!
//! ```text
//! cargo run --release -p lab-tests --features mutants --bin mutants -- --seed 5
//! ```
//!
//! `--count N` is the number of changes over all lessons (160 without it), `--lesson NN` takes one lesson only, `--side N` judges
//! N at the same time (2), `--list` only prints the changes, with their lines. The same seed makes the same changes of the same sources.
//!
//! Changes what is committed, in a clone below `target/mutants`, and writes `target/mutants/SEED.md`: a table, what survived, and
//! the first cause of sixty that were caught, for a reader. Ends with 1 when a change survives that `tests/net/mutants.tsv` does not
//! list: each row there is a survivor that somebody has read, and what they found.

mod change;
mod judge;
mod known;
mod operators;
mod table;

use change::{Change, candidates};
use judge::{Ending, Judged};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Mutex, mpsc};

/// What the command line asks for.
struct Asked {
    seed: u64,
    count: usize,
    lesson: Option<String>,
    side: usize,
    list: bool,
}

impl Asked {
    fn of(words: &[String]) -> Result<Self, String> {
        let mut asked = Self { seed: 1, count: 160, lesson: None, side: 2, list: false };
        let (list, words): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| *word == "--list");
        asked.list = !list.is_empty();
        for pair in words.chunks(2) {
            let [name, value] = pair else { return Err(format!("`{}` needs a value", pair[0])) };
            let number = || value.parse::<usize>().map_err(|_| format!("{name} `{value}`: type a number"));
            match name.as_str() {
                "--seed" => asked.seed = number()? as u64,
                "--count" => asked.count = number()?,
                "--side" => asked.side = number()?.max(1),
                "--lesson" => asked.lesson = Some(value.to_string()),
                _ => return Err(format!("`{name}`: type --seed, --count, --lesson, --side or --list")),
            }
        }
        Ok(asked)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = match Asked::of(&words) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let clone = clone(if asked.list { "listed" } else { "clone" });
    let changes = chosen(&asked, &clone);
    if asked.list {
        changes.iter().for_each(|change| println!("{}\t{}", change.line, change.row()));
        return ExitCode::SUCCESS;
    }
    let judged = judge_all(&asked, &clone, &changes);
    let text = table::render(asked.seed, &judged);
    let path = lab_tests::root().join(format!("target/mutants/{}.md", asked.seed));
    fs::write(&path, &text).expect("the table");
    println!("{text}\n{}", path.display());
    let unknown = judged.iter().filter(|one| one.ending == Ending::Survived && one.known.is_none()).count();
    if unknown == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!("{unknown} survived that tests/net/mutants.tsv does not list");
    ExitCode::FAILURE
}

/// Builds the runner, which judges, and returns its path.
fn runner() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(lab_tests::root()).args([
        "build",
        "--quiet",
        "--package",
        "lab-tests",
        "--bin",
        "runner",
    ]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    assert!(command.status().expect("cargo").success(), "the runner does not compile");
    let own = std::env::current_exe().expect("the path of this program");
    own.with_file_name(format!("runner{}", std::env::consts::EXE_SUFFIX))
}

/// Makes a new clone of what is committed.
fn clone(name: &str) -> PathBuf {
    let copy = lab_tests::root().join("target/mutants").join(name);
    let _ = fs::remove_dir_all(&copy);
    let status = Command::new("git").args(["clone", "--quiet"]).arg(lab_tests::root()).arg(&copy).status();
    assert!(status.is_ok_and(|status| status.success()), "git clone");
    copy
}

/// Returns the changes of this seed: the lessons take turns until there are enough.
fn chosen(asked: &Asked, clone: &std::path::Path) -> Vec<Change> {
    let lessons = lab_tests::lessons();
    let wanted =
        |lesson: &&String| asked.lesson.as_ref().is_none_or(|number| lesson.starts_with(number.as_str()));
    let mut rng = fastrand::Rng::with_seed(asked.seed);
    let mut all: Vec<Vec<Change>> =
        lessons.iter().filter(wanted).map(|lesson| candidates(clone, lesson)).collect();
    all.iter_mut().for_each(|changes| rng.shuffle(changes));
    let mut chosen = Vec::new();
    while chosen.len() < asked.count && all.iter().any(|changes| !changes.is_empty()) {
        for changes in &mut all {
            if chosen.len() < asked.count {
                chosen.extend(changes.pop());
            }
        }
    }
    chosen.sort_by(|a, b| (&a.lesson, &a.file, a.range.start).cmp(&(&b.lesson, &b.file, b.range.start)));
    chosen
}

/// Builds one change after another, and judges those that are built side by side, while the next one is built.
fn judge_all(asked: &Asked, clone: &std::path::Path, changes: &[Change]) -> Vec<Judged> {
    let (known, results) = (known::load(), Mutex::new(BTreeMap::new()));
    let runner = runner();
    let (sender, built) = mpsc::channel();
    let built = Mutex::new(built);
    std::thread::scope(|scope| {
        for _ in 0..asked.side {
            scope.spawn(|| {
                loop {
                    // The lock ends with this statement: else the others would wait for the judgement, too.
                    let next = built.lock().expect("the changes").recv();
                    let Ok((number, built)) = next else { break };
                    let change: &Change = &changes[number];
                    let judged = judge::judge(&runner, change, built, &known);
                    println!("{:3} {:?} {}", number + 1, judged.ending, change.place());
                    results.lock().expect("the results").insert(number, judged);
                }
            });
        }
        for (number, change) in changes.iter().enumerate() {
            let built = judge::build(clone, change, number);
            sender.send((number, built)).expect("a thread that judges");
        }
        drop(sender);
    });
    results.into_inner().expect("the results").into_values().collect()
}
