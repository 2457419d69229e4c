//! Servers that starve themselves, by children that they start and by what they print: that is no other people's load, so
//! the runner does not wait for them as it does for a program that gets no processor, and has one verdict.
#![cfg(target_os = "linux")]

use lab_tests::{processes_with, run};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// Servers of lesson 01 that reply correctly, and never rest.
const NEVER_REST: &[&str] = &[
    "worst-spins-by-children",
    "worst-forks-for-each-client",
    "worst-floods-for-ever",
    "worst-floods-by-children",
    "worst-floods-by-children-that-end",
];

/// Judges one of these servers by the check that it rests when a client has left.
fn verdict(program: &str) -> String {
    let token = format!("token-crowd-{program}");
    let server = format!("{PROGRAMS} {program} {{addr}} {token}");
    let words = [
        "run",
        "01",
        "--server",
        &server,
        "--client",
        "true",
        "--check",
        "rests-after-fin",
        "--format",
        "json",
    ];
    let ran = run(RUNNER, &words);
    assert_eq!(processes_with(&token, 0), Vec::<String>::new());
    ran.verdicts()[0].1.clone()
}

#[test]
fn a_server_that_starves_itself_fails() {
    // One after the other: each uses the whole machine.
    let passed: Vec<_> = NEVER_REST.iter().map(|program| (program, verdict(program))).collect();
    assert!(passed.iter().all(|(_, verdict)| verdict == "fail"), "{passed:?}");
}

#[test]
fn a_server_that_prints_much_and_then_serves_passes() {
    assert_eq!(verdict("worst-floods"), "pass");
}
