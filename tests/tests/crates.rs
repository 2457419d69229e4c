//! The runner is the first thing that a learner builds: how many crates that takes.

#![cfg(target_os = "linux")]

use lab_tests::root;
use std::collections::BTreeSet;
use std::process::Command;

/// What lessons and verbs need beside these stands in packages of its own: see xtask/Cargo.toml.
const AT_MOST: usize = 28;

#[test]
fn the_runner_needs_few_crates() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", "xtask", "--edges", "normal,build"])
        .args(["--target", "x86_64-unknown-linux-gnu", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // `clap v4.6.7`; the first line is the runner itself.
    let crates: BTreeSet<&str> = text.lines().skip(1).map(|line| line.trim_end_matches(" (*)")).collect();
    assert!(output.status.success() && !crates.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let list: Vec<&str> = crates.iter().copied().collect();
    let count = list.len();
    assert!(count <= AT_MOST, "{count} crates, {AT_MOST} may be built for the runner:\n{}", list.join("\n"));
}
