//! The end of a lesson's report: the holes, the counts, and what to do next.

use super::Paint;
use super::failing::why;
use super::layout::{WIDTH, command_row, harmless};
use super::wrap::wrap;
use crate::finding::{Hole, Verdict};
use crate::report::{CheckReport, HandedIn, LessonReport};
use colored::Color;
use std::fmt::Write;

/// Renders the holes, each once with the number of checks that wait for it.
pub fn holes(paint: Paint, lesson: &LessonReport) -> String {
    let mut seen: Vec<&Hole> = Vec::new();
    for hole in lesson.checks.iter().filter_map(|check| check.hole.as_ref()) {
        if !seen.contains(&hole) {
            seen.push(hole);
        }
    }
    let mut out = String::new();
    for hole in seen {
        let of_hole = || lesson.checks.iter().filter(|check| check.hole.as_ref() == Some(hole));
        let not_run = |check: &CheckReport| {
            lesson.not_run.iter().filter(|not_run| not_run.waits_for == check.name()).count()
        };
        let waiting = of_hole().count() + of_hole().map(not_run).sum::<usize>();
        let checks = if waiting == 1 { "1 check waits".into() } else { format!("{waiting} checks wait") };
        let name = paint.bold(&format!("`{}`", hole.function));
        let place = paint.color(&format!("{}:{}", hole.file, hole.line), Color::Cyan);
        let _ = writeln!(
            out,
            "  {} {name} is not written yet; {checks} for it\n      {place}",
            paint.color("…", Color::Yellow)
        );
    }
    out
}

/// What people must do after a run.
#[derive(Clone, Debug, Default)]
pub struct Next {
    /// The one half that was judged, and that all of it is right.
    half: Option<String>,
    /// What was learned, when the lesson has passed.
    learned: Option<String>,
    /// How many lines stand from the first failure to these.
    below: usize,
    /// What to do, line by line.
    steps: Vec<Step>,
}

/// One line of what to do.
#[derive(Clone, Debug)]
enum Step {
    /// In words, wrapped to the width.
    Words(String),
    /// With a command in it, which stays whole, because people copy it.
    Command(String),
}

impl Next {
    /// Makes a text that is wrapped.
    pub fn words(words: &str) -> Self {
        Self { steps: vec![Step::Words(words.into())], ..Self::default() }
    }

    /// Makes a line with a command in it.
    pub fn command(line: &str) -> Self {
        Self::default().then(line)
    }

    /// Adds a line with a command in it.
    pub fn then(mut self, line: &str) -> Self {
        self.steps.push(Step::Command(line.into()));
        self
    }

    /// Adds how many lines stand from the first failure to these.
    pub fn below(self, below: usize) -> Self {
        Self { below, ..self }
    }

    /// Adds what was learned.
    pub fn learned(self, learned: &str) -> Self {
        Self { learned: Some(learned.into()), ..self }
    }

    /// Adds that the one half that was judged is right.
    pub fn half(self, half: Option<String>) -> Self {
        Self { half, ..self }
    }
}

/// How many lines may stand below the beginning of the first failure: a terminal of 24 then still shows its cause when the
/// run is over.
const SMALL: usize = 18;
/// How many lines of that cause stand at the end again.
const AGAIN: usize = 6;

/// Renders the first failure's cause again, where that has left a small terminal: as many whole sentences as there is room
/// for, and the first one whatever its length.
fn first_again(paint: Paint, report: &LessonReport, below: usize) -> String {
    let Some(first) = report.first_failed().filter(|_| below > SMALL) else { return String::new() };
    let text: String = why(first).chars().flat_map(harmless).collect();
    let sentences: Vec<&str> = text.split(". ").collect();
    let some = |n: usize| wrap(&sentences[..n].join(". "), WIDTH - 7);
    let lines = (1..=sentences.len()).rev().map(some).find(|lines| lines.len() <= AGAIN);
    format!("{} {}\n", paint.bold("first:"), lines.unwrap_or_else(|| some(1)).join("\n       "))
}

/// Renders the last lines: the counts, what was learned, and what to do next.
pub fn closing(paint: Paint, report: &LessonReport, next: &Next) -> String {
    let at_holes = report.checks.iter().filter(|check| check.hole.is_some()).count();
    let waits_for_hole = report.not_run.iter().filter(|not_run| report.is_hole(not_run.waits_for)).count();
    let counts = [
        (report.count(Verdict::Pass), "passed", Color::Green),
        (report.count(Verdict::Demo), "broke as taught", Color::Blue),
        (report.count(Verdict::Fail) - at_holes, "failed", Color::Red),
        (report.not_run.len() - waits_for_hole, "waiting", Color::Yellow),
        (at_holes + waits_for_hole, "still to come", Color::Yellow),
        (report.count(Verdict::Error), "not judged", Color::Yellow),
        (report.count(Verdict::Skip), "skipped", Color::BrightBlack),
    ];
    let counts = counts.into_iter().filter(|(n, ..)| *n > 0);
    let parts: Vec<String> =
        counts.map(|(n, word, color)| paint.color(&format!("{n} {word}"), color)).collect();
    let mut out = String::from("\n");
    let why = report.problem.iter().flat_map(|problem| problem.why().lines());
    for line in why.flat_map(|line| wrap(line, WIDTH)) {
        let _ = writeln!(out, "{}", paint.color(&line, Color::Red));
    }
    if !parts.is_empty() {
        let notes = match report.notes() {
            0 => String::new(),
            1 => "; 1 note".into(),
            n => format!("; {n} notes"),
        };
        let _ = writeln!(out, "{} of {} checks{notes}", parts.join(", "), report.all());
    }
    for line in report.handed_in.iter().flat_map(HandedIn::notes).flat_map(|note| wrap(&note, WIDTH)) {
        let _ = writeln!(out, "{line}");
    }
    out += &first_again(paint, report, next.below);
    if let Some(half) = &next.half {
        let _ = writeln!(out, "{}", paint.color(half, Color::Green));
    }
    for (n, line) in next.learned.iter().flat_map(|learned| wrap(learned, WIDTH - 9)).enumerate() {
        let label = if n == 0 { paint.bold("learned:") } else { " ".repeat(8) };
        let _ = writeln!(out, "{label} {line}");
    }
    for (n, step) in next.steps.iter().enumerate() {
        let label = if n == 0 { paint.bold("next:") } else { " ".repeat(5) };
        let _ = match step {
            Step::Words(words) => writeln!(out, "{label} {}", wrap(words, WIDTH - 6).join("\n      ")),
            Step::Command(command) => writeln!(out, "{}", command_row(&format!("{label} "), 6, command)),
        };
    }
    out
}
