//! The report as people read it: at most 80 columns, in colour or without.

use super::{CheckReport, LessonReport, Problem, Report};
use crate::bench::Role;
use crate::course::Lesson;
use crate::finding::{Comparison, Half, Hole, Verdict};
use colored::{Color, Colorize};
use std::fmt::Write;

/// The widest line.
pub const WIDTH: usize = 80;

/// Whether a stream gets colour; everything that is painted asks here.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Colour or none.
    pub on: bool,
}

impl Paint {
    /// As this stream takes it: none where it is no terminal, or where NO_COLOR is set.
    pub fn of(stream: &impl std::io::IsTerminal) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        colored::control::set_override(true); // Each stream decides for itself.
        #[cfg(windows)]
        let _ = colored::control::set_virtual_terminal(true);
        Self { on: wanted && stream.is_terminal() }
    }

    /// `text` in `color`.
    pub fn color(self, text: &str, color: Color) -> String {
        if self.on { text.color(color).to_string() } else { text.to_string() }
    }

    /// `text` in bold.
    pub fn bold(self, text: &str) -> String {
        if self.on { text.bold().to_string() } else { text.to_string() }
    }

    /// `text` less bright.
    pub fn dim(self, text: &str) -> String {
        if self.on { text.dimmed().to_string() } else { text.to_string() }
    }
}

/// The line above everything of a lesson.
pub fn heading(paint: Paint, lesson: &Lesson, subject: &str, seed: u64) -> String {
    let name = paint.bold(&format!("{} {}", lesson.id(), lesson.name));
    format!("{name}  {}\n", paint.dim(&format!("{subject}, seed {seed}")))
}

/// The conversation of the pair, both sides labelled.
pub fn scene(paint: Paint, scene: &[(Role, String)]) -> String {
    let mut out = String::new();
    for (role, text) in scene {
        let (label, color) = match role {
            Role::Server => ("server", Color::Magenta),
            Role::Client => ("client", Color::Cyan),
            Role::Wire => ("  wire", Color::Yellow),
        };
        // What programs print may hold control sequences: they are shown, not obeyed.
        let text = cut(&text.chars().flat_map(harmless).collect::<String>(), WIDTH - 11);
        let _ = writeln!(out, "  {} {text}", paint.color(&format!("{label} │"), color));
    }
    out
}

/// A character as it may go to a terminal.
fn harmless(c: char) -> Vec<char> {
    match c {
        '\t' => vec![c],
        c if (c as u32) < 0x80 && c.is_control() => format!("\\x{:02x}", c as u32).chars().collect(),
        c if c.is_control() => c.escape_default().collect(),
        c => vec![c],
    }
}

/// At most `most` characters, with a mark where more were.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at - text[..at].chars().last().map_or(0, char::len_utf8)]),
        None => text.to_string(),
    }
}

/// How much is told of a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Whole,
    /// Without the bytes that passed.
    Lean,
    /// What a small screen has room for: what was expected, what came, the ribbon, and why.
    Least,
    /// What came, and the ribbon.
    Drawn,
    /// What came and why: another one before it was told whole.
    Brief,
}

/// Where titles begin, in columns.
const TITLE: usize = 13;

/// One check: a line when it passed, the whole lesson of it when it failed.
pub fn check(paint: Paint, check: &CheckReport, detail: Detail) -> String {
    if check.hole.is_some() {
        return String::new(); // Told once for all: see `holes`.
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
    let wire = match check.wire.as_str() {
        "plain" => String::new(),
        // Where both are too long for a line, the wire stands in the next one.
        wire if TITLE + check.title.chars().count() + 5 + wire.len() > WIDTH => {
            format!("\n{}on {wire}", " ".repeat(TITLE))
        }
        wire => format!("  on {wire}"),
    };
    let mut out = format!("  {} {half:<8} {}{}\n", paint.color(mark, color), check.title, paint.dim(&wire));
    match check.verdict {
        Verdict::Pass => {
            out += &ribbon(paint, check);
            for note in &check.evidence.notes {
                let _ = writeln!(out, "{}", row(paint, "note", note));
            }
        }
        Verdict::Skip => {
            let _ = writeln!(out, "{}", row(paint, "skipped", &check.got));
        }
        Verdict::Error if detail == Detail::Brief => {
            let _ = writeln!(out, "{}", row(paint, "not judged", "for the same reason"));
        }
        Verdict::Error => {
            let _ = writeln!(out, "{}", row(paint, "not judged", &check.got));
            let _ = writeln!(out, "      {}{}", paint.dim("again       "), check.rerun); // To be copied.
        }
        Verdict::Demo if matches!(detail, Detail::Brief | Detail::Drawn) => {
            let _ = writeln!(out, "{}", row(paint, "got", &check.got));
            if detail == Detail::Drawn {
                out += &ribbon(paint, check);
            }
        }
        Verdict::Fail if detail == Detail::Brief => {
            for (label, text) in [("got", &check.got), ("cause", &check.cause)] {
                let _ = writeln!(out, "{}", row(paint, label, text));
            }
            let _ = writeln!(out, "{}", row(paint, "more", &format!("--check {}", check.id)));
        }
        Verdict::Fail | Verdict::Demo => out += &finding(paint, check, detail),
    }
    out
}

fn finding(paint: Paint, check: &CheckReport, detail: Detail) -> String {
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "{}", row(paint, label, text));
        }
    };
    if let Some(half) = check.at_fault {
        line("at fault", &format!("the {}", half.word()));
    }
    line("expected", &check.expected);
    line("got", &check.got);
    if let Some(bytes) = check.comparison.as_ref().filter(|_| detail != Detail::Least) {
        out += &comparison(paint, bytes);
    }
    out += &ribbon(paint, check);
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
        // Where a program panicked, and with what, is always wanted.
        if detail != Detail::Least || place.is_some_and(|place| n == place || n == place + 1) {
            line(label, text);
        }
    }
    if detail != Detail::Least {
        check.evidence.notes.iter().for_each(|text| line("note", text));
    }
    if !check.cause.is_empty() {
        line("cause", &check.cause);
    }
    if !check.see.is_empty() && detail != Detail::Least {
        line("read", &check.see);
    }
    // Not wrapped, so that it can be copied.
    let _ = writeln!(out, "      {}{}", paint.dim("again       "), check.rerun);
    out
}

fn ribbon(paint: Paint, check: &CheckReport) -> String {
    let mut out = String::new();
    for line in check.evidence.ribbon.iter().flat_map(|ribbon| ribbon.lines(WIDTH - 8)) {
        let (label, rest) = line.split_at(line.char_indices().nth(8).map_or(line.len(), |(at, _)| at));
        let _ = writeln!(out, "      {}{rest}", paint.dim(label));
    }
    out
}

/// Characters of a text that are shown at the most; JSON has all of it.
const LONGEST: usize = 400;

/// A label and a text, wrapped to the width, continued under itself.
fn row(paint: Paint, label: &str, text: &str) -> String {
    const INDENT: usize = 18;
    let text = cut(&text.chars().flat_map(harmless).collect::<String>(), LONGEST);
    let lines = wrap(&text, WIDTH - INDENT);
    let label = paint.dim(&format!("{label:<12}"));
    let mut out = format!("      {label}{}", lines.first().map_or("", String::as_str));
    for line in lines.iter().skip(1) {
        let _ = write!(out, "\n{:INDENT$}{line}", "");
    }
    out
}

/// Breaks at blanks where it can, at the width where it must.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_inclusive(' ') {
        let word_length = word.trim_end().chars().count();
        if length > 0 && length + word_length > width {
            lines.push(String::new());
            length = 0;
        }
        for c in word.chars() {
            if length == width && c != ' ' {
                lines.push(String::new());
                length = 0;
            }
            lines.last_mut().expect("never empty").push(c);
            length += 1;
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_string()).collect()
}

/// Both windows in hex and text, eight bytes a row from where they differ, and a caret under the first wrong byte.
fn comparison(paint: Paint, bytes: &Comparison) -> String {
    const ROW: usize = 8;
    let mut out = String::new();
    let at = (bytes.offset - bytes.start) / ROW * ROW;
    for (label, all, color) in [("wanted", &bytes.expected, Color::Green), ("came", &bytes.got, Color::Red)] {
        for (n, chunk) in [0, at].iter().map(|start| slice(all, *start, ROW)).enumerate() {
            let start = if n == 0 { 0 } else { at };
            if n == 1 && at == 0 {
                continue;
            }
            let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String = chunk
                .iter()
                .map(|b| if b.is_ascii_graphic() || *b == b' ' { *b as char } else { '·' })
                .collect();
            let label = if n == 0 { label } else { "" };
            let offset = bytes.start + start;
            let shown = format!("{:<23}  {text}", hex.join(" "));
            let _ = writeln!(
                out,
                "      {} {offset:>8}  {}",
                paint.dim(&format!("{label:<8}")),
                paint.color(&shown, color)
            );
        }
    }
    let column = (bytes.offset - bytes.start) % ROW;
    let caret = format!("{:>pad$}", "^", pad = column * 3 + 1);
    let _ = writeln!(
        out,
        "      {:<8} {:>8}  {} byte {} is the first wrong one",
        "",
        "",
        paint.color(&caret, Color::Red),
        bytes.offset
    );
    out
}

fn slice(bytes: &[u8], start: usize, len: usize) -> &[u8] {
    &bytes[start.min(bytes.len())..(start + len).min(bytes.len())]
}

/// What is still to be written, told once for all the checks that wait for it.
pub fn holes(paint: Paint, lesson: &LessonReport) -> String {
    let mut seen: Vec<&Hole> = Vec::new();
    for hole in lesson.checks.iter().filter_map(|check| check.hole.as_ref()) {
        if !seen.contains(&hole) {
            seen.push(hole);
        }
    }
    let mut out = String::new();
    for hole in seen {
        let waiting = lesson.checks.iter().filter(|check| check.hole.as_ref() == Some(hole)).count();
        let checks = if waiting == 1 { "1 check waits".into() } else { format!("{waiting} checks wait") };
        let name = paint.bold(&format!("`{}`", hole.function));
        let place = paint.color(&format!("{}:{}", hole.file, hole.line), Color::Cyan);
        let _ = writeln!(
            out,
            "  {} {name} is still to be written; {checks} for it\n      {place}",
            paint.color("…", Color::Yellow)
        );
    }
    out
}

/// Between what was learned and what to do next.
pub const LEARNED: &str = "\nlearned\n";

/// The last lines: the sum, and what to do next. What stands before a line `learned` of `next` is told as that.
pub fn closing(paint: Paint, report: &LessonReport, next: &str) -> String {
    let mut parts = Vec::new();
    let mut part = |verdict, word: &str, color| {
        let n = report.count(verdict);
        if n > 0 {
            parts.push(paint.color(&format!("{n} {word}"), color));
        }
    };
    part(Verdict::Pass, "passed", Color::Green);
    part(Verdict::Demo, "shown as predicted", Color::Blue);
    let waiting = report.checks.iter().filter(|check| check.hole.is_some()).count();
    let failed = report.count(Verdict::Fail) - waiting;
    if failed > 0 {
        parts.push(paint.color(&format!("{failed} failed"), Color::Red));
    }
    if waiting > 0 {
        parts.push(paint.color(&format!("{waiting} still to come"), Color::Yellow));
    }
    let mut part = |verdict, word: &str, color| {
        let n = report.count(verdict);
        if n > 0 {
            parts.push(paint.color(&format!("{n} {word}"), color));
        }
    };
    part(Verdict::Error, "not judged", Color::Yellow);
    part(Verdict::Skip, "skipped", Color::BrightBlack);
    let mut out = String::from("\n");
    if let Some(why) = report.problem.as_ref().map(Problem::why) {
        let _ = writeln!(out, "{}", paint.color(why, Color::Red));
    }
    if !parts.is_empty() {
        let _ = writeln!(out, "{} of {} checks", parts.join(", "), report.checks.len());
    }
    let next = match next.split_once(LEARNED) {
        Some((learned, next)) => {
            for (n, line) in wrap(learned, WIDTH - 9).iter().enumerate() {
                let label = if n == 0 { paint.bold("learned:") } else { " ".repeat(8) };
                let _ = writeln!(out, "{label} {line}");
            }
            next
        }
        None => next,
    };
    let mut label = paint.bold("next:");
    for line in next.lines().flat_map(|line| {
        if line.contains("cargo xtask") { vec![line.to_string()] } else { wrap(line, WIDTH - 6) }
    }) {
        let _ = writeln!(out, "{label} {}", line.trim_start());
        label = " ".repeat(5);
    }
    out
}

/// The first words of a report in a file.
pub const SIGNATURE: &str = "Socket Lab report";

/// The whole report without colour, for a file.
pub fn whole(report: &Report) -> String {
    let paint = Paint { on: false };
    let mut out = format!("{SIGNATURE}, seed {}\n", report.seed);
    for lesson in &report.lessons {
        let _ = writeln!(out, "\n{}  {}: {}\n", lesson.lesson, lesson.subject, lesson.verdict().word());
        if let Some(why) = lesson.problem.as_ref().map(Problem::why) {
            let _ = writeln!(out, "  {why}");
        }
        for report in &lesson.checks {
            out += &check(paint, report, Detail::Whole);
        }
        out += &holes(paint, lesson);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_blanks_and_at_the_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }

    #[test]
    fn the_caret_stands_under_the_first_wrong_byte() {
        let expected: Vec<u8> = (b'a'..=b'z').collect();
        let mut got = expected.clone();
        got[13] = b'!';
        let shown = comparison(Paint { on: false }, &Comparison::of(&expected, &got).unwrap());
        let lines: Vec<&str> = shown.lines().collect();
        let wrong = lines.iter().find_map(|line| line.find("21 ")).expect("the wrong byte in hex");
        assert_eq!(lines.last().unwrap().find('^'), Some(wrong));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
    }
}
