//! Compares what the runner says of all solutions and of the whole corpus with what it said before:
//! `cargo run --release -p lab-tests --bin golden`. Use it for a change that must not change a verdict.
//!
//! `golden` compares with `tests/net/verdicts.tsv` as sets of lines, `LAB_UPDATE=1 golden` renews that file. With
//! lessons as words (`golden 05 06`), only those. Times may differ, but it prints each check that took more than
//! twice as long and more than half a second longer.

use lab_tests::corpus::{Judge, lessons, place};
use lab_tests::{root, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The columns of a line.
const HEAD: &str = "program\tlesson\tid\thalf\twire\tverdict\tat fault\tinput\tcause\tmillis";
/// How many programs are judged at the same time. Most of them only wait.
const SIDE_BY_SIDE: usize = 6;

/// One run of the runner: the program's name, and the words.
type Trial = (String, Vec<String>);

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let chosen = |lesson: &str| wanted.is_empty() || wanted.iter().any(|word| word == lesson);
    let dir = std::env::temp_dir().join(format!("socket-lab-golden-{}", std::process::id()));
    fs::create_dir_all(&dir).expect("a folder for the programs in C");
    let file = root().join("tests/net/verdicts.tsv");
    let table = fs::read_to_string(&file).unwrap_or_default();
    let (trials, left_out) = trials(&dir, chosen, &table);
    left_out.iter().for_each(|file| println!("NOT CHECKED: {file} cannot run here"));
    let (now, waits) = judged(&trials);
    let _ = fs::remove_dir_all(&dir);
    println!("{} programs and lessons judged, {} lines, {waits} waits of wires", trials.len(), now.len());
    println!("demos: {}", now.iter().filter(|line| column(line, 5) == "demo").count());
    if std::env::var_os("LAB_UPDATE").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("tests/net");
        let lines: Vec<&str> = now.iter().map(String::as_str).collect();
        fs::write(&file, format!("{HEAD}\n{}\n", lines.join("\n"))).expect("write the table");
        return ExitCode::SUCCESS;
    }
    let before: BTreeSet<String> =
        table.lines().skip(1).filter(|line| chosen(column(line, 1))).map(String::from).collect();
    if compare(&before, &now) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the runs to make: all solutions, and each program of the corpus in its own lesson, in those that its first
/// lines name, and in those that the table has for it. Returns also the files that cannot run here.
fn trials(dir: &Path, chosen: impl Fn(&str) -> bool, table: &str) -> (Vec<Trial>, Vec<String>) {
    let judge = Judge::beside_me(dir);
    let solution = |lesson: String| {
        let words = ["run", &lesson, "--solution", "--format", "json", "--seed", "7"];
        ("solution".into(), words.map(String::from).to_vec())
    };
    let mut trials: Vec<Trial> = lessons().filter(|lesson| chosen(lesson)).map(solution).collect();
    let in_table: BTreeSet<(&str, &str)> =
        table.lines().map(|line| (column(line, 0), column(line, 1))).collect();
    for program in judge.corpus.programs().filter(|program| judge.can_run(program)) {
        let named = program.kills().iter().map(|kill| kill.lesson.as_str());
        let before = in_table.iter().filter(|(file, _)| *file == program.file).map(|(_, lesson)| *lesson);
        let mut lessons: BTreeSet<&str> = named.chain(before).chain([program.lesson.as_str()]).collect();
        lessons.retain(|lesson| chosen(lesson));
        let trial = |lesson: &str| (program.file.clone(), judge.words(program, lesson, None));
        trials.extend(lessons.into_iter().map(trial));
    }
    (trials, judge.left_out().into_iter().map(String::from).collect())
}

/// Runs all of them. Returns the lines of the table, and how many pieces the wires passed on as a wait.
fn judged(trials: &[Trial]) -> (BTreeSet<String>, u64) {
    let runner = lab_tests::siblings().0.to_string_lossy().into_owned();
    let (next, lines, waits) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()), Mutex::new(0));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((name, words)) = trials.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    let report = run(&runner, &words).json();
                    let lesson = &report["lessons"][0];
                    for check in lesson["checks"].as_array().into_iter().flatten() {
                        lines.lock().expect("no judge panics").insert(line(name, lesson, check));
                        *waits.lock().expect("no judge panics") += check["waits"].as_u64().unwrap_or(0);
                    }
                }
            });
        }
    });
    (lines.into_inner().expect("no judge panicked"), waits.into_inner().expect("no judge panicked"))
}

fn line(name: &str, lesson: &Value, check: &Value) -> String {
    let word = |value: &Value| match value {
        Value::String(text) => text.replace(['\t', '\n'], " "),
        Value::Null => "-".into(),
        value => value.to_string(),
    };
    let number = word(&lesson["lesson"]).chars().take(2).collect();
    let columns = ["id", "half", "wire", "verdict", "at_fault", "input", "cause", "millis"];
    let columns = columns.into_iter().map(|column| match column {
        "wire" => place(check),
        column => word(&check[column]),
    });
    [name.to_string(), number].into_iter().chain(columns).collect::<Vec<_>>().join("\t")
}

fn column(line: &str, n: usize) -> &str {
    line.split('\t').nth(n).unwrap_or_default()
}

/// Prints what differs: the verdicts, then who is at fault, the input and the cause, then the times. Returns whether
/// everything but the times is the same.
fn compare(before: &BTreeSet<String>, now: &BTreeSet<String>) -> bool {
    let keyed = |lines: &BTreeSet<String>| -> BTreeMap<String, String> {
        let key = |line: &String| line.splitn(6, '\t').take(5).collect::<Vec<_>>().join(" ");
        lines.iter().map(|line| (key(line), line.clone())).collect()
    };
    let (before, now) = (keyed(before), keyed(now));
    let mut same = true;
    for (what, n) in [("verdict", 5), ("at fault", 6), ("input", 7), ("cause", 8)] {
        let mut differ = 0;
        for key in before.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let of =
                |lines: &BTreeMap<String, String>| lines.get(key).map(|line| column(line, n).to_string());
            let (old, new) = (of(&before), of(&now));
            if old != new {
                differ += 1;
                let shown = |text: Option<String>| text.unwrap_or_else(|| "(no such line)".into());
                println!("{what}: {key}\n    was {}\n    now {}", shown(old), shown(new));
            }
        }
        println!("== {what}: {differ} of {} differ", now.len());
        same &= differ == 0;
    }
    for (key, line) in &now {
        let millis = |line: &str| column(line, 9).parse::<u64>().unwrap_or(0);
        let (old, new) = (before.get(key).map_or(0, |line| millis(line)), millis(line));
        if old > 0 && new > 2 * old && new > old + 500 {
            println!("time: {key}: {old} ms before, {new} ms now");
        }
    }
    same
}
