//! Judges the whole corpus by all checks and prints how good the runner is:
//! `cargo run --release -p lab-tests --bin corpus`.
//!
//! Sensitivity: how many of the wrong programs are caught. Specificity: how many of the right ones pass. Also prints
//! which wrong programs each check kills. With lessons as arguments (`-- 05 06`), only those.

use lab_tests::corpus::{Check, Judge, Kill, Program, Trial, Verdict, lessons};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|word| !lessons().any(|lesson| lesson == **word)) {
        eprintln!(
            "there is no lesson {unknown}; lessons are called {}",
            lessons().collect::<Vec<_>>().join(", ")
        );
        return ExitCode::from(2);
    }
    let dir = std::env::temp_dir().join(format!("socket-lab-corpus-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder for the programs in C");
    let judge = Judge::beside_me(&dir);
    judge.left_out().iter().for_each(|file| println!("not tried: {file}"));
    let checks = Check::all(&judge.runner);
    let unknown = judge.corpus.unknown(&checks);
    unknown.iter().for_each(|complaint| println!("{complaint}"));
    let mut score = Score::default();
    for lesson in lessons().filter(|lesson| wanted.is_empty() || wanted.contains(lesson)) {
        println!("\nlesson {lesson}");
        score.judge(&judge, &lesson);
    }
    let _ = std::fs::remove_dir_all(&dir);
    println!("\nsensitivity: {} wrong programs caught", score.wrong);
    println!("specificity: {} right programs passed", score.right);
    println!("causes: {} named as the programs' first lines say, {} false", score.causes, score.false_causes);
    let mut is_good = [score.wrong, score.right, score.causes].iter().all(Count::is_full)
        && unknown.is_empty()
        && score.false_causes == 0;
    if wanted.is_empty() {
        let promises = score.promises(&checks);
        println!("promises: {promises} broken by a wrong program, in {} checks", checks.len());
        is_good &= promises.is_full();
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A count: `good` of `all` were as they should be.
#[derive(Clone, Copy, Default)]
struct Count {
    good: usize,
    all: usize,
}

impl Count {
    fn add(&mut self, is_good: bool) {
        self.all += 1;
        self.good += usize::from(is_good);
    }

    fn is_full(&self) -> bool {
        self.good == self.all
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.good, self.all)
    }
}

#[derive(Default)]
struct Score {
    /// Right programs that pass.
    right: Count,
    /// Wrong programs that are caught.
    wrong: Count,
    /// Expectations whose cause is named.
    causes: Count,
    /// Causes that were named although the program's first lines say that they are false.
    false_causes: usize,
    /// The lesson and the name of each check that failed a wrong program.
    killers: BTreeSet<(String, String)>,
}

impl Score {
    /// Judges the programs of this lesson by all its checks, and programs of other lessons by the checks of this
    /// lesson that their first lines name.
    fn judge(&mut self, judge: &Judge, lesson: &str) {
        let programs: Vec<&Program> = judge.corpus.programs().filter(|one| judge.can_run(one)).collect();
        let (own, others): (Vec<&Program>, Vec<&Program>) =
            programs.iter().partition(|one| one.lesson == lesson);
        let mut trials: Vec<Trial<'_>> = own.iter().map(|one| (*one, lesson, None)).collect();
        for one in others {
            let kills = one.kills().iter().filter(|kill| kill.lesson == lesson);
            trials.extend(kills.map(|kill| (one, lesson, Some(kill.check()))));
        }
        let mut kills: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for ((program, _, check), verdicts) in trials.iter().zip(judge.judge(&trials)) {
            if program.right().is_some() {
                self.right(program, &verdicts);
                continue;
            }
            if check.is_none() {
                self.wrong(program, &verdicts);
            }
            let is_asked = |kill: &&Kill| {
                kill.lesson == lesson && check.as_ref().is_none_or(|check| *check == kill.check())
            };
            for kill in program.kills().iter().filter(is_asked) {
                self.cause(program, kill, &verdicts);
            }
            for one in verdicts {
                let killed = kills.entry(one.check.clone()).or_default();
                if one.verdict == "fail" {
                    self.killers.insert((lesson.into(), one.check));
                    killed.push(&program.stem()[4..]);
                }
            }
        }
        for (check, programs) in kills {
            println!("  {check:<34} {:>3}: {}", programs.len(), programs.join(" "));
        }
    }

    fn right(&mut self, program: &Program, verdicts: &[Verdict]) {
        let bad: Vec<_> = verdicts.iter().filter(|one| !one.has_held()).collect();
        self.right.add(bad.is_empty() && !verdicts.is_empty());
        bad.iter().for_each(|one| println!("  RIGHT, BUT NOT PASSED: {} {one:?}", program.file));
    }

    fn wrong(&mut self, program: &Program, verdicts: &[Verdict]) {
        // A program that speaks another protocol gets an error that says so.
        let is_caught = verdicts.iter().any(|one| ["fail", "error"].contains(&one.verdict.as_str()));
        self.wrong.add(is_caught);
        if !is_caught {
            println!("  WRONG, BUT NOT CAUGHT: {}", program.file);
        }
        for one in verdicts {
            if let Some(cause) = one.names_falsely(program.never()) {
                self.false_causes += 1;
                println!("  A FALSE CAUSE: {} {}: {cause}", program.file, one.check);
            }
        }
    }

    fn cause(&mut self, program: &Program, kill: &Kill, verdicts: &[Verdict]) {
        let verdict = verdicts.iter().find(|one| one.is_of(kill));
        let is_named = verdict.is_some_and(|one| one.names(kill));
        self.causes.add(is_named);
        if !is_named {
            let named = verdict.map_or("nothing", |one| &one.cause);
            println!("  THE CAUSE WAS NOT NAMED: {} {}: {named}", program.file, kill.check());
        }
    }

    /// Counts the promises that a wrong program breaks, each on each of its wires. Prints the others.
    fn promises(&self, checks: &[Check]) -> Count {
        let mut count = Count::default();
        for (promise, checks) in Check::promises(checks) {
            let is_killed = |check: &Check| self.killers.contains(&(check.lesson.clone(), check.name()));
            let is_broken = checks.into_iter().any(is_killed);
            count.add(is_broken);
            if !is_broken {
                println!("NO WRONG PROGRAM BREAKS {promise}");
            }
        }
        count
    }
}
