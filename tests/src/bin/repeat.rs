//! Runs every lesson's solution many times and prints the verdicts that differed, alone and beside four busy processes a
//! core: `cargo run -p lab-tests --bin repeat -- 200`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode};
use std::thread;

fn main() -> ExitCode {
    let times: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20);
    let alone = different(times, "alone");
    let busy = busy();
    let beside = different(times, "beside four busy processes a core");
    for mut child in busy {
        let _ = child.kill();
        let _ = child.wait();
    }
    if alone + beside == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A program built beside this one.
fn sibling(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this program");
    own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn busy() -> Vec<Child> {
    let cores = thread::available_parallelism().map_or(2, usize::from);
    let spin = |_| Command::new(sibling("programs")).arg("worst-spins").spawn().expect("a busy process");
    (0..4 * cores).map(spin).collect()
}

/// Runs all lessons `times` times; how many verdicts were not the usual one of their check.
fn different(times: usize, how: &str) -> usize {
    let runner = sibling("runner");
    let runner = runner.to_string_lossy();
    let mut seen: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut judged = 0;
    for seed in 0..times {
        let seed = seed.to_string();
        let words = ["run", "--all", "--solution", "--format", "json", "--seed", &seed];
        let report = lab_tests::run(&runner, &words).json();
        for lesson in report["lessons"].as_array().into_iter().flatten() {
            for check in lesson["checks"].as_array().into_iter().flatten() {
                let name = format!("{} {} on {}", lesson["lesson"], check["id"], check["wire"]);
                let told = format!("{} {}", check["verdict"], check["got"]);
                let verdict = check["verdict"].as_str().unwrap_or_default().to_string();
                let good = verdict == "pass" || verdict == "demo";
                *seen.entry(name).or_default().entry(if good { verdict } else { told }).or_default() += 1;
                judged += 1;
            }
        }
    }
    let mut odd = 0;
    for (check, verdicts) in &seen {
        let usual = verdicts.values().max().copied().unwrap_or(0);
        odd += verdicts.values().sum::<usize>() - usual;
        if verdicts.len() > 1 {
            println!("  {check}: {verdicts:?}");
        }
    }
    println!("{how}: {odd} of {judged} verdicts differed, {} checks, {times} times each", seen.len());
    odd
}
