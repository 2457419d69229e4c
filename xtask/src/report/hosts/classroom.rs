//! The report as GitHub Classroom's reporter reads it: JSON, in base64, in one line.
//!
//! The shape is the one that <https://github.com/classroom-resources/autograding-command-grader> writes (`src/main.js`,
//! `generateResult`) and <https://github.com/classroom-resources/autograding-grading-reporter> reads.

use super::{Test, every_test, sum, tests_of};
use crate::finding::Verdict;
use crate::report::{LessonReport, Report};
use serde_json::{Value, json};

/// The reporter takes the report from a variable of its environment. Linux allows 131,072 bytes for one, with its name
/// (`MAX_ARG_STRLEN`, execve(2)).
const AT_MOST: usize = 120_000;

/// What a report begins with, in base64: `{"max_score"`. By it the runner knows its own file.
pub const SIGNATURE: &str = "eyJtYXhfc2NvcmUi";

/// Renders the whole report in base64, in one line.
pub fn render(report: &Report) -> String {
    encoded(&decided(report)) + "\n"
}

/// Renders the whole report: a test for each check, with a point; where that is too long for a variable, a test for each
/// lesson with its points.
pub(super) fn decided(report: &Report) -> String {
    let whole = rendered(report, &every_test(report));
    // Three bytes are four digits.
    match whole.len().div_ceil(3) * 4 > AT_MOST {
        true => rendered(
            report,
            &report.lessons.iter().map(|lesson| as_one(lesson, report.interrupted)).collect::<Vec<_>>(),
        ),
        false => whole,
    }
}

fn rendered(report: &Report, all: &[Test]) -> String {
    let is = |verdict| all.iter().any(|test| test.verdict == verdict);
    let status = match () {
        () if is(Verdict::Fail) => "fail",
        () if is(Verdict::Error) || report.interrupted => "error",
        () => "pass",
    };
    let value = json!({
        "max_score": sum(all, |test| test.of),
        "status": status,
        "tests": all.iter().map(test).collect::<Vec<_>>(),
        "version": 1,
    });
    value.to_string()
}

fn test(test: &Test) -> Value {
    let (status, message) = match test.verdict {
        Verdict::Pass | Verdict::Demo | Verdict::Skip => ("pass", test.told.clone()),
        Verdict::Fail => ("fail", test.told.clone()),
        // Of an error the reporter shows the message alone.
        Verdict::Error => ("error", format!("{}\n{}", test.name, test.told)),
    };
    json!({
        "duration": test.millis,
        "filename": "",
        // With 0 the reporter shows no line.
        "line_no": 0,
        "message": message,
        "name": test.name,
        "score": test.earned,
        "status": status,
        "test_code": test.again,
    })
}

/// Returns one test for all checks of a lesson.
fn as_one(lesson: &LessonReport, interrupted: bool) -> Test {
    let all = tests_of(lesson, interrupted);
    let (earned, of) = (sum(&all, |test| test.earned), sum(&all, |test| test.of));
    let wrong: Vec<&str> =
        all.iter().filter(|test| !test.is_right()).map(|test| test.name.as_str()).collect();
    let worst = [Verdict::Fail, Verdict::Error]
        .into_iter()
        .find(|worst| all.iter().any(|test| test.verdict == *worst));
    Test {
        number: String::new(),
        name: format!("{}: {earned} of {of} checks", lesson.lesson),
        verdict: worst.unwrap_or(Verdict::Pass),
        earned,
        of,
        told: wrong.join("\n"),
        again: String::new(),
        millis: lesson.millis,
    }
}

/// Returns the text's bytes in base64 (RFC 4648, section 4), in one line.
fn encoded(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            out.push(if digit > three.len() { '=' } else { DIGITS[value as usize] as char });
        }
    }
    out
}

#[cfg(test)]
mod base64 {
    use super::encoded;

    #[test]
    fn base64_is_as_the_rfc_has_it() {
        // RFC 4648, section 10.
        for (text, code) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encoded(text), code);
        }
    }
}
