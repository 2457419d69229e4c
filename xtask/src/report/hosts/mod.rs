//! Reports for the services to which students hand in: one test for each check, with the point that it earned.
//!
//! Students read them elsewhere, so nothing in them names a path of this machine.

pub mod classroom;
pub mod gradescope;

use super::{CheckReport, LessonReport, Problem, Report};
use crate::course::LESSONS;
use crate::finding::{Half, Verdict};
use crate::promises::CheckOn;
use crate::wire::Kind;
use std::fmt::Write;

/// A check as a service counts it, or a whole lesson of which nothing was judged.
#[derive(Debug, PartialEq, Eq)]
struct Test {
    /// `1.3`: the lesson, and the check's place in it from 1.
    number: String,
    /// Which lesson, which half, and the promise.
    name: String,
    /// How it ended.
    verdict: Verdict,
    /// The points that it earned.
    earned: usize,
    /// The points that it can earn.
    of: usize,
    /// What the student is told: empty where there is nothing to say.
    told: String,
    /// The command that repeats a check that did not pass.
    again: String,
    /// How long it took, in milliseconds.
    millis: u64,
}

impl Test {
    /// Returns whether the student has what there is to have here. What was skipped earns nothing and costs nothing.
    fn is_right(&self) -> bool {
        self.earned == self.of
    }
}

/// Returns the tests of a whole report, lesson by lesson.
fn every_test(report: &Report) -> Vec<Test> {
    report.lessons.iter().flat_map(|lesson| tests_of(lesson, report.interrupted)).collect()
}

/// Returns the tests of one lesson. What was not judged of it is one test more, with the points of its checks.
fn tests_of(lesson: &LessonReport, interrupted: bool) -> Vec<Test> {
    let number = lesson.lesson.split('-').next().unwrap_or_default().trim_start_matches('0');
    let missing = |what: &str, told: &str, verdict, of| Test {
        number: format!("{number}.0"),
        name: format!("{} {what}", lesson.lesson),
        verdict,
        earned: 0,
        of,
        told: plain(told),
        again: String::new(),
        millis: 0,
    };
    let row = LESSONS.iter().find(|row| row.dir() == lesson.lesson);
    let count = |half: Option<Half>| {
        let is_of_it = |check: &CheckOn| half.is_none_or(|half| check.half == half);
        row.map_or(0, |row| row.checks().filter(is_of_it).count())
    };
    if let Some(problem) = &lesson.problem {
        let (what, verdict) = match problem {
            Problem::DoesNotCompile(_) => ("compiles", Verdict::Fail),
            Problem::WrongLabToml(_) => ("has a right lab.toml", Verdict::Fail),
            Problem::Unable(_) => ("can be judged", Verdict::Error),
            Problem::NotThere(_) | Problem::NotFound(_) => ("was handed in", Verdict::Fail),
            Problem::Ambiguous(_) => ("was handed in once", Verdict::Fail),
            Problem::Refused(_) => ("is made of its own sources", Verdict::Fail),
            Problem::OutOfTime(_) => ("is built in time", Verdict::Fail),
            Problem::NotBegun(_) => ("was begun", Verdict::Fail),
        };
        return vec![missing(what, problem.why(), verdict, count(None))];
    }
    let test = |(at, check): (usize, &CheckReport)| {
        let (earned, of) = points(lesson, check);
        Test {
            number: format!("{number}.{}", at + 1),
            name: name(lesson, check),
            verdict: check.verdict,
            earned,
            of,
            told: told(lesson, check),
            again: if earned == of { String::new() } else { check.rerun.clone() },
            millis: check.millis,
        }
    };
    let mut tests: Vec<Test> = lesson.checks.iter().enumerate().map(test).collect();
    let mut without = 0;
    if let Some(half) = lesson.half.filter(|_| lesson.handed_in.is_some()) {
        let other = half.other();
        without = count(Some(other));
        let why = format!("only the {} was handed in", half.word());
        tests.push(missing(&format!("{}: was handed in", other.word()), &why, Verdict::Fail, without));
    }
    if interrupted && count(None) > lesson.checks.len() + without {
        let of = count(None) - lesson.checks.len() - without;
        let why = "the run was interrupted before these checks were judged";
        tests.push(missing("was judged in time", why, Verdict::Error, of));
    }
    tests
}

/// Returns the points that a check earned, and those that it can earn. What was skipped costs nothing.
fn points(lesson: &LessonReport, check: &CheckReport) -> (usize, usize) {
    let of = usize::from(check.verdict != Verdict::Skip);
    let is_earned = match lesson.handed_in {
        Some(_) => lesson.has_earned_check(check),
        None => check.has_held(),
    };
    (if is_earned { of } else { 0 }, of)
}

/// Returns `01-echo server: returns any bytes unchanged (on dribble, over ipv6)`.
fn name(lesson: &LessonReport, check: &CheckReport) -> String {
    let wire = (check.wire != Kind::Plain).then(|| format!("on {}", check.wire));
    let on: Vec<String> =
        wire.into_iter().chain(check.family.map(|family| format!("over {family}"))).collect();
    let on = if on.is_empty() { String::new() } else { format!(" ({})", on.join(", ")) };
    format!("{} {}: {}{on}", lesson.lesson, check.half.word(), check.title)
}

/// Returns what a check teaches that did not pass, as lines; of a `demo` what it showed.
fn told(lesson: &LessonReport, check: &CheckReport) -> String {
    let mut out = String::new();
    if check.has_held() && points(lesson, check).0 == 0 {
        out += "a program without your work passes this, too: it counts as soon as this half passes more and reaches no `todo!`\n";
    }
    if check.verdict == Verdict::Pass {
        return plain(&out);
    }
    if let Some(hole) = &check.hole {
        let _ = writeln!(out, "`{}` is not written yet: {}:{}", hole.function, hole.file, hole.line);
    }
    let (expected, got, cause) = (check.expected.to_string(), check.got.to_string(), check.cause.to_string());
    let lines = [("expected", &expected), ("got", &got), ("cause", &cause), ("read", &check.see)];
    for (label, value) in lines.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "{label}: {value}");
    }
    if let Some(base) = check.waits_for {
        let _ = writeln!(out, "mend first: {}", base.id);
    }
    for (label, value) in &check.evidence.ends {
        let _ = writeln!(out, "{label}: {value}");
    }
    plain(&out)
}

/// Leaves out the control characters that a program may have printed, other than line ends.
fn plain(text: &str) -> String {
    let shown =
        |c: char| if c.is_control() && c != '\n' { c.escape_default().collect() } else { c.to_string() };
    text.trim_end().chars().map(shown).collect()
}

/// Returns the line above all tests: the points, and what was not judged.
fn summary(report: &Report, tests: &[Test]) -> String {
    let (earned, of) = (sum(tests, |test| test.earned), sum(tests, |test| test.of));
    let mut out = format!("{earned} of {of} checks passed, with the seed {}.", report.seed);
    if report.interrupted {
        out += " The run was interrupted: what was not judged by then is missing.";
    }
    match tests.iter().filter(|test| test.verdict == Verdict::Error).count() {
        0 => out,
        n => {
            out + &format!(
                " {n} could not be judged, and their points are missing; the teacher can judge again."
            )
        }
    }
}

fn sum(tests: &[Test], points: impl Fn(&Test) -> usize) -> usize {
    tests.iter().map(points).sum()
}

#[cfg(test)]
mod tests;
