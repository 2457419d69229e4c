//! The feedback for a terminal or an editor.

use super::words::{HOW, Next, error_of, facts, has_command, is_quiet, outcome, remarks, total};
use crate::finding::Verdict;
use crate::report::class::model::Class;
use crate::report::class::student::Student;
use crate::report::text::{self, Detail, Paint, WIDTH, wrap};
use crate::report::{CheckReport, LessonReport, reason};
use std::fmt::Write;

/// Renders the feedback for a terminal or an editor.
pub fn text(class: &Class, student: &Student) -> String {
    let mut out = format!("{}, seed {}\n\n", text::SIGNATURE, student.seed);
    let _ = writeln!(out, "student       {}", one_line(&student.name));
    for (label, fact) in facts(class, student).iter().skip(1) {
        let _ = writeln!(out, "{label:<12}  {}", one_line(fact));
    }
    out.push('\n');
    for own in &student.lessons {
        let _ = writeln!(out, "  {:<14}{}", own.lesson, outcome(own));
    }
    let _ = writeln!(out, "  {:<14}{}", "in all", total(class, student));
    if has_command(student) {
        out.push('\n');
        wrap(HOW, WIDTH).iter().for_each(|line| out += &format!("{line}\n"));
    }
    for own in student.lessons.iter().filter(|own| !is_quiet(own)) {
        let _ = writeln!(out, "\n{}  {}\n", own.lesson, outcome(own));
        for remark in remarks(own) {
            let lines = remark.lines().flat_map(|line| wrap(&one_line(line), WIDTH - 2));
            lines.for_each(|line| out += &format!("  {line}\n"));
        }
        if let Some(error) = error_of(own) {
            for line in error.lines() {
                // Lines of the compiler's own form keep it.
                let lines = if own.rendered.is_some() || line.starts_with(' ') {
                    vec![one_line(line)]
                } else {
                    wrap(&one_line(line), WIDTH - 2)
                };
                lines.iter().for_each(|line| out += &format!("  {line}\n"));
            }
        }
        if let Some(report) = &own.report {
            checks(&mut out, report);
        }
        match Next::of(own, student.seed) {
            Some(Next::Again(command)) => {
                let _ = writeln!(out, "  again       {command}");
            }
            Some(Next::HandIn(what)) => {
                for (n, line) in wrap(&what, WIDTH - 14).iter().enumerate() {
                    let label = if n == 0 { "next" } else { "" };
                    let _ = writeln!(out, "  {label:<12}{line}");
                }
            }
            None => {}
        }
    }
    out
}

/// Writes what failed, the first to mend before the others; then, in a line each, what waits. What was not judged for the
/// reason of another, and what broke as the lesson says it, is counted.
fn checks(out: &mut String, lesson: &LessonReport) {
    let paint = Paint { on: false };
    let is_bad = |check: &&CheckReport| {
        check.hole.is_none() && matches!(check.verdict, Verdict::Fail | Verdict::Error)
    };
    let bad = |promise: &&[CheckReport]| promise.iter().any(|check| is_bad(&check));
    let is_shared = |promise: &&[CheckReport]| reason::is_shared(lesson, text::shown_of(promise));
    let waits = |promise: &&[CheckReport]| {
        let check = text::shown_of(promise);
        // What was not judged did not fail, whatever it builds on.
        check.verdict == Verdict::Fail && check.waits_for.is_some()
    };
    let of = |wanted: &dyn Fn(&&[CheckReport]) -> bool| -> Vec<&[CheckReport]> {
        lesson.promises().filter(bad).filter(wanted).collect()
    };
    for promise in of(&|one| !waits(one) && !is_shared(one)) {
        *out += &text::promise(paint, promise, Detail::Whole);
    }
    let shared =
        of(&is_shared).iter().copied().flatten().filter(|check| check.verdict == Verdict::Error).count();
    let waiting = of(&waits);
    if !waiting.is_empty() {
        out.push_str("  failed too, and built on one that failed:\n");
    }
    for promise in waiting {
        *out += &text::promise(paint, promise, Detail::Brief);
    }
    for line in reason::shared(shared).into_iter().chain(reason::demos(lesson.count(Verdict::Demo))) {
        *out += &format!("  {line}\n");
    }
    *out += &text::holes(paint, lesson);
}

/// Returns a text as one line that is safe for a terminal.
fn one_line(text: &str) -> String {
    let safe = |c: char| if c.is_control() { c.escape_default().collect::<String>() } else { c.to_string() };
    text.chars().map(safe).collect()
}
