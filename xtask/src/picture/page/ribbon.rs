//! The ribbon of a stream: what was written in which writes, in which segments it went, in which reads it came; all to the
//! same scale of bytes.

use super::super::model::Party;
use super::entries::{Entry, Item, Sayer};
use super::html::Html;
use super::layout::fitting;
use super::streams::{Cut, Kind, Row, Stream};
use crate::finding::count;
use std::collections::HashMap;

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

/// Draws ribbons. Cuts of what the page has are links to it.
pub struct Ribbons<'a> {
    entries: HashMap<Item, &'a Entry>,
    sayer: &'a Sayer<'a>,
    /// Whether more than one connection is there.
    has_several: bool,
}

impl<'a> Ribbons<'a> {
    /// Makes what draws the ribbons of a picture.
    pub fn new(entries: &'a [Entry], sayer: &'a Sayer<'a>, has_several: bool) -> Self {
        let entries = entries.iter().map(|entry| (entry.item, entry)).collect();
        Self { entries, sayer, has_several }
    }

    /// Draws the ribbon of a stream.
    pub fn draw(&self, html: &mut Html, stream: &Stream) {
        let title = self.title(stream);
        let len = i64::try_from(stream.len).unwrap_or(i64::MAX).max(1);
        let shows_bytes =
            len.saturating_mul(BYTE) <= WIDTHS[0] * 2 && stream.bytes.len() as u64 == stream.len;
        let cuts = stream.rows.iter().map(|row| row.cuts.len() as i64).max().unwrap_or(1);
        let width = match shows_bytes {
            true => len * BYTE,
            false => (cuts * CUT).clamp(WIDTHS[0], WIDTHS[1]),
        };
        let top = if shows_bytes { ROW } else { 0 };
        let height = top + ROW * stream.rows.len() as i64 + 4;
        let all = NAMES + width + 8;
        html.open("figure", &[("class", &"ribbon")]);
        html.element("figcaption", &[], &format!("{title}: {}", count(stream.len as usize)));
        html.line();
        html.open("div", &[("class", &"box"), ("tabindex", &0), ("role", &"region"), ("aria-label", &title)]);
        let view = format!("0 0 {all} {height}");
        html.open(
            "svg",
            &[
                ("role", &"group"),
                ("aria-label", &title),
                ("width", &all),
                ("height", &height),
                ("viewBox", &view),
            ],
        );
        if shows_bytes {
            for (n, byte) in stream.bytes.iter().enumerate() {
                let shown = if byte.is_ascii_graphic() { *byte as char } else { '·' };
                let x = NAMES + n as i64 * BYTE + BYTE / 2;
                html.element("text", &[("class", &"byte"), ("x", &x), ("y", &18)], &shown.to_string());
            }
        }
        for (n, row) in stream.rows.iter().enumerate() {
            html.line();
            let y = top + ROW * n as i64;
            let name = self.name(stream, row.kind);
            html.element("text", &[("class", &"name"), ("x", &0), ("y", &(y + 18))], &name);
            let place = |at: u64| NAMES + (i128::from(at) * i128::from(width) / i128::from(len)) as i64;
            self.row(html, row, y, place);
        }
        html.line();
        html.close();
        html.close();
        html.line();
        let rows: Vec<String> = stream.rows.iter().map(Self::words).collect();
        html.element("p", &[("class", &"sizes")], &rows.join(" "));
        html.close();
        html.line();
    }

    fn row(&self, html: &mut Html, row: &Row, y: i64, place: impl Fn(u64) -> i64) {
        let class = match row.kind {
            Kind::Writes => "writes",
            Kind::Reads => "reads",
            Kind::Segments | Kind::ToWire | Kind::FromWire => "segments",
        };
        for cut in &row.cuts {
            let (from, to) = (place(cut.from), place(cut.to));
            let width = (to - from - 1).max(1);
            let size = (cut.to - cut.from).to_string();
            let class = format!("block {class}");
            match self.entries.get(&cut.item) {
                Some(entry) => {
                    let sentence = self.sayer.sentence(entry);
                    let href = format!("#{}", cut.item.id());
                    html.open("a", &[("class", &class), ("href", &href), ("aria-label", &sentence)]);
                    html.element("title", &[], &sentence);
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

    fn title(&self, stream: &Stream) -> String {
        let way = format!("from the {} to the {}", self.who(stream.from), self.who(stream.to));
        match self.has_several {
            true => format!("connection {}, {way}", stream.number),
            false => way,
        }
    }

    /// Returns who a party is, behind `the`.
    fn who(&self, party: Party) -> &'static str {
        self.sayer.who(party).trim_start_matches("the ")
    }

    fn name(&self, stream: &Stream, kind: Kind) -> String {
        match kind {
            Kind::Writes => format!("{} writes", self.who(stream.from)),
            Kind::Segments => "segments".into(),
            Kind::ToWire => "segments to the wire".into(),
            Kind::FromWire => "segments from the wire".into(),
            Kind::Reads => format!("{} reads", self.who(stream.to)),
        }
    }

    /// Returns the sizes of the cuts in words.
    fn words(row: &Row) -> String {
        let size = |cut: &Cut| (cut.to - cut.from).to_string();
        let mut sizes: Vec<String> = row.cuts.iter().take(NAMED).map(size).collect();
        if row.cuts.len() > NAMED {
            sizes.push("…".into());
        }
        let what = match row.kind {
            Kind::Writes => "write",
            Kind::Reads => "read",
            Kind::Segments | Kind::ToWire | Kind::FromWire => "segment",
        };
        let way = match row.kind {
            Kind::ToWire => " to the wire",
            Kind::FromWire => " from the wire",
            _ => "",
        };
        let plural = if row.cuts.len() == 1 { "" } else { "s" };
        format!("{} {what}{plural}{way} of {} bytes.", row.cuts.len(), sizes.join(", "))
    }
}
