//! What to start, and how it ended.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Returns the path of this executable. On Linux it also works after the file was rebuilt or removed.
pub fn own_executable() -> PathBuf {
    if cfg!(target_os = "linux") {
        return "/proc/self/exe".into();
    }
    std::env::current_exe().unwrap_or_default()
}

/// What to start and how.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Program and arguments.
    pub argv: Vec<OsString>,
    /// Variables set in addition to the runner's own environment; `None` removes one.
    pub env: Vec<(OsString, Option<OsString>)>,
    /// Working directory; the runner's own when `None`.
    pub dir: Option<PathBuf>,
    /// Whether its standard output is [`FULL`], so that every write to it fails.
    pub full_output: bool,
}

/// The device to which every write fails: the disk is full (ENOSPC, see full(4)). Only some systems have it.
pub const FULL: &str = "/dev/full";

impl Spec {
    /// Sets and removes the command's variables.
    pub(super) fn set_env(&self, command: &mut Command) {
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Code(i32),
    /// A signal of this number ended it.
    #[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has signals"))]
    Signal(i32),
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(101) => write!(out, "exited with status 101 (a Rust panic)"),
            Exit::Code(code) => write!(out, "exited with status {code}"),
            Exit::Signal(number) => write!(out, "was ended by {}", signal_name(*number)),
        }
    }
}

fn signal_name(number: i32) -> String {
    #[cfg(unix)]
    if let Ok(signal) = nix::sys::signal::Signal::try_from(number) {
        return signal.as_str().to_string();
    }
    format!("signal {number}")
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
