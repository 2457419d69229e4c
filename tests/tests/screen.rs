//! One fault is one screen: what a run of a wrong program prints for people, and what its report says of what waits.

#![cfg(unix)]

use lab_tests::{Ran, run};
use serde_json::Value;
use std::thread;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// Judges these two of the tests' programs.
fn judge(lesson: &str, server: &str, client: &str, more: &[&str]) -> Ran {
    let (server, client) = (format!("{PROGRAMS} {server}"), format!("{PROGRAMS} {client}"));
    let words = ["run", lesson, "--server", &server, "--client", &client, "--seed", "7"];
    run(RUNNER, &[&words[..], more].concat())
}

/// A wrong program of one half, and the other half.
const FAULTS: [(&str, &str, &str); 7] = [
    ("01", "wrong-01-server-trims", "right-01-client-plain"),
    ("01", "worst-never-listens", "right-01-client-plain"),
    ("01", "worst-exits-at-once", "worst-exits-at-once"),
    ("04", "right-04-server-plain", "wrong-04-client-three-messages"),
    ("08", "right-08-server-plain", "wrong-08-client-fixed-buffer"),
    ("12", "right-12-server-plain", "wrong-12-client-four-tries"),
    ("13", "worst-exits-at-once", "right-13-client-plain"),
];

/// Checks that no line is wider than a terminal, but a command that cannot be shorter. That has its line for itself, from
/// the first column on, so that it can be copied.
fn fits(text: &str) {
    for line in text.lines().filter(|line| line.chars().count() > 80) {
        let is_command = ["cargo xtask run ", "cargo xtask trace "].iter().any(|verb| line.starts_with(verb));
        assert!(is_command, "{line}\n\n{text}");
    }
}

/// A wrong program of each lesson, with the reference for the other half.
const ONE_EACH: [(&str, &str); 13] = [
    ("--server", "wrong-01-server-writes-once"),
    ("--client", "wrong-02-client-prints-own-line"),
    ("--client", "wrong-03-client-joins-reads"),
    ("--server", "wrong-04-server-newline"),
    ("--client", "wrong-05-client-trims-text"),
    ("--client", "wrong-06-client-little-endian"),
    ("--server", "wrong-07-server-no-reuseaddr"),
    ("--server", "wrong-08-server-one-at-a-time"),
    ("--server", "wrong-09-server-trims"),
    ("--client", "wrong-10-client-short-read"),
    ("--client", "wrong-11-client-takes-contradictions"),
    ("--server", "wrong-12-server-trims-end"),
    ("--client", "wrong-13-client-panics"),
];

#[test]
fn no_line_but_a_command_is_wider_than_a_terminal() {
    let one = |n: usize| {
        let (half, program) = ONE_EACH[n];
        let (lesson, command) = (format!("{:02}", n + 1), format!("{PROGRAMS} {program}"));
        // Every third one with all that its checks show.
        let words = ["run", &lesson, half, &command, "--seed", "12345", "--full"];
        let ran = run(RUNNER, if n % 3 == 2 { &words } else { &words[..6] });
        assert_eq!(ran.status, 1, "{program}\n{}{}", ran.stdout, ran.stderr);
        fits(&ran.stdout);
        fits(&ran.stderr);
    };
    // Some side by side: they mostly wait.
    thread::scope(|scope| {
        for from in 0..4 {
            scope.spawn(move || (from..ONE_EACH.len()).step_by(4).for_each(one));
        }
    });
}

#[test]
fn a_failing_run_fits_on_a_screen() {
    for (lesson, server, client) in FAULTS {
        let ran = judge(lesson, server, client, &[]);
        let text = &ran.stdout;
        assert_eq!(ran.status, 1, "{text}{}", ran.stderr);
        assert!(text.lines().count() <= 40, "{} lines:\n{text}", text.lines().count());
        fits(text);
        // The command stands in the last lines, and only there.
        assert_eq!(text.matches("cargo xtask run ").count(), 1, "{text}");
        assert!(
            text.contains("\nnext: mend the ") && text.contains(&format!("\ncargo xtask run {lesson} --")),
            "{text}"
        );
        assert!(
            text.contains("more wait for this one") || text.contains("1 more waits for this one"),
            "{text}"
        );
        assert!(text.contains(" waiting of "), "{text}");
    }
}

/// `watch` shows the block of such a run: on a terminal of 24 lines 20 are left for it.
#[test]
fn the_block_of_a_small_screen_stands_whole() {
    for (lesson, server, client) in FAULTS {
        let ran = judge(lesson, server, client, &["--screen", "20"]);
        // The first failure comes before the whole screen.
        let (first, screen) = ran.stdout.split_once('\u{1d}').unwrap_or((&ran.stdout, &ran.stdout));
        assert!(first.contains("✗ ") && first.lines().count() <= 20, "{first}");
        let (block, place) = screen.split_once('\u{1e}').expect("the place follows");
        let rows: usize = block.lines().map(|line| line.chars().count().div_ceil(80).max(1)).sum();
        assert!(rows <= 20, "{rows} rows:\n{block}");
        for part in ["✗ ", "      cause ", " failed, ", "\nnext: mend the "] {
            assert!(block.contains(part), "`{part}` is missing:\n{block}");
        }
        assert!(place.starts_with("{\"client\":"), "{place}");
    }
}

#[test]
fn the_whole_report_has_every_check_and_says_what_waits() {
    let (lesson, server, client) = ("01", "worst-exits-at-once", "right-01-client-plain");
    let report = judge(lesson, server, client, &["--format", "json"]).json();
    let checks = report["lessons"][0]["checks"].as_array().unwrap();
    let of = |half: &str| checks.iter().filter(|check| check["half"] == half).collect::<Vec<&Value>>();
    let failed =
        |half: &str| of(half).into_iter().filter(|check| check["verdict"] == "fail").collect::<Vec<_>>();
    let broken = [failed("server"), failed("pair")].concat();
    assert!(broken.len() > 10 && failed("client").is_empty(), "{report:#}");
    let root = of("server")[0];
    assert!(broken[0] == root && root.get("waits_for").is_none(), "{root:#}");
    for check in &broken[1..] {
        assert_eq!(check["waits_for"], root["id"], "{check:#}");
    }
    assert_eq!(of("pair")[0]["cause"], root["cause"]);

    // On the screen fewer are run; with `--full` all are shown.
    let text = judge(lesson, server, client, &[]).stdout;
    let waiting = of("server").len() - 1;
    assert!(text.contains(&format!("… {waiting} more wait for this one")), "{text}");
    let counts =
        format!("{} passed, 2 failed, {waiting} waiting of {} checks", of("client").len(), checks.len());
    assert!(text.contains(&counts), "{counts}:\n{text}");
    let full = judge(lesson, server, client, &["--full"]).stdout;
    assert_eq!(full.matches("  ✗ ").count(), broken.len(), "{full}");
    // "more" is a command that can be copied.
    let more = full.lines().filter(|line| line.starts_with("      more")).count();
    assert!(more > 1, "{full}");
    assert_eq!(full.matches("      more\ncargo xtask run 01 --").count(), more, "{full}");
    fits(&full);
}

/// What a newcomer stumbled over: a count of all that came, a cause that says what to do, and a link to it.
#[test]
fn a_finding_leads_to_its_mend() {
    for (lesson, server, client, parts) in [
        (
            "01",
            "wrong-01-server-one-reply",
            "right-01-client-plain",
            &[
                "bytes more, from the server; 758 bytes came before",
                "nothing more; the server ended the connection",
                "the server sent 758 bytes in all, and then ended the connection: read and write again and again",
            ][..],
        ),
        (
            "01",
            "wrong-01-server-accept-ends",
            "right-01-client-plain",
            &["read docs/src/01-echo.md#your-tasks"],
        ),
        (
            "01",
            "right-01-server-blocking",
            "wrong-01-client-prints-lossy",
            &["keep what `read` returned as bytes up to where you print them"],
        ),
        (
            "02",
            "wrong-02-server-quit-word",
            "right-02-client-bufstream",
            &["the server ended the connection at the request \"exit\": it is answered like any other bytes"],
        ),
    ] {
        let ran = judge(lesson, server, client, &[]);
        let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(words.contains(part), "`{part}` is missing:\n{}", ran.stdout);
        }
        fits(&ran.stdout);
    }
}
