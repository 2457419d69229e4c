//! Judges the students of a class, several at once, and keeps what comes of each as soon as it is there.

use super::around::Around;
use super::class::{Class, Named};
use super::containment::Containment;
use super::plan::Plan;
use super::prepare::prepare;
use super::record::{self, Record, Standing};
use super::students::Student;
use super::supervise;
use super::told::{Told, clean, outcome};
use crate::system::program;
use crate::workspace;
use crate::workspace::handed_in;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How often a terminal shows the time.
const TICK: Duration = Duration::from_millis(500);

/// What comes from those who judge.
enum News {
    /// What is being judged of this student.
    Now(usize, String),
    /// The student has a report.
    Done(usize, String, Duration),
    /// The student has none: why.
    Failed(usize, String),
    /// A line about a student.
    Note(String),
}

/// Judges all who have no report of their hand-in yet.
///
/// # Errors
/// When the runner cannot work at all.
pub fn run(plan: &Plan, results: &Path) -> anyhow::Result<()> {
    let class = &plan.class;
    let waiting: Vec<(usize, Standing, String)> = plan
        .students
        .iter()
        .enumerate()
        .filter_map(|(place, student)| {
            let digest = digest(student);
            let standing = Record::of(results, &student.named.key).standing(class, &digest);
            (standing != Standing::Judged).then_some((place, standing, digest))
        })
        .collect();
    let done = plan.students.len() - waiting.len();
    let mut told = Told::new(plan.students.len(), done);
    told.line(&begin(plan, done));
    told.line(&contained(&plan.containment));
    if waiting.is_empty() {
        return Ok(());
    }
    let all = waiting.iter().flat_map(|(place, ..)| &plan.students[*place].hand_ins);
    let tools =
        prepare(&class.lessons, all.into_iter().any(|hand_in| handed_in::archive_of(hand_in).is_some()))?;
    let place = workspace::builds(&workspace::root()).join("class");
    let around = Around::of(&place, tools, plan)?;
    let jobs = plan.jobs.min(waiting.len());
    let queue = Mutex::new(waiting.into_iter());
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (send, queue, place, around) = (send.clone(), &queue, &place, &around);
            scope.spawn(move || {
                let next = || queue.lock().ok()?.next();
                while let Some((number, standing, digest)) = next().filter(|_| !program::interrupted()) {
                    let one = One {
                        class,
                        around,
                        student: &plan.students[number],
                        results,
                        place,
                        digest: &digest,
                    };
                    let _ = send.send(one.judge(number, &standing, &send));
                }
            });
        }
        drop(send);
        let named = |number: usize| -> &Named { &plan.students[number].named };
        loop {
            match receive.recv_timeout(TICK) {
                Ok(News::Now(number, what)) => told.now(named(number), &what),
                Ok(News::Done(number, what, took)) => told.done(named(number), &what, took),
                Ok(News::Failed(number, why)) => told.failed(named(number), &why),
                Ok(News::Note(text)) => told.line(&text),
                Err(RecvTimeoutError::Timeout) => told.show(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    Ok(())
}

/// Returns the first line: what is to be done.
fn begin(plan: &Plan, done: usize) -> String {
    let (class, all) = (&plan.class, plan.students.len());
    let part =
        class.shard.as_ref().map_or(String::new(), |shard| format!(" (part {shard} of {})", plan.whole));
    let earlier = if done > 0 { format!(", {done} of them judged earlier") } else { String::new() };
    let (lessons, seed, limit) = (class.lessons_in_words(), class.seed, class.limit);
    let students = if all == 1 { "1 student".into() } else { format!("{all} students") };
    format!(
        "{students}{part}{earlier}: {lessons}, seed {seed}, {} at once, at most {limit} s on the clock each",
        plan.jobs
    )
}

/// Returns the line that says what keeps each student's programs from everything else, and what would.
fn contained(containment: &Containment) -> String {
    let words = containment.words();
    match &containment.boxed {
        Err(why) if containment.is_on => format!("each student is {words}\nfor the box: {}", why.mend()),
        _ => format!("each student is {words}"),
    }
}

/// Returns the digest of what a student has handed in. What cannot be read has one of its own.
fn digest(student: &Student) -> String {
    let one =
        |hand_in| handed_in::digest(hand_in).unwrap_or_else(|error| format!("cannot be read: {error:#}"));
    student.hand_ins.iter().map(one).collect::<Vec<_>>().join("+")
}

/// One student to be judged.
struct One<'a> {
    class: &'a Class,
    around: &'a Around,
    student: &'a Student,
    results: &'a Path,
    place: &'a PathBuf,
    digest: &'a str,
}

impl One<'_> {
    fn judge(&self, number: usize, standing: &Standing, send: &Sender<News>) -> News {
        let start = Instant::now();
        match self.report(number, standing, send) {
            Ok(Some(what)) => News::Done(number, what, start.elapsed()),
            Ok(None) => News::Failed(number, "interrupted".into()),
            Err(_) if program::interrupted() => News::Failed(number, "interrupted".into()),
            Err(error) => News::Failed(number, format!("not judged: {error:#}")),
        }
    }

    /// Judges the student and writes the report; returns what came of it in words, or `None` after an interrupt.
    fn report(
        &self,
        number: usize,
        standing: &Standing,
        send: &Sender<News>,
    ) -> anyhow::Result<Option<String>> {
        let (class, student) = (self.class, self.student);
        let now = |what: &str| drop(send.send(News::Now(number, what.into())));
        let Some(lessons) = supervise::judge(class, self.around, student, self.place, now)? else {
            return Ok(None);
        };
        let record = Record::of(self.results, &student.named.key);
        if *standing == Standing::Changed {
            let kept = record.keep_earlier()?;
            let (name, key) = (clean(&student.named.name), &student.named.key);
            let text =
                format!("{name}: the hand-in has changed; the earlier report is in students/{key}/{kept}");
            let _ = send.send(News::Note(text));
        }
        let report: Value = supervise::report(class, student, lessons);
        let hand_in = record::hand_in(class, &student.named.name, &student.files(), self.digest);
        record.write(&report, &hand_in)?;
        Ok(Some(outcome(&class.lessons, &report)))
    }
}
