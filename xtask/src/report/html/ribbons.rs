//! The ribbons of a check: what was written, what the wire passed on, and what was read.

use super::frame::Words;
use super::ribbon::{Cut, Ribbon, Row};
use super::writer::Html;
use crate::finding::count;
use crate::report::{CheckReport, Evidence, Happened, Stage};
use crate::wire::{self, Direction};

/// The most connections of a check whose ribbons are drawn.
const CONNECTIONS: usize = 3;
/// The most cuts of one row that have words of their own.
const MOST: usize = 200;

/// Returns the ribbons of a check: the one that it drew, or else those of its first connections.
pub fn of(check: &CheckReport) -> Vec<wire::Ribbon> {
    match &check.evidence.ribbon {
        Some(ribbon) => vec![ribbon.clone()],
        None => seen(&check.evidence),
    }
}

/// Returns what was seen on the first connections.
fn seen(evidence: &Evidence) -> Vec<wire::Ribbon> {
    let mut ribbons = Vec::new();
    for connection in 1..=CONNECTIONS {
        for direction in [Direction::ClientToServer, Direction::ServerToClient] {
            let mut ribbon = wire::Ribbon { direction: direction.arrow(), ..wire::Ribbon::default() };
            let mut starts: [Vec<u8>; 3] = Default::default();
            let own =
                |one: &&crate::report::Moment| one.connection == connection && one.direction == direction;
            for moment in evidence.moments.iter().filter(own) {
                let Happened::Bytes { len, start } = &moment.what else { continue };
                let (lens, bytes) = match moment.stage {
                    Stage::Written => (&mut ribbon.writes, &mut starts[0]),
                    Stage::Passed => (&mut ribbon.pieces, &mut starts[1]),
                    Stage::Read => (&mut ribbon.reads, &mut starts[2]),
                };
                // Behind bytes that were not kept, the places of others are not known.
                if bytes.len() == lens.iter().sum::<usize>() {
                    bytes.extend(start);
                }
                lens.push(*len);
            }
            ribbon.bytes = starts.into_iter().max_by_key(Vec::len).unwrap_or_default();
            if !ribbon.bytes.is_empty() {
                ribbons.push(ribbon);
            }
        }
    }
    ribbons
}

/// Returns a ribbon as it is drawn; `prefix` begins the names of its words.
pub fn drawn<'a>(ribbon: &'a wire::Ribbon, prefix: &str) -> Ribbon<'a> {
    let rows: Vec<Row> = KINDS
        .iter()
        .map(|kind| {
            let parts = parts(ribbon, kind);
            let cut = |(n, (from, to)): (usize, (usize, usize))| Cut {
                from: from as u64,
                to: to as u64,
                words: (n < MOST).then(|| (id(prefix, kind, n), sentence(kind, n, from, to))),
            };
            let cuts = parts.into_iter().enumerate().map(cut).collect();
            Row { class: kind.class, name: kind.name.into(), one: kind.one, way: kind.way, cuts }
        })
        .filter(|row| !row.cuts.is_empty())
        .collect();
    let len = rows.iter().flat_map(|row| &row.cuts).map(|cut| cut.to).max().unwrap_or(0);
    let bytes = &ribbon.bytes[..ribbon.bytes.len().min(len as usize)];
    Ribbon { title: ribbon.direction.into(), len, bytes, rows }
}

/// Writes the cuts of a ribbon in words, as items of a list.
pub fn words(html: &mut Html, ribbon: &wire::Ribbon, prefix: &str) {
    for kind in &KINDS {
        for (n, (from, to)) in parts(ribbon, kind).into_iter().enumerate().take(MOST) {
            let all = &ribbon.bytes;
            let bytes = &all[from.min(all.len())..to.min(all.len())];
            let more = (bytes.len() < to - from).then(|| format!("{} more", count(to - from - bytes.len())));
            let sentence = sentence(kind, n, from, to);
            Words { id: id(prefix, kind, n), sentence, cause: None, bytes, more }.write(html);
            html.line();
        }
    }
}

/// A row of a ribbon.
struct Kind {
    class: &'static str,
    name: &'static str,
    one: &'static str,
    way: &'static str,
    lens: fn(&wire::Ribbon) -> &[usize],
}

const KINDS: [Kind; 4] = [
    Kind { class: "writes", name: "written", one: "write", way: "", lens: |ribbon| &ribbon.writes },
    Kind { class: "segments", name: "passed on", one: "piece", way: "", lens: |ribbon| &ribbon.pieces },
    Kind { class: "reads", name: "read", one: "read", way: "", lens: |ribbon| &ribbon.reads },
    Kind { class: "wanted", name: "wanted", one: "read", way: " wanted", lens: |ribbon| &ribbon.wanted },
];

/// Returns from where to where each cut reaches; those without bytes are left out.
fn parts(ribbon: &wire::Ribbon, kind: &Kind) -> Vec<(usize, usize)> {
    let mut at = 0;
    let part = |len: &usize| {
        at += len;
        (at - len, at)
    };
    (kind.lens)(ribbon).iter().map(part).filter(|(from, to)| from < to).collect()
}

fn id(prefix: &str, kind: &Kind, n: usize) -> String {
    format!("{prefix}{}{n}", kind.class)
}

fn sentence(kind: &Kind, n: usize, from: usize, to: usize) -> String {
    let last = to.saturating_sub(1);
    let bytes = if last == from { format!("byte {from}") } else { format!("bytes {from} to {last}") };
    format!("{} {}{}: {bytes}, {}", kind.one, n + 1, kind.way, count(to - from))
}
