//! Bytes side by side, in hex and text.

use super::Paint;
use crate::finding::Comparison;
use colored::Color;
use std::fmt::Write;

/// Draws both windows in hex and text, the first row and the row that differs, eight bytes each, with a caret under the
/// first wrong byte; nothing where nothing came. `brief` leaves out the first row where another one differs.
pub fn comparison(paint: Paint, bytes: &Comparison, brief: bool) -> String {
    const ROW: usize = 8;
    let mut out = String::new();
    if bytes.got_len == 0 {
        return out; // Nothing came: there is no byte to compare.
    }
    let at = (bytes.offset - bytes.start) / ROW * ROW;
    for (label, all, color) in [("wanted", &bytes.expected, Color::Green), ("came", &bytes.got, Color::Red)] {
        for (n, chunk) in [0, at].iter().map(|start| slice(all, *start, ROW)).enumerate() {
            let start = if n == 0 { 0 } else { at };
            let is_left_out = if n == 0 { brief && at > 0 } else { at == 0 };
            if is_left_out {
                continue;
            }
            let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String = chunk
                .iter()
                .map(|b| if b.is_ascii_graphic() || *b == b' ' { *b as char } else { '·' })
                .collect();
            let label = if n == 0 || brief { label } else { "" };
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
        "      {:<8} {:>8}  {} byte {} is {}",
        "",
        "",
        paint.color(&caret, Color::Red),
        bytes.offset,
        if bytes.offset == bytes.got_len { "missing" } else { "the first wrong one" }
    );
    out
}

fn slice(bytes: &[u8], start: usize, len: usize) -> &[u8] {
    &bytes[start.min(bytes.len())..(start + len).min(bytes.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_came_is_not_compared() {
        let shown = |got| comparison(Paint { on: false }, &Comparison::of(b"abc", got).unwrap(), false);
        assert_eq!(shown(b""), "");
        assert!(shown(b"ab").contains("byte 2 is missing"));
        assert!(shown(b"abcd").contains("byte 3 is the first wrong one"));
    }

    #[test]
    fn the_caret_stands_under_the_first_wrong_byte() {
        let expected: Vec<u8> = (b'a'..=b'z').collect();
        let mut got = expected.clone();
        got[13] = b'!';
        let shown = comparison(Paint { on: false }, &Comparison::of(&expected, &got).unwrap(), false);
        let lines: Vec<&str> = shown.lines().collect();
        let wrong = lines.iter().find_map(|line| line.find("21 ")).expect("the wrong byte in hex");
        assert_eq!(lines.last().unwrap().find('^'), Some(wrong));
        assert!(lines.iter().all(|line| line.chars().count() <= 80));
        let brief = comparison(Paint { on: false }, &Comparison::of(&expected, &got).unwrap(), true);
        assert_eq!(brief.lines().count(), 3, "{brief}");
        assert!(
            brief.contains("wanted")
                && brief.contains("came")
                && lines.last() == brief.lines().last().as_ref()
        );
    }
}
