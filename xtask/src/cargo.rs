//! What is built, and where it lies.

use crate::program::{self, Exit, Spec};
use crate::subject::{Command, Programs};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The programs of a lesson among what was built: `kind` is `solution` or `lesson`. `None` when one did not compile.
pub fn programs(kind: &str, number: &str, built: &HashMap<String, PathBuf>) -> Option<Programs> {
    let one = |half: &str| {
        let path = built.get(&format!("{kind}-{number}-{half}"))?;
        Some(Command::from(vec![path.to_string_lossy().into_owned()]))
    };
    Some(Programs { server: one("server")?, client: one("client")? })
}

/// Builds these packages in the workspace at `root`, cargo's own messages on standard error as cargo shows them.
/// The answer holds the executables by name; one that is missing did not compile.
///
/// # Errors
/// When cargo cannot be started.
pub fn build(
    root: &Path,
    packages: &[String],
    target: Option<&Path>,
    quiet: bool,
) -> anyhow::Result<HashMap<String, PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut argv: Vec<OsString> = vec![cargo, "build".into(), "--keep-going".into()];
    argv.push("--message-format=json-render-diagnostics".into());
    for package in packages {
        argv.extend(["--package".into(), package.into()]);
    }
    if quiet {
        argv.push("--quiet".into());
    }
    if let Some(target) = target {
        argv.extend(["--target-dir".into(), target.into()]);
    }
    let spec = Spec { argv, env: Vec::new(), dir: Some(root.to_path_buf()) };
    let mut built = HashMap::new();
    let exit = program::run_tool(&spec, |line| {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { return };
        if message["reason"] == "compiler-artifact"
            && let (Some(name), Some(path)) =
                (message["target"]["name"].as_str(), message["executable"].as_str())
        {
            built.insert(name.to_string(), PathBuf::from(path));
        }
    })
    .context("cargo is needed to build the programs; install Rust with rustup")?;
    match exit {
        Exit::Signal(_) => bail!("cargo {exit}"),
        Exit::Code(_) => Ok(built),
    }
}
