//! The runner of Socket Lab: builds programs, puts a wire between them and gives a verdict.
//!
//! The rooms, from the top down. A room uses only rooms below it in this list. The test `arrows` reads the imports
//! and checks this. (Blank lines keep rustfmt from sorting the list.)

// The verbs.
mod commands;

// The command line.
mod cli;

// From a check to a row of the report.
mod judge;

// What calls and segments a run consists of, as a picture.
pub mod picture;

// The verdicts of a run, in several forms.
mod report;

// The table of lessons.
mod course;

// What a learner predicts, and what then happens.
mod questions;

// What programs promise.
mod promises;

// What a promise may do.
mod bench;

// The repository on the disk.
mod workspace;

// What a check finds.
mod finding;

// What lies between client and server.
pub mod wire;

// What the operating system says and does.
pub mod system;

use std::process::ExitCode;
use system::program::keeper;

/// Runs the whole program: `main` of the executable, and of the tests' own copy of it.
pub fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|verb| verb == keeper::VERB) {
        return keeper::main(&args[2..]);
    }
    if args.get(1).is_some_and(|verb| verb == commands::RESULTS_VERB) {
        return commands::make_results(&args[2..]);
    }
    #[cfg(unix)]
    if args.get(1).is_some_and(|verb| verb == commands::TERMINAL_VERB) {
        return commands::guard_terminal();
    }
    if args.get(1).is_some_and(|verb| verb == commands::STUDENT_VERB) {
        return commands::judge_student(&args[2..]);
    }
    commands::run_verb(cli::parse())
}

/// Returns for how many seconds a check may have to wait by its promise: for a time that the protocol, or the program, names.
/// `lesson` is its number, and `row` the line of the report that names the check: `server has no time limit …`. `None` where
/// the lesson has no such check.
pub fn must_wait(lesson: &str, row: &str) -> Option<u8> {
    let lesson = course::LESSONS.iter().find(|one| one.number == lesson)?;
    let is_named = |check: &promises::CheckOn| {
        row.strip_prefix(check.half.word())
            .is_some_and(|rest| rest.trim().starts_with(check.title_on(check.wire)))
    };
    lesson.checks().find(is_named).map(|check| check.must_wait())
}
