//! A failing run on one screen: the failure nearest to the root in full, the others by their cause, and what waits.

use super::Paint;
use super::check::{Detail, promise};
use super::layout::{WIDTH, cut, harmless, height, row};
use super::wrap::wrap;
use crate::finding::{Half, Verdict};
use crate::report::{CheckReport, LessonReport, Name};
use colored::Color;
use std::fmt::Write;

/// The most lines of the screen of a failing run, with the heading and what to do next.
pub const SCREEN: usize = 40;

/// Renders what else a failing run says of its checks, in about `room` lines: how many wait for the first failure, and
/// the other failures by their cause.
pub fn rest(paint: Paint, report: &LessonReport, first: Option<&CheckReport>, room: usize) -> String {
    let mut out = String::new();
    let mut others: Vec<&CheckReport> = report
        .checks
        .iter()
        .filter(|check| check.is_broken() || check.verdict == Verdict::Error)
        .filter(|check| first.is_none_or(|first| first.name() != check.name()))
        .collect();
    others.sort_by_key(|check| check.rank);
    if let Some(first) = first {
        out += &waiting(paint, report, &[first.name()], "  ", "this one");
        let (same, rest): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|check| has_same_cause(check, first));
        others = rest;
        let same = (!same.is_empty()).then(|| titles(first.half, &same));
        let same =
            same.map_or(Vec::new(), |titles| wrap(&format!("the same cause breaks: {titles}"), WIDTH - 4));
        for (n, line) in same.iter().enumerate() {
            let mark = if n == 0 { paint.color("✗", Color::Red) } else { " ".into() };
            let _ = writeln!(out, "  {mark} {line}");
        }
    }
    let groups = groups(others);
    let room = room.saturating_sub(height(&out));
    for long in [true, false] {
        let told: String = groups.iter().map(|group| told(paint, report, group, long)).collect();
        if height(&told) <= room {
            return out + &told;
        }
    }
    let lines = groups.iter().map(|group| told(paint, report, &group[..1], false));
    let lines: Vec<String> =
        lines.map(|told| told.lines().take(1).map(|line| format!("{line}\n")).collect()).collect();
    let most = room.saturating_sub(1).max(1);
    out.extend(lines.iter().take(most).cloned());
    let left: usize = groups.iter().skip(most).map(Vec::len).sum();
    if left > 0 {
        let _ = writeln!(out, "  … {left} failures more; --full shows all");
    }
    out
}

/// Puts failures with the same cause together, in the order of the first ones.
fn groups(failures: Vec<&CheckReport>) -> Vec<Vec<&CheckReport>> {
    let mut groups: Vec<Vec<&CheckReport>> = Vec::new();
    for check in failures {
        match groups.iter_mut().find(|group| has_same_cause(group[0], check)) {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    groups
}

/// Returns whether one text tells why both failed. Only how they are shown depends on that.
fn has_same_cause(one: &CheckReport, other: &CheckReport) -> bool {
    one.verdict == other.verdict && why(one) == why(other)
}

/// Returns why a check did not pass; where no cause is known, what came.
pub fn why(check: &CheckReport) -> String {
    if check.cause.is_empty() { check.got.to_string() } else { check.cause.to_string() }
}

/// Renders failures of one cause: the first one with the cause, the names of the others, and how many wait for them.
fn told(paint: Paint, report: &LessonReport, group: &[&CheckReport], long: bool) -> String {
    let check = group[0];
    let (mark, color, label) = match check.verdict {
        Verdict::Error => ("!", Color::Yellow, "not judged"),
        _ => ("✗", Color::Red, if check.cause.is_empty() { "got" } else { "cause" }),
    };
    let mark = paint.color(mark, color);
    let half = if check.half == Half::Pair { "the pair" } else { check.half.word() };
    let mut out = String::new();
    if long {
        out += &promise_line(paint, check);
        let _ = writeln!(out, "{}", row(paint, label, &why(check)));
    } else {
        let text: String = why(check).chars().flat_map(harmless).collect();
        let text = cut(&format!("{}: {text}", shown(check.name())), WIDTH - 14);
        let _ = writeln!(out, "  {mark} {half:<8} {text}");
    }
    if group.len() > 1 {
        let _ = writeln!(out, "{}", row(paint, "also breaks", &titles(check.half, &group[1..])));
    }
    let names: Vec<Name> = group.iter().map(|check| check.name()).collect();
    out + &waiting(paint, report, &names, "      ", if group.len() == 1 { "it" } else { "these" })
}

/// Renders the line of the promise alone.
fn promise_line(paint: Paint, check: &CheckReport) -> String {
    let told = promise(paint, std::slice::from_ref(check), Detail::Brief);
    let lines = 1 + usize::from(told.lines().nth(1).is_some_and(|line| line.trim_start().starts_with("on ")));
    told.lines().take(lines).map(|line| format!("{line}\n")).collect()
}

/// Returns what was promised where it failed, as many of it as about two lines hold, the first one always; with the half
/// where it is not this one.
fn titles(half: Half, failures: &[&CheckReport]) -> String {
    const MOST: usize = 110;
    let mut text = String::new();
    for (n, check) in failures.iter().enumerate() {
        let of = match check.half {
            other if other == half => "",
            Half::Pair => "the pair ",
            other => &format!("{} ", other.word()),
        };
        let title = format!("{of}{}{}", check.title, place(check.name()));
        if n > 0 && text.chars().count() + title.chars().count() > MOST {
            return format!("{text}; and {} more", failures.len() - n);
        }
        text += &format!("{}{title}", if n == 0 { "" } else { "; " });
    }
    text
}

/// Renders how many checks that were not run wait for these; nothing where none does.
fn waiting(paint: Paint, report: &LessonReport, names: &[Name], indent: &str, word: &str) -> String {
    match report.not_run.iter().filter(|not_run| names.contains(&not_run.waits_for)).count() {
        0 => String::new(),
        1 => format!("{indent}{} 1 more waits for {word}\n", paint.color("…", Color::Yellow)),
        n => format!("{indent}{} {n} more wait for {word}\n", paint.color("…", Color::Yellow)),
    }
}

/// Returns a check's id, with its wire and its family where they are not the usual ones.
fn shown(name: Name) -> String {
    format!("{}{}", name.id, place(name))
}

/// Returns the wire and the family of a check where they are not the usual ones, for a place behind its name.
fn place(name: Name) -> String {
    let wire = match name.wire {
        crate::wire::Kind::Plain => String::new(),
        wire => format!(" on {wire}"),
    };
    format!("{wire}{}", name.family.map_or(String::new(), |family| format!(" over {family}")))
}

/// Renders the notes of the other checks below the first failure, in at most `room` lines.
pub fn notes(paint: Paint, report: &LessonReport, first: Option<&CheckReport>, room: usize) -> String {
    let others =
        || report.checks.iter().filter(|check| first.is_none_or(|first| first.name() != check.name()));
    let told = |check: &CheckReport| -> String {
        let of = shown(check.name());
        check
            .evidence
            .notes
            .iter()
            .map(|note| format!("{}\n", row(paint, "note", &format!("{of}: {note}"))))
            .collect()
    };
    let out: String = others().map(told).collect();
    let all: usize = others().map(|check| check.evidence.notes.len()).sum();
    match all {
        _ if height(&out) <= room => out,
        _ if room == 0 => String::new(),
        1 => "  … 1 note of another check; --full shows it\n".into(),
        n => format!("  … {n} notes of other checks; --full shows them\n"),
    }
}

/// Renders how the checks of each half stand so far; nothing where none holds.
pub fn holds(_: Paint, report: &LessonReport) -> String {
    let mut holds_any = false;
    let mut halves = Vec::new();
    for half in [Half::Server, Half::Client, Half::Pair] {
        let of = |is: &dyn Fn(&CheckReport) -> bool| {
            report.checks.iter().filter(|check| check.half == half && is(check)).count()
        };
        let not_run = |hole: bool| {
            let of_half = report.not_run.iter().filter(|not_run| not_run.check.half == half);
            of_half.filter(|not_run| report.is_hole(not_run.waits_for) == hole).count()
        };
        let hold = of(&|check| check.has_held());
        let others = [
            (of(&CheckReport::is_broken), "failed", "failed"),
            (of(&|check| check.verdict == Verdict::Error), "not judged", "not judged"),
            (not_run(false), "waits", "wait"),
            (of(&|check| check.hole.is_some()) + not_run(true), "still to come", "still to come"),
            (of(&|check| check.verdict == Verdict::Skip), "skipped", "skipped"),
        ];
        holds_any |= hold > 0;
        let all = if hold > 1 && others.iter().all(|(n, ..)| *n == 0) { "all " } else { "" };
        let counts = [(hold, "holds", "hold")].into_iter().chain(others).filter(|(n, ..)| *n > 0);
        let counts: Vec<String> =
            counts.map(|(n, one, many)| format!("{n} {}", if n == 1 { one } else { many })).collect();
        if !counts.is_empty() {
            halves.push(format!("{} {all}{}", half.word(), counts.join(", ")));
        }
    }
    if !holds_any {
        return String::new();
    }
    let lines = wrap(&format!("so far: {}", halves.join("; ")), WIDTH - 2);
    lines.iter().map(|line| format!("  {line}\n")).collect()
}
