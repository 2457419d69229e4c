//! `cargo xtask judge`: a whole class, each student in a process of its own.

mod alone;
mod around;
mod class;
mod closing;
mod containment;
mod found;
mod interpreters;
mod job;
mod key;
mod made_with;
mod merge;
mod plan;
mod prepare;
mod record;
mod schedule;
mod scrub;
mod shard;
mod student;
mod students;
mod supervise;
mod told;
mod verdict;

pub use job::VERB as STUDENT_VERB;
pub use student::main as judge_student;

use super::shared::{INTERRUPTED, LAST_WORDS};
use crate::cli::Judge;
use crate::report::class as results;
use crate::system::folder;
use crate::system::program::{self, worker};
use alone::alone_in;
use anyhow::{Context, bail};
use closing::close;
use plan::Plan;
use std::fs;

/// Judges the students that have no report of their hand-in yet, and makes the tables anew; or joins results.
///
/// # Errors
/// When the command line, a folder or a file is not as it must be.
pub fn judge(args: &Judge) -> anyhow::Result<u8> {
    if args.merge {
        return merge::merge(args);
    }
    let plan = Plan::of(args)?;
    let (handed_in, results) = (args.handed_in.display(), &args.results);
    if plan.whole == 0 {
        bail!("there is no hand-in in {handed_in}: it must hold a folder or an archive of each student");
    }
    fs::create_dir_all(results).with_context(|| format!("make {}", results.display()))?;
    let _alone = alone_in(results)?;
    stop_at_ctrl_c()?;
    plan.class.write(results)?;
    plan.notes.iter().for_each(|note| eprintln!("note: {note}"));
    let judged = schedule::run(&plan, results);
    // What an earlier run left that was killed.
    folder::sweep();
    judged?;
    results::write(results)?;
    if program::interrupted() {
        eprintln!("who was judged is kept; the same command goes on with the others");
        return Ok(INTERRUPTED);
    }
    Ok(close(&plan.class, results, false))
}

/// Makes Ctrl-C end every student's programs, and then the runner.
fn stop_at_ctrl_c() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        program::let_none_start();
        worker::end_all();
        program::end_all();
        std::thread::sleep(LAST_WORDS);
        std::process::exit(INTERRUPTED.into());
    })
    .context("Ctrl-C handler")
}
