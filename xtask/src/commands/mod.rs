//! One file a verb, each thin. Uses all rooms below.

mod compare;
mod completions;
mod diff;
mod doctor;
mod editor;
mod greet;
mod hint;
mod judge;
mod list;
mod pack;
mod predict;
mod reset;
mod results;
mod run;
mod shared;
mod starters;
mod talk;
mod trace;
mod watch;
mod wire;

pub use results::{VERB as RESULTS_VERB, results as make_results};
#[cfg(unix)]
pub use watch::{TERMINAL_VERB, guard_terminal};

pub use judge::{STUDENT_VERB, judge_student};

use crate::cli::{Cli, Verb};
use crate::report::text::{WIDTH, wrap};
use crate::system::program;
use shared::{INTERRUPTED, UNABLE, USAGE, Usage};
use std::process::ExitCode;

/// Runs the verb; turns an error into one clear message.
pub fn run_verb(cli: Cli) -> ExitCode {
    let result = match cli.verb {
        Some(Verb::Run(args)) => run::run(&args),
        Some(Verb::Watch(args)) => watch::watch(&args),
        Some(Verb::Predict(args)) => predict::predict(&args),
        Some(Verb::List) => list::list(),
        Some(Verb::Trace(args)) => trace::trace(&args),
        Some(Verb::Compare(args)) => compare::compare(&args),
        Some(Verb::Judge(args)) => judge::judge(&args),
        Some(Verb::Hint(args)) => hint::hint(&args),
        Some(Verb::Diff(args)) => diff::diff(&args),
        Some(Verb::Reset(args)) => reset::reset(&args),
        None => greet::greet(),
        Some(Verb::Doctor) => doctor::doctor(),
        Some(Verb::Completions(args)) => completions::completions(&args),
        Some(Verb::Talk(args)) => talk::talk(&args),
        Some(Verb::Wire(args)) => wire::wire(&args),
        Some(Verb::Starters(args)) => starters::starters(&args),
        Some(Verb::Pack(args)) => pack::pack(&args),
    };
    if program::interrupted() {
        program::wait_ended();
        eprintln!("\ninterrupted: every program under test has been ended");
        return ExitCode::from(INTERRUPTED);
    }
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            let status = if error.is::<Usage>() { USAGE } else { UNABLE };
            eprintln!("{}", told(&error));
            ExitCode::from(status)
        }
    }
}

/// Returns an error's text; its last line is the next command.
fn told(error: &anyhow::Error) -> String {
    let lines = format!("error: {error:#}").lines().map(String::from).collect::<Vec<_>>();
    // A command is not broken, so that it can be copied.
    let wrapped = lines.iter().flat_map(|line| match line.contains("cargo xtask") || line.starts_with(' ') {
        true => vec![line.clone()],
        false => wrap(line, WIDTH),
    });
    let text = wrapped.collect::<Vec<_>>().join("\n");
    if text.lines().last().is_some_and(|line| line.contains("cargo xtask")) {
        return text;
    }
    let verb = std::env::args().nth(1).unwrap_or_default();
    let next =
        if error.is::<Usage>() { format!("cargo xtask {verb} --help") } else { "cargo xtask doctor".into() };
    format!("{text}\nnext: {next}")
}
