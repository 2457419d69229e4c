//! Tests of the drawing, with made-up calls and segments.

use super::super::Seen;
use super::super::made::{at, call, conversation, program, segment};
use super::super::model::{Party, Picture, Piece};
use super::render;
use crate::report::text::{Paint, WIDTH};
use crate::system::segments::Segment;
use crate::system::stamp::Stamp;
use crate::system::trace::Traced;

fn drawn(programs: &[Traced], segments: &[Segment], full: bool) -> String {
    let picture = Picture::of(Seen { programs, segments: Some(segments), ..Seen::default() });
    let text = render(&picture, Paint { on: false }, full);
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
        assert_eq!(line.trim_end(), line);
    }
    text
}

#[test]
fn a_conversation_is_drawn() {
    let (programs, segments) = conversation();
    let expected = "\x20     ms   server 127.0.0.1:8080                 client 127.0.0.1:50000
    0.00   listen(3) = 0  LISTEN
    0.02 ┌ accept4(3)
    1.00 │                                     ┌ connect(3, server)
    1.10 │ SYN_RECEIVED ◀───── SYN seq 0 ──────│ SYN_SENT
    1.11 │┄┄┄┄┄┄┄┄ SYN ACK seq 0 ack 1 ┄┄┄┄┄┄┄▶│ ESTABLISHED
    1.12 │ ESTABLISHED ◀┄┄┄ ACK seq 1 ack 1 ┄┄┄│
    1.13 │                                     └ connect = 0
    1.14 └ accept4 = 4
    1.15 ┌ read(4, 1024)
    2.00 │                                       write(3, 5) = 5 \"hello\"
    2.01 │◀──── PSH ACK seq 1 ack 1 len 5 ─────
    2.02 │┄┄┄┄┄┄┄┄┄┄ ACK seq 1 ack 6 ┄┄┄┄┄┄┄┄┄▶
    2.04 │                                     ┌ read(3, 1024)
    2.05 └ read = 5 \"hello\"                    │
    2.06   write(4, 5) = 5 \"HELLO\"             │
    2.06  ───── PSH ACK seq 1 ack 6 len 5 ────▶│
    2.07  ◀┄┄┄┄┄┄┄┄┄ ACK seq 6 ack 6 ┄┄┄┄┄┄┄┄┄┄│
    2.08 ┌ read(4, 1024)                       │
    2.10 │                                     └ read = 5 \"HELLO\"
    2.20 │                                       close(3) = 0
    2.21 │ CLOSE_WAIT ◀─ FIN ACK seq 6 ack 6 ──  FIN_WAIT_1
    2.30 └ read = 0
    2.31   close(4) = 0
    2.31   LAST_ACK ─── FIN ACK seq 6 ack 7 ──▶  TIME_WAIT
    2.32   CLOSED ◀┄┄┄┄┄ ACK seq 7 ack 7 ┄┄┄┄┄┄
    2.33 ┌ accept4(3)
         │ … 27 ms in which nothing happened
   30.00 │ ended by the check (SIGTERM)

┌ │ └  a call waits, from its start to its return; others return at once
──▶  a packet that a call sends   ┄┄▶  the kernel sends this one by itself
seq, ack  the sender's byte number; the one it expects next (SYN, FIN: 1 each)
LISTEN, ESTABLISHED, …  the state of the socket at that side from there on
";
    assert_eq!(drawn(&programs, &segments, false), expected);
}

#[test]
fn an_empty_picture_says_so() {
    assert_eq!(drawn(&[], &[], false), "No program made a call about a socket, and nothing passed.\n\n");
}

#[test]
fn the_whole_picture_has_windows_and_queues() {
    let (programs, segments) = conversation();
    let text = drawn(&programs, &segments, true);
    let below = text.lines().skip_while(|line| !line.contains("seq 1 ack 1 len 5")).nth(1);
    let expected = "         │ window 65536; to read: server 5, client 0; by write(3, 5) = 5 \"hello\"";
    assert_eq!(below, Some(expected), "{text}");
}

/// Returns a client that writes often, with the segment of each write.
fn many(writes: u64) -> (Vec<Traced>, Vec<Segment>) {
    let mut calls = vec![call("client", 0, Some(100), "connect", 0, b"")];
    let mut segments = vec![
        at(10, segment('c', "S", 0, 0, 0)),
        at(20, segment('s', "SA", 0, 1, 0)),
        at(30, segment('c', "A", 1, 1, 0)),
    ];
    for n in 1..=writes {
        calls.push(call("client", 1000 * n, Some(1000 * n + 20), "write", 4, b"abcd"));
        segments.push(at(1000 * n + 10, segment('c', "PA", 4 * n as u32 - 3, 1, 4)));
    }
    (vec![program("client", calls, None)], segments)
}

#[test]
fn what_repeats_is_folded_and_counted() {
    let (programs, segments) = many(243);
    let text = drawn(&programs, &segments, false);
    assert!(text.contains("… 240 times more the same (960 bytes)"), "{text}");
    assert_eq!(text.matches("= 4 \"abcd\"").count(), 3, "{text}");
    let text = drawn(&programs, &segments, true);
    assert_eq!(text.matches("seq 1 ack 1 len 4").count(), 1, "{text}");
    assert_eq!(text.matches(" len 4 ").count(), 243, "{text}");
}

#[test]
fn a_side_that_the_check_plays_has_its_place() {
    let (mut programs, segments) = conversation();
    programs.truncate(1);
    let text = drawn(&programs, &segments, false);
    assert!(
        text.starts_with("      ms   server 127.0.0.1:8080                 the check as client"),
        "{text}"
    );
    // Its own segments are no calls that anybody knows.
    assert!(text.contains("◀──── PSH ACK seq 1 ack 1 len 5 ─────"), "{text}");
}

#[test]
fn what_a_wire_passed_is_drawn_where_no_packets_are_seen() {
    let (programs, _) = conversation();
    let piece = |at, from, bytes: Option<&[u8]>, resets| Piece {
        at: Stamp(at),
        from,
        bytes: bytes.map(<[u8]>::to_vec),
        len: bytes.map_or(0, <[u8]>::len),
        resets,
    };
    let pieces = vec![
        piece(2_010_000, Party::Client, Some(b"hello"), false),
        piece(2_065_000, Party::Server, Some(b"HELLO"), false),
        piece(2_205_000, Party::Client, None, false),
        piece(2_305_000, Party::Server, None, true),
    ];
    let picture = Picture::of(Seen { programs: &programs, pieces, has_wire: true, ..Seen::default() });
    let text = render(&picture, Paint { on: false }, false);
    for arrow in [
        "◀───────── 5 bytes \"hello\" ──────────",
        "────────── 5 bytes \"HELLO\" ─────────▶",
        "─ FIN ─",
        "─ RST ─",
    ] {
        assert!(text.contains(arrow), "{arrow}: {text}");
    }
    assert!(text.contains("──▶  what the wire passed on"), "{text}");
}

#[test]
fn numbers_that_are_long_still_fit() {
    let (mut programs, mut segments) = conversation();
    programs[1].calls[1].bytes = vec![b'x'; 60_000];
    programs[1].calls[1].moved = 60_000;
    segments.truncate(3);
    for n in 0..40 {
        segments.push(at(2010 + n, segment('c', "PA", 1 + 60_000 * n as u32, 1, 60_000)));
    }
    segments.push(at(2100, segment('c', "FPA", 2_400_001, 1, 60_000)));
    let text = drawn(&programs, &segments, false);
    // FIN is never left out.
    assert!(text.contains("FIN"), "{text}");
}
