//! Checks how many crates the runner needs: it is the first thing that a learner builds.

#![cfg(target_os = "linux")]

use lab_tests::root;
use std::collections::BTreeSet;
use std::process::Command;

/// The limit. Crates that only some lessons or verbs need belong in packages of their own: see xtask/Cargo.toml.
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
    assert!(
        count <= AT_MOST,
        "the runner needs {count} crates, and may need at most {AT_MOST}:\n{}",
        list.join("\n")
    );
}
