//! The repository on the disk: lessons and their starters, the learner's progress, what cargo builds. It uses
//! `finding` and `system`.

pub mod cargo;
pub mod files;
pub mod hole;
pub mod lab;
pub mod lab_toml;
pub mod mirror;
pub mod sources;
pub mod starter;

use std::path::PathBuf;

/// Returns the root of the repository: the folder above the runner's own crate.
pub fn root() -> PathBuf {
    // cargo sets the variable when it starts the runner. Without cargo, the path from the build is used.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let above = own.parent().map(PathBuf::from).unwrap_or_default();
    if above.join("xtask").is_dir() { above } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..") }
}
