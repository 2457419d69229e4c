//! The hidden verb that judges one student, lesson by lesson, and tells of it on standard output.
//!
//! A line is a JSON object: `{"now": …}` says what is being judged, `{"refused": why}` that the hand-in cannot be opened,
//! and everything else is the report of one lesson. At the end of standard input, or of the student's time, it ends its
//! programs, tells what it has, and ends.

use super::found;
use super::job::{Job, OPENING, VERB, out_of_time};
use super::scrub::Scrub;
use super::verdict::{Status, without};
use crate::commands::run::Plan;
use crate::commands::shared::{INTERRUPTED, UNABLE, print};
use crate::system::program;
use crate::system::program::boxed;
use crate::system::program::worker::LAST_WORDS;
use crate::workspace;
use crate::workspace::handed_in::{self, HandIn, Refused};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Whether the student's time is over.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Runs the verb.
pub fn main(words: &[OsString]) -> ExitCode {
    let Some(job) = Job::read(words) else {
        eprintln!("{VERB} is the runner's own; type `cargo xtask --help`");
        return ExitCode::from(2);
    };
    if job.is_boxed {
        boxed::enter();
    }
    end_with_input();
    end_after(job.left);
    let worked = work(&job);
    if program::interrupted() {
        program::wait_ended();
    }
    match worked {
        _ if program::interrupted() && !IS_OVER.load(Ordering::SeqCst) => ExitCode::from(INTERRUPTED),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(UNABLE)
        }
    }
}

/// Ends all when the runner closes standard input, or is gone.
fn end_with_input() {
    thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        end(INTERRUPTED);
    });
}

/// Ends all when the student's time is over.
fn end_after(left: Duration) {
    thread::spawn(move || {
        thread::sleep(left);
        IS_OVER.store(true, Ordering::SeqCst);
        end(UNABLE);
    });
}

/// Ends the programs; then this process has time to tell what it has.
fn end(status: u8) {
    program::end_all();
    thread::sleep(LAST_WORDS / 2);
    std::process::exit(status.into());
}

fn tell(value: &Value) {
    print(&format!("{value}\n"));
}

fn work(job: &Job) -> anyhow::Result<()> {
    tell(&json!({"now": OPENING}));
    let is_over = || IS_OVER.load(Ordering::SeqCst);
    // The runner wants nothing any more.
    let is_ended = || program::interrupted() && !is_over();
    workspace::build_below(&job.work);
    workspace::use_tools(job.tools.clone());
    let hand_in = HandIn { name: job.name.clone(), path: job.hand_in.clone() };
    let opened = match handed_in::open(&hand_in, &job.work) {
        Ok(opened) => opened,
        Err(error) if error.is::<Refused>() => {
            tell(&json!({"refused": Scrub::of(job, None).text(&format!("{error:#}"))}));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let scrub = Scrub::of(job, Some(&opened));
    let args = found::args(job, &opened);
    let plan = Plan::of(&args)?;
    for lesson in &job.lessons {
        tell(&json!({"now": lesson.dir()}));
        let mut value = match is_over() {
            true => without(lesson, Status::OutOfTime, &out_of_time(job.limit, lesson)),
            false => found::judge(job, &plan, lesson, is_over)
                .unwrap_or_else(|error| without(lesson, Status::Unable, &format!("{error:#}"))),
        };
        if is_ended() {
            return Ok(());
        }
        scrub.value(&mut value);
        tell(&value);
    }
    Ok(())
}
