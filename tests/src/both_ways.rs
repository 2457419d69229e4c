//! What the runner says of programs that are confined, beside what it says of them when they are free.

use crate::corpus::Verdict;
use crate::run;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

/// Runs the runner with these words, free and confined, side by side. Returns both verdicts.
///
/// # Panics
/// When the runner prints no report.
pub fn judged(runner: &Path, words: &[String]) -> (Vec<Verdict>, Vec<Verdict>) {
    let verdicts = |also: Option<&str>| -> Vec<Verdict> {
        let words: Vec<&str> = words.iter().map(String::as_str).chain(also).collect();
        let report = run(&runner.to_string_lossy(), &words).json();
        report["lessons"][0]["checks"].as_array().into_iter().flatten().map(Verdict::of).collect()
    };
    thread::scope(|scope| {
        let free = scope.spawn(|| verdicts(None));
        let confined = verdicts(Some("--confine"));
        (free.join().expect("the runner reports"), confined)
    })
}

/// Returns the checks whose verdicts differ, each with both.
pub fn differences(free: &[Verdict], confined: &[Verdict]) -> Vec<(String, String)> {
    let keyed = |all: &[Verdict]| -> BTreeMap<String, (String, String)> {
        all.iter().map(|one| (one.check.clone(), (one.verdict.clone(), one.cause.clone()))).collect()
    };
    let (free, confined) = (keyed(free), keyed(confined));
    let all: BTreeSet<&String> = free.keys().chain(confined.keys()).collect();
    let verdict = |of: Option<&(String, String)>| of.map(|(verdict, _)| verdict.clone());
    let differ = all.into_iter().filter(|check| verdict(free.get(*check)) != verdict(confined.get(*check)));
    let shown = |of: Option<&(String, String)>| {
        of.map_or("(no such check)".into(), |(verdict, cause)| format!("{verdict} ({cause})"))
    };
    differ
        .map(|check| {
            let (was, is) = (shown(free.get(check)), shown(confined.get(check)));
            (check.clone(), format!("{was}\n    confined: {is}"))
        })
        .collect()
}
