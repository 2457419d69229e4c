//! A run on one screen: its conversation and its first failed check, shortened until they fit.

use super::text::{self, Detail, Next, Paint};
use super::{CheckReport, LessonReport};
use crate::bench::Role;
use crate::finding::Verdict;

/// Lines of the conversation that are always shown where no check failed.
const LEAST: usize = 4;

/// Renders a lesson for a screen of `rows` lines: the heading, the first failed check and what waits for it, the
/// conversation, the counts, and what to do next. Where no check failed, the conversation stands above the holes.
pub fn render(
    paint: Paint,
    heading: &str,
    scene: &[(Role, String)],
    report: &LessonReport,
    first: Option<&CheckReport>,
    next: &Next,
    rows: usize,
) -> String {
    let lines = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
    let closing = lines(&text::closing(paint, report, next));
    let mut conversation = lines(&text::scene(paint, scene));
    let room = rows.saturating_sub(lines(heading).len() + closing.len() + 2); // Two blank lines.
    let least = LEAST.min(conversation.len());
    let mut shown = match first {
        Some(check) => {
            // What waits for it takes a line. The conversation gets what is left.
            let room = room.saturating_sub(1);
            let mut shown = lines(&text::fitted(paint, report.promise_of(check), room));
            let left = (room + 1).saturating_sub(text::height(&shown.join("\n")));
            shown.extend(lines(&text::rest(paint, report, Some(check), left)).into_iter().take(left));
            let left = (room + 1).saturating_sub(text::height(&shown.join("\n")));
            shown.extend(lines(&text::notes(paint, report, Some(check), left)));
            shown
        }
        None => worth_seeing(paint, report, room.saturating_sub(least)),
    };
    shorten(&mut shown, room, 0); // Its first lines say the most.
    let left = room.saturating_sub(text::height(&shown.join("\n")));
    shorten(&mut conversation, left, left.saturating_sub(1) / 2);
    let mut out = lines(heading);
    let parts = if first.is_some() { [shown, conversation] } else { [conversation, shown] };
    for part in parts {
        if !part.is_empty() {
            out.push(String::new());
            out.extend(part);
        }
    }
    out.extend(closing);
    out.join("\n") + "\n"
}

/// Renders what is known as soon as a check has failed, for a screen of `rows` lines: the heading and that check.
pub fn first(paint: Paint, heading: &str, check: &CheckReport, rows: usize) -> String {
    let room = rows.saturating_sub(text::height(heading) + 1);
    let mut shown: Vec<String> =
        text::fitted(paint, std::slice::from_ref(check), room).lines().map(String::from).collect();
    shorten(&mut shown, room, 0);
    format!("{heading}\n{}\n", shown.join("\n"))
}

/// Returns what to show when no check failed, at most `room` lines: the holes, and then the demos and the checks with a
/// ribbon, each in the longest form that still fits.
fn worth_seeing(paint: Paint, report: &LessonReport, room: usize) -> Vec<String> {
    let holes: Vec<String> = text::holes(paint, report).lines().map(String::from).collect();
    let mut shown = holes;
    let drawn = |check: &CheckReport| {
        check.hole.is_none() && (check.verdict == Verdict::Demo || check.evidence.ribbon.is_some())
    };
    for promise in report.promises().filter(|promise| drawn(text::shown_of(promise))) {
        for detail in [Detail::Least, Detail::Drawn, Detail::Brief] {
            let told = text::promise(paint, promise, detail);
            if shown.len() + told.lines().count() <= room {
                shown.extend(told.lines().map(String::from));
                break;
            }
        }
    }
    shown
}

/// Shortens `lines` to at most `most`. It keeps the last `tail` lines, and puts a mark where it leaves lines out. It
/// leaves no line where only the mark would fit.
fn shorten(lines: &mut Vec<String>, most: usize, tail: usize) {
    if lines.len() <= most {
        return;
    }
    if most < 2 {
        lines.clear();
        return;
    }
    let tail = tail.min(most - 1);
    let cut = most - 1 - tail;
    let out = lines.len() - tail - cut;
    lines.splice(cut..cut + out, [format!("  … {out} lines more")]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_in_the_middle() {
        let mut lines: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        shorten(&mut lines, 5, 2);
        assert_eq!(lines, ["0", "1", "  … 6 lines more", "8", "9"]);
        shorten(&mut lines, 2, 0);
        assert_eq!(lines, ["0", "  … 4 lines more"]);
        shorten(&mut lines, 1, 0);
        assert!(lines.is_empty());
    }
}
