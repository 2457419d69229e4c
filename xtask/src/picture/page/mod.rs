//! A picture as a page: one file of HTML that needs no other and no network. The figure is there twice, folded and to
//! scale; below it stand the ribbons, and the same in words, with all bytes.
//!
//! It works without its script: each call and each segment of a figure is a link to its words. The script shows them beside
//! the figure.

mod entries;
pub mod figure;
mod layout;
mod ribbon;
mod streams;
mod svg;
#[cfg(test)]
mod tests;

use super::model::Picture;
use super::text::parts;
use super::text::words::Names;
use crate::finding::count;
use crate::report::html::frame::{self, Words};
use crate::report::html::ribbon::draw;
use crate::report::html::writer::Html;
use entries::{Entry, Item, Sayer, entries};
use layout::{Across, Down};
use ribbon::Ribbons;
use std::collections::HashSet;
use streams::streams;
use svg::Drawing;

/// The first words of a page.
pub const SIGNATURE: &str = "<!DOCTYPE html>\n<!-- Socket Lab picture -->\n";
/// The most bytes of one call or segment that stand in a page in which something may be left out.
const MOST: usize = 512;
/// The most rows of a picture of which all stand in words, also those that the figures fold.
const ROWS: usize = 4000;

/// What stands around a picture.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// What is drawn, in one line.
    pub title: &'a str,
    /// What there is to know of it: what is missing, and why.
    pub notes: &'a [String],
    /// The verdict in one sentence.
    pub verdict: &'a str,
    /// Whether nothing is left out.
    pub full: bool,
}

/// Renders a page. The same picture gives the same bytes.
pub fn render(picture: &Picture, around: &Around) -> String {
    let names = Names::of(picture);
    let across = Across::of(picture);
    let folded = parts(picture, around.full);
    let entries_of = |parts: &[_]| entries(picture, parts);
    let entries = entries_of(&folded);
    let in_words = match picture.rows.len() {
        0..=ROWS => entries_of(&parts(picture, true)),
        _ => entries.clone(),
    };
    let sayer = Sayer::new(picture, &names, across.wire.is_some());
    let mut html = Html::default();
    begin(&mut html, around);
    html.open("main", &[]);
    html.line();
    if picture.rows.is_empty() {
        html.element("p", &[], "No program made a call about a socket, and nothing passed.");
        return html.finish();
    }
    let drawing = Drawing {
        picture,
        across: &across,
        names: &names,
        entries: &entries,
        sayer: &sayer,
        is_linked: true,
        has_queues: false,
    };
    html.open("section", &[("class", &"picture"), ("aria-labelledby", &"figure")]);
    html.element("h2", &[("id", &"figure")], "Calls and segments");
    html.line();
    legend(&mut html, picture);
    switch(&mut html);
    html.open(
        "div",
        &[("class", &"box"), ("tabindex", &0), ("role", &"region"), ("aria-label", &"The figure")],
    );
    html.line();
    let label = "Calls and segments in the order of time; pauses are folded";
    drawing.draw(&mut html, "folded", label, &Down::folded(picture, &folded));
    html.line();
    let label = "Calls and segments in the order of time, to scale";
    drawing.draw(&mut html, "scaled", label, &Down::to_scale(picture, &folded));
    html.line();
    html.close();
    html.close();
    html.line();
    let streams = streams(picture);
    if !streams.is_empty() {
        html.open("section", &[("aria-labelledby", &"ribbons")]);
        html.element("h2", &[("id", &"ribbons")], "How the bytes were cut");
        html.line();
        let has_several = streams.iter().any(|stream| stream.number != streams[0].number);
        let ribbons = Ribbons::new(&in_words, &sayer, has_several);
        streams.iter().for_each(|stream| draw(&mut html, &ribbons.of(stream)));
        html.close();
        html.line();
    }
    html.open("section", &[("aria-labelledby", &"in-words")]);
    html.element("h2", &[("id", &"in-words")], "The figure in words");
    html.line();
    html.open("ol", &[("class", &"words")]);
    let shown: HashSet<Item> = in_words.iter().map(|entry| entry.item).collect();
    for entry in &in_words {
        html.line();
        let cause = sayer.cause(entry).map(Item::Call).filter(|cause| shown.contains(cause));
        words(&mut html, entry, cause, &sayer, if around.full { usize::MAX } else { MOST });
    }
    html.line();
    html.close();
    html.close();
    html.line();
    html.close();
    html.line();
    frame::end(&mut html);
    html.finish()
}

/// Writes what stands above the figure.
fn begin(html: &mut Html, around: &Around) {
    frame::begin(html, SIGNATURE, around.title, include_str!("style.css"));
    html.open("header", &[]);
    html.element("h1", &[], around.title);
    for line in around.notes {
        html.element("p", &[], line);
    }
    html.element("p", &[("class", &"verdict")], around.verdict);
    html.close();
    html.line();
}

/// Writes what the signs of the figure mean.
fn legend(html: &mut Html, picture: &Picture) {
    let arrow = match picture.has_segments {
        true => {
            "An arrow is a segment or a datagram that a call sends; a dashed one is sent by the kernel itself."
        }
        false => "An arrow is what the wire passed on: segments are not seen here.",
    };
    html.open("ul", &[("class", &"legend")]);
    for text in [
        "Time runs down, in milliseconds. The server's calls stand on the left, the client's on the right.",
        "A bar is a call that waits, from its start to its return; other calls return at once.",
        arrow,
        "seq is the sender's byte number, ack the one that it expects next; SYN and FIN count as 1 each.",
        "A state in capital letters is the state of the socket at that side from there on.",
        "Choose a call or an arrow, with the pointer, or with Tab and the arrow keys: its bytes are shown.",
        "To scale, what has no text of its own stands too near to the one above: choose it to see what it is.",
    ] {
        html.element("li", &[], text);
    }
    html.close();
    html.line();
}

/// Writes the switch between both figures. It works by the style alone.
fn switch(html: &mut Html) {
    let radio = |html: &mut Html, id: &'static str, text: &str, checked: bool| {
        let (kind, name) = ("radio", "view");
        match checked {
            true => {
                html.empty("input", &[("type", &kind), ("name", &name), ("id", &id), ("checked", &"checked")])
            }
            false => html.empty("input", &[("type", &kind), ("name", &name), ("id", &id)]),
        }
        html.element("label", &[("for", &id)], text);
    };
    radio(html, "view-folded", "pauses folded", true);
    radio(html, "view-scaled", "to scale", false);
    html.line();
}

/// Writes what an entry is, a link to what caused it, and at most so many of its bytes.
fn words(html: &mut Html, entry: &Entry, cause: Option<Item>, sayer: &Sayer, most: usize) {
    let (bytes, all) = sayer.bytes(entry);
    let shown = &bytes[..bytes.len().min(most)];
    let more = (all > shown.len()).then(|| match (bytes.len() > shown.len(), shown.len()) {
        (true, _) => format!("{} more: --full shows them", count(all - shown.len())),
        (false, 0) => format!("{} that were not kept", count(all)),
        (false, _) => format!("{} more that were not kept", count(all - shown.len())),
    });
    let words = Words {
        id: entry.item.id(),
        sentence: sayer.sentence(entry),
        cause: cause.map(|cause| (cause.id(), "the call that sent it")),
        bytes: shown,
        more,
    };
    words.write(html);
}
