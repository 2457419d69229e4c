//! The rows of a picture, one after the other.

use super::super::model::{Cause, Made, Party, Picture, Piece, Sent, What};
use super::arrow::arrow;
use super::canvas::{Canvas, Style};
use super::columns::Columns;
use super::words::{self, Names};
use crate::finding::count;
use crate::report::text::{Paint, WIDTH};
use colored::Color;
use std::ops::Range;

/// Draws rows, and knows which calls wait.
pub struct Drawing<'a> {
    picture: &'a Picture,
    columns: &'a Columns,
    names: &'a Names,
    paint: Paint,
    full: bool,
    /// The calls that wait now.
    waiting: Vec<usize>,
}

/// Where a call that waits is drawn differently.
#[derive(Clone, Copy, PartialEq)]
enum Bar {
    Starts,
    Returns,
}

impl<'a> Drawing<'a> {
    /// Begins at the first row.
    pub fn new(
        picture: &'a Picture,
        columns: &'a Columns,
        names: &'a Names,
        paint: Paint,
        full: bool,
    ) -> Self {
        Self { picture, columns, names, paint, full, waiting: Vec::new() }
    }

    /// Draws a line that says what is left out.
    pub fn mark(&self, text: &str) -> String {
        let mut canvas = self.canvas(None);
        canvas.put(self.columns.server, text, Style::Dim);
        canvas.render(self.paint) + "\n"
    }

    /// Passes over rows.
    pub fn skip(&mut self, rows: Range<usize>) {
        rows.for_each(|row| self.pass(row));
    }

    /// Draws a row, and what `--full` says below it.
    pub fn row(&mut self, row: usize) -> String {
        let special = match self.picture.rows[row].what {
            What::Starts(n) => Some((n, Bar::Starts)),
            What::Returns(n) => Some((n, Bar::Returns)),
            _ => None,
        };
        if special.is_some_and(|(_, bar)| bar == Bar::Starts) {
            self.pass(row);
        }
        let mut canvas = self.canvas(special);
        canvas.put(0, &self.time(row), Style::Dim);
        let mut below = Vec::new();
        match &self.picture.rows[row].what {
            What::Call(n) => self.call(&mut canvas, *n, row, words::call),
            What::Starts(n) => self.call(&mut canvas, *n, row, words::asked),
            What::Returns(n) => self.call(&mut canvas, *n, row, words::answer),
            What::Segment(n) => below = self.segment(&mut canvas, &self.picture.segments[*n], row),
            What::Piece(piece) => self.piece(&mut canvas, piece),
            What::Ended { party, pid, signal } => {
                let Some(signal) = signal.filter(|_| words::child(self.picture, *party, *pid) == 0) else {
                    self.pass(row);
                    return String::new();
                };
                let text = format!("ended by {}", words::signal_name(signal));
                canvas.put(self.column(*party), &text, Style::Color(Color::Yellow));
            }
        }
        self.pass(row);
        let line = canvas.render(self.paint) + "\n";
        let more = below.into_iter().map(|(column, text, style)| {
            let mut canvas = self.canvas(None);
            canvas.put(column, &text, style);
            canvas.render(self.paint) + "\n"
        });
        line + &more.collect::<String>()
    }

    /// Keeps which calls wait after a row.
    fn pass(&mut self, row: usize) {
        match self.picture.rows[row].what {
            What::Starts(n) if !self.waiting.contains(&n) => self.waiting.push(n),
            What::Returns(n) => self.waiting.retain(|other| *other != n),
            What::Ended { pid, .. } => self.waiting.retain(|n| self.picture.calls[*n].call.pid != pid),
            _ => {}
        }
    }

    /// Returns the time of a row in milliseconds since the first one.
    fn time(&self, row: usize) -> String {
        let since = self.picture.rows[row].at.0.saturating_sub(self.picture.begin().0);
        let ms = since as f64 / 1_000_000.0;
        if ms < 100_000.0 { format!("{ms:>8.2}") } else { format!("{ms:>8.0}") }
    }

    /// Returns a line with the wire, and the bars of all calls that wait.
    fn canvas(&self, special: Option<(usize, Bar)>) -> Canvas {
        let mut canvas = Canvas::default();
        if let Some(wire) = self.columns.wire {
            canvas.put(wire, "┊", Style::Color(Color::Yellow));
        }
        for n in &self.waiting {
            let Some(bar) = self.columns.bars.get(n) else { continue };
            let party = self.picture.calls[*n].party;
            let first = match party {
                Party::Client => self.columns.client_bars,
                _ => self.columns.server_bars,
            };
            let text = match special {
                Some((own, Bar::Starts)) if own == *n => "┌",
                Some((own, Bar::Returns)) if own == *n => "└",
                _ => "│",
            };
            canvas.put(first + bar, text, style(party));
        }
        canvas
    }

    fn column(&self, party: Party) -> usize {
        match self.columns.side(party) {
            Some(Party::Client) => self.columns.client,
            _ => self.columns.server,
        }
    }

    /// Writes a call at its side, and the state that its socket has from now on.
    fn call(
        &self,
        canvas: &mut Canvas,
        n: usize,
        row: usize,
        words: impl Fn(&crate::system::trace::call::Call, &Names, usize) -> String,
    ) {
        let Made { party, call, link } = &self.picture.calls[n];
        let column = self.column(*party);
        let is_right = *party == Party::Client || self.columns.runner == Some(Party::Client);
        let end = if is_right { WIDTH } else { self.columns.client_bars - 1 };
        // Which connection `accept` will return is not known when it begins.
        let is_open = self.picture.rows[row].what == What::Starts(n) && call.name.starts_with("accept");
        let number = match link {
            Some(link) if words::has_several(self.picture) && !is_open => format!("#{} ", link + 1),
            _ => String::new(),
        };
        let number = match words::child(self.picture, *party, call.pid) {
            0 => number,
            n => format!("child {n}: {number}"),
        };
        let state = self.picture.rows[row].changes.first().map(|change| change.state.name());
        let taken = state.map_or(0, |state| state.len() + 2) + number.chars().count();
        let text = number + &words(call, self.names, (end - column).saturating_sub(taken));
        let failed = call.error().is_some();
        let usual = if words::is_stream(call) { Style::Dim } else { style(*party) };
        canvas.put(column, &text, if failed { Style::Color(Color::Red) } else { usual });
        if let Some(state) = state {
            canvas.put(column + text.chars().count() + 2, state, STATE);
        }
    }

    /// Draws a segment between both sides. Returns what stands below it, each with its column.
    fn segment(&self, canvas: &mut Canvas, sent: &Sent, row: usize) -> Vec<(usize, String, Style)> {
        let (mut first, end, is_right) = self.columns.arrow(sent.from, sent.to);
        let forms = words::segment(self.picture, sent);
        let mut below = Vec::new();
        for change in &self.picture.rows[row].changes {
            let state = change.state.name();
            if self.columns.side(change.party) == Some(Party::Client) {
                canvas.put(self.columns.client, state, STATE);
                continue;
            }
            // The server's state stands before the arrow where there is room.
            let after = self.columns.server + state.len() + 1;
            let touches = first < self.columns.server;
            if !touches || end.saturating_sub(after) >= forms[0].chars().count() + 2 {
                canvas.put(self.columns.server, state, STATE);
                first = if touches { after } else { first };
            } else {
                below.push((self.columns.server, state.to_string(), STATE));
            }
        }
        let room = (end - first).saturating_sub(2);
        let text = forms.iter().find(|form| form.chars().count() <= room).or(forms.last());
        let is_kernels = sent.cause == Cause::Kernel;
        arrow(canvas, first, end, is_right, is_kernels, text.map_or("", String::as_str));
        if self.full {
            below.extend(self.details(sent).map(|text| (self.columns.server, text, Style::Dim)));
        }
        below
    }

    /// Returns what `--full` says of a segment.
    fn details(&self, sent: &Sent) -> Option<String> {
        let (passed, ends) = (sent.passed.as_ref()?, sent.ends?);
        let link = &self.picture.links[sent.link];
        let unread = |party: Party| {
            let known = self.picture.calls.iter().any(|made| made.party == party);
            let name = if party == Party::Server { "server" } else { "client" };
            known.then(|| format!("{name} {}", ends.of(link.side(party)).unread))
        };
        let ends = [link.called, link.caller];
        let unread: Vec<String> = ends.into_iter().filter_map(unread).collect();
        let by = match sent.cause {
            Cause::Call(n) => format!("; by {}", words::call(&self.picture.calls[n].call, self.names, 24)),
            _ => String::new(),
        };
        let unread = match unread.is_empty() {
            true => String::new(),
            false => format!("; to read: {}", unread.join(", ")),
        };
        Some(format!("window {}{unread}{by}", passed.window))
    }

    /// Draws what a wire passed on.
    fn piece(&self, canvas: &mut Canvas, piece: &Piece) {
        let to = if piece.from == Party::Server { Party::Client } else { Party::Server };
        let (first, end, is_right) = self.columns.arrow(piece.from, to);
        let text = match &piece.bytes {
            Some(bytes) => {
                let size = count(piece.len);
                let room = (end - first).saturating_sub(size.len() + 5);
                format!("{size} {}", words::quoted(bytes, piece.len, room))
            }
            None if piece.resets => "RST".into(),
            None => "FIN".into(),
        };
        arrow(canvas, first, end, is_right, false, &text);
    }
}

const STATE: Style = Style::Color(Color::Green);

fn style(party: Party) -> Style {
    match party {
        Party::Server => Style::Color(Color::Magenta),
        Party::Client => Style::Color(Color::Cyan),
        Party::Runner => Style::Plain,
    }
}
