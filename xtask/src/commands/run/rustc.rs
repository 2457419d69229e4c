//! What rustc says, on the screen of `watch`: the first errors, because the later ones often follow from them.

use crate::report::text::{WIDTH, cut};
use crate::workspace::diagnostic::Diagnostic;

/// rustc's errors and warnings, the first ones first.
#[derive(Debug, Default)]
pub struct Rustc {
    pub errors: Vec<Diagnostic>,
    pub warnings: Vec<Diagnostic>,
}

impl Rustc {
    /// Returns a screen of at most `rows` lines. What rustc said stands above what `rest` renders into the other lines.
    pub fn on_screen(&self, rows: usize, rest: impl Fn(usize) -> String) -> String {
        let least = rest(0).lines().map(height).sum::<usize>();
        if let Some(errors) = self.first_errors(rows.saturating_sub(least)) {
            return format!("{}\n{}", errors.join("\n"), rest(0));
        }
        match self.warning() {
            Some(warning) => format!("{warning}\n{}", rest(rows.saturating_sub(1))),
            None => rest(rows),
        }
    }

    /// Returns the first errors in at most `rows` lines of the terminal; `None` when the programs compile.
    fn first_errors(&self, rows: usize) -> Option<Vec<String>> {
        let lines = |error: &'_ Diagnostic| error.rendered.trim_end().lines().map(String::from).collect();
        let blocks: Vec<Vec<String>> = self.errors.iter().map(lines).collect();
        (!blocks.is_empty()).then(|| first_of(&blocks, rows))
    }

    /// Returns a line about the warnings; `None` when there are none.
    fn warning(&self) -> Option<String> {
        let first = self.warnings.first()?;
        let more = match self.warnings.len() {
            1 => String::new(),
            n => format!(" ({} more)", n - 1),
        };
        let (file, line) = &first.place;
        Some(cut(&format!("rustc warns{more}: {file}:{line}: {}", first.what), WIDTH - 1))
    }
}

/// Returns whole blocks as long as they fit into `rows` lines of the terminal, the first one in part when it alone does
/// not fit, and a line that counts the rest.
fn first_of(blocks: &[Vec<String>], rows: usize) -> Vec<String> {
    let rows = rows.saturating_sub(1); // For the last line.
    let mut out: Vec<String> = Vec::new();
    let (mut used, mut shown) = (0, 0);
    for block in blocks {
        let needs: usize = block.iter().map(|line| height(line)).sum();
        if shown > 0 && used + needs + 1 > rows {
            break;
        }
        if shown > 0 {
            out.push(String::new());
            used += 1;
        }
        let most = if needs > rows { rows.saturating_sub(1) } else { rows };
        let mut cut_off = 0;
        for line in block {
            if used + height(line) > most {
                cut_off += 1;
                continue;
            }
            used += height(line);
            out.push(line.to_string());
        }
        shown += 1;
        if cut_off > 0 {
            out.push(format!("  … {cut_off} lines more"));
            break;
        }
    }
    match blocks.len() - shown {
        0 => {}
        1 => out.push("… 1 error more".into()),
        n => out.push(format!("… {n} errors more")),
    }
    out
}

/// Returns how many lines of the terminal a line takes; control sequences take no room.
fn height(line: &str) -> usize {
    let (mut columns, mut inside) = (0usize, false);
    for c in line.chars() {
        match (c, inside) {
            ('\x1b', _) => inside = true,
            (c, true) => inside = !c.is_ascii_alphabetic(),
            _ => columns += 1,
        }
    }
    columns.div_ceil(WIDTH).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_errors_are_shown_whole() {
        let block = |lines: &str| lines.split(' ').map(String::from).collect::<Vec<_>>();
        let blocks = [block("a 1"), block("b 2"), block("c 3")];
        assert_eq!(first_of(&blocks, 9), ["a", "1", "", "b", "2", "", "c", "3"]);
        assert_eq!(first_of(&blocks, 6), ["a", "1", "", "b", "2", "… 1 error more"]);
        assert_eq!(first_of(&blocks, 3), ["a", "1", "… 2 errors more"]);
        let long = [block("a 1 2 3"), block("b")];
        assert_eq!(first_of(&long, 3), ["a", "  … 3 lines more", "… 1 error more"]);
    }

    #[test]
    fn a_long_line_takes_more_room_and_colour_takes_none() {
        assert_eq!(height("\x1b[1m\x1b[91merror\x1b[0m: a"), 1);
        assert_eq!(height(&"x".repeat(81)), 2);
        assert_eq!(height(""), 1);
    }
}
