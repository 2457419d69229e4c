//! Checks the runner: it catches every known-wrong program by the checks made for it and names the cause, every
//! promise has a kill, and every known-right program passes.
//!
//! Here, only the checks that its first lines name judge a wrong program. For all checks, with figures:
//! `cargo run --release -p lab-tests --bin corpus`.

use lab_tests::corpus::{Check, Corpus, Judge, Kill, Program, SIDE_BY_SIDE, Verdict};
use lab_tests::{empty_dir, side_by_side};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

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

/// How often a program is judged again, with nothing beside it, where a busy machine hid the answer.
const AGAIN: usize = 5;

/// The turn of one test to judge: so many programs at once as one test starts are enough for a machine, and a program that is
/// judged again is alone.
static TURN: Mutex<()> = Mutex::new(());

/// Waits for the turn of this test.
fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns whether the runner says that a program is slow.
fn says_slow(verdicts: &[Verdict]) -> bool {
    verdicts.iter().any(|verdict| verdict.notes.contains("right, but slow"))
}

/// Judges these programs by all checks of their halves and of the pair, several at a time.
fn judged(programs: &[&Program]) -> Vec<Vec<Verdict>> {
    let _turn = turn();
    side_by_side(SIDE_BY_SIDE, programs, |program| JUDGE.verdicts_alone(program))
}

/// Judges one program by all checks of its half and of the pair, with nothing beside it.
fn alone(program: &Program) -> Vec<Verdict> {
    judged(&[program]).remove(0)
}

#[test]
fn right_programs_pass() {
    let programs: Vec<_> = JUDGE.corpus.right().filter(|program| JUDGE.can_run(program)).collect();
    let mut complaints = Vec::new();
    for (program, mut verdicts) in programs.iter().zip(judged(&programs)) {
        // The runner could not judge, for instance because the machine is busy, and says so: that is no false verdict.
        for _ in 0..AGAIN {
            let is_open = |one: &&Verdict| one.verdict == "error";
            let Some(error) = verdicts.iter().find(is_open) else { break };
            say(&format!("{} is judged again, alone: {error:?}", program.file));
            // A check that has failed stays failed.
            verdicts.retain(|one| !one.has_held() && !is_open(&one));
            verdicts.extend(alone(program));
        }
        assert!(!verdicts.is_empty(), "{} was not judged", program.file);
        let broken = verdicts.iter().filter(|one| !one.has_held());
        complaints.extend(broken.map(|bad| format!("{} is right, but: {bad:?}", program.file)));
        let is_slow = program.right().is_some_and(|right| right.is_slow);
        // It measures a time for that, and says nothing where a busy machine hides it: this is a note, and no verdict.
        if is_slow && !says_slow(&verdicts) && !(0..AGAIN).any(|_| says_slow(&alone(program))) {
            complaints.push(format!("{} is slow, and the run does not say so", program.file));
        }
    }
    assert_none(&complaints);
    say(&format!("{} known-right programs pass", programs.len()));
}

/// All checks of their half judge the programs whose first lines say which causes are false: none of them may be named.
#[test]
fn causes_that_are_false_are_never_named() {
    let programs: Vec<_> =
        JUDGE.corpus.wrong().filter(|one| !one.never().is_empty() && JUDGE.can_run(one)).collect();
    let mut complaints = Vec::new();
    for (program, verdicts) in programs.iter().zip(judged(&programs)) {
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

/// Why a wrong program is judged again.
#[derive(Debug, PartialEq, Eq)]
enum Again {
    /// Some of these programs go wrong only now and then: it is judged a second time.
    Passed,
    /// It was caught with another cause: some go wrong in more than one way, and which one comes first is theirs.
    OtherCause,
    /// The runner could not judge, for instance because the machine is busy, and says so.
    Error,
}

/// Returns why a wrong program is judged again; `None` where the runner caught it as its first lines say.
fn again(kill: &Kill, verdicts: &[Verdict]) -> Option<Again> {
    match verdicts.iter().find(|one| one.is_of(kill)) {
        Some(one) if one.verdict == "fail" => (!one.names(kill)).then_some(Again::OtherCause),
        Some(one) if one.verdict == "error" => (!one.names(kill)).then_some(Again::Error),
        _ => Some(Again::Passed),
    }
}

#[test]
fn wrong_programs_are_caught_by_the_checks_made_for_them() {
    let checks = Check::all(&JUDGE.runner);
    assert_none(&JUDGE.corpus.unknown(&checks));
    let left_out = JUDGE.left_out();
    if !left_out.is_empty() {
        say(&format!("!! NOT CHECKED, their language is missing: {}", left_out.join(", ")));
    }
    let kills: Vec<_> = JUDGE.corpus.kills().filter(|(program, _)| JUDGE.can_run(program)).collect();
    let trials: Vec<_> =
        kills.iter().map(|(program, kill)| (*program, kill.lesson.as_str(), Some(kill.check()))).collect();
    let (mut complaints, mut killed) = (Vec::new(), BTreeSet::new());
    let all = {
        let _turn = turn();
        JUDGE.judge(&trials)
    };
    for ((program, kill), mut verdicts) in kills.iter().zip(all) {
        let is_caught = |one: &Verdict| one.is_of(kill) && ["fail", "error"].contains(&one.verdict.as_str());
        for _ in 0..AGAIN {
            let Some(again) = again(kill, &verdicts) else { break };
            say(&format!("{} is judged again, alone, because {again:?}: {verdicts:?}", program.file));
            let _turn = turn();
            verdicts = JUDGE.verdicts(program, &kill.lesson, Some(&kill.check()));
            if again != Again::Error {
                break;
            }
        }
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
    // Where the language of a wrong program is missing, some kills are missing, too; this test has said so.
    if JUDGE.corpus.wrong().all(|program| JUDGE.can_run(program)) {
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
