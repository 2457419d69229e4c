//! What all students need is built and fetched once, before the first one: their builds have no network.

use crate::bench::HASH;
use crate::course::Lesson;
use crate::system::program::{self, Spec};
use crate::workspace;
use crate::workspace::cargo::{self, Show};
use crate::workspace::handed_in::UNPACK;

/// Fetches the crates that the lab knows, and builds what checks of these lessons, and archives, need.
///
/// # Errors
/// When cargo cannot be started.
pub fn prepare(lessons: &[&Lesson], has_archives: bool) -> anyhow::Result<()> {
    let root = workspace::root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let argv = vec![cargo, "fetch".into(), "--quiet".into(), "--locked".into()];
    // Without a network, what is there must do; a build that lacks something says so.
    let fetch = Spec { argv, env: Vec::new(), dir: Some(root.clone()), full_output: false };
    let _ = program::run_tool(&fetch, None, false, |_, _| {});
    let hashes = lessons.iter().any(|lesson| lesson.hashes);
    for package in [(hashes, HASH), (has_archives, UNPACK)]
        .into_iter()
        .filter_map(|(is_used, name)| is_used.then_some(name))
    {
        cargo::build(&root, &[package.to_string()], None, Show::Messages)?;
    }
    Ok(())
}
