//! With what a class is judged: which runner, on which platform.

use super::containment::Containment;
use crate::workspace;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// The parts of the repository that decide verdicts.
const PARTS: [&str; 4] = ["xtask", "solutions", "Cargo.toml", "Cargo.lock"];

/// Returns the fields `runner`, `platform`, `containment` and `contained` of the class. The last one is a list: where parts of
/// a class were judged on machines that differ, it has an item for each kind.
pub fn made_with(containment: &Containment) -> Value {
    json!({
        "runner": runner(&workspace::root()),
        "platform": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "containment": containment.words(),
        "contained": [containment.value()],
    })
}

/// Returns with what one report was made: on one machine.
pub fn of_report(class: &Value) -> Value {
    let mut value = class.clone();
    if let Some(one) = value["contained"].get(0).cloned() {
        value["contained"] = one;
    }
    value
}

/// The commit of a copy without git, as in a container: who made the copy says it.
const COMMIT: &str = "SOCKET_LAB_COMMIT";

/// Returns the runner's commit, with `+changes` where the parts that decide verdicts have been changed since; without
/// git, the one that [`COMMIT`] says, or its version.
fn runner(root: &Path) -> String {
    let git = |words: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(words).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    // A copy without a repository of its own may lie inside another one.
    let is_own = || {
        let top = git(&["rev-parse", "--show-toplevel"])?;
        (Path::new(&top).canonicalize().ok()? == root.canonicalize().ok()?).then_some(())
    };
    match is_own().and_then(|()| git(&["rev-parse", "--short=12", "HEAD"])) {
        Some(commit) => {
            let changes = git(&[&["status", "--porcelain", "--"][..], &PARTS].concat());
            let mark = if changes.is_some_and(|changes| changes.is_empty()) { "" } else { "+changes" };
            format!("{commit}{mark}")
        }
        None => match std::env::var(COMMIT) {
            Ok(commit) if !commit.is_empty() => commit,
            _ => format!("{}, commit unknown", env!("CARGO_PKG_VERSION")),
        },
    }
}
