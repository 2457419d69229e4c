//! A ribbon: one stream of bytes, and how it was cut, row by row, all to the same scale of bytes.

use super::font::fitting;
use super::writer::Html;
use crate::finding::count;

/// Where bytes begin: the room for the names of rows.
const NAMES: i64 = 176;
/// The height of a row.
const ROW: i64 = 28;
/// The width of a byte that is shown as a character.
const BYTE: i64 = 16;
/// The least width of a ribbon whose bytes are not shown, and the most.
const WIDTHS: [i64; 2] = [860, 6000];
/// What a cut takes on the average, at least.
const CUT: i64 = 8;
/// The most sizes that are named.
const NAMED: usize = 12;

/// A stream and its cuts.
#[derive(Debug)]
pub struct Ribbon<'a> {
    /// Whose bytes, from where to where.
    pub title: String,
    /// How many bytes the stream has.
    pub len: u64,
    /// The bytes, or the first of them.
    pub bytes: &'a [u8],
    /// The cuts of each kind.
    pub rows: Vec<Row>,
}

/// The cuts of one kind.
#[derive(Debug)]
pub struct Row {
    /// Its name for the style.
    pub class: &'static str,
    /// What stands before it.
    pub name: String,
    /// What one cut is, `write` for instance.
    pub one: &'static str,
    /// What follows that word, ` to the wire` for instance.
    pub way: &'static str,
    /// In order, none of them empty.
    pub cuts: Vec<Cut>,
}

/// One write, piece or read.
#[derive(Debug)]
pub struct Cut {
    /// The place of its first byte.
    pub from: u64,
    /// The place behind its last byte.
    pub to: u64,
    /// The name of its words, and their sentence.
    pub words: Option<(String, String)>,
}

/// Draws a ribbon.
pub fn draw(html: &mut Html, ribbon: &Ribbon) {
    let len = i64::try_from(ribbon.len).unwrap_or(i64::MAX).max(1);
    let shows_bytes = len.saturating_mul(BYTE) <= WIDTHS[0] * 2 && ribbon.bytes.len() as u64 == ribbon.len;
    let cuts = ribbon.rows.iter().map(|row| row.cuts.len() as i64).max().unwrap_or(1);
    let width = match shows_bytes {
        true => len * BYTE,
        false => (cuts * CUT).clamp(WIDTHS[0], WIDTHS[1]),
    };
    let top = if shows_bytes { ROW } else { 0 };
    let height = top + ROW * ribbon.rows.len() as i64 + 4;
    let all = NAMES + width + 8;
    let title = &ribbon.title;
    html.open("figure", &[("class", &"ribbon")]);
    html.element("figcaption", &[], &format!("{title}: {}", count(ribbon.len as usize)));
    html.line();
    html.open("div", &[("class", &"box"), ("tabindex", &0), ("role", &"region"), ("aria-label", title)]);
    let view = format!("0 0 {all} {height}");
    html.open(
        "svg",
        &[
            ("role", &"group"),
            ("aria-label", title),
            ("width", &all),
            ("height", &height),
            ("viewBox", &view),
        ],
    );
    if shows_bytes {
        for (n, byte) in ribbon.bytes.iter().enumerate() {
            let shown = if byte.is_ascii_graphic() { *byte as char } else { '·' };
            let x = NAMES + n as i64 * BYTE + BYTE / 2;
            html.element("text", &[("class", &"byte"), ("x", &x), ("y", &18)], &shown.to_string());
        }
    }
    for (n, row) in ribbon.rows.iter().enumerate() {
        html.line();
        let y = top + ROW * n as i64;
        html.element("text", &[("class", &"name"), ("x", &0), ("y", &(y + 18))], &row.name);
        let place = |at: u64| NAMES + (i128::from(at) * i128::from(width) / i128::from(len)) as i64;
        blocks(html, row, y, place);
    }
    html.line();
    html.close();
    html.close();
    html.line();
    let rows: Vec<String> = ribbon.rows.iter().map(in_words).collect();
    html.element("p", &[("class", &"sizes")], &rows.join(" "));
    html.close();
    html.line();
}

fn blocks(html: &mut Html, row: &Row, y: i64, place: impl Fn(u64) -> i64) {
    let class = format!("block {}", row.class);
    for cut in &row.cuts {
        let (from, to) = (place(cut.from), place(cut.to));
        let width = (to - from - 1).max(1);
        let size = (cut.to - cut.from).to_string();
        match &cut.words {
            Some((id, sentence)) => {
                let href = format!("#{id}");
                html.open("a", &[("class", &class), ("href", &href), ("aria-label", sentence)]);
                html.element("title", &[], sentence);
            }
            None => html.open("g", &[("class", &class)]),
        }
        html.empty(
            "rect",
            &[("x", &from), ("y", &(y + 2)), ("width", &width), ("height", &(ROW - 4)), ("rx", &3)],
        );
        if size.len() <= fitting(width - 2) {
            let x = from + width / 2;
            html.element("text", &[("x", &x), ("y", &(y + 18))], &size);
        }
        html.close();
    }
}

/// Returns the sizes of the cuts in words.
fn in_words(row: &Row) -> String {
    let size = |cut: &Cut| (cut.to - cut.from).to_string();
    let mut sizes: Vec<String> = row.cuts.iter().take(NAMED).map(size).collect();
    if row.cuts.len() > NAMED {
        sizes.push("…".into());
    }
    let plural = if row.cuts.len() == 1 { "" } else { "s" };
    let unit = if sizes == ["1"] { "byte" } else { "bytes" };
    format!("{} {}{plural}{} of {} {unit}.", row.cuts.len(), row.one, row.way, sizes.join(", "))
}
