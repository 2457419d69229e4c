//! One check: a line when it passed, all that it teaches when it failed.

use super::layout::{WIDTH, command_row, height, row};
use super::{Paint, bytes, datagrams, ribbon};
use crate::finding::{Half, Verdict};
use crate::report::CheckReport;
use crate::system::family::Family;
use crate::system::portable;
use crate::wire::Kind;
use colored::Color;
use std::fmt::Write;

/// How much of a failed check is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Whole,
    /// Without the bytes that passed.
    Lean,
    /// As the least, with what the programs printed, and at most so many lines of the picture of datagrams.
    Short(usize),
    /// As the least, with the row of bytes that has the first wrong one.
    Bytes,
    /// What fits on a small screen: what was expected, what came, the ribbon, and why.
    Least,
    /// What came, and the ribbon.
    Drawn,
    /// What came and why, because an earlier check was shown whole.
    Brief,
}

/// Where titles begin, in columns.
const TITLE: usize = 13;

/// The verdicts, and what is said of the families that have each.
const WORST_FIRST: [(Verdict, &str); 5] = [
    (Verdict::Fail, "fails"),
    (Verdict::Error, "is not judged"),
    (Verdict::Demo, "is shown"),
    (Verdict::Pass, "holds"),
    (Verdict::Skip, "is skipped"),
];

/// Returns the check of a promise that is shown for all its families: the first one with the worst verdict. One that
/// waits for a hole is shown last, because [`super::holes`] shows it.
///
/// # Panics
/// When there is no check.
pub fn shown_of(promise: &[CheckReport]) -> &CheckReport {
    let place = |verdict| WORST_FIRST.iter().position(|(other, _)| *other == verdict);
    let order = |check: &&CheckReport| (check.hole.is_some(), place(check.verdict));
    promise.iter().min_by_key(order).expect("a promise has a check")
}

/// Renders one promise with all its families: a line when it holds, all that it teaches when it failed.
pub fn promise(paint: Paint, promise: &[CheckReport], detail: Detail) -> String {
    rendered(paint, promise, detail, true)
}

/// Renders one promise, with the command that runs it again or without it.
fn rendered(paint: Paint, promise: &[CheckReport], detail: Detail, again: bool) -> String {
    let check = shown_of(promise);
    if check.hole.is_some() {
        return String::new(); // `holes` shows a hole once, for all the checks that wait for it.
    }
    let (mark, color) = match check.verdict {
        Verdict::Pass => ("✓", Color::Green),
        Verdict::Demo => ("◆", Color::Blue),
        Verdict::Fail => ("✗", Color::Red),
        Verdict::Error => ("!", Color::Yellow),
        Verdict::Skip => ("–", Color::BrightBlack),
    };
    let half = match check.half {
        Half::Pair => "the pair",
        half => half.word(),
    };
    let name = check.wire.to_string();
    let wire = match check.wire {
        Kind::Plain => String::new(),
        // Where title and wire do not fit on one line, the wire goes on the next.
        _ if TITLE + check.title.chars().count() + 5 + name.len() > WIDTH => {
            format!("\n{}on {name}", " ".repeat(TITLE))
        }
        _ => format!("  on {name}"),
    };
    let mut out = format!("  {} {half:<8} {}{}\n", paint.color(mark, color), check.title, paint.dim(&wire));
    if let Some(families) = families(promise, check, detail) {
        let _ = writeln!(out, "{}", row(paint, "family", &families));
    }
    match check.verdict {
        Verdict::Pass => {
            out += &ribbon(paint, check);
            out += &picture(paint, check, datagrams::MOST_PASSED);
            for note in &check.evidence.notes {
                let _ = writeln!(out, "{}", row(paint, "note", note));
            }
            for other in
                promise.iter().filter(|other| other.verdict == Verdict::Skip && detail != Detail::Brief)
            {
                let _ = writeln!(out, "{}", row(paint, "skipped", &other.got.to_string()));
            }
        }
        Verdict::Skip => {
            let _ = writeln!(out, "{}", row(paint, "skipped", &check.got.to_string()));
        }
        Verdict::Error if detail == Detail::Brief => {
            let _ = writeln!(out, "{}", row(paint, "not judged", "for the same reason"));
        }
        Verdict::Error => {
            let _ = writeln!(out, "{}", row(paint, "not judged", &check.got.to_string()));
            let _ = writeln!(out, "{}", repeats(paint, "again", &check.rerun));
        }
        Verdict::Demo if matches!(detail, Detail::Brief | Detail::Drawn) => {
            let _ = writeln!(out, "{}", row(paint, "got", &check.got.to_string()));
            if detail == Detail::Drawn {
                out += &ribbon(paint, check);
            }
        }
        Verdict::Fail if detail == Detail::Brief => {
            for (label, text) in [("got", &check.got), ("cause", &check.cause)] {
                let _ = writeln!(out, "{}", row(paint, label, &text.to_string()));
            }
            let _ = writeln!(out, "{}", repeats(paint, "more", &check.rerun));
        }
        Verdict::Fail | Verdict::Demo => out += &finding(paint, check, detail, again),
    }
    out
}

/// Renders one promise in the longest form that has at most `room` lines; in the shortest one where none has. Without
/// the command that runs it again: that stands below, in what to do next. Bytes side by side say more than what the
/// programs printed.
pub fn fitted(paint: Paint, promise: &[CheckReport], room: usize) -> String {
    let told = |detail| rendered(paint, promise, detail, false);
    let fits = |told: &String| height(told) <= room;
    let has_bytes = promise.iter().any(|check| check.comparison.is_some());
    let bytes = has_bytes.then_some(Detail::Bytes);
    let whole = [Detail::Whole, Detail::Lean].into_iter().chain(bytes).map(told).find(fits);
    whole.unwrap_or_else(|| {
        let left = room.saturating_sub(height(&told(Detail::Short(0))));
        let short = Some(told(Detail::Short(left))).filter(fits);
        short.unwrap_or_else(|| told(Detail::Least))
    })
}

/// Returns what came of each family. `None` where the line of the promise says it: the lesson has one family, or the
/// promise came out the same over all of them.
fn families(promise: &[CheckReport], shown: &CheckReport, detail: Detail) -> Option<String> {
    let family = shown.family?;
    // That a family is skipped, or not written yet, is said once.
    let is_said = |check: &CheckReport| {
        (check.verdict == Verdict::Skip || check.hole.is_some()) && detail == Detail::Brief
    };
    let is_held =
        |check: &CheckReport| check.verdict == Verdict::Pass && check.hole.is_none() || is_said(check);
    let is_skipped = |check: &CheckReport| check.verdict == Verdict::Skip;
    if promise.iter().all(is_held) || promise.iter().all(is_skipped) {
        return None;
    }
    let words = |of: &dyn Fn(&CheckReport) -> bool| {
        let of = promise.iter().filter(|check| of(check));
        of.filter_map(|check| check.family).map(Family::word).collect::<Vec<_>>()
    };
    let mut parts = Vec::new();
    for (verdict, says) in WORST_FIRST {
        let of = words(&|check| check.verdict == verdict && check.hole.is_none());
        let this = match verdict == shown.verdict && verdict != Verdict::Pass && of.len() > 1 {
            true => format!(" (this is {family})"),
            false => String::new(),
        };
        parts.extend((!of.is_empty()).then(|| format!("{says} over {}{this}", listed(&of))));
    }
    let waiting = words(&|check| check.hole.is_some());
    parts.extend((!waiting.is_empty()).then(|| format!("is not written yet for {}", listed(&waiting))));
    Some(parts.join(", "))
}

/// Returns `a`, `a and b`, or `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn finding(paint: Paint, check: &CheckReport, detail: Detail, again: bool) -> String {
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "{}", row(paint, label, text));
        }
    };
    let is_small = matches!(detail, Detail::Least | Detail::Bytes | Detail::Short(_));
    if let Some(half) = check.at_fault {
        line("at fault", &format!("the {}", half.word()));
    }
    line("expected", &check.expected.to_string());
    line("got", &check.got.to_string());
    // A failure is mended by its cause; what a lesson shows is seen first, and then explained.
    let is_shown = check.verdict == Verdict::Demo;
    if !is_shown {
        line("cause", &check.cause.to_string());
    }
    if let Some(bytes) = check.comparison.as_ref().filter(|_| !is_small || detail == Detail::Bytes) {
        out += &bytes::comparison(paint, bytes, detail == Detail::Bytes);
    }
    out += &ribbon(paint, check);
    out += &match detail {
        Detail::Least | Detail::Bytes => String::new(),
        Detail::Short(most) => picture(paint, check, most),
        _ => picture(paint, check, datagrams::MOST),
    };
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "{}", row(paint, label, text));
    };
    let connections = check.evidence.connections.iter().filter(|_| detail == Detail::Whole);
    for (number, connection) in connections.enumerate() {
        for (at, event) in connection.iter().enumerate() {
            let label = match (at, check.evidence.connections.len()) {
                (0, 1) => "what passed".to_string(),
                (0, _) => format!("client {}", number + 1),
                _ => String::new(),
            };
            line(if check.half == Half::Client && at == 0 { "what passed" } else { &label }, event);
        }
    }
    let panicked = |text: &str| text.contains("panicked at");
    let place = check.evidence.ends.iter().position(|(_, text)| panicked(text));
    for (n, (label, text)) in check.evidence.ends.iter().enumerate() {
        // The place and the message of a panic are always shown.
        if !matches!(detail, Detail::Least | Detail::Bytes)
            || place.is_some_and(|place| n == place || n == place + 1)
        {
            line(label, text);
        }
    }
    if !is_small {
        check.evidence.notes.iter().for_each(|text| line("note", text));
    }
    if is_shown && !check.cause.is_empty() {
        line("cause", &check.cause.to_string());
    }
    if !check.see.is_empty() && detail != Detail::Least {
        line("read", &check.see);
    }
    if again && !matches!(detail, Detail::Least | Detail::Bytes) {
        let _ = writeln!(out, "{}", repeats(paint, "again", &check.rerun));
    }
    out
}

/// Renders the command that draws a failed check, where this platform can; nothing for others.
pub fn traces(paint: Paint, check: &CheckReport) -> String {
    if check.verdict != Verdict::Fail || check.hole.is_some() || !portable::asks_kernel() {
        return String::new();
    }
    let command = check.rerun.replacen("cargo xtask run ", "cargo xtask trace ", 1);
    repeats(paint, "trace", &command) + "\n"
}

/// Renders the command that repeats a check.
fn repeats(paint: Paint, label: &str, command: &str) -> String {
    command_row(&format!("      {} ", paint.dim(&format!("{label:<11}"))), 18, command)
}

fn ribbon(paint: Paint, check: &CheckReport) -> String {
    let mut out = String::new();
    for line in check.evidence.ribbon.iter().flat_map(|ribbon| ribbon::lines(ribbon, WIDTH - 8)) {
        let (label, rest) = line.split_at(line.char_indices().nth(8).map_or(line.len(), |(at, _)| at));
        let _ = writeln!(out, "      {}{rest}", paint.dim(label));
    }
    out
}

fn picture(paint: Paint, check: &CheckReport, most: usize) -> String {
    let mut out = String::new();
    for line in datagrams::lines(check, most) {
        let _ = writeln!(out, "      {}", paint.dim(&line));
    }
    out
}
