//! How much longer all solutions take when their programs are confined.

use super::{limited, median, processor_time};
use std::fs;
use std::process::Stdio;
use std::time::Instant;

/// How many pairs are taken.
const PAIRS: usize = 5;

/// Runs all solutions free and confined, in turn: the times, the processor times, and their ratios, pair by pair. The load of
/// the machine stands beside them: it changes the times, and mostly not the ratios.
pub fn measure() {
    let runner = lab_tests::siblings().0.to_string_lossy().into_owned();
    println!(
        "run --all --solution       free     confined   ratio   processor: free   confined   ratio   load"
    );
    let (mut times, mut used) = (vec![], vec![]);
    // The first pair builds the solutions.
    for pair in 0..=PAIRS {
        // Each comes first in turn.
        let order = if pair % 2 == 0 { [false, true] } else { [true, false] };
        let mut both = [(0.0, 0.0); 2];
        order.into_iter().for_each(|confined| both[usize::from(confined)] = one(&runner, confined));
        let [(free, free_used), (confined, confined_used)] = both;
        if pair == 0 {
            continue;
        }
        println!(
            "{pair:<20} {free:>7.1} s {confined:>10.1} s {:>7.2} {free_used:>14.1} s {confined_used:>8.1} s {:>7.2}   {}",
            confined / free,
            confined_used / free_used,
            fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default()
        );
        times.push(confined / free);
        used.push(confined_used / free_used);
    }
    println!("processor: confined / free, median of {PAIRS} pairs = {:.2}", median(used));
    limited(&format!("time:      confined / free, median of {PAIRS} pairs"), median(times), 1.3);
}

/// Runs all solutions once; returns the time and the processor time, in seconds.
fn one(runner: &str, confined: bool) -> (f64, f64) {
    let mut command =
        lab_tests::runner(runner, &["run", "--all", "--solution", "--seed", "7", "--format", "json"]);
    command.args(confined.then_some("--confine")).stdout(Stdio::null()).stderr(Stdio::null());
    let (start, before) = (Instant::now(), processor_time());
    let status = command.status().expect("the runner");
    assert!(status.success(), "confined: {confined}: {status}");
    (start.elapsed().as_secs_f64(), (processor_time() - before) / 1e3)
}
