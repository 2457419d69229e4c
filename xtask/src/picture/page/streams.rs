//! The streams of bytes of a picture, and how writes, segments and reads cut them.

use super::super::connection::Side;
use super::super::model::{Link, Made, Party, Picture};
use super::entries::Item;

/// The most bytes of a stream that are kept.
const KEPT: usize = 4096;

/// One direction of a connection; with a wire between the programs, of both of its connections.
#[derive(Debug)]
pub struct Stream {
    /// The number of the connection that its client made, from 1.
    pub number: usize,
    /// Who sends.
    pub from: Party,
    /// Who receives.
    pub to: Party,
    /// Its first bytes, as far as they are known without a gap.
    pub bytes: Vec<u8>,
    /// How many bytes it has.
    pub len: u64,
    /// Its cuts.
    pub rows: Vec<Row>,
}

/// The cuts of one kind.
#[derive(Debug)]
pub struct Row {
    /// Of which kind.
    pub kind: Kind,
    /// The cuts in order, none of them empty.
    pub cuts: Vec<Cut>,
}

/// See [`Row`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the sender's calls wrote.
    Writes,
    /// What segments carried.
    Segments,
    /// What segments carried to the wire.
    ToWire,
    /// What segments carried from the wire.
    FromWire,
    /// What the receiver's calls took.
    Reads,
}

/// One write, segment or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The place of its first byte.
    pub from: u64,
    /// The place behind its last byte.
    pub to: u64,
    /// What cut there.
    pub item: Item,
}

/// Returns all streams that have bytes.
pub fn streams(picture: &Picture) -> Vec<Stream> {
    let mut all = Vec::new();
    let mut joined = Vec::new();
    for (first, link) in picture.links.iter().enumerate() {
        if link.connection.is_none() || joined.contains(&first) {
            continue;
        }
        let second = continued(picture, first, &joined);
        joined.extend(second);
        let last = second.unwrap_or(first);
        for side in [Side::Client, Side::Server] {
            let ends = if side == Side::Client { [first, last] } else { [last, first] };
            all.extend(stream(picture, first + 1, side, ends));
        }
    }
    all
}

/// Returns the connection that a wire made for one that it accepted: the first one behind it that carries the same bytes.
fn continued(picture: &Picture, first: usize, joined: &[usize]) -> Option<usize> {
    let ends = |link: &Link| (link.caller, link.called);
    if ends(&picture.links[first]) != (Party::Client, Party::Runner) {
        return None;
    }
    let is_it = |(place, link): &(usize, &Link)| {
        let same = |side| {
            let (one, other) = (bytes(picture, first, side), bytes(picture, *place, side));
            one.starts_with(&other) || other.starts_with(&one)
        };
        ends(link) == (Party::Runner, Party::Server)
            && link.connection.is_some()
            && !joined.contains(place)
            && same(Side::Client)
            && same(Side::Server)
    };
    picture.links.iter().enumerate().find(is_it).map(|(place, _)| place)
}

/// Returns the stream that this side sends: out of the first link, into the last one, which may be the same.
fn stream(picture: &Picture, number: usize, side: Side, links: [usize; 2]) -> Option<Stream> {
    let [first, last] = links;
    let from = picture.links[first].party(side);
    let to = picture.links[last].party(side.other());
    let mut rows = vec![Row { kind: Kind::Writes, cuts: calls(picture, first, from, true) }];
    match first == last {
        true => rows.push(Row { kind: Kind::Segments, cuts: segments(picture, first, side) }),
        false => {
            rows.push(Row { kind: Kind::ToWire, cuts: segments(picture, first, side) });
            rows.push(Row { kind: Kind::FromWire, cuts: segments(picture, last, side) });
        }
    }
    rows.push(Row { kind: Kind::Reads, cuts: calls(picture, last, to, false) });
    rows.retain(|row| !row.cuts.is_empty());
    let len = rows.iter().flat_map(|row| &row.cuts).map(|cut| cut.to).max()?;
    Some(Stream { number, from, to, bytes: bytes(picture, first, side), len, rows })
}

/// Returns what the writes, or the reads, of a party cut.
fn calls(picture: &Picture, link: usize, party: Party, writes: bool) -> Vec<Cut> {
    let is_it = |(_, made): &(usize, &Made)| {
        let call = &made.call;
        let moves = if writes { call.writes() } else { call.reads() };
        made.link == Some(link) && made.party == party && moves && call.moved > 0
    };
    let mut own: Vec<(usize, &Made)> = picture.calls.iter().enumerate().filter(is_it).collect();
    if !writes {
        own.sort_by_key(|(_, made)| made.call.end);
    }
    let mut at = 0;
    let cut = |(place, made): (usize, &Made)| {
        let from = at;
        at += made.call.moved;
        Cut { from, to: at, item: Item::Call(place) }
    };
    own.into_iter().map(cut).collect()
}

/// Returns what the segments of one side cut; one that only repeats others is left out.
fn segments(picture: &Picture, link: usize, side: Side) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    let mut end = 0;
    for (place, sent) in picture.segments.iter().enumerate().filter(|(_, sent)| sent.link == link) {
        let Some(passed) = sent.passed.as_ref().filter(|passed| passed.from == side) else { continue };
        // Behind a FIN, segments without bytes stand one further.
        if passed.bytes.end > end && !passed.bytes.is_empty() {
            cuts.push(Cut { from: passed.bytes.start, to: passed.bytes.end, item: Item::Segment(place) });
            end = passed.bytes.end;
        }
    }
    cuts
}

/// Returns the first bytes that a side sent, from its segments.
fn bytes(picture: &Picture, link: usize, side: Side) -> Vec<u8> {
    let mut bytes = Vec::new();
    for sent in picture.segments.iter().filter(|sent| sent.link == link) {
        let Some(passed) = sent.passed.as_ref().filter(|passed| passed.from == side) else { continue };
        let is_next = passed.bytes.start == bytes.len() as u64;
        if is_next && bytes.len() < KEPT {
            bytes.extend(&sent.segment.payload);
            if sent.segment.is_cut() {
                break;
            }
        }
    }
    bytes.truncate(KEPT);
    bytes
}
