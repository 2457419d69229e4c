//! The learner's way: fills a starter's holes one by one with the solution's bodies. Checks that this turns verdicts
//! from fail to pass and never back, and that some check needs each hole.
#![cfg(target_os = "linux")]

use lab_tests::corpus::place;
use lab_tests::{Ran, clone, filled, lessons, root, runner_in};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

/// A file of a solution that has holes.
struct Source {
    path: PathBuf,
    text: String,
}

fn sources(lesson: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![lesson.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            if text.contains("// BEGIN SOLUTION") {
                found.push(Source { path: path.strip_prefix(lesson).unwrap().to_path_buf(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Returns the checks of the lesson that pass.
fn passing(clone: &Path, number: &str) -> BTreeSet<String> {
    let words = ["run", number, "--seed", "7", "--format", "json"];
    let ran = Ran::from(runner_in(clone, RUNNER, &words).output().unwrap());
    let report = ran.json();
    let checks = report["lessons"][0]["checks"].as_array().unwrap();
    assert!(!checks.is_empty(), "{}", ran.stderr);
    let good = checks.iter().filter(|check| check["verdict"] == "pass" || check["verdict"] == "demo");
    good.map(|check| format!("{}@{}", check["id"], place(check))).collect()
}

/// How many lessons are filled at the same time: their checks mostly wait.
const SIDE_BY_SIDE: usize = 4;

#[test]
fn every_hole_that_is_filled_turns_checks_to_pass() {
    let clone = clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), "holes");
    let lessons = lessons();
    let next = AtomicUsize::new(0);
    // A lesson that fails ends its thread, and the scope then panics.
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                // The last ones take longest.
                while let Some(lesson) = lessons.iter().rev().nth(next.fetch_add(1, Ordering::Relaxed)) {
                    fill(&clone, lesson);
                }
            });
        }
    });
}

/// Fills the holes of one lesson, one after the other, and then leaves each one out.
fn fill(clone: &Path, lesson: &str) {
    let number = &lesson[..2];
    let sources = sources(&root().join("solutions").join(lesson));
    let mut before = passing(clone, number);
    let all: usize = sources.iter().map(|source| filled(&source.text, 0, number).1).sum();
    assert!((1..=3).contains(&all), "{lesson} has {all} holes");
    for source in &sources {
        for n in 1..=filled(&source.text, 0, number).1 {
            let target = clone.join("lessons").join(lesson).join(&source.path);
            fs::write(target, filled(&source.text, n, number).0).unwrap();
            let now = passing(clone, number);
            let lost: Vec<_> = before.difference(&now).collect();
            assert!(lost.is_empty(), "{lesson} {} {n}: {lost:?} failed again", source.path.display());
            before = now;
        }
    }
    // Each hole is needed: when only this one is empty, checks fail.
    for source in &sources {
        let target = clone.join("lessons").join(lesson).join(&source.path);
        let holes = filled(&source.text, 0, number).1;
        for left in 0..holes {
            let text = without_hole(source, left, number);
            fs::write(&target, text).unwrap();
            let now = passing(clone, number);
            assert!(
                now.len() < before.len(),
                "{lesson} {} hole {left}: no check needs it",
                source.path.display()
            );
        }
        fs::write(&target, filled(&source.text, holes, number).0).unwrap();
    }
    assert_eq!(passing(clone, number), before, "{lesson}");
}

/// Returns the file with every hole filled except `left`, counted from 0.
fn without_hole(source: &Source, left: usize, number: &str) -> String {
    let (mut text, mut rest) = (String::new(), source.text.as_str());
    for hole in 0.. {
        let Some(at) = rest.find("// BEGIN SOLUTION") else { break };
        let end = rest.find("// END SOLUTION").expect("the hole's end") + "// END SOLUTION".len();
        text += &rest[..at];
        text += if hole == left { "todo!(\"still to be written\")" } else { &rest[at..end] };
        rest = &rest[end..];
    }
    filled(&(text + rest), usize::MAX, number).0
}
