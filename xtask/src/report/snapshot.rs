//! Compares reports with the files in `snapshots/`. `LAB_UPDATE=1 cargo test -p xtask` renews the files.

use super::fabricated::check;
use super::{CheckReport, Evidence, LessonReport, Problem, Report, json, text};
use crate::finding::{Comparison, Half, Hole, Verdict};
use crate::system::family::Family;
use crate::wire::{Kind, Ribbon};
use std::fs;
use std::path::Path;

/// Makes a report that contains one of everything.
pub(super) fn report() -> Report {
    let mut got: Vec<u8> = (b'a'..=b'z').collect();
    got[13] = 0xff;
    let failed = CheckReport {
        expected: "26 bytes, from the server".into(),
        got: "26 bytes, the first wrong one at offset 13".into(),
        cause: "a sentence that is long enough to be wrapped at the eightieth column, as all of them are \
                when they state what there is to state"
            .into(),
        comparison: Comparison::of(&(b'a'..=b'z').collect::<Vec<u8>>(), &got),
        evidence: Evidence {
            connections: vec![vec!["    0.1 ms  runner sent 26 bytes \"abcdefghijkl\"…".into()]],
            ends: vec![("server".into(), "\u{1b}[31msomething is wrong".into())],
            ..Evidence::default()
        },
        ..check("fails", Half::Server, Verdict::Fail)
    };
    let demo = CheckReport {
        wire: Kind::Dribble,
        expected: "the reply \"HELLO\"".into(),
        got: "the client printed \"H\"".into(),
        cause: "one read is not one reply".into(),
        evidence: Evidence {
            ribbon: Some(Ribbon {
                direction: "server → client",
                bytes: b"HELLO".to_vec(),
                writes: vec![5],
                pieces: vec![1, 1, 1, 1, 1],
                reads: vec![1],
                wanted: vec![5],
            }),
            ..Evidence::default()
        },
        ..check("shows", Half::Client, Verdict::Demo)
    };
    let hole = CheckReport {
        hole: Some(Hole {
            function: "serve".into(),
            file: "lessons/01-echo/src/bin/server.rs".into(),
            line: 32,
        }),
        ..check("waits", Half::Server, Verdict::Fail)
    };
    let pair = CheckReport {
        at_fault: Some(Half::Client),
        waits_for: Some(failed.name()),
        expected: "the client exits with status 0".into(),
        got: "it exited with status 1".into(),
        ..check("talks", Half::Pair, Verdict::Fail)
    };
    let noted = CheckReport {
        evidence: Evidence { notes: vec!["by luck, and judging nothing".into()], ..Evidence::default() },
        ..check("holds", Half::Server, Verdict::Pass)
    };
    let unable =
        CheckReport { got: "no address is free".into(), ..check("cannot", Half::Server, Verdict::Error) };
    let skipped =
        CheckReport { got: "not on this platform".into(), ..check("skips", Half::Server, Verdict::Skip) };
    let over = |family, check| CheckReport { family: Some(family), ..check };
    let broken_over = |family| CheckReport {
        expected: "the file is replaced".into(),
        got: "the server ended with status 1".into(),
        rerun: format!("cargo xtask run 13 --check breaks --family {family} --seed 7"),
        ..over(family, check("breaks", Half::Server, Verdict::Fail))
    };
    let absent =
        CheckReport { got: "this machine has no IPv6".into(), ..check("spans", Half::Pair, Verdict::Skip) };
    let families = vec![
        over(Family::V4, check("holds", Half::Server, Verdict::Pass)),
        over(Family::V6, check("holds", Half::Server, Verdict::Pass)),
        over(Family::Unix, check("holds", Half::Server, Verdict::Pass)),
        over(Family::V4, check("breaks", Half::Server, Verdict::Pass)),
        broken_over(Family::V6),
        broken_over(Family::Unix),
        over(Family::V4, check("spans", Half::Pair, Verdict::Pass)),
        over(Family::V6, absent),
        over(Family::Unix, check("spans", Half::Pair, Verdict::Pass)),
    ];
    let lesson = |name: &str, problem, checks| LessonReport {
        lesson: name.into(),
        subject: "lesson".into(),
        half: None,
        problem,
        millis: 345,
        checks,
        not_run: Vec::new(),
        handed_in: None,
    };
    let why = "lesson-02 does not compile: cargo's message above states where".to_string();
    let problem = Problem::DoesNotCompile(why.into());
    Report {
        interrupted: false,
        seed: 7,
        lessons: vec![
            lesson("01-echo", None, vec![noted, failed, demo, hole, pair, unable, skipped]),
            lesson("02-uppercase", Some(problem), Vec::new()),
            lesson("13-families", None, families),
        ],
        ..Report::default()
    }
}

fn held(name: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/snapshots").join(name);
    if std::env::var_os("LAB_UPDATE").is_some() {
        fs::write(&path, now).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(kept, now, "{} differs; LAB_UPDATE=1 renews it", path.display());
}

#[test]
fn the_text_report_is_as_it_was() {
    let text = text::whole(&report());
    for line in text.lines().filter(|line| !line.contains("cargo xtask")) {
        assert!(line.chars().count() <= text::WIDTH, "wider than {}: {line}", text::WIDTH);
        assert!(!line.contains('\u{1b}'), "{line:?}");
    }
    held("report.txt", &text);
}

#[test]
fn the_json_report_is_as_it_was() {
    held("report.json", &json::render(&report()));
}

#[test]
fn the_exit_status_is_that_of_the_worst_verdict() {
    let mut all = report();
    assert_eq!(all.status(), 1);
    all.lessons.truncate(1);
    all.lessons[0].checks.retain(|check| check.verdict != Verdict::Fail);
    assert_eq!(all.status(), 3);
    all.lessons[0].checks.retain(|check| check.verdict != Verdict::Error);
    assert_eq!(all.status(), 0);
}
