//! The report as JUnit XML for CI systems: a suite for each lesson, a case for each check.
//!
//! There is no standard. This uses only what Jenkins, GitLab and nextest agree on (testsuites, testsuite, testcase,
//! with failure, error or skipped inside).

use super::{CheckReport, LessonReport, Report};
use crate::finding::Verdict;
use crate::wire::Kind;
use std::fmt::Write;

/// Renders the whole report.
pub fn render(report: &Report) -> String {
    let mut suites = String::new();
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for lesson in &report.lessons {
        let counts = Counts::of(lesson);
        tests += counts.tests;
        failures += counts.failures;
        errors += counts.errors;
        suites += &suite(lesson, &counts, report.seed);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"Socket Lab\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(lesson: &LessonReport) -> Self {
        let is = |verdict| usize::from(lesson.problem.is_some() && lesson.verdict() == verdict);
        Self {
            tests: lesson.checks.len() + usize::from(lesson.problem.is_some()),
            failures: lesson.count(Verdict::Fail) + is(Verdict::Fail),
            errors: lesson.count(Verdict::Error) + is(Verdict::Error),
            skipped: lesson.count(Verdict::Skip) + is(Verdict::Skip),
        }
    }
}

fn suite(lesson: &LessonReport, counts: &Counts, seed: u64) -> String {
    let mut out = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">\n    \
         <properties>\n      <property name=\"subject\" value=\"{}\"/>\n      <property name=\"seed\" value=\"{seed}\"/>\n    \
         </properties>\n",
        text(&lesson.lesson),
        counts.tests,
        counts.failures,
        counts.errors,
        counts.skipped,
        seconds(lesson.millis),
        text(&lesson.subject),
    );
    if let Some(problem) = &lesson.problem {
        let why = problem.why();
        let tag = match problem {
            problem if problem.verdict() == Verdict::Fail => "failure",
            problem if problem.verdict() == Verdict::Error => "error",
            _ => "skipped",
        };
        let _ = writeln!(
            out,
            "    <testcase name=\"builds\" classname=\"{}\">\n      <{tag} message=\"{}\"/>\n    </testcase>",
            text(&lesson.lesson),
            text(why)
        );
    }
    for check in &lesson.checks {
        out += &case(lesson, check);
    }
    out + "  </testsuite>\n"
}

fn case(lesson: &LessonReport, check: &CheckReport) -> String {
    let mut name = match check.wire {
        Kind::Plain => check.id.to_string(),
        wire => format!("{} on {wire}", check.id),
    };
    if let Some(family) = check.family {
        name += &format!(" over {family}");
    }
    let mut out = format!(
        "    <testcase name=\"{}\" classname=\"{}.{}\" time=\"{}\"",
        text(&name),
        text(&lesson.lesson),
        check.half.word(),
        seconds(check.millis)
    );
    let tag = match check.verdict {
        Verdict::Pass => return out + "/>\n",
        Verdict::Fail => "failure",
        Verdict::Error => "error",
        Verdict::Skip => "skipped",
        Verdict::Demo => {
            let _ =
                writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", text(&told(check)));
            return out;
        }
    };
    let _ = writeln!(
        out,
        ">\n      <{tag} message=\"{}\">{}</{tag}>\n    </testcase>",
        text(&check.got.to_string()),
        text(&told(check))
    );
    out
}

/// Returns all that the check teaches, as lines.
fn told(check: &CheckReport) -> String {
    let mut out = String::new();
    let (expected, got, cause) = (check.expected.to_string(), check.got.to_string(), check.cause.to_string());
    for (label, value) in [
        ("promise", check.title),
        ("expected", &expected),
        ("got", &got),
        ("cause", &cause),
        ("read", &check.see),
        ("again", &check.rerun),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "{label}: {value}");
        }
    }
    if let Some(base) = check.waits_for {
        let _ = writeln!(out, "waits for: {}", base.id);
    }
    for (label, value) in &check.evidence.ends {
        let _ = writeln!(out, "{label}: {value}");
    }
    out
}

fn seconds(millis: u64) -> String {
    format!("{:.3}", millis as f64 / 1e3)
}

/// Escapes a text for XML 1.0, in an element or an attribute. Characters that XML forbids are escaped as Rust writes
/// them.
fn text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(c),
            c if c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        assert_eq!(
            text("<a href=\"&\">\u{1b}[0m\u{0}\n粘"),
            "&lt;a href=&quot;&amp;&quot;&gt;\\u{1b}[0m\\u{0}\n粘"
        );
    }
}
