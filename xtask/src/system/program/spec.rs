//! What to start.

use super::confine::Confinement;
use super::variables;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Returns the path of this executable. On Linux it also works after the file was rebuilt or removed.
pub fn own_executable() -> PathBuf {
    if cfg!(target_os = "linux") {
        return "/proc/self/exe".into();
    }
    std::env::current_exe().unwrap_or_default()
}

/// What to start and how.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// Program and arguments.
    pub argv: Vec<OsString>,
    /// Variables set in addition to the runner's own environment; `None` removes one. Of the runner's own, a confined program gets
    /// those that [`variables::has_confined`] names.
    pub env: Variables,
    /// Working directory; the runner's own when `None`.
    pub dir: Option<PathBuf>,
    /// Whether its standard output is [`FULL`], so that every write to it fails.
    pub full_output: bool,
    /// What it may do; `None`: all that the runner may.
    pub confine: Option<Confinement>,
}

/// Variables to set, by their names; `None` removes one.
pub type Variables = Vec<(OsString, Option<OsString>)>;

/// Returns the variables that name the folder for temporary files, on every system.
pub fn temporary(dir: &Path) -> Variables {
    ["TMPDIR", "TMP", "TEMP"].map(|name| (name.into(), Some(dir.into()))).into()
}

/// The device to which every write fails: the disk is full (ENOSPC, see full(4)). Only some systems have it.
pub const FULL: &str = "/dev/full";

impl Spec {
    /// Sets what the command gets beside its words: variables, folder, and these ends of its pipes.
    pub(super) fn set_up(&self, command: &mut Command, pipes: Pipes) {
        // What other systems need in the environment is not known here.
        if cfg!(target_os = "linux") && self.confine.is_some() {
            for name in variables::all_but(variables::has_confined) {
                command.env_remove(name);
            }
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        command.stdin(pipes.stdin).stdout(pipes.stdout).stderr(pipes.stderr);
    }
}

/// The program's ends of its three pipes.
pub struct Pipes {
    /// Standard input.
    pub stdin: Stdio,
    /// Standard output.
    pub stdout: Stdio,
    /// Standard error.
    pub stderr: Stdio,
}
