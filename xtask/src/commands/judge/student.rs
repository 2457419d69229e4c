//! The hidden verb that judges one student, lesson by lesson, and tells of it on standard output.
//!
//! A line is a JSON object: `{"now": …}` says what is being judged, `{"refused": why}` that the hand-in cannot be opened,
//! and everything else is the report of one lesson. At the end of standard input, or of the student's time, it ends its
//! programs, tells what it has, and ends.

use super::found;
use super::job::{Job, LESSONS, OPENING, VERB, out_of_time};
use super::scrub::Scrub;
use super::verdict::{self, Status, without};
use crate::commands::shared::{INTERRUPTED, UNABLE, print};
use crate::course::Lesson;
use crate::system::program;
use crate::system::program::worker::LAST_WORDS;
use crate::workspace;
use crate::workspace::handed_in::{self, HandIn, Place};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
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
    let (opened, lessons) = (job.work.join("opened"), job.work.join(LESSONS));
    // An earlier process of this student may have left something.
    for folder in [&opened, &lessons] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
    }
    workspace::build_below(&job.work);
    let hand_in = HandIn { name: job.name.clone(), path: job.hand_in.clone() };
    let opened = match handed_in::open(&hand_in, &opened) {
        Ok(opened) => opened,
        Err(_) if program::interrupted() => return Ok(()),
        Err(error) => {
            tell(&json!({"refused": Scrub::of(job, None).text(&format!("{error:#}"))}));
            return Ok(());
        }
    };
    let scrub = Scrub::of(job, Some(&opened));
    let places: Vec<Place> =
        job.lessons.iter().map(|lesson| handed_in::find(&opened, &lesson.dir())).collect();
    found::gather(
        &lessons,
        job.lessons.iter().zip(&places).filter_map(|(lesson, place)| match place {
            Place::Found { dir, .. } => Some((lesson.dir(), dir.as_path())),
            _ => None,
        }),
    )?;
    for (lesson, place) in job.lessons.iter().zip(&places) {
        if program::interrupted() && !IS_OVER.load(Ordering::SeqCst) {
            return Ok(());
        }
        tell(&json!({"now": lesson.dir()}));
        let mut value = one(job, lesson, place, &lessons);
        scrub.value(&mut value);
        if program::interrupted() && !IS_OVER.load(Ordering::SeqCst) {
            return Ok(());
        }
        tell(&value);
    }
    Ok(())
}

/// Returns the value of one lesson.
fn one(job: &Job, lesson: &'static Lesson, place: &Place, lessons: &Path) -> Value {
    let is_over = || IS_OVER.load(Ordering::SeqCst);
    let shown = match place {
        _ if is_over() => return without(lesson, Status::OutOfTime, &out_of_time(job.limit)),
        Place::Found { shown, .. } => shown,
        Place::NotFound => {
            let why = format!(
                "there is no folder {} with a Cargo.toml or a lab.toml, at the top or up to four folders deep",
                lesson.dir()
            );
            return without(lesson, Status::NotFound, &why);
        }
        Place::Ambiguous(places) => {
            let why = format!("found more than once: {}; leave one of them", places.join(", "));
            return without(lesson, Status::Ambiguous, &why);
        }
        Place::Refused(why) => return without(lesson, Status::Refused, why),
    };
    let (mut value, status, why) = match found::judge(job, lesson, lessons) {
        Ok(judged) => judged,
        Err(error) => (without(lesson, Status::Unable, &format!("{error:#}")), Status::Unable, None),
    };
    if is_over() {
        let why = out_of_time(job.limit);
        for name in ["status", "why"] {
            value.as_object_mut().map(|value| value.remove(name));
        }
        verdict::add(&mut value, lesson, Status::OutOfTime, Some(&why), Some(shown));
        return value;
    }
    verdict::add(&mut value, lesson, status, why.as_deref(), Some(shown));
    value
}
