//! The ribbon of a stream: what was written in which writes, in which segments it went, in which reads it came.

use super::super::model::Party;
use super::entries::{Entry, Item, Sayer};
use super::streams::{self, Kind, Stream};
use crate::report::html::ribbon::{Cut, Ribbon, Row};
use std::collections::HashMap;

/// Makes ribbons. Cuts of what the page has are links to it.
pub struct Ribbons<'a> {
    entries: HashMap<Item, &'a Entry>,
    sayer: &'a Sayer<'a>,
    /// Whether more than one connection is there.
    has_several: bool,
}

impl<'a> Ribbons<'a> {
    /// Makes what makes the ribbons of a picture.
    pub fn new(entries: &'a [Entry], sayer: &'a Sayer<'a>, has_several: bool) -> Self {
        let entries = entries.iter().map(|entry| (entry.item, entry)).collect();
        Self { entries, sayer, has_several }
    }

    /// Returns the ribbon of a stream.
    pub fn of<'s>(&self, stream: &'s Stream) -> Ribbon<'s> {
        let rows = stream.rows.iter().map(|row| self.row(stream, row)).collect();
        Ribbon { title: self.title(stream), len: stream.len, bytes: &stream.bytes, rows }
    }

    fn row(&self, stream: &Stream, row: &streams::Row) -> Row {
        let (class, one, way) = match row.kind {
            Kind::Writes => ("writes", "write", ""),
            Kind::Reads => ("reads", "read", ""),
            Kind::Segments => ("segments", "segment", ""),
            Kind::ToWire => ("segments", "segment", " to the wire"),
            Kind::FromWire => ("segments", "segment", " from the wire"),
        };
        let cut = |cut: &streams::Cut| {
            let words = self.entries.get(&cut.item).map(|entry| (cut.item.id(), self.sayer.sentence(entry)));
            Cut { from: cut.from, to: cut.to, words }
        };
        Row { class, name: self.name(stream, row.kind), one, way, cuts: row.cuts.iter().map(cut).collect() }
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
}
