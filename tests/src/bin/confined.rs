//! Looks whether confined programs get the verdicts that they get when they are free: `cargo run -p lab-tests --bin confined`.
//!
//! A solution and a right program must pass, and each check that catches a wrong one must fail it and name its cause. What
//! is otherwise is judged free, and if that is as it must be, confined once more: luck does not repeat itself. What then
//! still differs is told, and makes the status 1.
//!
//! Words choose: `solutions`, `right`, `wrong`, numbers of lessons, names of programs (`s01_server_fork.c`), `--every N`, and
//! `--beside N`, how many are judged at a time (without it, one: the machine's load must not decide).

use lab_tests::corpus::{Judge, Program, lessons};
use lab_tests::expected::Subject;
use lab_tests::side_by_side;
use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

const CONFINE: &str = "--confine";

/// How a subject was judged.
#[derive(PartialEq)]
enum Found {
    /// Confined as it must be.
    Well,
    /// Only confined not as it must be.
    Differs,
    /// Not as it must be, also free.
    Unclear,
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut number = |option: &str| {
        let at = words.iter().position(|word| word == option)?;
        words.drain(at..(at + 2).min(words.len())).nth(1)?.parse::<usize>().ok()
    };
    let (every, beside) = (number("--every").unwrap_or(1), number("--beside").unwrap_or(1));
    let dir = std::env::temp_dir().join(format!("socket-lab-confined-{}", std::process::id()));
    fs::create_dir_all(&dir).expect("a folder for the programs in C");
    let judge = Judge::beside_me(&dir);
    let subjects: Vec<Subject> = subjects(&judge, &words).into_iter().step_by(every).collect();
    let found = side_by_side(beside, &subjects, |subject| {
        let Some(first) = subject.amiss(&judge.runner, &[CONFINE]) else { return Found::Well };
        if let Some(free) = subject.amiss(&judge.runner, &[]) {
            eprintln!("{}, also free: {free}", subject.name);
            Found::Unclear
        } else if let Some(again) = subject.amiss(&judge.runner, &[CONFINE]) {
            println!("{}: {again}", subject.name);
            Found::Differs
        } else {
            eprintln!("{}, once: {first}", subject.name);
            Found::Well
        }
    });
    let _ = fs::remove_dir_all(&dir);
    let count = |wanted| found.iter().filter(|one| **one == wanted).count();
    let (differ, unclear) = (count(Found::Differs), count(Found::Unclear));
    println!("{} judged, {differ} differ, {unclear} are not as they must be, also free", subjects.len());
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
        Subject { name: format!("solution {lesson}"), words: words.map(String::from).to_vec(), kill: None }
    };
    let solutions = lessons().filter(|lesson| wants("solutions") && in_lessons(lesson)).map(solution);
    let is_wanted = |program: &&Program| {
        let kind = if program.right().is_some() { "right" } else { "wrong" };
        let named = names.contains(&program.file.as_str());
        judge.can_run(program) && (named || (wants(kind) && in_lessons(&program.lesson)))
    };
    solutions
        .chain(judge.corpus.programs().filter(is_wanted).flat_map(|program| Subject::of(judge, program)))
        .collect()
}
