//! A picture as a figure of the book: a file of SVG that needs no other, as wide as its texts, and the same in words.

use super::super::model::{Party, Picture, What};
use super::super::text::parts;
use super::super::text::words::{self, Names};
use super::entries::{Entry, Item, Sayer, entries, is_drawn};
use super::layout::{Across, Down, GAP, Place};
use super::svg::Drawing;
use crate::report::html::font::wide;
use crate::report::html::writer::Html;

/// The room for times.
const TIME: i64 = 54;
/// The least room for arrows; and beside a wire the room for each half, in which the texts of arrows are shorter.
const ARROWS: [i64; 2] = [150, 136];

/// The most columns of a call in a sentence.
const ROOM: usize = 200;

/// What stands in a figure beside its picture.
#[derive(Clone, Copy, Debug)]
pub struct Figure<'a> {
    /// Its name in a few words.
    pub title: &'a str,
    /// What it shows, for those who cannot see it.
    pub about: &'a str,
    /// How time is drawn.
    pub time: Time,
    /// Whether the receive queue is told where a segment fills it.
    pub has_queues: bool,
}

/// How time is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Not at all: a row comes after the other.
    Order,
    /// Each row has its time; long pauses are marked.
    Folded,
    /// Each row has its time, and each pause takes so many pixels for a millisecond.
    Stretched(i64),
}

/// Draws a figure. The same picture gives the same bytes.
pub fn svg(picture: &Picture, figure: &Figure) -> String {
    let names = Names::of(picture);
    let parts = parts(picture, true);
    let entries = entries(picture, &parts);
    let time = if figure.time == Time::Order { 0 } else { TIME };
    let wide_enough = Across::of(picture);
    let has_times = figure.time != Time::Order;
    let sayer = Sayer::new(picture, &names, wide_enough.wire.is_some()).of_figure(has_times);
    let drawing = |across| Drawing {
        picture,
        across,
        names: &names,
        entries: &entries,
        sayer: &sayer,
        is_linked: false,
        has_queues: figure.has_queues,
    };
    let texts = rooms(picture, &drawing(&wide_enough));
    let across = Across::with(picture, time, texts, arrows(picture));
    let down = match figure.time {
        Time::Order => Down { times: Vec::new(), ..Down::folded(picture, &parts) },
        Time::Folded => Down::folded(picture, &parts),
        Time::Stretched(of_millisecond) => Down::stretched(picture, &parts, of_millisecond),
    };
    let (width, height) = (across.width, down.height);
    let mut html = Html::default();
    html.open(
        "svg",
        &[
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("role", &"img"),
            ("aria-labelledby", &"title about"),
            ("width", &width),
            ("height", &height),
            ("viewBox", &format!("0 0 {width} {height}")),
        ],
    );
    html.line();
    html.element("title", &[("id", &"title")], figure.title);
    html.element("desc", &[("id", &"about")], figure.about);
    html.line();
    html.open("style", &[]);
    html.raw(include_str!("figure.css"));
    html.close();
    html.line();
    html.empty("rect", &[("class", &"paper"), ("width", &"100%"), ("height", &"100%"), ("rx", &6)]);
    html.line();
    drawing(&across).body(&mut html, &down);
    html.finish()
}

/// Returns a figure in words, one sentence for each line of it that has a text.
pub fn in_words(picture: &Picture, time: Time) -> Vec<String> {
    let names = Names::of(picture);
    let has_wire = Across::of(picture).wire.is_some();
    let has_times = time != Time::Order;
    let sayer = Sayer::new(picture, &names, has_wire).of_figure(has_times);
    let sentence = |row: usize| match picture.rows[row].what {
        What::Starts(n) | What::Returns(n) => {
            let made = &picture.calls[n];
            let starts = picture.rows[row].what == What::Starts(n);
            let number = match made.link {
                Some(link)
                    if words::has_several(picture) && !(starts && made.call.name.starts_with("accept")) =>
                {
                    format!(" on connection {}", link + 1)
                }
                _ => String::new(),
            };
            let text = match starts {
                true => words::asked(&made.call, &names, ROOM) + ", and waits",
                false => words::answer(&made.call, &names, ROOM),
            };
            let time = if has_times { format!("{} ms, ", sayer.time(row)) } else { String::new() };
            format!("{time}{}{number}: {text}", sayer.who(made.party))
        }
        What::Call(n) => sayer.sentence(&Entry { item: Item::Call(n), first: row, last: row }),
        What::Segment(n) => sayer.sentence(&Entry { item: Item::Segment(n), first: row, last: row }),
        What::Piece(_) => sayer.sentence(&Entry { item: Item::Piece(row), first: row, last: row }),
        What::Ended { .. } => sayer.sentence(&Entry { item: Item::Ended(row), first: row, last: row }),
    };
    (0..picture.rows.len()).filter(|row| is_drawn(picture, *row)).map(sentence).collect()
}

/// Returns how much room the texts of each side need.
fn rooms(picture: &Picture, drawing: &Drawing) -> [i64; 2] {
    let mut rooms = [0, 0];
    let mut take = |party: Party, width: i64| {
        let place = usize::from(drawing.across.place(party) == Place::Right);
        rooms[place] = rooms[place].max(width + GAP);
    };
    for (party, name) in [(Party::Server, "server"), (Party::Client, "client")] {
        take(party, wide(&format!("{name} {}", drawing.names.address(name).unwrap_or_default())));
    }
    for (row, what) in picture.rows.iter().map(|row| &row.what).enumerate() {
        let (caller, text) = match what {
            What::Call(n) | What::Starts(n) | What::Returns(n) => {
                (Some(picture.calls[*n].party), wide(&drawing.text_at(*n, row)) + GAP)
            }
            _ => (None, 0),
        };
        for party in [Party::Server, Party::Client] {
            let state = drawing.state_at(row, party).map_or(0, |state| wide(&state) + 2 * GAP);
            take(party, state + if caller == Some(party) { text } else { 0 });
        }
    }
    rooms
}

/// Returns how much room arrows need.
fn arrows(picture: &Picture) -> [i64; 2] {
    let text = |sent| words::segment(picture, sent).first().map_or(0, |text| wide(text));
    let widest = picture.segments.iter().map(text).max().unwrap_or(0) + 4 * GAP;
    [widest.max(ARROWS[0]), ARROWS[1]]
}
