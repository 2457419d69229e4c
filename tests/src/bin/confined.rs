//! Compares what the runner says of programs with and without confinement: `cargo run -p lab-tests --bin confined`.
//!
//! Words choose: `solutions`, `right`, `wrong`, numbers of lessons, names of programs (`s01_server_fork.c`), and `--every N`.
//! Without a word: the solutions and all programs. One program at a time: the machine's load must not decide. What differs
//! is judged both ways once more; what then still differs is told, and makes the status 1.

use lab_tests::corpus::{Judge, Program, Verdict, lessons};
use lab_tests::run;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::ExitCode;

/// What is judged: a name, and the runner's words without `--confine`.
type Subject = (String, Vec<String>);

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let every = match words.iter().position(|word| word == "--every") {
        Some(at) => words.drain(at..).nth(1).and_then(|n| n.parse().ok()).unwrap_or(1),
        None => 1,
    };
    let dir = std::env::temp_dir().join(format!("socket-lab-confined-{}", std::process::id()));
    fs::create_dir_all(&dir).expect("a folder for the programs in C");
    let judge = Judge::beside_me(&dir);
    let subjects: Vec<Subject> = subjects(&judge, &words).into_iter().step_by(every).collect();
    let (mut checks, mut differ) = (0, 0);
    for (n, (name, words)) in subjects.iter().enumerate() {
        let (free, confined) = (verdicts(&judge, words, false), verdicts(&judge, words, true));
        checks += free.len();
        let first = differences(&free, &confined);
        let last = match first.is_empty() {
            true => first,
            // Luck does not repeat itself.
            false => {
                let (free, confined) = (verdicts(&judge, words, false), verdicts(&judge, words, true));
                let again = differences(&free, &confined);
                first.into_iter().filter(|(check, _)| again.iter().any(|(other, _)| other == check)).collect()
            }
        };
        for (check, what) in &last {
            differ += 1;
            println!("{name} {check}: {what}");
        }
        eprintln!("{} of {}: {name}, {} checks, {} differ", n + 1, subjects.len(), free.len(), last.len());
    }
    let _ = fs::remove_dir_all(&dir);
    println!("{} subjects, {checks} checks, {differ} differ", subjects.len());
    ExitCode::from(u8::from(differ > 0))
}

/// Returns what the words choose.
fn subjects(judge: &Judge, words: &[String]) -> Vec<Subject> {
    let is_kind = |word: &str| ["solutions", "right", "wrong"].contains(&word);
    let kinds: BTreeSet<&str> = words.iter().map(String::as_str).filter(|word| is_kind(word)).collect();
    let numbers: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| word.parse::<u8>().is_ok()).collect();
    let names: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| word.starts_with('s') && !is_kind(word)).collect();
    let wants = |kind: &str| kinds.contains(kind) || (kinds.is_empty() && names.is_empty());
    let in_lessons = |lesson: &str| numbers.is_empty() || numbers.contains(&lesson);
    let solution = |lesson: String| {
        let words = ["run", &lesson, "--solution", "--format", "json", "--seed", "7"];
        (format!("solution {lesson}"), words.map(String::from).to_vec())
    };
    let solutions = lessons().filter(|lesson| wants("solutions") && in_lessons(lesson)).map(solution);
    let is_wanted = |program: &&Program| {
        let kind = if program.right().is_some() { "right" } else { "wrong" };
        let named = names.contains(&program.file.as_str());
        judge.can_run(program) && (named || (wants(kind) && in_lessons(&program.lesson)))
    };
    let programs = judge.corpus.programs().filter(is_wanted).map(|program| {
        let named = program.kills().iter().map(|kill| kill.lesson.as_str());
        let lessons: BTreeSet<&str> = named.chain([program.lesson.as_str()]).collect();
        (program, lessons)
    });
    let of_program = |(program, lessons): (&Program, BTreeSet<&str>)| {
        let one =
            |lesson: &str| (format!("{} in {lesson}", program.file), judge.words(program, lesson, None));
        lessons.into_iter().map(one).collect::<Vec<_>>()
    };
    solutions.chain(programs.flat_map(of_program)).collect()
}

fn verdicts(judge: &Judge, words: &[String], confines: bool) -> Vec<Verdict> {
    let words: Vec<&str> = words.iter().map(String::as_str).chain(confines.then_some("--confine")).collect();
    let report = run(&judge.runner.to_string_lossy(), &words).json();
    report["lessons"][0]["checks"].as_array().into_iter().flatten().map(Verdict::of).collect()
}

/// Returns the checks whose verdicts differ, each with both.
fn differences(free: &[Verdict], confined: &[Verdict]) -> Vec<(String, String)> {
    let keyed = |all: &[Verdict]| -> BTreeMap<String, (String, String)> {
        all.iter().map(|one| (one.check.clone(), (one.verdict.clone(), one.cause.clone()))).collect()
    };
    let (free, confined) = (keyed(free), keyed(confined));
    let all: BTreeSet<&String> = free.keys().chain(confined.keys()).collect();
    let verdict = |of: Option<&(String, String)>| of.map(|(verdict, _)| verdict.clone());
    let differ = all.into_iter().filter(|check| verdict(free.get(*check)) != verdict(confined.get(*check)));
    let shown = |of: Option<&(String, String)>| {
        of.map_or("(no such check)".into(), |(verdict, cause)| format!("{verdict} ({cause})"))
    };
    differ
        .map(|check| {
            let (was, is) = (shown(free.get(check)), shown(confined.get(check)));
            (check.clone(), format!("{was}\n    confined: {is}"))
        })
        .collect()
}
