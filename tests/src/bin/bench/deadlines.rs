//! How long after its deadline the runner has ended.

use super::{limited, median};
use std::time::Instant;

/// The whole run of a program that does not answer, seen from outside, less the seconds in `gave up after N s`.
pub fn measure() {
    let (runner, programs) = lab_tests::siblings();
    let mut late = Vec::new();
    for program in [
        "worst-never-listens",
        "worst-spins",
        "worst-never-accepts",
        "worst-hangs",
        "worst-reads-nothing",
        "worst-spins-beside-a-client",
        "worst-uses-up-descriptors",
    ] {
        let server = format!("{} {program}", programs.display());
        let words = [
            "run",
            "01",
            "--server",
            &server,
            "--client",
            "true",
            "--check",
            "echo-bytes",
            "--format",
            "json",
        ];
        let start = Instant::now();
        let ran = lab_tests::run(&runner.to_string_lossy(), &words);
        let took = start.elapsed().as_secs_f64();
        let told = ran.json()["lessons"][0]["checks"][0]["got"].as_str().unwrap_or_default().to_string();
        let seconds =
            told.split("gave up after ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        let after = 1e3 * (took - seconds.unwrap_or(0.0_f64));
        println!("{program:<30} ended {after:>5.0} ms after the deadline");
        late.push(after);
    }
    limited("median, ms", median(late), 200.0);
}
