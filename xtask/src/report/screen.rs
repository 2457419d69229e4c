//! A run on one screen: the conversation and the first failed check, shortened until they fit.

use super::text::{self, Detail, Paint};
use super::{CheckReport, LessonReport};
use crate::check::Verdict;
use crate::subject::Role;

/// Lines of the conversation that are always shown.
const LEAST: usize = 4;

/// What a screen of `rows` lines shows of a lesson: the heading, the conversation, the first failed check or what is still
/// to be written, the sum and what to do next.
pub fn render(
    paint: Paint,
    heading: &str,
    scene: &[(Role, String)],
    report: &LessonReport,
    first: Option<&CheckReport>,
    next: &str,
    rows: usize,
) -> String {
    let lines = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
    let closing = lines(&text::closing(paint, report, next));
    let mut conversation = lines(&text::scene(paint, scene));
    let room = rows.saturating_sub(lines(heading).len() + closing.len() + 2); // Two blank lines.
    let body = |detail| match first {
        Some(check) => lines(&text::check(paint, check, detail)),
        None => lines(&text::holes(paint, report)),
    };
    let mut shown = body(Detail::Whole);
    let least = LEAST.min(conversation.len());
    for detail in [Detail::Lean, Detail::Least] {
        if shown.len() + least > room {
            shown = body(detail);
        }
    }
    // Its end tells the cause and how to run it again: what is left out, is left out before that.
    shorten(&mut shown, room.saturating_sub(least), 5);
    if first.is_none() && report.checks.iter().any(|check| check.verdict == Verdict::Demo) {
        let demos = report.checks.iter().filter(|check| check.verdict == Verdict::Demo);
        let all: Vec<String> =
            demos.flat_map(|check| lines(&text::check(paint, check, Detail::Brief))).collect();
        if shown.is_empty() && all.len() + least <= room {
            shown = all;
        }
    }
    let left = room.saturating_sub(shown.len());
    let tail = left.saturating_sub(1) / 2;
    shorten(&mut conversation, left, tail);
    let mut out = lines(heading);
    for part in [conversation, shown] {
        if !part.is_empty() {
            out.push(String::new());
            out.extend(part);
        }
    }
    out.extend(closing);
    out.join("\n") + "\n"
}

/// At most `most` lines, of which the last are the last `tail`, with a mark where some were left out.
fn shorten(lines: &mut Vec<String>, most: usize, tail: usize) {
    if lines.len() > most {
        let tail = tail.min(most.saturating_sub(1));
        let cut = most.saturating_sub(tail + 1);
        let out = lines.len() - tail - cut;
        lines.splice(cut..cut + out, [format!("  … {out} lines more")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_in_the_middle() {
        let mut lines: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        shorten(&mut lines, 5, 2);
        assert_eq!(lines, ["0", "1", "  … 6 lines more", "8", "9"]);
        shorten(&mut lines, 5, 2);
        assert_eq!(lines.len(), 5);
        shorten(&mut lines, 1, 9);
        assert_eq!(lines, ["  … 5 lines more"]);
    }
}
