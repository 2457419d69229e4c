//! The package that unpacks archives.

use anyhow::Context;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The package, and its executable.
pub const UNPACK: &str = "lab-unpack";

/// Returns the executable of the package, which is built when first needed.
pub fn unpacker() -> anyhow::Result<PathBuf> {
    static BUILT: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*built {
        return Ok(path.clone());
    }
    let path = match crate::workspace::tool(UNPACK) {
        Some(path) => path,
        None => build()?,
    };
    *built = Some(path.clone());
    Ok(path)
}

#[cfg(not(test))]
fn build() -> anyhow::Result<PathBuf> {
    use crate::workspace::cargo::{self, Show};
    let mut built = cargo::build(&crate::workspace::root(), &[UNPACK.to_string()], None, Show::Messages)?;
    built.programs.remove(UNPACK).with_context(|| {
        format!("the package {UNPACK} was not built: cargo's message above says why; archives need it")
    })
}

/// Builds the package without a keeper: the tests' own executable is none.
#[cfg(test)]
fn build() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").context("cargo runs the tests")?;
    let root = crate::workspace::root();
    let status = std::process::Command::new(cargo)
        .args(["build", "--quiet", "--package", UNPACK])
        .current_dir(root)
        .status()?;
    assert!(status.success(), "{UNPACK} is not built");
    // This executable lies in `deps` beside it.
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(std::path::Path::parent).context("the folder of what cargo built")?;
    Ok(folder.join(UNPACK).with_extension(std::env::consts::EXE_EXTENSION))
}
