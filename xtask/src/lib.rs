//! The runner of Socket Lab: builds programs, puts a wire between them and gives a verdict.
//!
//! One room, one thing; what stands higher in this list may use what stands lower, never the other way.

pub mod address;
mod cargo;
mod check;
mod checks;
mod cli;
mod commands;
mod compare;
mod course;
mod doctor;
mod editor;
mod files;
mod given;
mod hole;
mod judge;
#[cfg(target_os = "linux")]
mod keeper;
#[cfg(not(target_os = "linux"))]
#[path = "keeper_portable.rs"]
mod keeper;
pub mod kernel;
mod lab;
mod mirror;
mod output;
mod patience;
pub mod peer;
mod program;
mod progress;
mod report;
mod ribbon;
mod saves;
mod starter;
mod subject;
mod terminal;
pub mod wire;
mod workspace;

use std::process::ExitCode;

/// The whole program: `main` of the executable, and of the tests' own copy of it.
pub fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|verb| verb == keeper::VERB) {
        return keeper::main(&args[2..]);
    }
    #[cfg(unix)]
    if args.get(1).is_some_and(|verb| verb == terminal::VERB) {
        return terminal::guard();
    }
    commands::run_verb(cli::parse())
}
