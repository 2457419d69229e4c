//! Tests of the page, with made-up calls and segments.

use super::super::Seen;
use super::super::made::{at, call, conversation, program, segment};
use super::super::model::{Party, Picture, Piece};
use super::super::stored::Stored;
use super::figure::{self, Figure, Time};
use super::{Around, SIGNATURE, render};
use crate::report::html::reading::{Tag, ids, leads_somewhere, read};
use crate::system::segments::Segment;
use crate::system::stamp::Stamp;
use crate::system::trace::Traced;
use crate::system::trace::call::{Address, Detail};

const AROUND: Around =
    Around { title: "lesson-01 echo", notes: &[], verdict: "the check passed", full: false };

fn page(programs: &[Traced], segments: &[Segment], full: bool) -> String {
    let picture = Picture::of(Seen { programs, segments: Some(segments), ..Seen::default() });
    let page = render(&picture, &Around { full, ..AROUND });
    assert!(page.starts_with(SIGNATURE));
    read(&page, SIGNATURE);
    page
}

/// Returns the names of what a figure has, in its order.
fn items(tags: &[Tag], figure: &str) -> Vec<String> {
    let begin = tags
        .iter()
        .position(|tag| tag.name == "svg" && tag.attribute("class") == Some(figure))
        .unwrap_or_else(|| panic!("no figure {figure}"));
    let inside = tags[begin + 1..].iter().take_while(|tag| tag.depth > tags[begin].depth);
    let links = inside.filter(|tag| tag.name == "a");
    links
        .map(|link| {
            assert!(link.attribute("class").is_some_and(|class| class.starts_with("item ")));
            assert!(link.attribute("aria-label").is_some_and(|label| label.contains(" ms, ")));
            link.attribute("href").expect("a place").trim_start_matches('#').to_string()
        })
        .collect()
}

#[test]
fn each_call_and_each_segment_is_there_once_and_takes_the_focus() {
    let (programs, segments) = conversation();
    let page = page(&programs, &segments, false);
    let tags = read(&page, SIGNATURE);
    let expected = [
        "c0", "c1", "c2", "s0", "s1", "s2", "c3", "c4", "s3", "s4", "c6", "c5", "s5", "s6", "c7", "c8", "s7",
        "c9", "s8", "s9", "c10",
    ];
    let folded = items(&tags, "folded");
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    let expected: Vec<String> = expected.iter().map(|name| name.to_string()).collect();
    assert_eq!(
        sorted(&folded).iter().filter(|name| !name.starts_with('e')).collect::<Vec<_>>(),
        sorted(&expected).iter().collect::<Vec<_>>()
    );
    assert_eq!(items(&tags, "scaled"), folded);
    // Each leads to its words, which come in the same order.
    let words: Vec<&str> = ids(&tags).into_iter().filter(|id| folded.iter().any(|item| item == id)).collect();
    assert_eq!(words, folded);
    leads_somewhere(&tags);
}

#[test]
fn what_stands_in_the_terminal_stands_in_the_page() {
    let (programs, segments) = conversation();
    let page = page(&programs, &segments, false);
    for text in [
        "server 127.0.0.1:8080<",
        "client 127.0.0.1:50000<",
        ">listen(3) = 0<",
        ">LISTEN<",
        ">connect(3, server)<",
        ">connect = 0<",
        ">SYN seq 0<",
        ">SYN ACK seq 0 ack 1<",
        ">write(3, 5) = 5 &quot;hello&quot;<",
        ">PSH ACK seq 1 ack 1 len 5<",
        ">read = 5 &quot;HELLO&quot;<",
        ">FIN_WAIT_1<",
        ">TIME_WAIT<",
        ">… 27 ms in which nothing happened<",
        ">ended by the check (SIGTERM)<",
        ">the check passed<",
        "1.10 ms, client to server: SYN seq 0; sent by connect(3, server) = 0; window 512; 0 bytes to read at the \
         server; 0 bytes to read at the client; server is now SYN_RECEIVED; client is now SYN_SENT<",
        "1.15 ms, server: read(4, 1024) = 5 &quot;hello&quot;, after 0.90 ms<",
        "2.33 ms, server: accept4(3), and does not return<",
        "0000  68 65 6c 6c 6f           hello\n",
        ">from the client to the server: 5 bytes<",
        "1 write of 5 bytes. 1 segment of 5 bytes. 1 read of 5 bytes.",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    let (programs, segments) = conversation();
    assert_eq!(page(&programs, &segments, false), page(&programs, &segments, false));
}

#[test]
fn nothing_that_a_program_sends_or_names_is_a_part_of_the_page() {
    let (mut programs, segments) = conversation();
    let evil = "</script><script>alert(1)</script>\"'<!--\u{202e}\u{1b}[2J&amp;";
    programs[1].calls[1].bytes = evil.into();
    programs[1].calls[1].moved = evil.len() as u64;
    programs[0].calls[0].detail = Detail::At(Some(Address::Unix(evil.into())));
    let picture = Picture::of(Seen { programs: &programs, segments: Some(&segments), ..Seen::default() });
    let notes = [evil.to_string()];
    let page = render(&picture, &Around { title: evil, notes: &notes, verdict: evil, full: true });
    let tags = read(&page, SIGNATURE);
    assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1);
    assert_eq!(page.matches("<!--").count(), 1);
    assert!(!page.contains(['\u{202e}', '\u{1b}']));
    // Nothing is loaded.
    for tag in &tags {
        assert!(tag.attribute("src").is_none());
        assert!(!tag.attributes.iter().any(|(name, _)| name.starts_with("on")));
    }
    assert!(!page.contains("://"));
}

#[test]
fn what_repeats_is_folded_and_bytes_are_cut() {
    let mut calls = vec![call("client", 0, Some(100), "connect", 0, b"")];
    let mut segments = vec![
        at(10, segment('c', "S", 0, 0, 0)),
        at(20, segment('s', "SA", 0, 1, 0)),
        at(30, segment('c', "A", 1, 1, 0)),
    ];
    let bytes = [b'a'; 1000];
    for n in 1..=243 {
        calls.push(call("client", 1000 * n, Some(1000 * n + 20), "write", 1000, &bytes));
        segments.push(at(1000 * n + 10, segment('c', "PA", 1000 * n as u32 - 999, 1, 1000)));
    }
    let programs = [program("client", calls, None)];
    let folded = page(&programs, &segments, false);
    assert!(folded.contains("… 240 times more the same (240000 bytes)"));
    assert!(folded.contains("488 bytes more: --full shows them"));
    assert_eq!(items(&read(&folded, SIGNATURE), "folded").len(), 4 + 6);
    // What the figure folds still stands in words, and its cuts of the ribbon lead there.
    assert!(ids(&read(&folded, SIGNATURE)).contains(&"s100"));
    leads_somewhere(&read(&folded, SIGNATURE));
    let full = page(&programs, &segments, true);
    assert_eq!(items(&read(&full, SIGNATURE), "scaled").len(), 4 + 486);
    assert!(!full.contains("--full"));
    assert!(full.contains(">the check as server<"));
    assert!(full.contains(">from the client to the check: 243000 bytes<"), "{full}");
}

#[test]
fn what_a_wire_passed_stands_where_no_segments_are_seen() {
    let (programs, _) = conversation();
    let piece = |at, bytes: Option<&[u8]>, resets| Piece {
        at: Stamp(at),
        from: Party::Client,
        bytes: bytes.map(<[u8]>::to_vec),
        len: bytes.map_or(0, <[u8]>::len),
        resets,
    };
    let pieces = vec![piece(2_010_000, Some(b"hello"), false), piece(2_205_000, None, true)];
    let picture = Picture::of(Seen { programs: &programs, pieces, has_wire: true, ..Seen::default() });
    let page = render(&picture, &AROUND);
    read(&page, SIGNATURE);
    assert!(page.contains(">5 bytes &quot;hello&quot;<"), "{page}");
    assert!(page.contains("the wire passes on what the client sent: RST<"), "{page}");
    assert!(page.contains("segments are not seen here"), "{page}");
}

#[test]
fn an_empty_picture_is_a_page() {
    assert!(page(&[], &[], false).contains("No program made a call about a socket"));
}

#[test]
fn a_figure_of_the_book_is_read_as_xml_and_has_no_times() {
    let (mut programs, segments) = conversation();
    programs[1].calls[1].bytes = b"<&\">'".to_vec();
    let stored = Stored::of(&programs, &segments, &[], Stamp(0), false);
    let figure = Figure { title: "a \"title\" & more", about: "<p>", time: Time::Order, has_queues: true };
    let drawn = figure::svg(&stored.picture(), &figure);
    let tags = read(&drawn, "");
    assert_eq!(
        (tags[0].name.as_str(), tags[1].name.as_str(), tags[2].name.as_str()),
        ("svg", "title", "desc")
    );
    assert!(drawn.contains("5 bytes to read"), "{drawn}");
    assert!(!drawn.contains("\"time\"") && !drawn.contains(" ms") && !drawn.contains("window"), "{drawn}");
    assert!(tags.iter().all(|tag| tag.name != "a" && tag.attribute("href").is_none()), "{drawn}");
    assert_eq!(drawn, figure::svg(&stored.picture(), &figure));
    let told = figure::in_words(&stored.picture(), Time::Order);
    assert_eq!(told[1..3], ["server: accept4(3), and waits", "client: connect(3, server), and waits"]);
    assert!(told.contains(&"server: accept4 = 4".to_string()), "{told:#?}");
}

#[test]
fn a_stretched_figure_gives_a_pause_its_pixels() {
    let (programs, segments) = conversation();
    let stored = Stored::of(&programs, &segments, &[], Stamp(0), true);
    let height = |time| {
        let figure = Figure { title: "", about: "", time, has_queues: false };
        let tags = read(&figure::svg(&stored.picture(), &figure), "");
        tags[0].attribute("height").and_then(|height| height.parse::<i64>().ok()).expect("a height")
    };
    // Nothing happens between 1140 and 2000 µs but the start of a call, and nothing at all from 20 to 1000 µs.
    let (folded, stretched) = (height(Time::Folded), height(Time::Stretched(1000)));
    assert!(stretched - folded >= 980 - 22 + 850 - 22, "{folded} {stretched}");
}
