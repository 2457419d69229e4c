//! What all students need is built and fetched once, before the first one: their builds have no network.

use crate::bench::HASH;
use crate::course::Lesson;
use crate::system::program::{self, Spec};
use crate::workspace;
use crate::workspace::cargo::{self, Show};
use crate::workspace::handed_in::{UNPACK, unpacker};
use std::path::PathBuf;

/// Fetches the crates that the lab knows, and builds what checks of these lessons, hand-ins of one half, and archives, need.
/// Returns these programs by their names.
///
/// # Errors
/// When cargo cannot be started.
pub fn prepare(lessons: &[&Lesson], has_archives: bool) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut tools = Vec::new();
    let root = workspace::root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let argv = vec![cargo, "fetch".into(), "--quiet".into(), "--locked".into()];
    // Without a network, what is there must do; a build that lacks something says so.
    let fetch = Spec { argv, dir: Some(root.clone()), ..Spec::default() };
    let _ = program::run_tool(&fetch, None, false, |_, _| {});
    // A hand-in of one half is judged beside the reference for the other half; the box does not show what that is built from.
    let mut packages: Vec<String> =
        lessons.iter().map(|lesson| format!("solution-{}", lesson.dir())).collect();
    packages.extend(lessons.iter().any(|lesson| lesson.hashes).then(|| HASH.to_string()));
    let built = cargo::build(&root, &packages, None, Show::Messages)?;
    tools.extend(built.programs);
    if has_archives {
        // Where it cannot be built, folders are judged all the same, and each archive says why it is not.
        tools.extend(unpacker().ok().map(|path| (UNPACK.to_string(), path)));
    }
    Ok(tools)
}
