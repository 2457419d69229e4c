//! The figure: time runs down, the server stands on the left, the client on the right, segments are arrows between them.
//! Each call and each segment is one link to what the page says of it in words: so the keyboard reaches it, also without a
//! script.

use super::super::model::{Cause, Party, Picture, What};
use super::super::text::words::{self, Names};
use super::entries::{Entry, Item, Sayer};
use super::layout::{Across, BAR, Down, GAP, HEAD, LINE, Place};
use crate::finding::count;
use crate::report::html::font::{fitting, wide};
use crate::report::html::writer::Html;
use crate::report::text::cut;
use crate::wire::Fate;

/// Draws figures of one picture.
pub struct Drawing<'a> {
    /// The picture.
    pub picture: &'a Picture,
    /// Its columns.
    pub across: &'a Across,
    /// Names in place of addresses.
    pub names: &'a Names,
    /// What is drawn.
    pub entries: &'a [Entry],
    /// What it is in words.
    pub sayer: &'a Sayer<'a>,
    /// Whether each call and each segment leads to its words, which then stand on the same page.
    pub is_linked: bool,
    /// Whether the receive queue is told where a segment fills it.
    pub has_queues: bool,
}

impl Drawing<'_> {
    /// Draws one figure; `class` is its name for the style, `label` for those who cannot see it.
    pub fn draw(&self, html: &mut Html, class: &str, label: &str, down: &Down) {
        let (width, height) = (self.across.width, down.height);
        let view = format!("0 0 {width} {height}");
        html.open(
            "svg",
            &[
                ("class", &class),
                ("role", &"group"),
                ("aria-label", &label),
                ("aria-describedby", &"in-words"),
                ("width", &width),
                ("height", &height),
                ("viewBox", &view),
            ],
        );
        html.line();
        self.body(html, down);
        html.close();
    }

    /// Draws what is in a figure.
    pub fn body(&self, html: &mut Html, down: &Down) {
        self.head(html);
        self.lanes(html, down);
        for (y, time) in &down.times {
            html.element("text", &[("class", &"time"), ("x", &self.across.time), ("y", &(y + 4))], time);
        }
        html.line();
        for mark in &down.marks {
            let (from, width) = (self.across.server, self.across.client - self.across.server);
            let top = mark.y - mark.height / 2 + 2;
            let height = mark.height - 4;
            html.empty(
                "rect",
                &[("class", &"mark"), ("x", &from), ("y", &top), ("width", &width), ("height", &height)],
            );
            let x = self.across.server + width / 2;
            let text = cut(&mark.text, fitting(width));
            html.element("text", &[("class", &"marked"), ("x", &x), ("y", &(mark.y + 4))], &text);
        }
        for entry in self.entries {
            html.line();
            let sentence = self.sayer.sentence(entry);
            let (id, class) = (entry.item.id(), self.class(entry));
            let cause = self.sayer.cause(entry).map_or(String::new(), |n| Item::Call(n).id());
            let class = format!("item {class}");
            match self.is_linked {
                true => html.open(
                    "a",
                    &[
                        ("class", &class),
                        ("href", &format!("#{id}")),
                        ("data-cause", &cause),
                        ("aria-label", &sentence),
                    ],
                ),
                false => html.open("g", &[("class", &class)]),
            }
            html.element("title", &[], &sentence);
            match entry.item {
                Item::Call(n) => self.call(html, entry, n, down),
                Item::Segment(_) | Item::Piece(_) => {
                    self.arrow_of(entry).iter().for_each(|arrow| Self::arrow(html, arrow, down));
                }
                Item::Ended(row) => self.ended(html, row, down),
            }
            html.close();
            self.states(html, entry, down);
        }
        self.texts(html, down);
        html.line();
    }

    fn head(&self, html: &mut Html) {
        if self.across.time > 0 {
            html.element("text", &[("class", &"time"), ("x", &self.across.time), ("y", &20)], "ms");
        }
        let has_wire = self.across.wire.is_some();
        let plays = |party| self.across.columns.runner == Some(party);
        for (party, name) in [(Party::Server, "server"), (Party::Client, "client")] {
            let text = match self.names.address(name) {
                _ if plays(party) => format!("the check as {name}"),
                Some(address) if !has_wire => format!("{name} {address}"),
                _ => name.to_string(),
            };
            let (x, side) = match party {
                Party::Server => (self.across.server, "left"),
                _ => (self.across.client, "right"),
            };
            let class = format!("head {name} {side}");
            html.element("text", &[("class", &class), ("x", &x), ("y", &20)], &text);
        }
        if let Some(wire) = self.across.wire {
            html.element("text", &[("class", &"head wire"), ("x", &wire), ("y", &20)], "wire");
        }
        html.line();
    }

    fn lanes(&self, html: &mut Html, down: &Down) {
        let lanes = [
            Some(("lane server", self.across.server)),
            self.across.wire.map(|wire| ("lane wire", wire)),
            Some(("lane client", self.across.client)),
        ];
        for (class, x) in lanes.into_iter().flatten() {
            let (from, to) = (HEAD - LINE / 2, down.height);
            html.empty("line", &[("class", &class), ("x1", &x), ("y1", &from), ("x2", &x), ("y2", &to)]);
        }
        html.line();
    }

    fn class(&self, entry: &Entry) -> String {
        let of = |party| match party {
            Party::Server => "server",
            Party::Client => "client",
            Party::Runner => "runner",
        };
        match entry.item {
            Item::Call(n) => {
                let made = &self.picture.calls[n];
                let failed = if made.call.error().is_some() { " failed" } else { "" };
                let stream = if words::is_stream(&made.call) { " stream" } else { "" };
                format!("call {}{failed}{stream}", of(made.party))
            }
            Item::Segment(n) => {
                let sent = &self.picture.segments[n];
                let kernel = if sent.cause == Cause::Kernel { " kernel" } else { "" };
                let lost = if sent.fate == Some(Fate::Lose) { " lost" } else { "" };
                format!("segment {}{kernel}{lost}", of(sent.from))
            }
            Item::Piece(row) => match &self.picture.rows[row].what {
                What::Piece(piece) => format!("segment {}", of(piece.from)),
                _ => "segment".into(),
            },
            Item::Ended(_) => "ended".into(),
        }
    }

    /// Draws a call: where it begins and where it returns, with a bar between the two, or its one row.
    fn call(&self, html: &mut Html, entry: &Entry, n: usize, down: &Down) {
        let made = &self.picture.calls[n];
        let party = made.party;
        let y = down.rows[entry.first];
        let waits = matches!(self.picture.rows[entry.first].what, What::Starts(_));
        let (from, to) = self.beside(party);
        if let Some(x) = self.across.bar(party, n).filter(|_| waits) {
            let height = (down.rows[entry.last] - y).max(3);
            html.empty(
                "rect",
                &[("class", &"bar"), ("x", &x), ("y", &y), ("width", &(BAR - 4)), ("height", &height)],
            );
        } else {
            html.empty("line", &[("class", &"tick"), ("x1", &from), ("y1", &y), ("x2", &to), ("y2", &y)]);
        }
        self.label(html, down, entry.first, party, &self.text_at(n, entry.first));
        let returns = self.picture.rows[entry.last].what == What::Returns(n);
        if waits && returns && entry.last != entry.first {
            self.label(html, down, entry.last, party, &self.text_at(n, entry.last));
        }
    }

    /// Returns what stands of a call in a row of its own.
    pub fn text_at(&self, n: usize, row: usize) -> String {
        let made = &self.picture.calls[n];
        // Which connection `accept` will return is not known when it begins.
        let is_open =
            matches!(self.picture.rows[row].what, What::Starts(_)) && made.call.name.starts_with("accept");
        let number = match (self.sayer.child(made), made.link) {
            (0, Some(link)) if words::has_several(self.picture) && !is_open => format!("#{} ", link + 1),
            (0, _) => String::new(),
            (child, _) => format!("child {child}: "),
        };
        let state = self.state_at(row, made.party).map_or(0, |state| state.chars().count() + 2);
        let room = self.across.room(made.party).saturating_sub(number.chars().count() + state);
        let text = match self.picture.rows[row].what {
            What::Starts(_) => words::asked(&made.call, self.names, room),
            What::Returns(_) => words::answer(&made.call, self.names, room),
            _ => words::call(&made.call, self.names, room),
        };
        number + &text
    }

    /// Returns from where to where the bars of a party reach.
    fn beside(&self, party: Party) -> (i64, i64) {
        match self.across.place(party) {
            Place::Right => (self.across.client, self.across.right - GAP / 2),
            _ => (self.across.left + GAP / 2, self.across.server),
        }
    }

    /// Writes a text at the side of a party, with the area that takes the pointer and shows the focus.
    fn label(&self, html: &mut Html, down: &Down, row: usize, party: Party, text: &str) {
        let y = down.rows[row];
        let (place, x, side) = match self.across.place(party) {
            Place::Right => (2, self.across.right, "right"),
            _ => (0, self.across.left, "left"),
        };
        // A state that begins here stands between the text and the lane.
        let shift = match self.state_at(row, party) {
            Some(state) if place == 0 => wide(&state) + 2 * GAP,
            _ => 0,
        };
        if !down.has_room[row][place] {
            let (from, to) = self.beside(party);
            let (width, top) = (to - from, y - 3);
            html.empty(
                "rect",
                &[("class", &"hit"), ("x", &from), ("y", &top), ("width", &width), ("height", &6)],
            );
            return;
        }
        let width = (wide(text) + GAP).max(24);
        let left = if place == 0 { x - shift - width + GAP / 2 } else { x - GAP / 2 };
        let top = y - LINE / 2 + 2;
        let height = LINE - 4;
        html.empty(
            "rect",
            &[("class", &"hit"), ("x", &left), ("y", &top), ("width", &width), ("height", &height)],
        );
        let class = format!("label {side}");
        html.element("text", &[("class", &class), ("x", &(x - shift)), ("y", &(y + 4))], text);
    }

    /// Returns the arrow of a segment, or of what a wire passed on.
    fn arrow_of(&self, entry: &Entry) -> Option<Arrow> {
        let row = entry.first;
        let ends = |from, to| (self.across.touch(from), self.across.touch(to));
        match entry.item {
            Item::Segment(n) => {
                let sent = &self.picture.segments[n];
                let ends = ends(sent.from, sent.to);
                let forms = words::segment(self.picture, sent);
                let fits = |form: &&String| form.chars().count() <= between(ends);
                let text = forms.iter().find(fits).or(forms.last()).cloned().unwrap_or_default();
                Some(Arrow { ends, row, text, is_lost: sent.fate == Some(Fate::Lose) })
            }
            Item::Piece(_) => {
                let What::Piece(piece) = &self.picture.rows[row].what else { return None };
                let to = if piece.from == Party::Server { Party::Client } else { Party::Server };
                let ends = ends(piece.from, to);
                let text = match &piece.bytes {
                    Some(bytes) => {
                        let size = count(piece.len);
                        let room = between(ends).saturating_sub(size.len() + 1);
                        format!("{size} {}", words::quoted(bytes, piece.len, room))
                    }
                    None if piece.resets => "RST".into(),
                    None => "FIN".into(),
                };
                Some(Arrow { ends, row, text, is_lost: false })
            }
            Item::Call(_) | Item::Ended(_) => None,
        }
    }

    /// Draws an arrow, still without its text.
    fn arrow(html: &mut Html, arrow: &Arrow, down: &Down) {
        let (from, to) = arrow.ends;
        let y = down.rows[arrow.row];
        let (left, width) = (from.min(to), (to - from).abs());
        let (top, height) = match down.has_room[arrow.row][1] {
            true => (y - LINE / 2 + 2, LINE - 4),
            false => (y - 3, 6),
        };
        html.empty(
            "rect",
            &[("class", &"hit"), ("x", &left), ("y", &top), ("width", &width), ("height", &height)],
        );
        html.empty("line", &[("class", &"shaft"), ("x1", &from), ("y1", &y), ("x2", &to), ("y2", &y)]);
        let back = if to > from { -9 } else { 9 };
        let head = format!("M{to} {y}l{back} -4v8z");
        html.empty("path", &[("class", &"tip"), ("d", &head)]);
        if arrow.is_lost {
            let cross = format!("M{} {}l10 10m0 -10l-10 10", to + 2 * back - 5, y - 5);
            html.empty("path", &[("class", &"cross"), ("d", &cross)]);
        }
    }

    /// Writes the texts of arrows, behind all arrows: none is drawn over a text. The words of each arrow are with it, so
    /// these are for the eye only.
    fn texts(&self, html: &mut Html, down: &Down) {
        html.line();
        html.open("g", &[("class", &"texts"), ("aria-hidden", &"true")]);
        for entry in self.entries {
            let Some(arrow) = self.arrow_of(entry).filter(|arrow| down.has_room[arrow.row][1]) else {
                continue;
            };
            html.line();
            let (x, y) = ((arrow.ends.0 + arrow.ends.1) / 2, down.rows[arrow.row]);
            let width = wide(&arrow.text) + GAP;
            let (left, top) = (x - width / 2, y - LINE / 2 + 4);
            html.empty(
                "rect",
                &[
                    ("class", &"behind"),
                    ("x", &left),
                    ("y", &top),
                    ("width", &width),
                    ("height", &(LINE - 8)),
                ],
            );
            let class = format!("label middle {}", self.class(entry));
            html.element("text", &[("class", &class), ("x", &x), ("y", &(y + 4))], &arrow.text);
        }
        html.close();
    }

    /// Writes that a signal ended a process.
    fn ended(&self, html: &mut Html, row: usize, down: &Down) {
        if let What::Ended { party, signal, .. } = &self.picture.rows[row].what {
            let text = format!("ended by {}", words::signal_name(signal.unwrap_or(0)));
            self.label(html, down, row, *party, &text);
        }
    }

    /// Returns the states that begin in a row at one side, and how much is to read there.
    pub fn state_at(&self, row: usize, party: Party) -> Option<String> {
        let own = self.picture.rows[row].changes.iter().filter(|change| change.party == party);
        let mut names: Vec<String> = own.map(|change| change.state.name().into()).collect();
        names.extend(self.queue_at(row, party));
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Returns how much is to read at one side after a segment that has brought it something.
    fn queue_at(&self, row: usize, party: Party) -> Option<String> {
        let What::Segment(n) = self.picture.rows[row].what else { return None };
        let sent = &self.picture.segments[n];
        let is_told = self.has_queues && sent.to == party && sent.segment.len > 0;
        let ends = sent.ends.filter(|_| is_told)?;
        let unread = ends.of(self.picture.links[sent.link].side(party)).unread;
        Some(format!("{} to read", count(unread as usize)))
    }

    /// Writes the states that begin with an entry: behind a call's text, and at both sides of a segment.
    fn states(&self, html: &mut Html, entry: &Entry, down: &Down) {
        let rows = match entry.item {
            Item::Call(_) if entry.first == entry.last => vec![entry.first],
            Item::Call(n) if self.picture.rows[entry.last].what == What::Returns(n) => vec![entry.last],
            Item::Call(_) => Vec::new(),
            _ => vec![entry.first],
        };
        for row in rows {
            for party in [Party::Server, Party::Client] {
                let Some(state) = self.state_at(row, party) else { continue };
                let place = if self.across.place(party) == Place::Right { 2 } else { 0 };
                if !down.has_room[row][place] {
                    continue;
                }
                let y = down.rows[row] + 4;
                let (mut x, side) = match place {
                    0 => (self.across.left, "left"),
                    _ => (self.across.right, "right"),
                };
                if let Item::Call(n) = entry.item
                    && place == 2
                    && self.picture.calls[n].party == party
                {
                    x += wide(&self.text_at(n, row)) + 2 * GAP;
                }
                let class = format!("state {side}");
                html.element("text", &[("class", &class), ("x", &x), ("y", &y)], &state);
            }
        }
    }
}

/// A segment, or what a wire passed on, between two lanes.
struct Arrow {
    /// From where to where.
    ends: (i64, i64),
    /// Its row.
    row: usize,
    text: String,
    is_lost: bool,
}

/// Returns how many characters fit between two lanes.
fn between(ends: (i64, i64)) -> usize {
    fitting((ends.1 - ends.0).abs() - 2 * GAP)
}
