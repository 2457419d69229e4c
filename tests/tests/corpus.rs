//! Checks the runner: it catches every known-wrong program by the checks made for it and names the cause, every
//! promise has a kill, and every known-right program passes.
//!
//! Here, only the checks that its first lines name judge a wrong program. For all checks, with figures:
//! `cargo run --release -p lab-tests --bin corpus`.

use lab_tests::corpus::{Check, Corpus, Judge, Program, Verdict};
use lab_tests::empty_dir;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let corpus = Corpus::read().unwrap_or_else(|complaints| panic!("{}", complaints.join("\n")));
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "corpus");
    let runner = Path::new(env!("CARGO_BIN_EXE_runner"));
    Judge::new(corpus, runner, Path::new(env!("CARGO_BIN_EXE_programs")), &dir)
});

/// Prints a line that people see also when the test passes. A passing test hides the output of `eprintln!`.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// A file with an unreadable first line is an error: otherwise no test would judge it.
#[test]
fn every_file_of_the_corpus_says_what_it_is() {
    assert_none(&Corpus::read().err().unwrap_or_default());
}

#[test]
fn no_lesson_lacks_a_program() {
    assert_none(&JUDGE.corpus.missing());
}

/// How often a slow program is judged again, alone.
const AGAIN: usize = 5;

/// Returns whether the runner says that a program is slow.
fn says_slow(verdicts: &[Verdict]) -> bool {
    verdicts.iter().any(|verdict| verdict.notes.contains("right, but slow"))
}

/// Returns whether the runner says alone that this program is slow. It measures a time for that, and says nothing where a busy
/// machine hides it: this is a note, and no verdict.
fn is_told_alone(program: &Program) -> bool {
    says_slow(&alone(program))
}

/// Judges one program by all checks, with no other one beside it.
fn alone(program: &Program) -> Vec<Verdict> {
    JUDGE.judge(&[(program, program.lesson.as_str(), None)]).remove(0)
}

#[test]
fn right_programs_pass() {
    let programs: Vec<_> = JUDGE.corpus.right().filter(|program| JUDGE.can_run(program)).collect();
    let trials: Vec<_> = programs.iter().map(|program| (*program, program.lesson.as_str(), None)).collect();
    let mut complaints = Vec::new();
    for (program, verdicts) in programs.iter().zip(JUDGE.judge(&trials)) {
        assert!(!verdicts.is_empty(), "{} was not judged", program.file);
        let mut complain =
            |bad: &Verdict| complaints.push(format!("{} is right, but: {bad:?}", program.file));
        let (errors, failed): (Vec<_>, Vec<_>) =
            verdicts.iter().filter(|one| !one.has_held()).partition(|one| one.verdict == "error");
        failed.into_iter().for_each(&mut complain);
        // The runner could not judge, for instance because the machine is busy, and says so: that is no false verdict.
        if let Some(error) = errors.first() {
            say(&format!("{} is judged again, alone: {error:?}", program.file));
            alone(program).iter().filter(|one| !one.has_held()).for_each(&mut complain);
        }
        let is_slow = program.right().is_some_and(|right| right.is_slow);
        if is_slow && !says_slow(&verdicts) && !(0..AGAIN).any(|_| is_told_alone(program)) {
            complaints.push(format!("{} is slow, and the run does not say so", program.file));
        }
    }
    assert_none(&complaints);
    say(&format!("{} known-right programs pass", programs.len()));
}

/// All checks judge the programs whose first lines say which causes are false: none of them may be named.
#[test]
fn causes_that_are_false_are_never_named() {
    let programs: Vec<_> =
        JUDGE.corpus.wrong().filter(|one| !one.never().is_empty() && JUDGE.can_run(one)).collect();
    let trials: Vec<_> = programs.iter().map(|program| (*program, program.lesson.as_str(), None)).collect();
    let mut complaints = Vec::new();
    for (program, verdicts) in programs.iter().zip(JUDGE.judge(&trials)) {
        for verdict in verdicts {
            if let Some(cause) = verdict.names_falsely(program.never()) {
                complaints.push(format!(
                    "{}: {} names a false cause, \"{cause}\": {}",
                    program.file, verdict.check, verdict.cause
                ));
            }
        }
    }
    assert_none(&complaints);
    say(&format!("{} known-wrong programs get no false cause", programs.len()));
}

#[test]
fn wrong_programs_are_caught_by_the_checks_made_for_them() {
    let checks = Check::all(&JUDGE.runner);
    assert_none(&JUDGE.corpus.unknown(&checks));
    let left_out = JUDGE.left_out();
    if !left_out.is_empty() {
        say(&format!("!! NOT CHECKED, python3 or cc is missing: {}", left_out.join(", ")));
    }
    let kills: Vec<_> = JUDGE.corpus.kills().filter(|(program, _)| JUDGE.can_run(program)).collect();
    let trials: Vec<_> =
        kills.iter().map(|(program, kill)| (*program, kill.lesson.as_str(), Some(kill.check()))).collect();
    let (mut complaints, mut killed) = (Vec::new(), BTreeSet::new());
    for ((program, kill), verdicts) in kills.iter().zip(JUDGE.judge(&trials)) {
        let is_caught = |one: &Verdict| one.is_of(kill) && ["fail", "error"].contains(&one.verdict.as_str());
        // Some of these programs go wrong only now and then: the runner judges them a second time.
        let verdicts = match verdicts.iter().any(is_caught) {
            true => verdicts,
            false => JUDGE.verdicts(program, &kill.lesson, Some(&kill.check())),
        };
        let said = format!("{}: lesson {} {}", program.file, kill.lesson, kill.check());
        match verdicts.iter().find(|one| is_caught(one)) {
            None => complaints.push(format!("{said} does not catch it: {verdicts:?}")),
            Some(verdict) if !verdict.names(kill) => {
                complaints.push(format!("{said} names another cause: {}", verdict.cause));
            }
            Some(verdict) if verdict.verdict == "fail" => {
                killed.insert((kill.lesson.as_str(), kill.check()));
            }
            // A program that speaks another protocol gets an error that says so: no kill.
            Some(_) => {}
        }
    }
    let promises = Check::promises(&checks);
    let is_killed = |check: &&Check| killed.contains(&(check.lesson.as_str(), check.name()));
    let alive = promises.iter().filter(|(_, checks)| !checks.iter().any(is_killed));
    let alive = alive.map(|(promise, checks)| {
        let tried: Vec<_> = checks.iter().map(|one| format!("{} in {}", one.name(), one.lesson)).collect();
        format!("no wrong program breaks {promise}: {}", tried.join(", "))
    });
    // Where Python or C is missing, some kills are missing, too; this test has said so.
    if left_out.is_empty() {
        complaints.extend(alive);
    }
    assert_none(&complaints);
    say(&format!(
        "{} known-wrong programs caught, {} of {} causes named; each of {} promises has a kill ({} checks)",
        kills.iter().map(|(program, _)| &program.file).collect::<BTreeSet<_>>().len(),
        kills.len(),
        JUDGE.corpus.kills().count(),
        promises.len(),
        checks.len()
    ));
}
