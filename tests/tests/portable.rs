//! The runner on systems whose kernel does not tell what other programs do: macOS, Windows. Here Linux plays one: the variable
//! `SOCKET_LAB_PORTABLE` makes the runner do without the kernel's facts, and without its keeper.

#![cfg(target_os = "linux")]

use lab_tests::{Ran, lessons, loud, processes_with, runner, wait_for};
use serde_json::Value;
use std::collections::BTreeMap;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// Runs the runner as it is on such a system.
fn portable(words: &[&str]) -> Ran {
    runner(RUNNER, words).env("SOCKET_LAB_PORTABLE", "1").output().expect("start the runner").into()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Returns whether a check was skipped because this system does not tell enough, or lacks something, and says so.
fn is_skipped_for_the_system(check: &Value) -> bool {
    let why = text(check, "got");
    text(check, "verdict") == "skip"
        && ["platform", "system", "machine"].iter().any(|word| why.contains(word))
}

/// How often a check that failed is asked again, alone.
const AGAIN: usize = 5;

/// Returns whether a check of a solution that has not passed passes alone. Where the kernel does not tell when a reader has taken
/// its bytes, a busy machine may join two pieces, or see a datagram late: whoever stands on such a system asks again. What is
/// wrong with the runner there is so each time.
fn passes_alone(lesson: &str, check: &Value) -> bool {
    let words =
        ["run", &lesson[..2], "--solution", "--check", text(check, "id"), "--wire", text(check, "wire")];
    let more = ["--seed", "7", "--format", "json"];
    let passed = |_| portable(&[&words[..], &more[..]].concat()).status == 0;
    let at = (1..=AGAIN).find(|n| passed(*n));
    let shown = format!("{lesson} {} on {}", text(check, "id"), text(check, "wire"));
    match at {
        Some(n) => loud(&format!(
            "without the kernel's facts {shown} passed in try {n} alone: {}",
            text(check, "got")
        )),
        None => loud(&format!("without the kernel's facts {shown} never passes")),
    }
    at.is_some()
}

#[test]
fn the_solutions_pass_and_what_is_skipped_says_why() {
    let ran = portable(&["run", "--all", "--solution", "--seed", "7", "--format", "json"]);
    let report = ran.json();
    let (mut wrong, mut skipped) = (Vec::new(), BTreeMap::new());
    let judged = report["lessons"].as_array().expect("the lessons");
    for lesson in judged {
        let all = lesson["checks"].as_array().expect("the checks");
        for check in all {
            let shown =
                || format!("{} {}", text(lesson, "lesson"), serde_json::to_string_pretty(check).unwrap());
            match text(check, "verdict") {
                "pass" | "demo" => {}
                _ if is_skipped_for_the_system(check) => {
                    *skipped.entry(text(lesson, "lesson")).or_insert(0) += 1;
                }
                "fail" | "error" if passes_alone(text(lesson, "lesson"), check) => {}
                _ => wrong.push(shown()),
            }
        }
        let of_lesson = skipped.get(text(lesson, "lesson")).copied().unwrap_or(0);
        // What only the kernel can tell is the smaller part: if more is skipped, it is no test of anything.
        if all.is_empty() || of_lesson * 4 > all.len() {
            wrong.push(format!(
                "{}: {of_lesson} of {} checks are skipped",
                text(lesson, "lesson"),
                all.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), ran.stderr);
    assert_eq!(judged.len(), lessons().len(), "{}", ran.stderr);
    // Else the variable does nothing any more.
    assert!(skipped.values().sum::<usize>() > 0);
}

/// The connection that shows that a server is ready is its first client's: a server that serves only one client has not used up
/// itself for that.
#[test]
fn a_server_for_one_client_fails_where_a_second_one_comes() {
    let server = format!("{PROGRAMS} wrong-01-server-first-client-only {{addr}}");
    let words = ["run", "01", "--server", &server, "--seed", "7", "--format", "json"];
    let ran = portable(&words);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let verdicts = ran.verdicts();
    for (id, verdict) in [("pair-talks", "pass"), ("echo-bytes", "pass"), ("fin-ends-connection", "fail")] {
        let found = verdicts.iter().find(|(check, _, _)| check == id).map(|(_, verdict, _)| verdict.as_str());
        assert_eq!(found, Some(verdict), "{id}: {}", ran.stdout);
    }
}

/// The process group takes the keeper's place.
#[test]
fn no_program_stays_behind() {
    let token = format!("portable-{}", std::process::id());
    let server = format!("{PROGRAMS} worst-hangs {{addr}} {token}");
    let client = format!("{PROGRAMS} worst-never-listens {token}");
    let words = ["run", "01", "--server", &server, "--client", &client, "--check", "echo-bytes"];
    let ran = portable(&words);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    wait_for("its programs are gone", || processes_with(&token, std::process::id()).is_empty());
}

#[test]
fn the_doctor_says_what_such_a_system_lacks() {
    let ran = portable(&["doctor"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    for said in [
        "– the wires",
        "this system does not tell what a reader has taken",
        "– programs",
        "the runner ends them with their process group",
        "use Linux, for instance in a virtual machine",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
}
