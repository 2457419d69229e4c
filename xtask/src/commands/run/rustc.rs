//! What rustc says, on the screen of `watch`: the first errors, because the later ones often follow from them.

use super::plan::Plan;
use super::progress::Progress;
use crate::report::text::{WIDTH, cut};
use crate::workspace::cargo::{Built, Diagnostic, Show};
use std::io::IsTerminal;

/// rustc's errors and warnings, the first ones first.
#[derive(Debug, Default)]
pub struct Rustc {
    pub errors: Vec<Diagnostic>,
    pub warnings: Vec<Diagnostic>,
}

impl Plan<'_> {
    /// Returns what a build shows on standard error: nothing when a screen will show it.
    pub(super) fn shown_of_cargo(&self) -> Show {
        // Only people who watch need cargo's progress; the reader of a report only gets its errors.
        match self.args.screen {
            Some(_) => Show::Nothing { colour: self.paint.on },
            None if std::io::stderr().is_terminal() => Show::Progress,
            None => Show::Messages,
        }
    }

    /// Shows that cargo is at work, where a screen hides what it says.
    pub(super) fn say_that_it_builds(&self, builds: bool) -> Progress {
        let mut progress = Progress::new();
        if builds && self.args.screen.is_some() {
            progress.show("building the programs");
        }
        progress
    }

    /// Keeps what rustc said for a screen.
    pub(super) fn keep(&self, built: &Built) {
        let (errors, warnings) = (built.errors.clone(), built.warnings.clone());
        let _ = self.rustc.set(Rustc { errors, warnings });
    }

    /// Returns a screen of at most `rows` lines. What rustc said stands above what `rest` renders into the other lines.
    pub(super) fn on_screen(&self, rows: usize, rest: impl Fn(usize) -> String) -> String {
        // Cargo itself prints that it could not compile: two lines.
        let least = 2 + rest(0).lines().map(height).sum::<usize>();
        if let Some(errors) = self.errors(rows.saturating_sub(least)) {
            return format!("{}\n{}", errors.join("\n"), rest(0));
        }
        match self.warnings() {
            Some(warning) => format!("{warning}\n{}", rest(rows.saturating_sub(1))),
            None => rest(rows),
        }
    }

    /// Returns the first errors of rustc in at most `rows` lines of the terminal; `None` when the programs compile.
    fn errors(&self, rows: usize) -> Option<Vec<String>> {
        let errors =
            self.rustc.get().map(|rustc| rustc.errors.as_slice()).filter(|errors| !errors.is_empty())?;
        let blocks: Vec<Vec<&str>> =
            errors.iter().map(|error| error.rendered.trim_end().lines().collect()).collect();
        Some(first_of(&blocks, rows))
    }

    /// Returns a line about the warnings of rustc; `None` when there are none.
    fn warnings(&self) -> Option<String> {
        let warnings = &self.rustc.get()?.warnings;
        let first = warnings.first()?;
        let more = match warnings.len() {
            1 => String::new(),
            n => format!(" ({} more)", n - 1),
        };
        let (file, line) = &first.place;
        Some(cut(&format!("rustc warns{more}: {file}:{line}: {}", first.what), WIDTH - 1))
    }
}

/// Returns whole blocks as long as they fit into `rows` lines of the terminal, the first one in part when it alone does
/// not fit, and a line that counts the rest.
fn first_of(blocks: &[Vec<&str>], rows: usize) -> Vec<String> {
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
        let blocks = [vec!["error: a", "1"], vec!["error: b", "2"], vec!["error: c", "3"]];
        assert_eq!(first_of(&blocks, 9), ["error: a", "1", "", "error: b", "2", "", "error: c", "3"]);
        assert_eq!(first_of(&blocks, 6), ["error: a", "1", "", "error: b", "2", "… 1 error more"]);
        assert_eq!(first_of(&blocks, 3), ["error: a", "1", "… 2 errors more"]);
        let long = [vec!["error: a", "1", "2", "3"], vec!["error: b"]];
        assert_eq!(first_of(&long, 3), ["error: a", "  … 3 lines more", "… 1 error more"]);
    }

    #[test]
    fn a_long_line_takes_more_room_and_colour_takes_none() {
        assert_eq!(height("\x1b[1m\x1b[91merror\x1b[0m: a"), 1);
        assert_eq!(height(&"x".repeat(81)), 2);
        assert_eq!(height(""), 1);
    }
}
