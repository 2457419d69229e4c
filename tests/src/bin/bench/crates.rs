//! What the runner is built of, and how long that takes.

use super::{call, clone, limited, processor_time};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Builds the runner from nothing.
pub fn measure() {
    let copy = clone("crates", "HEAD");
    let before = processor_time();
    let millis = call(&copy, "cargo", &["build", "--quiet", "--locked", "--package", "xtask"]);
    let used = processor_time() - before;
    println!("the runner, built from nothing: {:.1} s, processor {:.1} s", millis / 1e3, used / 1e3);
    limited("crates beside its own", count(&copy) as f64, 28.0);
}

fn count(copy: &Path) -> usize {
    let words = ["tree", "--locked", "--package", "xtask", "--edges", "normal,build", "--prefix", "none"];
    let output = Command::new("cargo").args(words).current_dir(copy).output().expect("cargo tree");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // The first line is the runner itself.
    text.lines().skip(1).map(|line| line.trim_end_matches(" (*)")).collect::<BTreeSet<_>>().len()
}
