//! The repository on the disk: lessons and their starters, the learner's progress, what cargo builds. It uses
//! `finding` and `system`.

pub mod cargo;
pub mod commit;
pub mod confined;
pub mod crates;
pub mod diagnostic;
pub mod files;
pub mod handed_in;
pub mod hole;
pub mod lab;
pub mod lab_toml;
pub mod manifest;
pub mod mirror;
pub mod repository;
pub mod shell;
pub mod sources;
pub mod starter;
pub mod toml;
pub mod toolchain;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Returns the root of the repository: the folder above the runner's own crate.
pub fn root() -> PathBuf {
    // cargo sets the variable when it starts the runner. Without cargo, the path from the build is used.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let above = own.parent().map(PathBuf::from).unwrap_or_default();
    if above.join("xtask").is_dir() { above } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..") }
}

/// Where students' lessons are built, when a caller has said so.
static BUILDS: OnceLock<PathBuf> = OnceLock::new();

/// Lets this process build students' lessons below `dir`, which the caller removes. The first call counts.
pub fn build_below(dir: &Path) {
    let _ = BUILDS.set(dir.to_path_buf());
}

/// Returns the folder below which students' lessons are built: usually beside the learner's own.
pub fn builds(root: &Path) -> PathBuf {
    let usual =
        || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    BUILDS.get().cloned().unwrap_or_else(usual)
}

/// Programs of this repository that are built already, by their names.
static TOOLS: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();

/// Lets this process take these programs, by their names, as they are. The first call counts.
pub fn use_tools(tools: Vec<(String, PathBuf)>) {
    let _ = TOOLS.set(tools);
}

/// Returns the program of a package that is built already.
pub fn tool(package: &str) -> Option<PathBuf> {
    let (_, path) = TOOLS.get()?.iter().find(|(name, _)| name == package)?;
    Some(path.clone())
}

/// Returns an empty folder for one test.
#[cfg(test)]
pub fn scratch(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("socket-lab-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a folder for temporary files");
    dir.canonicalize().expect("that folder")
}

/// Returns a path below a folder as it is shown and recorded: with `/` between its parts, on every system.
pub fn shown(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
