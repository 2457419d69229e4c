//! What a student gets: what became of each lesson, what to mend first, and the commands that repeat it in the student's own
//! clone.

use super::model::{Class, Status};
use super::student::{Own, Student};
use super::table::shown;
use crate::finding::Verdict;
use crate::report::html::{self, frame, writer::Html};
use crate::report::text::{self, Detail, Paint, WIDTH, wrap};
use crate::report::{CheckReport, LessonReport};
use std::fmt::Write;

/// The first words of the page.
pub const SIGNATURE: &str = "<!DOCTYPE html>\n<!-- Socket Lab feedback -->\n";

/// Returns the place of a lesson in the page.
pub fn anchor(lesson: &str) -> String {
    format!("lesson{}", number(lesson))
}

/// Returns the number of a lesson as the command line takes it.
fn number(lesson: &str) -> &str {
    lesson.split('-').next().unwrap_or(lesson)
}

/// Returns the command that judges a lesson as it was judged here.
fn again(own: &Own, seed: u64) -> String {
    format!("cargo xtask run {} --seed {seed}", number(&own.lesson))
}

/// Returns what became of a lesson, in a few words.
fn outcome(own: &Own) -> String {
    match own.status {
        Status::Judged if own.is_whole() => format!("all {} checks passed", own.of),
        Status::Judged => format!("{} of {} checks passed", own.passed, own.of),
        status => status.words().into(),
    }
}

/// Returns what stands beside the outcome: why there is no other one, and what was changed around it. That a lesson is the
/// reference solution is between the teacher and the student: the class's page has it.
fn remarks(own: &Own) -> Vec<String> {
    let mut told = Vec::new();
    told.extend(own.found_at.as_ref().map(|place| format!("found at {place}")));
    let half = own.report.as_ref().and_then(|report| report.half);
    told.extend(half.map(|half| {
        format!("Only the {} was handed in; the checks of the other half count, too.", half.word())
    }));
    match own.status {
        Status::Judged | Status::DoesNotCompile => {}
        Status::NotBegun if own.why.is_empty() => told.push("It is the starter, unchanged.".into()),
        Status::NotFound if own.why.is_empty() => {
            told.push(format!("No folder {} is in what was handed in.", own.lesson));
        }
        _ => told.extend((!own.why.is_empty()).then(|| own.why.clone())),
    }
    if let Some(changed) = &own.manifest_changed {
        told.push(format!("Cargo.toml was changed: {changed}"));
    }
    told
}

/// Returns what the student's report was made with, and where the lessons were found: pairs of a label and a text.
fn facts(class: &Class, student: &Student) -> Vec<(String, String)> {
    let mut facts = vec![("seed".to_string(), student.seed.to_string())];
    let found = student.found_at.as_ref().map(|place| ("found at".to_string(), place.clone()));
    facts.extend(found);
    facts.extend(if student.made_with.is_empty() {
        class.made_with.clone()
    } else {
        student.made_with.clone()
    });
    facts
}

/// Returns how much was reached in all.
fn total(class: &Class, student: &Student) -> String {
    let judged = student.lessons.iter().filter(|own| own.status == Status::Judged);
    let passed: u64 = judged.map(|own| own.passed).sum();
    let of: u64 = student.lessons.iter().map(|own| own.of).sum();
    let checks = format!("{passed} of {of} checks passed");
    match &class.points {
        None => checks,
        Some(_) => {
            let points: f64 = student.lessons.iter().map(|own| own.points(class)).sum();
            let worth: f64 = class.lessons.iter().map(|lesson| class.worth(lesson)).sum();
            format!("{checks}; {} of {} points", shown(points), shown(worth))
        }
    }
}

/// What a student can do with the commands.
const HOW: &str = "Each command below repeats what was judged, with the same inputs and cuts: type it in your own clone of \
                   the course, with your programs in lessons/. With --format html --output report.html behind it, it also \
                   draws what passed.";

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
    let _ = writeln!(out, "  {:<14}{}\n", "in all", total(class, student));
    wrap(HOW, WIDTH).iter().for_each(|line| out += &format!("{line}\n"));
    for own in student.lessons.iter().filter(|own| !is_quiet(own)) {
        let _ = writeln!(out, "\n{}  {}\n", own.lesson, outcome(own));
        for remark in remarks(own) {
            let lines = remark.lines().flat_map(|line| wrap(&one_line(line), WIDTH - 2));
            lines.for_each(|line| out += &format!("  {line}\n"));
        }
        if own.status == Status::DoesNotCompile {
            for line in own.why.lines() {
                // Lines of the compiler's own form keep it.
                let lines = if line.starts_with(' ') {
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
        if !own.is_whole() && own.status != Status::NotFound {
            let _ = writeln!(out, "  again       {}", again(own, student.seed));
        }
    }
    out
}

/// Returns whether there is nothing to tell of a lesson but its outcome.
fn is_quiet(own: &Own) -> bool {
    let is_said = own.is_whole() || matches!(own.status, Status::NotFound | Status::NotBegun);
    is_said && own.manifest_changed.is_none() && own.why.is_empty()
}

/// Writes what failed, the first to mend before the others; then, in a line each, what waits.
fn checks(out: &mut String, lesson: &LessonReport) {
    let paint = Paint { on: false };
    let is_bad = |check: &&CheckReport| {
        check.hole.is_none() && matches!(check.verdict, Verdict::Fail | Verdict::Error)
    };
    let bad = |promise: &&[CheckReport]| promise.iter().any(|check| is_bad(&check));
    let first = lesson.promises().filter(bad).filter(|one| text::shown_of(one).waits_for.is_none());
    let waiting: Vec<&[CheckReport]> =
        lesson.promises().filter(bad).filter(|one| text::shown_of(one).waits_for.is_some()).collect();
    first.for_each(|promise| *out += &text::promise(paint, promise, Detail::Whole));
    if !waiting.is_empty() {
        out.push_str("  failed too, and built on one that failed:\n");
    }
    for promise in waiting {
        *out += &text::promise(paint, promise, Detail::Brief);
    }
    *out += &text::holes(paint, lesson);
}

/// Returns a text as one line that is safe for a terminal.
fn one_line(text: &str) -> String {
    let safe = |c: char| if c.is_control() { c.escape_default().collect::<String>() } else { c.to_string() };
    text.chars().map(safe).collect()
}

/// Renders the feedback as a page.
pub fn page(class: &Class, student: &Student) -> String {
    let mut html = Html::default();
    let title = format!("{}: report", student.name);
    let style = concat!(include_str!("../html/report.css"), include_str!("feedback.css"));
    frame::begin(&mut html, SIGNATURE, &title, style);
    html.open("header", &[]);
    html.element("h1", &[], &title);
    html.line();
    html.element("p", &[("class", &"verdict")], &total(class, student));
    html.open("dl", &[]);
    for (label, fact) in facts(class, student) {
        html.line();
        html.element("dt", &[], &label);
        html.element("dd", &[], &fact);
    }
    html.close();
    html.close();
    html.line();
    html.open("main", &[]);
    html.line();
    overview(&mut html, student);
    html.element("p", &[], HOW);
    html.line();
    for own in &student.lessons {
        lesson(&mut html, own, student.seed);
    }
    html.close();
    html.line();
    frame::end(&mut html);
    html.finish()
}

/// Writes what became of each lesson, with a link to it.
fn overview(html: &mut Html, student: &Student) {
    html.open("ul", &[("class", &"overview")]);
    for own in &student.lessons {
        html.line();
        html.open("li", &[]);
        let href = format!("#{}", anchor(&own.lesson));
        html.element("a", &[("href", &href)], &own.lesson);
        html.text(&format!(": {}{}", if own.is_whole() { "✓ " } else { "" }, outcome(own)));
        html.close();
    }
    html.line();
    html.close();
    html.line();
}

fn lesson(html: &mut Html, own: &Own, seed: u64) {
    let id = anchor(&own.lesson);
    html.open("section", &[("aria-labelledby", &id)]);
    html.element("h2", &[("id", &id)], &own.lesson);
    html.element("p", &[("class", &"verdict")], &outcome(own));
    html.line();
    for remark in remarks(own) {
        html.element("p", &[("class", &"remark")], &remark);
        html.line();
    }
    if own.status == Status::DoesNotCompile && !own.why.is_empty() {
        html::reason(html, &own.why);
        html.line();
    }
    if !own.is_whole() && own.status != Status::NotFound {
        html.open("p", &[]);
        html.text("again: ");
        html.element("span", &[("class", &"code")], &again(own, seed));
        html.close();
        html.line();
    }
    if let Some(report) = &own.report {
        html::checks(html, report, number(&own.lesson).parse().unwrap_or_default());
    }
    html.close();
    html.line();
}
