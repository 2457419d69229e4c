//! Tests of the page of a report, with made-up checks.

use super::reading::{leads_somewhere, read};
use super::{SIGNATURE, render};
use crate::finding::{Comparison, Half, Hole, Verdict};
use crate::report::fabricated::check;
use crate::report::{CheckReport, Evidence, Happened, LessonReport, Moment, Problem, Report, Stage};
use crate::wire::{Crossing, Direction, Fate, Kind, Ribbon};
use std::time::Duration;

fn lesson(checks: Vec<CheckReport>) -> LessonReport {
    LessonReport {
        lesson: "01-echo".into(),
        subject: "lesson".into(),
        half: None,
        problem: None,
        millis: 1,
        checks,
        not_run: Vec::new(),
        handed_in: None,
    }
}

/// Returns the page of these checks, which is read as XML is read.
#[track_caller]
fn page(checks: Vec<CheckReport>) -> String {
    let page = render(&Report { seed: 7, lessons: vec![lesson(checks)], ..Report::default() });
    let tags = read(&page, SIGNATURE);
    leads_somewhere(&tags);
    assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1);
    for tag in &tags {
        assert!(tag.attribute("src").is_none());
        assert!(!tag.attributes.iter().any(|(name, _)| name.starts_with("on")));
    }
    page
}

fn moment(at: u64, stage: Stage, direction: Direction, what: Happened) -> Moment {
    Moment { at: Duration::from_millis(at), connection: 1, direction, stage, what }
}

fn bytes(text: &str) -> Happened {
    Happened::Bytes { len: text.len(), start: text.into() }
}

fn failed() -> CheckReport {
    let (there, back) = (Direction::ClientToServer, Direction::ServerToClient);
    CheckReport {
        wire: Kind::Dribble,
        expected: "the reply \"hello\"".into(),
        got: "\"hexlo\"".into(),
        cause: "a byte was changed".into(),
        comparison: Comparison::of(b"hello", b"hexlo"),
        evidence: Evidence {
            moments: vec![
                moment(0, Stage::Written, there, bytes("hello")),
                moment(1, Stage::Passed, there, bytes("hel")),
                moment(2, Stage::Passed, there, bytes("lo")),
                moment(43, Stage::Passed, back, bytes("hexlo")),
                moment(44, Stage::Read, back, bytes("hexlo")),
                moment(45, Stage::Read, back, Happened::Note("gave up".into())),
                moment(46, Stage::Written, there, Happened::Fin),
            ],
            ..Evidence::default()
        },
        ..check("echoes", Half::Server, Verdict::Fail)
    }
}

#[test]
fn a_failed_check_has_its_cause_its_first_wrong_byte_its_ribbons_and_a_timeline() {
    let page = page(vec![failed(), check("other", Half::Client, Verdict::Pass)]);
    for text in [
        ">fail: 1 passed, 1 failed of 2 checks<",
        ">✗ server: keeps its promise, on dribble<",
        ">the reply &quot;hello&quot;<",
        ">&quot;hexlo&quot;<",
        ">a byte was changed<",
        ">cargo xtask run 01 --check echoes --seed 7<",
        "       0  68 65 <mark>6c</mark> 6c 6f           he<mark>l</mark>lo\n",
        "       0  68 65 <mark>78</mark> 6c 6f           he<mark>x</mark>lo\n",
        ">byte 2 is the first wrong one (from 0; 5 expected, 5 came)<",
        ">client → server: 5 bytes<",
        "1 write of 5 bytes. 2 pieces of 3, 2 bytes.",
        "1 piece of 5 bytes. 1 read of 5 bytes.",
        ">the check as client<",
        ">5 bytes &quot;hello&quot;<",
        ">… 41 ms in which nothing passed<",
        ">reads 5 bytes &quot;hexlo&quot;<",
        ">gave up<",
        "43.00 ms, the wire passes on 5 bytes from the server to the check as client<",
        "46.00 ms, the check as client sends the end (FIN)<",
        ">1 check passed<",
        ">✓ client: keeps its promise<",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    // What passed is folded, behind what failed.
    let passed = page.find("1 check passed").unwrap();
    assert!(page.find("✗ server").unwrap() < passed && passed < page.find("✓ client").unwrap());
}

#[test]
fn a_missing_byte_is_marked_where_it_should_be() {
    let page = page(vec![CheckReport { comparison: Comparison::of(b"hello", b"hel"), ..failed() }]);
    assert!(page.contains("he<mark>l</mark>") || page.contains("<mark>nothing more</mark>"), "{page}");
    assert!(page.contains("byte 3 is missing (from 0; 5 expected, 3 came)"), "{page}");
}

#[test]
fn nothing_that_a_program_sends_or_prints_is_a_part_of_the_page() {
    let evil = "</script><script>alert(1)</script>\"'<!--\u{202e}\u{1b}[2J&amp;";
    let mut one = failed();
    one.got = evil.to_string().into();
    one.comparison = Comparison::of(b"hello", evil.as_bytes());
    one.evidence.ends = vec![("server reports".into(), evil.into())];
    one.evidence.notes = vec![evil.into()];
    one.evidence.moments[0].what = bytes(evil);
    one.evidence.moments[5].what = Happened::Note(evil.into());
    one.rerun = evil.into();
    let mut lesson = lesson(vec![one]);
    lesson.subject = evil.into();
    lesson.problem = Some(Problem::DoesNotCompile(format!("{evil}\n{evil}").into()));
    let page = render(&Report { seed: 7, lessons: vec![lesson], interrupted: true, ..Report::default() });
    let tags = read(&page, SIGNATURE);
    assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1);
    assert_eq!(page.matches("<!--").count(), 1);
    assert!(!page.contains(['\u{202e}', '\u{1b}']));
    assert!(!page.contains("://"));
}

#[test]
fn datagrams_holes_waiting_checks_and_ribbons_have_their_place() {
    let lost = Crossing {
        at: Duration::from_millis(3),
        flow: 1,
        direction: Direction::ClientToServer,
        number: Some(1),
        len: 9,
        fate: Fate::Lose,
        passed: Vec::new(),
        taken: false,
    };
    let datagrams = CheckReport {
        evidence: Evidence { datagrams: vec![lost], ..Evidence::default() },
        ..check("resends", Half::Client, Verdict::Fail)
    };
    let waits = CheckReport {
        waits_for: Some(datagrams.name()),
        ..check("builds-on-it", Half::Client, Verdict::Fail)
    };
    let ribbon = Ribbon {
        direction: "server → client",
        bytes: b"HELLO".to_vec(),
        writes: vec![5],
        pieces: vec![1; 5],
        reads: vec![1],
        wanted: vec![5],
    };
    let demo = CheckReport {
        evidence: Evidence { ribbon: Some(ribbon), ..Evidence::default() },
        ..check("shows", Half::Client, Verdict::Demo)
    };
    let hole = Hole { function: "serve".into(), file: "lessons/01-echo/src/bin/server.rs".into(), line: 32 };
    let hole = CheckReport { hole: Some(hole), ..check("to-write", Half::Server, Verdict::Fail) };
    let page = page(vec![datagrams, waits, demo, hole]);
    for text in [
        ">#1 9 bytes, lost<",
        "class=\"cross\"",
        ">1 check failed too, and built on one that failed<",
        ">◆ client: keeps its promise<",
        "1 write of 5 bytes. 5 pieces of 1, 1, 1, 1, 1 bytes. 1 read of 1 byte. 1 read wanted of 5 bytes.",
        ">… serve is not written yet (lessons/01-echo/src/bin/server.rs:32); 1 check waits for it<",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn a_long_check_shows_its_beginning_and_its_end() {
    let mut one = failed();
    let there = Direction::ClientToServer;
    one.evidence.moments = (0..500).map(|n| moment(n, Stage::Passed, there, bytes("x"))).collect();
    let page = page(vec![one]);
    assert!(page.contains(">… 440 more …<"), "{page}");
    assert!(page.contains("499.00 ms, the wire passes on 1 byte from the check as client to the server<"));
}
