//! How much longer a run takes when its programs are traced.

use super::{median, processor_time};
use lab_tests::traced::VARIABLE;
use std::process::Stdio;
use std::time::Instant;

/// How often each time is taken.
const ROUNDS: usize = 5;

/// Runs of solutions traced, each beside the same untraced, in turn: the times, the processor times, and their ratios.
pub fn measure() {
    let runner = lab_tests::siblings().0.to_string_lossy().into_owned();
    println!(
        "medians of {ROUNDS} rounds           untraced   traced   ratio   processor: untraced   traced   ratio"
    );
    for (what, words) in [
        ("one check, a dialogue", &["01", "--check", "pair-talks"][..]),
        ("one check, 1 MiB", &["01", "--check", "echo-1-mib"]),
        ("one lesson, all checks", &["02"]),
    ] {
        let (mut times, mut used) = ([vec![], vec![]], [vec![], vec![]]);
        for round in 0..=ROUNDS {
            for traced in [false, true] {
                let (time, processor) = one(&runner, words, traced);
                // The first round builds the solutions.
                if round > 0 {
                    times[usize::from(traced)].push(time);
                    used[usize::from(traced)].push(processor);
                }
            }
        }
        let ([plain, traced], [plain_used, traced_used]) = (times.map(median), used.map(median));
        println!(
            "{what:<28} {plain:>6.0} ms {traced:>5.0} ms {:>7.2} {plain_used:>19.0} ms {traced_used:>5.0} ms {:>7.2}",
            traced / plain,
            traced_used / plain_used
        );
    }
}

/// Runs the solution once; returns the time and the processor time, in milliseconds.
fn one(runner: &str, words: &[&str], traced: bool) -> (f64, f64) {
    let mut command = lab_tests::runner(runner, &["run"]);
    command.args(words).args(["--solution", "--seed", "7"]).stdout(Stdio::null()).stderr(Stdio::null());
    if traced {
        command.env(VARIABLE, ""); // No report: only the tracing.
    }
    let (start, before) = (Instant::now(), processor_time());
    let status = command.status().expect("the runner");
    assert!(status.success(), "{words:?}: {status}");
    (start.elapsed().as_secs_f64() * 1e3, processor_time() - before)
}
