//! Lines of at most 80 columns, and characters that are safe for a terminal.

use super::Paint;
use super::wrap::wrap;
use crate::report::hidden::is_hidden;
use std::fmt::Write;

/// The width of the widest line, in columns.
pub const WIDTH: usize = 80;

/// Returns a character in a form that is safe for a terminal, and that a reader sees.
pub fn harmless(c: char) -> Vec<char> {
    match c {
        '\t' => vec![c],
        c if (c as u32) < 0x80 && c.is_control() => format!("\\x{:02x}", c as u32).chars().collect(),
        c if is_hidden(c) => c.escape_default().collect(),
        c => vec![c],
    }
}

/// Returns at most `most` characters of a text; a mark shows that more were there.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at - text[..at].chars().last().map_or(0, char::len_utf8)]),
        None => text.to_string(),
    }
}

/// Returns how many lines a text takes on a terminal of [`WIDTH`] columns, which breaks what is wider. Colour takes none.
pub fn height(text: &str) -> usize {
    let columns = |line: &str| {
        let mut parts = line.split('\x1b');
        let plain = parts.next().map_or(0, |part| part.chars().count());
        plain
            + parts
                .map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.chars().count()))
                .sum::<usize>()
    };
    text.lines().map(|line| columns(line).div_ceil(WIDTH).max(1)).sum()
}

/// The most characters of a text that are shown; JSON has all of them.
const LONGEST: usize = 400;

/// Renders a label and a text. The text is wrapped to the width and continues under its first line.
pub fn row(paint: Paint, label: &str, text: &str) -> String {
    const INDENT: usize = 18;
    let text = cut(&text.chars().flat_map(harmless).collect::<String>(), LONGEST);
    // A label that is longer pushes the first line to the right.
    let room = label.chars().count().max(11) + 1;
    let lines = wrap(&text, WIDTH - INDENT - (room - 12));
    let label = paint.dim(&format!("{label:<room$}"));
    let mut out = format!("      {label}{}", lines.first().map_or("", String::as_str));
    for line in lines.iter().skip(1) {
        let _ = write!(out, "\n{:INDENT$}{line}", "");
    }
    out
}

/// How a command that people copy begins.
const COMMAND: &str = "cargo xtask ";

/// Renders a label and a line that ends with a command. The command stays whole, because people copy it: where it does not
/// fit behind the label or its words, it stands on a line of its own, and as far to the left as it must.
pub fn command_row(label: &str, indent: usize, line: &str) -> String {
    if indent + line.chars().count() <= WIDTH {
        return format!("{label}{line}");
    }
    let (words, command) = line.split_at(line.find(COMMAND).unwrap_or(0));
    let mut lines = match words.trim_end() {
        "" => vec![label.trim_end().to_string()],
        words => wrap(words, WIDTH - indent),
    };
    if !words.is_empty() {
        lines[0].insert_str(0, label);
        lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, &" ".repeat(indent)));
    }
    lines.retain(|line| !line.trim().is_empty());
    let indent = WIDTH.saturating_sub(command.chars().count()).min(6);
    lines.push(format!("{:indent$}{command}", ""));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stays_whole() {
        let command = |n: usize| format!("cargo xtask {}", "x".repeat(n - 12));
        let row = |line: &str| command_row("next: ", 6, line);
        assert_eq!(row(&command(74)), format!("next: {}", command(74)));
        // Wider: on a line of its own, six columns from the left or as many as are free.
        assert_eq!(row(&command(75)), format!("next:\n     {}", command(75)));
        assert_eq!(row(&command(99)), format!("next:\n{}", command(99)));
        assert_eq!(
            row(&format!("mend it, then {}", command(70))),
            format!("next: mend it, then\n      {}", command(70))
        );
        // On a line without a label nothing stands above it.
        assert_eq!(command_row("      ", 6, &command(80)), command(80));
    }

    #[test]
    fn a_wide_line_takes_several() {
        assert_eq!(height(&format!("one\n\n{}\n", "x".repeat(81))), 4);
        assert_eq!(height(&format!("\x1b[1m{}\x1b[0m", "x".repeat(80))), 1);
    }
}
