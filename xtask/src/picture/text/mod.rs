//! A picture as text for a terminal: time runs down, the server's calls stand on the left, the client's on the right, the
//! segments between them.

mod arrow;
mod canvas;
pub(super) mod columns;
mod legend;
mod rows;
pub(super) mod words;

use super::fold::{Part, fold};
use super::model::{Cause, Made, Picture, What};
use crate::finding::count;
use crate::report::text::Paint;
use columns::Columns;
use rows::Drawing;
use std::ops::Range;
use words::Names;

/// A pause that is marked, in nanoseconds.
const QUIET: u64 = 20_000_000;
/// The most rows of a picture in which something is left out.
const MOST: usize = 200;

/// Draws a picture; `full` leaves nothing out, and shows windows and receive queues.
pub fn render(picture: &Picture, paint: Paint, full: bool) -> String {
    if picture.rows.is_empty() {
        return "No program made a call about a socket, and nothing passed.\n\n".into();
    }
    let (columns, names) = (Columns::of(picture), Names::of(picture));
    let mut drawing = Drawing::new(picture, &columns, &names, paint, full);
    let mut out = legend::head(&columns, &names, paint);
    // The last row that is drawn.
    let mut before = None;
    for part in parts(picture, full) {
        match part {
            Part::Row(row) => {
                let mark = pause(picture, before, row).map(|pause| drawing.mark(&pause));
                let text = drawing.row(row);
                if !text.is_empty() {
                    out += &(mark.unwrap_or_default() + &text);
                    before = Some(row);
                }
            }
            Part::More { rows, rounds } => {
                drawing.skip(rows.clone());
                out += &drawing.mark(&left_out(picture, &rows, rounds));
                before = Some(rows.end - 1);
            }
        }
    }
    out + &legend::legend(picture, paint)
}

/// Returns which rows are drawn.
pub(super) fn parts(picture: &Picture, full: bool) -> Vec<Part> {
    let rows = 0..picture.rows.len();
    if full {
        return rows.map(Part::Row).collect();
    }
    let shapes: Vec<String> = rows.map(|row| shape(picture, row)).collect();
    let mut parts = fold(&shapes);
    if parts.len() > MOST {
        let row = |part: &Part| match part {
            Part::Row(row) => *row..row + 1,
            Part::More { rows, .. } => rows.clone(),
        };
        let (from, to) = (MOST * 3 / 4, parts.len() - MOST / 4);
        let left_out = row(&parts[from]).start..row(&parts[to - 1]).end;
        parts.splice(from..to, [Part::More { rows: left_out, rounds: 0 }]);
    }
    parts
}

/// What makes two rows the same for a fold: not the connection, nor sizes and numbers.
fn shape(picture: &Picture, row: usize) -> String {
    let of_call = |kind: &str, n: usize| {
        let Made { party, call, .. } = &picture.calls[n];
        let is_end = call.reads() && call.result == Some(0);
        let stream = call.file.filter(|_| words::is_stream(call));
        format!("{kind} {party:?} {} {stream:?} {:?} {is_end}", call.name, call.error())
    };
    let what = match &picture.rows[row].what {
        What::Call(n) => of_call("calls", *n),
        What::Starts(n) => of_call("starts", *n),
        What::Returns(n) => of_call("returns", *n),
        What::Segment(n) => {
            let sent = &picture.segments[*n];
            let flags = sent.passed.as_ref().map(|one| (one.flags, one.marks.clone()));
            let is_empty = sent.segment.len == 0;
            let by_call = matches!(sent.cause, Cause::Call(_));
            format!("{:?} {flags:?} {is_empty} {by_call} {:?}", sent.from, sent.fate)
        }
        What::Piece(piece) => format!("{:?} {}", piece.from, piece.bytes.is_some()),
        What::Ended { .. } => format!("ended {row}"),
    };
    format!("{what} {:?}", picture.rows[row].changes)
}

/// Says that rows are left out, which repeat so many rounds of others.
pub(super) fn left_out(picture: &Picture, rows: &Range<usize>, rounds: usize) -> String {
    match rounds {
        0 => format!("… {} rows more: --full shows them", rows.len()),
        n => format!("… {n} times more the same{}", bytes(picture, rows)),
    }
}

/// Returns how many bytes the segments of these rows carry, in words; nothing where they carry none.
fn bytes(picture: &Picture, rows: &Range<usize>) -> String {
    let len = |row: usize| match picture.rows[row].what {
        What::Segment(n) => picture.segments[n].segment.len as usize,
        _ => 0,
    };
    match rows.clone().map(len).sum() {
        0 => String::new(),
        bytes => format!(" ({})", count(bytes)),
    }
}

/// Says how long nothing happened between two rows, if it was long.
pub(super) fn pause(picture: &Picture, before: Option<usize>, row: usize) -> Option<String> {
    let quiet = picture.rows[row].at.0.saturating_sub(picture.rows[before?].at.0);
    let pause = match quiet / 1_000_000 {
        ms if ms < 1000 => format!("{ms} ms"),
        ms => format!("{:.1} s", ms as f64 / 1000.0),
    };
    (quiet >= QUIET).then(|| format!("… {pause} in which nothing happened"))
}

#[cfg(test)]
mod tests;
