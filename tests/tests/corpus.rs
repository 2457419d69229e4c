//! The checker on trial: every known-wrong program is caught by the check made for it, with the cause named; no check is
//! without a kill; no known-right program is failed.
//!
//! Here a wrong program is judged by the checks that tests/corpus.txt names. By all checks, with the figures:
//! `cargo run -p lab-tests --bin corpus`.

use lab_tests::corpus::{Expected, Judge, Program, Verdict, lessons};
use lab_tests::{empty_dir, run};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

fn judge() -> Judge {
    Judge {
        runner: PathBuf::from(env!("CARGO_BIN_EXE_runner")),
        programs: PathBuf::from(env!("CARGO_BIN_EXE_programs")),
    }
}

/// The programs of this kind; those that cannot be run here are told.
fn programs(kind: &str) -> Vec<Program> {
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), &format!("corpus-{kind}"));
    let (found, left_out) = judge().programs(kind, &dir);
    if !left_out.is_empty() {
        // Not by a macro: a passing test's output is not shown.
        let _ =
            writeln!(std::io::stderr(), "!! NOT TRIED, python3 or cc is missing: {}", left_out.join(", "));
    }
    found
}

#[test]
fn right_programs_pass() {
    let programs = programs("right");
    for lesson in lessons() {
        let mine = programs.iter().filter(|program| program.lesson() == lesson);
        let servers = mine.clone().filter(|program| program.is_server()).count();
        assert!(servers >= 2 && mine.count() >= servers + 2, "too few right programs for lesson {lesson}");
    }
    let trials: Vec<_> = programs.iter().map(|p| (p.clone(), p.lesson().to_string(), None)).collect();
    let mut wrong_verdicts = Vec::new();
    for (program, verdicts) in programs.iter().zip(judge().judge(&trials)) {
        assert!(!verdicts.is_empty(), "{} was not judged", program.file);
        let bad = verdicts.iter().filter(|verdict| verdict.verdict != "pass" && verdict.verdict != "demo");
        wrong_verdicts.extend(bad.map(|verdict| format!("{}: {verdict:?}", program.file)));
        // Right, but slow: told with a figure.
        let slow = verdicts.iter().any(|verdict| verdict.notes.contains("right, but slow"));
        if ["s05_server_without_nodelay.rs", "s06_server_two_writes.c"].contains(&program.file.as_str()) {
            assert!(slow, "{} is slow, and the run does not say so", program.file);
        }
    }
    assert!(wrong_verdicts.is_empty(), "right programs failed:\n{}", wrong_verdicts.join("\n"));
}

#[test]
fn wrong_programs_are_caught_by_the_check_made_for_them() {
    let (expected, programs) = (Expected::all(), programs("wrong"));
    let by_file: BTreeMap<&str, &Program> = programs.iter().map(|p| (p.file.as_str(), p)).collect();
    let mut complaints = Vec::new();
    for program in &programs {
        if !expected.iter().any(|line| line.file == program.file) {
            complaints.push(format!("tests/corpus.txt does not say which check catches {}", program.file));
        }
    }
    let lines: Vec<&Expected> =
        expected.iter().filter(|line| by_file.contains_key(line.file.as_str())).collect();
    let trial = |line: &&Expected| {
        (by_file[line.file.as_str()].clone(), line.lesson.clone(), Some(line.check.clone()))
    };
    let judged = judge().judge(&lines.iter().map(trial).collect::<Vec<_>>());
    let mut kills = BTreeSet::new();
    let mut misnamed = Vec::new();
    for (line, verdicts) in lines.iter().zip(judged) {
        let Expected { file, lesson, check, .. } = line;
        let caught = |verdicts: &[Verdict]| {
            verdicts
                .iter()
                .any(|one| one.check == *check && ["fail", "error"].contains(&one.verdict.as_str()))
        };
        // What some of these programs do wrong, they do only now and then: they get a second chance to.
        let verdicts = match caught(&verdicts) {
            true => verdicts,
            false => judge().verdicts(by_file[file.as_str()], lesson, Some(check)),
        };
        match verdicts.iter().find(|verdict| verdict.check == *check) {
            Some(verdict) if verdict.verdict == "fail" => {
                kills.insert(format!("{lesson} {check}"));
                if !line.is_named_by(verdict) {
                    misnamed.push(format!("{file}: {lesson} {check} names another cause: {}", verdict.cause));
                }
            }
            // A program that speaks another protocol is told so, and not judged.
            Some(verdict) if verdict.verdict == "error" && line.is_named_by(verdict) => {}
            _ => complaints.push(format!("{file}: not caught by {lesson} {check}: {verdicts:?}")),
        }
    }
    // How a connection ends when a program dies is a race that both causes may win.
    let _ = writeln!(
        std::io::stderr(),
        "{} of {} causes named; {}",
        lines.len() - misnamed.len(),
        lines.len(),
        misnamed.join("\n")
    );
    if misnamed.len() * 20 > lines.len() {
        complaints.extend(misnamed);
    }
    let all = all_checks();
    let survivors: Vec<_> = all.difference(&kills).collect();
    // Where Python or C is missing, some kills are missing, too; that was told.
    if !survivors.is_empty() && lines.len() == expected.len() {
        complaints.push(format!("checks that no wrong program fails: {survivors:?}"));
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    let told =
        format!("{} known-wrong programs caught; each of {} checks has a kill", programs.len(), all.len());
    let _ = writeln!(std::io::stderr(), "{told}");
}

/// `lesson check@wire` of every check, as the runner has them.
fn all_checks() -> BTreeSet<String> {
    let report =
        run(env!("CARGO_BIN_EXE_runner"), &["run", "--all", "--solution", "--format", "json"]).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let mut all = BTreeSet::new();
    for lesson in report["lessons"].as_array().into_iter().flatten() {
        let number = text(&lesson["lesson"])[..2].to_string();
        for check in lesson["checks"].as_array().into_iter().flatten() {
            all.insert(format!("{number} {}@{}", text(&check["id"]), text(&check["wire"])));
        }
    }
    all
}
