//! Other systems than Linux have no subreaper, and so no keeper: see `group.rs`.

use std::ffi::OsString;
use std::process::ExitCode;

/// Never used here; the verb exists so that the command line is the same everywhere.
pub const VERB: &str = "__keeper";

/// Refuses the verb: there is no keeper on this platform.
pub fn main(_: &[OsString]) -> ExitCode {
    eprintln!("{VERB} is the runner's own; type `cargo xtask --help`");
    ExitCode::from(2)
}
