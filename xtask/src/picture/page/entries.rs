//! What a page shows, one after the other: each call and each segment once, with a sentence and its bytes.

use super::super::connection::Mark;
use super::super::fold::Part;
use super::super::model::{Cause, Made, Party, Picture, Sent, What};
use super::super::text::words::{self, Names, child};
use crate::finding::count;
use crate::system::trace::call::{Call, ProgramId};
use std::collections::{HashMap, HashSet};

/// The most columns of a call in a sentence.
const ROOM: usize = 200;

/// Something that a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A call, by its place in [`Picture::calls`].
    Call(usize),
    /// A segment, by its place in [`Picture::segments`].
    Segment(usize),
    /// What a wire passed on, by its row.
    Piece(usize),
    /// The end of a process by a signal, by its row.
    Ended(usize),
}

impl Item {
    /// Returns its name in the page.
    pub fn id(self) -> String {
        match self {
            Self::Call(n) => format!("c{n}"),
            Self::Segment(n) => format!("s{n}"),
            Self::Piece(n) => format!("p{n}"),
            Self::Ended(n) => format!("e{n}"),
        }
    }
}

/// An item with its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub item: Item,
    /// Its row; of a call that waits, the one in which it begins.
    pub first: usize,
    /// Of a call that waits, the row in which it returns, or in which the picture or its process ends; else its row.
    pub last: usize,
}

/// Returns whether a row is shown: the end of a process only where a signal ended a program.
pub fn is_drawn(picture: &Picture, row: usize) -> bool {
    match picture.rows[row].what {
        What::Ended { party, pid, signal } => signal.is_some() && child(picture, party, pid) == 0,
        _ => true,
    }
}

/// Returns what the shown rows consist of, in the order of time.
pub fn entries(picture: &Picture, parts: &[Part]) -> Vec<Entry> {
    let (mut starts, mut ends) = (HashMap::new(), HashMap::new());
    for (row, what) in picture.rows.iter().map(|row| &row.what).enumerate() {
        match what {
            What::Starts(n) => {
                starts.insert(*n, row);
            }
            What::Returns(n) => {
                ends.insert(*n, row);
            }
            What::Ended { pid, .. } => {
                for n in starts.keys().filter(|n| picture.calls[**n].call.pid == *pid) {
                    ends.entry(*n).or_insert(row);
                }
            }
            _ => {}
        }
    }
    let last_row = picture.rows.len().saturating_sub(1);
    let waiting = |n: usize, row: usize| Entry {
        item: Item::Call(n),
        first: starts.get(&n).copied().unwrap_or(row),
        last: ends.get(&n).copied().unwrap_or(last_row),
    };
    let one = |row: usize| match picture.rows[row].what {
        What::Call(n) => Entry { item: Item::Call(n), first: row, last: row },
        What::Starts(n) | What::Returns(n) => waiting(n, row),
        What::Segment(n) => Entry { item: Item::Segment(n), first: row, last: row },
        What::Piece(_) => Entry { item: Item::Piece(row), first: row, last: row },
        What::Ended { .. } => Entry { item: Item::Ended(row), first: row, last: row },
    };
    let mut known = HashSet::new();
    let row = |part: &Part| match part {
        Part::Row(row) => Some(*row).filter(|row| is_drawn(picture, *row)),
        Part::More { .. } => None,
    };
    let shown = parts.iter().filter_map(row).map(one);
    shown.filter(|entry| known.insert(entry.item)).collect()
}

/// Says in words what entries are.
pub struct Sayer<'a> {
    picture: &'a Picture,
    names: &'a Names,
    /// Whether a wire lies between the programs: the runner is then called so.
    has_wire: bool,
    /// The processes of each program, in the order of their first calls.
    processes: HashMap<(Party, ProgramId), Vec<u32>>,
    /// Whether times are told.
    has_times: bool,
    /// Whether windows are told, and the receive queues of both sides at each segment; if not, only that of the receiver
    /// where the segment has filled it.
    is_whole: bool,
}

impl<'a> Sayer<'a> {
    /// Makes one for a picture.
    pub fn new(picture: &'a Picture, names: &'a Names, has_wire: bool) -> Self {
        let mut processes: HashMap<_, Vec<u32>> = HashMap::new();
        for Made { party, call, .. } in &picture.calls {
            let own = processes.entry((*party, call.program)).or_default();
            if !own.contains(&call.pid) {
                own.push(call.pid);
            }
        }
        Self { picture, names, has_wire, processes, has_times: true, is_whole: true }
    }

    /// Says less, as for a figure of the book.
    pub fn of_figure(self, has_times: bool) -> Self {
        Self { has_times, is_whole: false, ..self }
    }

    /// Returns the number of a call's process among those that its program has started, from 1; 0 for the program itself.
    pub fn child(&self, made: &Made) -> usize {
        let own = self.processes.get(&(made.party, made.call.program));
        own.and_then(|own| own.iter().position(|pid| *pid == made.call.pid)).unwrap_or(0)
    }

    /// Returns who a party is.
    pub fn who(&self, party: Party) -> &'static str {
        match party {
            Party::Server => "server",
            Party::Client => "client",
            Party::Runner if self.has_wire => "wire",
            Party::Runner => "the check",
        }
    }

    /// Returns the time of a row in milliseconds since the first one.
    pub fn time(&self, row: usize) -> String {
        millis(self.picture.rows[row].at.0.saturating_sub(self.picture.begin().0))
    }

    /// Returns what an entry is, in one sentence.
    pub fn sentence(&self, entry: &Entry) -> String {
        let what = match entry.item {
            Item::Call(n) => self.call(&self.picture.calls[n], entry),
            Item::Segment(n) => self.segment(&self.picture.segments[n]),
            Item::Piece(_) | Item::Ended(_) => self.other(&self.picture.rows[entry.first].what),
        };
        let time = if self.has_times { format!("{} ms, ", self.time(entry.first)) } else { String::new() };
        format!("{time}{what}{}", self.changes(entry))
    }

    /// Returns the bytes of an entry as far as they are kept, and how many there were.
    pub fn bytes(&self, entry: &Entry) -> (&'a [u8], usize) {
        match entry.item {
            Item::Call(n) => {
                let call = &self.picture.calls[n].call;
                (&call.bytes, (call.moved as usize).max(call.bytes.len()))
            }
            Item::Segment(n) => {
                let segment = &self.picture.segments[n].segment;
                (&segment.payload, segment.len as usize)
            }
            Item::Piece(row) => match &self.picture.rows[row].what {
                What::Piece(piece) => (piece.bytes.as_deref().unwrap_or_default(), piece.len),
                _ => (&[], 0),
            },
            Item::Ended(_) => (&[], 0),
        }
    }

    /// Returns the call that caused a segment.
    pub fn cause(&self, entry: &Entry) -> Option<usize> {
        match entry.item {
            Item::Segment(n) => match self.picture.segments[n].cause {
                Cause::Call(call) => Some(call),
                Cause::Kernel | Cause::Unknown => None,
            },
            _ => None,
        }
    }

    fn call(&self, made: &Made, entry: &Entry) -> String {
        let Made { party, call, link } = made;
        let of_child = match self.child(made) {
            0 => String::new(),
            n => format!("'s child {n}"),
        };
        let number = match link {
            Some(link) if words::has_several(self.picture) => format!(" on connection {}", link + 1),
            _ => String::new(),
        };
        let waits = matches!(self.picture.rows[entry.first].what, What::Starts(_));
        let waits = match call.end {
            _ if !waits => String::new(),
            Some(_) if !self.has_times => ", which waits".into(),
            Some(end) => format!(", after {} ms", millis(end.0.saturating_sub(call.start.0))),
            None => ", and does not return".into(),
        };
        let text = match call.end {
            Some(_) => words::call(call, self.names, ROOM),
            None => words::asked(call, self.names, ROOM),
        };
        format!("{}{of_child}{number}: {text}{waits}", self.who(*party))
    }

    fn segment(&self, sent: &Sent) -> String {
        let text = words::segment(self.picture, sent).swap_remove(0);
        let mut out = format!("{} to {}: {text}", self.who(sent.from), self.who(sent.to));
        match sent.cause {
            Cause::Call(n) => out += &format!("; sent by {}", self.cause_words(&self.picture.calls[n].call)),
            Cause::Kernel if sent.passed.is_some() => out += "; the kernel sends it by itself",
            Cause::Kernel | Cause::Unknown => {}
        }
        let Some(passed) = &sent.passed else { return out };
        for mark in &passed.marks {
            out += match mark {
                Mark::Retransmission => continue, // Its text says so.
                Mark::Gap => "; bytes before it are missing",
                Mark::Probe => "; it asks for an answer",
                Mark::ZeroWindow => "; its sender takes no more bytes",
                Mark::WindowOpens => "; its sender takes bytes again",
            };
        }
        if self.is_whole {
            out += &format!("; window {}", passed.window);
        }
        if let Some(ends) = sent.ends {
            let link = &self.picture.links[sent.link];
            for party in [link.called, link.caller] {
                let is_told = self.is_whole || (party == sent.to && sent.segment.len > 0);
                if is_told && self.picture.calls.iter().any(|made| made.party == party) {
                    let unread = ends.of(link.side(party)).unread;
                    out += &format!("; {} to read at the {}", count(unread as usize), self.who(party));
                }
            }
        }
        out
    }

    fn cause_words(&self, call: &Call) -> String {
        words::call(call, self.names, 60)
    }

    fn other(&self, what: &What) -> String {
        match what {
            What::Piece(piece) => {
                let text = match &piece.bytes {
                    Some(bytes) => {
                        format!("{} {}", count(piece.len), words::quoted(bytes, piece.len, ROOM))
                    }
                    None if piece.resets => "RST".into(),
                    None => "FIN".into(),
                };
                format!("the wire passes on what the {} sent: {text}", self.who(piece.from))
            }
            What::Ended { party, signal, .. } => {
                format!("{}: ended by {}", self.who(*party), words::signal_name(signal.unwrap_or(0)))
            }
            _ => String::new(),
        }
    }

    /// Returns the states that begin with an entry.
    fn changes(&self, entry: &Entry) -> String {
        let rows = &self.picture.rows;
        let is_own = |row: &usize| match (entry.item, &rows[*row].what) {
            (Item::Call(n), What::Call(m) | What::Starts(m) | What::Returns(m)) => n == *m,
            (Item::Call(_), _) => false,
            _ => true,
        };
        let mut own = vec![entry.first];
        own.extend(Some(entry.last).filter(|last| *last != entry.first));
        let changes = own.iter().filter(|row| is_own(row)).flat_map(|row| &rows[*row].changes);
        changes.map(|one| format!("; {} is now {}", self.who(one.party), one.state.name())).collect()
    }
}

/// Returns nanoseconds as milliseconds.
pub fn millis(nanos: u64) -> String {
    format!("{:.2}", nanos as f64 / 1_000_000.0)
}
