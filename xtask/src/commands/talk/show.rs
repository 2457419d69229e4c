//! How `talk` shows what passes: a line for each piece and each end, with the bytes as text above the same bytes as
//! hex.

use crate::finding::count;
use std::time::Duration;

/// How many bytes a line shows: with them it fits 80 columns.
const IN_A_LINE: usize = 15;
/// How many lines of bytes a piece gets at most; of a longer one the rest is counted.
const LINES: usize = 4;
/// Where the bytes begin.
const MARGIN: usize = 34;

/// Which way something went, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From here to the other side.
    Sent,
    /// From the other side.
    Received,
}

impl Way {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Way::Sent => "sent",
            Way::Received => "received",
        }
    }
}

/// Returns the lines for the bytes of one `write` or one `read`.
pub fn piece(at: Duration, way: Way, bytes: &[u8]) -> String {
    let unit = if bytes.len() == 1 { "byte" } else { "bytes" };
    let mut out = format!("{}{:>5} {unit:<5}  ", start(at, way), bytes.len());
    let shown = &bytes[..bytes.len().min(IN_A_LINE * LINES)];
    let columns: Vec<String> = (0..shown.len()).map(|at| letter(bytes, at)).collect();
    for (n, (letters, hex)) in columns.chunks(IN_A_LINE).zip(shown.chunks(IN_A_LINE)).enumerate() {
        if n > 0 {
            out += &" ".repeat(MARGIN);
        }
        let hex: Vec<String> = hex.iter().map(|byte| format!("{byte:02x}")).collect();
        out = format!("{}{}", out, letters.concat()).trim_end().to_string();
        out += &format!("\n{:MARGIN$}{}\n", "", hex.join(" "));
    }
    if shown.len() < bytes.len() {
        out += &format!("{:MARGIN$}… and {} more\n", "", count(bytes.len() - shown.len()));
    }
    out
}

/// Returns the line for an end: `FIN` or `RST`, and what it means.
pub fn end(at: Duration, way: Way, name: &str, meaning: &str) -> String {
    format!("{}{name:>11}  {meaning}\n", start(at, way))
}

fn start(at: Duration, way: Way) -> String {
    format!("{:>7.3} s  {:<8}  ", at.as_secs_f64(), way.word())
}

/// Returns what stands above the hex of the byte at `at`, three columns wide: the character that it is, or that begins
/// here and is whole in this piece; else blanks.
fn letter(bytes: &[u8], at: usize) -> String {
    let text = match bytes[at] {
        b'\n' => "\\n".into(),
        b'\r' => "\\r".into(),
        b'\t' => "\\t".into(),
        0 => "\\0".into(),
        byte if byte.is_ascii_graphic() => char::from(byte).to_string(),
        byte if byte.is_ascii() => String::new(),
        _ => {
            let rest = &bytes[at..(at + 4).min(bytes.len())];
            let whole = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
            match whole {
                Some(c) if is_wide(c) => return format!("{c} "),
                Some(c) if is_narrow(c) => c.to_string(),
                _ => String::new(),
            }
        }
    };
    format!("{text:<3}")
}

/// Returns whether it is a letter that takes one column: Latin, Greek or Cyrillic.
fn is_narrow(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}') && c.is_alphanumeric()
}

/// Returns whether it is a character that takes two columns: Chinese, Japanese or Korean.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        piece(Duration::from_millis(1234), Way::Received, bytes)
    }

    #[test]
    fn a_byte_stands_above_its_hex() {
        assert_eq!(
            shown("hé\t粘\n".as_bytes()),
            "  1.234 s  received      8 bytes  h  é     \\t 粘       \\n\n\
             \x20                                 68 c3 a9 09 e7 b2 98 0a\n"
        );
        // Half a character, and what a terminal would obey, are shown as hex only.
        assert_eq!(
            shown(b"\xc3\x1b"),
            "  1.234 s  received      2 bytes\n                                  c3 1b\n"
        );
        assert_eq!(
            end(Duration::ZERO, Way::Sent, "FIN", "nothing more is sent"),
            "  0.000 s  sent              FIN  nothing more is sent\n"
        );
    }

    #[test]
    fn a_long_piece_is_shown_by_its_start_and_fits_the_terminal() {
        let text = shown(&[b'a'; 100_000]);
        assert_eq!(text.lines().count(), 2 * LINES + 1);
        assert!(text.ends_with("… and 99940 bytes more\n") || text.contains("99940"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
