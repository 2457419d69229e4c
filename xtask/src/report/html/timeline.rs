//! What passed in a check, in the order of time: lanes for server, wire and client, and arrows between them.

use super::font::{fitting, wide};
use super::frame::Words;
use super::writer::Html;
use crate::finding::{Half, count};
use crate::report::text::cut;
use crate::report::{CheckReport, Happened, Moment, Stage};
use crate::wire::{Crossing, Direction, Fate, Kind};
use std::time::Duration;

/// The height of a row.
const LINE: i64 = 22;
/// The height of the head.
const HEAD: i64 = 44;
/// Where times end.
const TIME: i64 = 70;
/// Where the lanes of the server, of the wire and of the client stand.
const LANES: [i64; 3] = [96, 416, 736];
/// The width of the whole.
const WIDTH: i64 = 800;
/// The most rows of one timeline: the first ones, and the last ones.
const MOST: usize = 60;
/// A pause that is as long is marked.
const PAUSE: Duration = Duration::from_millis(20);

/// One row: an arrow between two lanes, or a text at one.
pub struct Row {
    /// Time since the first row.
    at: Duration,
    /// The lanes, 0 server, 1 wire, 2 client; both the same for what happens at one.
    from: usize,
    to: usize,
    /// What stands in the figure.
    text: String,
    /// What it is, in one sentence, without its time.
    sentence: String,
    bytes: Vec<u8>,
    len: usize,
    is_lost: bool,
}

/// Returns the rows of a check; none where nothing was seen.
pub fn rows(check: &CheckReport) -> Vec<Row> {
    let evidence = &check.evidence;
    let has_wire = has_wire(check);
    match evidence.moments.is_empty() {
        true => evidence.datagrams.iter().map(datagram).collect(),
        false => {
            let several = evidence.moments.iter().any(|moment| moment.connection > 1);
            evidence.moments.iter().map(|one| row(check, one, has_wire, several)).collect()
        }
    }
}

/// Returns whether a wire lies between the programs, or between the runner and the program.
fn has_wire(check: &CheckReport) -> bool {
    check.wire != Kind::Plain || check.evidence.moments.iter().any(|one| one.stage == Stage::Passed)
}

fn row(check: &CheckReport, moment: &Moment, has_wire: bool, several: bool) -> Row {
    let (sender, receiver) = match moment.direction {
        Direction::ClientToServer => (2, 0),
        Direction::ServerToClient => (0, 2),
    };
    let (from, to) = match moment.stage {
        _ if matches!(moment.what, Happened::Note(_)) => (sender, sender),
        Stage::Written if has_wire => (sender, 1),
        Stage::Passed => (1, receiver),
        Stage::Read if has_wire => (receiver, receiver),
        Stage::Written | Stage::Read => (sender, receiver),
    };
    let number = if several { format!("#{} ", moment.connection) } else { String::new() };
    let reads = if from == to { "reads " } else { "" };
    // An arrow stays visible at both ends of its text.
    let room = fitting((LANES[from] - LANES[to]).abs().max(300) - 76);
    let text = match &moment.what {
        // Of what comes late in a check no bytes are kept.
        Happened::Bytes { len, start } if start.is_empty() => format!("{number}{reads}{}", count(*len)),
        Happened::Bytes { len, start } => {
            let quoted = format!("{number}{reads}{} \"{}\"", count(*len), start.escape_ascii());
            let more = if start.len() < *len && quoted.chars().count() < room { "…" } else { "" };
            cut(&format!("{quoted}{more}"), room)
        }
        Happened::Fin if from == to => format!("{number}sees the end (FIN)"),
        Happened::Rst if from == to => format!("{number}sees the reset (RST)"),
        Happened::Fin => format!("{number}FIN"),
        Happened::Rst => format!("{number}RST"),
        Happened::Note(text) => cut(&format!("{number}{text}"), fitting(LANES[2] - LANES[0] - 24)),
    };
    let what = match &moment.what {
        Happened::Bytes { len, .. } => count(*len),
        Happened::Fin => "the end (FIN)".into(),
        Happened::Rst => "a reset (RST)".into(),
        Happened::Note(text) => text.clone(),
    };
    let who = |lane| name(check, lane);
    let sentence = match moment.stage {
        _ if matches!(moment.what, Happened::Note(_)) => format!("{} {what}", who(sender)),
        Stage::Written => format!("{} sends {what}", who(sender)),
        Stage::Passed => format!("the wire passes on {what} from {} to {}", who(sender), who(receiver)),
        Stage::Read => format!("{} receives {what}", who(receiver)),
    };
    let on = if several { format!("connection {}: ", moment.connection) } else { String::new() };
    let (bytes, len) = match &moment.what {
        Happened::Bytes { len, start } => (start.clone(), *len),
        _ => (Vec::new(), 0),
    };
    Row { at: moment.at, from, to, text, sentence: on + &sentence, bytes, len, is_lost: false }
}

fn datagram(one: &Crossing) -> Row {
    let (from, to) = match one.direction {
        Direction::ClientToServer => (2, 0),
        Direction::ServerToClient => (0, 2),
    };
    let fate = match one.fate {
        Fate::Pass => "",
        Fate::Lose => ", lost",
        Fate::Double => ", doubled",
        Fate::Late => ", late",
    };
    let taken = if one.taken && one.direction == Direction::ServerToClient { ", taken" } else { "" };
    let number = one.number.map_or(String::new(), |number| format!("#{number} "));
    let text = format!("{number}{}{fate}{taken}", count(one.len));
    let sentence = format!("datagram {text}, {}", one.direction.arrow());
    let is_lost = one.fate == Fate::Lose;
    Row { at: one.at, from, to, text, sentence, bytes: Vec::new(), len: 0, is_lost }
}

/// Returns who stands at a lane: the check plays the half that is not judged.
fn name(check: &CheckReport, lane: usize) -> &'static str {
    match (lane, check.half) {
        (0, Half::Client) => "the check as server",
        (2, Half::Server) => "the check as client",
        (0, _) => "the server",
        (2, _) => "the client",
        _ => "the wire",
    }
}

/// A part of what is drawn: a row, or that rows are left out.
enum Part<'a> {
    Row(usize, &'a Row),
    More(usize),
}

/// Returns the rows that are drawn: where they are too many, the first ones and the last ones.
fn parts(rows: &[Row]) -> Vec<Part<'_>> {
    let all = rows.iter().enumerate().map(|(n, row)| Part::Row(n, row));
    if rows.len() <= MOST {
        return all.collect();
    }
    let mut all: Vec<Part> = all.collect();
    all.splice(MOST / 2..rows.len() - MOST / 2, [Part::More(rows.len() - MOST)]);
    all
}

fn id(prefix: &str, n: usize) -> String {
    format!("{prefix}t{n}")
}

/// Returns when a row was, since the first one.
fn millis(rows: &[Row], row: &Row) -> String {
    let first = rows.first().map_or(Duration::ZERO, |row| row.at);
    format!("{:.2}", row.at.saturating_sub(first).as_secs_f64() * 1e3)
}

fn sentence(rows: &[Row], row: &Row) -> String {
    format!("{} ms, {}", millis(rows, row), row.sentence)
}

/// Draws the timeline; `prefix` begins the names of its words.
pub fn draw(html: &mut Html, check: &CheckReport, rows: &[Row], prefix: &str) {
    let parts = parts(rows);
    let pauses = rows.windows(2).filter(|pair| pair[1].at.saturating_sub(pair[0].at) >= PAUSE).count();
    let most = (parts.len() + pauses) as i64;
    let height = HEAD + LINE * most + LINE / 2;
    let title = "timeline";
    let view = format!("0 0 {WIDTH} {height}");
    html.open("figure", &[("class", &"timeline")]);
    html.element("figcaption", &[], "what passed, in milliseconds");
    html.open("div", &[("class", &"box"), ("tabindex", &0), ("role", &"region"), ("aria-label", &title)]);
    html.open(
        "svg",
        &[
            ("role", &"group"),
            ("aria-label", &title),
            ("width", &WIDTH),
            ("height", &height),
            ("viewBox", &view),
        ],
    );
    html.element("text", &[("class", &"time"), ("x", &TIME), ("y", &20)], "ms");
    for (lane, class, side) in [(0, "server", "right"), (1, "wire", ""), (2, "client", "left")] {
        if lane == 1 && !has_wire(check) {
            continue;
        }
        let (x, head) = (LANES[lane], format!("head {class} {side}"));
        // The client's name ends at its lane, so that nothing is wider than the figure.
        let name = name(check, lane).trim_start_matches("the ");
        let name = if name.starts_with("check") { format!("the {name}") } else { name.to_string() };
        html.element("text", &[("class", &head), ("x", &x), ("y", &20)], &name);
        let (class, top) = (format!("lane {class}"), HEAD - LINE / 2);
        html.empty("line", &[("class", &class), ("x1", &x), ("y1", &top), ("x2", &x), ("y2", &height)]);
    }
    let mut y = HEAD + LINE / 2;
    let mut before: Option<&Row> = None;
    let mark = |html: &mut Html, y: i64, text: &str| {
        let (x, width) = (LANES[0], LANES[2] - LANES[0]);
        let (top, height) = (y - LINE / 2 + 2, LINE - 4);
        html.empty(
            "rect",
            &[("class", &"mark"), ("x", &x), ("y", &top), ("width", &width), ("height", &height)],
        );
        html.element("text", &[("class", &"marked"), ("x", &(x + width / 2)), ("y", &(y + 4))], text);
    };
    for part in parts {
        html.line();
        match part {
            Part::More(n) => {
                mark(html, y, &format!("… {n} more …"));
                before = None;
            }
            Part::Row(n, row) => {
                let pause = before.map(|before| row.at.saturating_sub(before.at));
                if let Some(pause) = pause.filter(|pause| *pause >= PAUSE) {
                    let long = match pause.as_millis() {
                        ms if ms < 1000 => format!("{ms} ms"),
                        _ => format!("{:.1} s", pause.as_secs_f64()),
                    };
                    mark(html, y, &format!("… {long} in which nothing passed"));
                    y += LINE;
                }
                html.element(
                    "text",
                    &[("class", &"time"), ("x", &TIME), ("y", &(y + 4))],
                    &millis(rows, row),
                );
                item(html, row, &id(prefix, n), &sentence(rows, row), y);
                before = Some(row);
            }
        }
        y += LINE;
    }
    html.line();
    html.close();
    html.close();
    html.close();
    html.line();
}

fn item(html: &mut Html, row: &Row, id: &str, sentence: &str, y: i64) {
    let (from, to) = (LANES[row.from], LANES[row.to]);
    let href = format!("#{id}");
    html.open("a", &[("class", &"item"), ("href", &href), ("aria-label", &sentence)]);
    html.element("title", &[], sentence);
    let width = wide(&row.text) + 8;
    let (left, hit) = match (row.from == row.to, row.from) {
        (true, 0) => (from + 4, width),
        (true, 1) => (from - width / 2, width),
        (true, _) => (from - 4 - width, width),
        (false, _) => (from.min(to), (to - from).abs()),
    };
    let (top, height) = (y - LINE / 2 + 2, LINE - 4);
    html.empty("rect", &[("class", &"hit"), ("x", &left), ("y", &top), ("width", &hit), ("height", &height)]);
    if row.from == row.to {
        let (x, side) = if row.from == 2 { (from - 8, "left") } else { (from + 8, "right") };
        let class = format!("label {side}");
        html.element("text", &[("class", &class), ("x", &x), ("y", &(y + 4))], &row.text);
    } else {
        html.empty("line", &[("class", &"shaft"), ("x1", &from), ("y1", &y), ("x2", &to), ("y2", &y)]);
        let back = if to > from { -9 } else { 9 };
        let head = format!("M{to} {y}l{back} -4v8z");
        html.empty("path", &[("class", &"tip"), ("d", &head)]);
        if row.is_lost {
            let cross = format!("M{} {}l10 10m0 -10l-10 10", to + 2 * back - 5, y - 5);
            html.empty("path", &[("class", &"cross"), ("d", &cross)]);
        }
        let x = (from + to) / 2;
        html.empty(
            "rect",
            &[
                ("class", &"behind"),
                ("x", &(x - width / 2)),
                ("y", &top),
                ("width", &width),
                ("height", &height),
            ],
        );
        html.element("text", &[("class", &"label middle"), ("x", &x), ("y", &(y + 4))], &row.text);
    }
    html.close();
}

/// Writes the rows that are drawn in words, as items of a list.
pub fn words(html: &mut Html, rows: &[Row], prefix: &str) {
    for part in parts(rows) {
        let Part::Row(n, row) = part else { continue };
        let more = (row.len > row.bytes.len()).then(|| format!("{} more", count(row.len - row.bytes.len())));
        let words =
            Words { id: id(prefix, n), sentence: sentence(rows, row), cause: None, bytes: &row.bytes, more };
        words.write(html);
        html.line();
    }
}
