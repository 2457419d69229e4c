//! Builds programs with cargo, and finds them.

use crate::system::program;

use crate::system::program::{Exit, Spec};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The result of a build.
#[derive(Default)]
pub struct Built {
    /// The executables by name; one that is missing did not compile.
    pub programs: HashMap<String, PathBuf>,
    /// The first error and its place; known only of builds for a report, which have a `target` of their own.
    pub error: Option<String>,
}

/// Builds these packages in the workspace at `root`; shows cargo's own messages on standard error, as cargo does.
///
/// # Errors
/// When cargo cannot be started.
pub fn build(root: &Path, packages: &[String], target: Option<&Path>, quiet: bool) -> anyhow::Result<Built> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut argv: Vec<OsString> = vec![cargo, "build".into(), "--keep-going".into()];
    // A reader of the report does not see cargo's messages. For a report, this function reads them, too, and shows
    // them.
    argv.push(
        format!("--message-format=json{}", if target.is_some() { "" } else { "-render-diagnostics" }).into(),
    );
    for package in packages {
        argv.extend(["--package".into(), package.into()]);
    }
    if quiet {
        argv.push("--quiet".into());
    }
    if let Some(target) = target {
        argv.extend(["--target-dir".into(), target.into()]);
    }
    let spec = Spec { argv, env: Vec::new(), dir: Some(root.to_path_buf()), full_output: false };
    let mut built = Built::default();
    let exit = program::run_tool(&spec, |line| {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { return };
        if let Some(text) = message["message"]["rendered"].as_str() {
            eprint!("{text}");
            if message["message"]["level"] == "error" && built.error.is_none() {
                built.error = Some(first_error(&message["message"]));
            }
        }
        if message["reason"] == "compiler-artifact"
            && let (Some(name), Some(path)) =
                (message["target"]["name"].as_str(), message["executable"].as_str())
        {
            built.programs.insert(name.to_string(), PathBuf::from(path));
        }
    })
    .context("cargo is needed to build the programs; install Rust with rustup")?;
    match exit {
        Exit::Signal(_) => bail!("cargo {exit}"),
        Exit::Code(_) => Ok(built),
    }
}

/// Returns one of rustc's errors, given as JSON, in one line: `mismatched types (src/bin/server.rs:3:5)`.
fn first_error(message: &serde_json::Value) -> String {
    let what = message["message"].as_str().unwrap_or("an error");
    let spans = message["spans"].as_array();
    match spans.and_then(|spans| spans.iter().find(|span| span["is_primary"] == true)) {
        Some(span) => format!(
            "{what} ({}:{}:{})",
            span["file_name"].as_str().unwrap_or("?"),
            span["line_start"],
            span["column_start"]
        ),
        None => what.to_string(),
    }
}
