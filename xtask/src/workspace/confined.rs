//! What cargo, and the code of a student that it runs (build scripts, macros), may do when it builds a student's lesson.
//!
//! It writes where it builds, and nowhere else; it reads the compiler, the crates and the lesson; it calls no TCP port; and it
//! cannot reach the runner's process: so no build script can rewrite what is said of it.

use crate::system::program;
use crate::system::program::confine::{Confinement, Limits, Ports};
use crate::workspace::cargo::ConfinedBuild;
use crate::workspace::mirror::Mirror;
use crate::workspace::toolchain::Toolchain;
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};

/// How many processes and threads more than the machine has a build may have. Without a box the kernel counts those of all
/// students together: it is twice what their programs may start, so that these make no build fail.
const PROCESSES: u64 = 8192;

/// Returns how to confine the build of a lesson; `root` is the lab, `allow` what it may read in addition.
///
/// # Errors
/// When its folder for temporary files cannot be made.
pub fn build(root: &Path, mirror: &Mirror, allow: &[PathBuf]) -> anyhow::Result<ConfinedBuild> {
    let temporary = mirror.target.join("tmp");
    fs::create_dir_all(&temporary).with_context(|| format!("make {}", temporary.display()))?;
    let mut read = vec![mirror.root.clone(), root.join("vendor")];
    read.extend(configurations(&mirror.root));
    read.extend(allow.iter().cloned());
    let mut env = program::temporary(&temporary);
    if let Some(toolchain) = Toolchain::find() {
        env.extend(toolchain.env());
        read.extend(toolchain.registry());
        read.extend(
            ["config.toml", "config"].iter().filter_map(|name| Some(toolchain.home.as_ref()?.join(name))),
        );
        read.push(toolchain.sysroot);
    }
    // cargo writes it where a lesson has crates of its own.
    let write = vec![mirror.target.clone(), mirror.root.join("Cargo.lock")];
    let none = || Ports::These([].into());
    let limits = Limits { processes: Some(PROCESSES), ..Limits::default() };
    let confine = Confinement { read, write, bind: none(), connect: none(), limits };
    Ok(ConfinedBuild { confine, env })
}

/// Returns the files of cargo's configuration in the folders above this one: cargo reads them all.
fn configurations(dir: &Path) -> Vec<PathBuf> {
    let of = |dir: &Path| ["config.toml", "config"].map(|name| dir.join(".cargo").join(name));
    dir.ancestors().flat_map(of).filter(|file| file.is_file()).collect()
}
