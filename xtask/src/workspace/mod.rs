//! The repository on the disk: lessons and their starters, the learner's progress, what cargo builds. Uses `finding` and
//! `system`.

pub mod cargo;
pub mod files;
pub mod hole;
pub mod lab;
pub mod mirror;
pub mod starter;

use std::path::PathBuf;

/// The root of the repository: the folder above the runner's own crate.
pub fn root() -> PathBuf {
    // cargo sets the variable when it runs the runner; started by hand, the runner knows where it was built.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let above = own.parent().map(PathBuf::from).unwrap_or_default();
    if above.join("xtask").is_dir() { above } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..") }
}
