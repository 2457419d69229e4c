//! Comma-separated values (RFC 4180), written and read. No cell that is written becomes a formula in a spreadsheet.

use crate::report::hidden::is_hidden;
use std::fmt::Display;

/// What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), with its full-width forms.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A table that grows.
#[derive(Debug, Default)]
pub struct Csv {
    out: String,
}

impl Csv {
    /// Adds a row. A text that a spreadsheet would take for a formula gets `'` before it.
    pub fn row<T: Display>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&harmless(&cell.to_string()))).collect();
        self.out += &cells.join(",");
        self.out.push('\n');
    }

    /// Returns the file.
    pub fn finish(self) -> String {
        self.out
    }
}

/// Returns a text that is no formula, and that says nothing to a terminal which shows the file.
fn harmless(text: &str) -> String {
    let mut out = String::from(if text.starts_with(FORMULA) { "'" } else { "" });
    for c in text.chars() {
        match c {
            // Quotes hold them.
            '\n' | '\r' | '\t' => out.push(c),
            c if is_hidden(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// Returns a cell, in quotes where it needs them: also where a reader might split at another separator.
fn quoted(text: &str) -> String {
    let needs = |c: char| matches!(c, ',' | ';' | '"' | '\n' | '\r' | '\t');
    match text.contains(needs) || text.trim() != text {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.into(),
    }
}

/// Reads a table: its rows, each with its first line, from 1. The separator is what the first row has most of: a comma, a
/// semicolon or a tab. Rows of empty cells are left out.
///
/// # Errors
/// The line at which quotes begin that do not end.
pub fn read(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().rev().max_by_key(|c| first.matches(*c).count());
    let separator = separator.unwrap_or(',');
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut first_line, mut quotes) = (1, 1, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quotes.is_some() => match chars.next_if_eq(&'"') {
                Some(_) => cell.push('"'),
                None => quotes = None,
            },
            _ if quotes.is_some() => cell.push(c),
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quotes = Some(line);
            }
            _ if c == separator => row.push(std::mem::take(&mut cell).trim().to_string()),
            '\n' => {
                row.push(std::mem::take(&mut cell).trim().to_string());
                rows.push((first_line, std::mem::take(&mut row)));
                first_line = line;
            }
            _ => cell.push(c),
        }
    }
    if let Some(line) = quotes {
        return Err(line);
    }
    row.push(cell.trim().to_string());
    rows.push((first_line, row));
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[&str]) -> String {
        let mut csv = Csv::default();
        csv.row(cells);
        csv.finish()
    }

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_its_row() {
        for (cell, written) in [
            ("Li Na", "Li Na"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("\t=1", "\"'\t=1\""),
            ("\n=1", "\"'\n=1\""),
            ("a,b", "\"a,b\""),
            ("a;=1", "\"a;=1\""),
            ("say \"hello\"", "\"say \"\"hello\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("粘包 ", "\"粘包 \""),
        ] {
            assert_eq!(line(&[cell, "x"]), format!("{written},x\n"), "{cell:?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let cells = ["a,b", "say \"hello\"", "two\nlines", "粘包", "", "x"];
        let text = line(&cells) + &line(&["last"]);
        let rows = read(&text).unwrap();
        assert_eq!(rows, [(1, cells.map(String::from).to_vec()), (3, vec!["last".into()])]);
    }

    #[test]
    fn other_separators_and_line_ends_are_read() {
        let rows = |text: &str| read(text).unwrap().into_iter().map(|(_, row)| row).collect::<Vec<_>>();
        for text in ["id,name\r\n1,Li Na\r\n", "\u{feff}id;name\n1;Li Na", "id\tname\n\n1\tLi Na\n\t\n"] {
            assert_eq!(rows(text), [["id", "name"], ["1", "Li Na"]], "{text:?}");
        }
        assert_eq!(read("id,name\n1,\"Li\nNa"), Err(2));
    }

    #[test]
    fn a_cell_says_nothing_to_a_terminal() {
        let mut csv = Csv::default();
        csv.row(["mallory\u{1b}[2J", "a\u{202e}b", "粘包"]);
        assert_eq!(csv.finish(), "mallory\\u{1b}[2J,a\\u{202e}b,粘包\n");
    }
}
