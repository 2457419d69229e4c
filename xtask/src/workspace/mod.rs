//! The repository on the disk: lessons and their starters, the learner's progress, what cargo builds. It uses
//! `finding` and `system`.

pub mod cargo;
pub mod files;
pub mod hole;
pub mod lab;
pub mod lab_toml;
pub mod mirror;
pub mod starter;

use std::path::{Path, PathBuf};

/// Returns the root of the repository: the folder above the runner's own crate.
pub fn root() -> PathBuf {
    // cargo sets the variable when it starts the runner. Without cargo, the path from the build is used.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let above = own.parent().map(PathBuf::from).unwrap_or_default();
    if above.join("xtask").is_dir() { above } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..") }
}

/// Returns a path below a folder as it is shown and recorded: with `/` between its parts, on every system.
pub fn shown(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
