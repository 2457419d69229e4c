//! The report as a page: one file of HTML, readable offline, in light and dark and on paper; and what it shares with other
//! pages.

mod check;
mod comparison;
mod escape;
pub mod font;
pub mod frame;
#[cfg(test)]
pub mod reading;
pub mod ribbon;
mod ribbons;
#[cfg(test)]
mod tests;
mod timeline;
pub mod writer;

use super::{CheckReport, LessonReport, Problem, Report, reason as shared};
use crate::finding::{Hole, Verdict};
use writer::Html;

/// The first words of the page.
pub const SIGNATURE: &str = "<!DOCTYPE html>\n<!-- Socket Lab report -->\n";

/// Renders the whole report.
pub fn render(report: &Report) -> String {
    let mut html = Html::default();
    let names: Vec<&str> = report.lessons.iter().map(|lesson| lesson.lesson.as_str()).collect();
    let title = match &names[..] {
        [one] => format!("{one}: report"),
        _ => "Socket Lab: report".into(),
    };
    frame::begin(&mut html, SIGNATURE, &title, include_str!("report.css"));
    html.open("header", &[]);
    html.element("h1", &[], &title);
    html.element("p", &[], &format!("seed {}", report.seed));
    if report.interrupted {
        html.element("p", &[("class", &"verdict")], "The run was interrupted: checks are missing.");
    }
    html.close();
    html.line();
    html.open("main", &[]);
    html.line();
    for (n, one) in report.lessons.iter().enumerate() {
        lesson(&mut html, one, n + 1);
    }
    html.close();
    html.line();
    frame::end(&mut html);
    html.finish()
}

/// Writes a lesson: its heading, and its checks.
fn lesson(html: &mut Html, lesson: &LessonReport, number: usize) {
    let id = format!("lesson{number}");
    html.open("section", &[("aria-labelledby", &id)]);
    html.element("h2", &[("id", &id)], &format!("{}: {}", lesson.lesson, lesson.subject));
    html.element("p", &[("class", &"verdict")], &counts(lesson));
    if let Some(why) = lesson.problem.as_ref().map(Problem::why) {
        reason(html, why);
    }
    html.line();
    checks(html, lesson, number, Demos::Shown);
    html.close();
    html.line();
}

/// Writes why a lesson was not judged, line by line.
pub fn reason(html: &mut Html, why: &str) {
    html.open("pre", &[]);
    for line in why.lines() {
        html.text(line);
        html.line();
    }
    html.close();
}

/// What becomes of the checks that break as their lesson says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demos {
    /// They are what the lesson is about, and stand before the reader.
    Shown,
    /// They are folded: they counted, and there is nothing to mend.
    Folded,
}

/// Writes the checks of a lesson: first what failed, the first to mend before the others; then what the lesson shows;
/// folded, what waits, what passed and what was skipped. What was not judged for the reason of another is counted.
pub fn checks(html: &mut Html, lesson: &LessonReport, number: usize, demos: Demos) {
    holes(html, lesson);
    let mut numbered: Vec<(usize, &CheckReport)> = lesson.checks.iter().enumerate().collect();
    numbered.sort_by_key(|(_, check)| check.rank);
    let prefix = |n: usize| format!("l{number}k{n}-");
    let of = |wanted: &dyn Fn(&CheckReport) -> bool| {
        let own = numbered.iter().filter(|(_, check)| check.hole.is_none() && wanted(check));
        own.copied().collect::<Vec<_>>()
    };
    let is_shared = |check: &CheckReport| shared::is_shared(lesson, check);
    // What was not judged did not fail, whatever it builds on.
    let waits = |check: &CheckReport| check.verdict == Verdict::Fail && check.waits_for.is_some();
    let is_bad = |check: &CheckReport| matches!(check.verdict, Verdict::Fail | Verdict::Error);
    let first = of(&|check| is_bad(check) && !waits(check) && !is_shared(check));
    let shown = of(&|check| check.verdict == Verdict::Demo);
    let (shown, folded) = match demos {
        Demos::Shown => (shown, Vec::new()),
        Demos::Folded => (Vec::new(), shown),
    };
    for (n, one) in first.into_iter().chain(shown) {
        check::whole(html, one, &prefix(n));
    }
    if let Some(line) = shared::shared(of(&is_shared).len()) {
        html.element("p", &[("class", &"more")], &line);
        html.line();
    }
    for (summary, own) in [
        (" failed too, and built on one that failed", of(&waits)),
        (&*format!(": {}", shared::DEMO), folded),
        (" passed", of(&|check| check.verdict == Verdict::Pass)),
        (" skipped", of(&|check| check.verdict == Verdict::Skip)),
    ] {
        if own.is_empty() {
            continue;
        }
        html.open("details", &[("class", &"folded")]);
        let checks = if own.len() == 1 { "check" } else { "checks" };
        html.element("summary", &[], &format!("{} {checks}{summary}", own.len()));
        html.line();
        for (n, one) in own {
            match is_bad(one) || one.verdict == Verdict::Demo {
                true => check::whole(html, one, &prefix(n)),
                false => check::brief(html, one, &prefix(n)),
            }
        }
        html.close();
        html.line();
    }
}

/// Returns the verdict on a lesson, and how many checks have each verdict.
fn counts(lesson: &LessonReport) -> String {
    let words = [
        (Verdict::Pass, "passed"),
        (Verdict::Demo, "shown"),
        (Verdict::Fail, "failed"),
        (Verdict::Error, "not judged"),
        (Verdict::Skip, "skipped"),
    ];
    let counts = words.map(|(verdict, word)| (lesson.count(verdict), word));
    let counts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    match counts.is_empty() {
        true => lesson.verdict().word().into(),
        false => {
            format!("{}: {} of {} checks", lesson.verdict().word(), counts.join(", "), lesson.checks.len())
        }
    }
}

/// Writes the holes of a starter, each once.
fn holes(html: &mut Html, lesson: &LessonReport) {
    let mut seen: Vec<&Hole> = Vec::new();
    for hole in lesson.checks.iter().filter_map(|check| check.hole.as_ref()) {
        if !seen.contains(&hole) {
            seen.push(hole);
        }
    }
    for hole in seen {
        let waiting = lesson.checks.iter().filter(|check| check.hole.as_ref() == Some(hole)).count();
        let waits = if waiting == 1 { "1 check waits".into() } else { format!("{waiting} checks wait") };
        let text =
            format!("… {} is not written yet ({}:{}); {waits} for it", hole.function, hole.file, hole.line);
        html.element("p", &[("class", &"hole")], &text);
        html.line();
    }
}
