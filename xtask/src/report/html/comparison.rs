//! Bytes side by side, in hex and text, with a mark at the first wrong one.

use super::frame::shown;
use super::writer::Html;
use crate::finding::Comparison;

/// How many bytes stand in one line.
const ROW: usize = 8;

/// Writes both windows, and which byte is the first wrong one.
pub fn write(html: &mut Html, bytes: &Comparison) {
    html.open("div", &[("class", &"compared")]);
    for (label, all) in [("expected", &bytes.expected), ("got", &bytes.got)] {
        html.open("figure", &[]);
        html.element("figcaption", &[], label);
        html.open("pre", &[("class", &label)]);
        for (n, line) in all.chunks(ROW).enumerate() {
            let at = bytes.start + n * ROW;
            // Where the first wrong byte stands in this line.
            let marked = bytes.offset.checked_sub(at).filter(|place| *place < line.len());
            html.text(&format!("{at:>8}  "));
            parts(html, line, marked, |byte| format!("{byte:02x} "), |_| "   ".into());
            html.text(" ");
            parts(html, line, marked, |byte| shown(byte).to_string(), |_| String::new());
            html.line();
        }
        // What is missing has no byte to mark.
        if bytes.offset == bytes.start + all.len() {
            html.element("mark", &[], "nothing more");
            html.line();
        }
        html.close();
        html.close();
    }
    html.close();
    let what = if bytes.offset == bytes.got_len { "is missing" } else { "is the first wrong one" };
    let lens = format!("{} expected, {} came", bytes.expected_len, bytes.got_len);
    html.element("p", &[("class", &"wrong")], &format!("byte {} {what} (from 0; {lens})", bytes.offset));
    html.line();
}

/// Writes the bytes of a line in one form, one of them marked, and fills the line.
fn parts(
    html: &mut Html,
    line: &[u8],
    marked: Option<usize>,
    form: impl Fn(u8) -> String,
    fill: impl Fn(usize) -> String,
) {
    for (n, byte) in line.iter().enumerate() {
        let text = form(*byte);
        match marked == Some(n) {
            true => {
                let own = text.trim_end();
                // A blank is a byte, too.
                let own = if own.is_empty() { &text } else { own };
                html.element("mark", &[], own);
                html.text(&text[own.len()..]);
            }
            false => html.text(&text),
        }
    }
    (line.len()..ROW).for_each(|n| html.text(&fill(n)));
}
