//! One student, in a process of its own: what ends it, or keeps it too long, ends that student only.

use super::around::Around;
use super::class::Class;
use super::job::{self, Job, out_of_time};
use super::made_with;
use super::students::Student;
use super::verdict::{Status, without};
use crate::course::Lesson;
use crate::system::exit::Exit;
use crate::system::folder::Folder;
use crate::system::program::interrupted;
use crate::system::program::worker::{Heard, LAST_WORDS, Worker};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// How many processes may end in the middle of one lesson before it is not judged: the first may have been an accident.
const TRIES: usize = 2;

/// Judges one student; returns the values of the lessons, or `None` when the runner was interrupted. `place` is where the
/// student's programs are built, `around` what stands around them; `now` is told what is being judged.
///
/// # Errors
/// When no folder can be made, or no process started.
pub fn judge(
    class: &Class,
    around: &Around,
    student: &Student,
    place: &Path,
    mut now: impl FnMut(&str),
) -> anyhow::Result<Option<Vec<Value>>> {
    if student.hand_ins.len() > 1 {
        let files = student.files().iter().map(|file| format!("`{file}`")).collect::<Vec<_>>();
        let why = format!("handed in more than once: {}; leave one of them", files.join(" and "));
        return Ok(Some(rest(class, 0, Status::Ambiguous, |_| why.clone())));
    }
    let work = Folder::roomy(place)?;
    let start = Instant::now();
    let mut lessons: Vec<Value> = Vec::new();
    let mut tries = 0;
    while lessons.len() < class.lessons.len() {
        let left = Duration::from_secs(class.limit).saturating_sub(start.elapsed());
        let before = lessons.len();
        let heard = one_process(class, around, student, work.path(), &mut lessons, left, &mut now)?;
        if interrupted() {
            return Ok(None);
        }
        let from = lessons.len();
        if from > before {
            tries = 0;
        }
        match heard {
            _ if from == class.lessons.len() => {}
            End::Refused(why) => lessons.extend(rest(class, from, Status::Refused, |_| why.clone())),
            End::Late => {
                let why = |lesson: &Lesson| out_of_time(class.limit, lesson);
                lessons.extend(rest(class, from, Status::OutOfTime, why));
            }
            End::Died { opening, how } => {
                tries += 1;
                if tries >= TRIES {
                    let why = format!("the runner's process that judged this {how}, and so again");
                    // What cannot be opened has nothing to judge.
                    let count = if opening { class.lessons.len() } else { 1 };
                    lessons
                        .extend(rest(class, from, Status::Unable, |_| why.clone()).into_iter().take(count));
                    tries = 0;
                }
            }
        }
    }
    Ok(Some(lessons))
}

/// Returns the values of the lessons from this one on, none of which is judged.
fn rest(class: &Class, from: usize, status: Status, why: impl Fn(&Lesson) -> String) -> Vec<Value> {
    class.lessons[from..].iter().map(|lesson| without(lesson, status, &why(lesson))).collect()
}

/// How a process came to its end before all lessons were judged.
enum End {
    /// The hand-in cannot be opened: why.
    Refused(String),
    /// The student's time was over.
    Late,
    /// It ended by itself, or somebody ended it.
    Died {
        /// Whether it was still opening the hand-in.
        opening: bool,
        /// How it ended, in words.
        how: String,
    },
}

/// Lets one process judge the lessons that are left, and collects them.
fn one_process(
    class: &Class,
    around: &Around,
    student: &Student,
    work: &Path,
    lessons: &mut Vec<Value>,
    left: Duration,
    now: &mut impl FnMut(&str),
) -> anyhow::Result<End> {
    let worker = Worker::start(&around.spec(&job(
        class,
        around,
        student,
        work,
        &class.lessons[lessons.len()..],
        left,
    ))?)?;
    // It ends itself in time. If it does not, it hangs, or somebody has stopped it.
    let until = Instant::now() + left + LAST_WORDS;
    let (mut opening, mut refused) = (true, None);
    let is_late = loop {
        match worker.hear(until) {
            Heard::Line(line) => {
                let value: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(what) = value["now"].as_str() {
                    opening = what == job::OPENING;
                    now(what);
                } else if let Some(why) = value["refused"].as_str() {
                    refused = Some(why.to_string());
                } else if is_next(&value, class, lessons) {
                    lessons.push(value);
                }
            }
            Heard::Over => break false,
            Heard::Late => break true,
        }
    };
    let exit = worker.end().map(|exit| around.without_box(exit));
    Ok(match refused {
        Some(why) => End::Refused(why),
        None if is_late => End::Late,
        None => End::Died { opening, how: how(exit, &worker.errors()) },
    })
}

/// Returns whether this is the value of the lesson that comes next.
fn is_next(value: &Value, class: &Class, lessons: &[Value]) -> bool {
    let next = class.lessons.get(lessons.len()).map(|lesson| lesson.dir());
    value["checks"].is_array() && next.is_some_and(|next| value["lesson"] == next)
}

/// Returns how a process ended, in words.
fn how(exit: Option<Exit>, errors: &str) -> String {
    match exit {
        // Its keeper was ended, and ended it.
        None => "was ended by somebody".into(),
        Some(Exit::Signal(9)) => "was ended by SIGKILL: by somebody, or because memory ran out".into(),
        Some(exit) => {
            let said = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            if said.is_empty() { exit.to_string() } else { format!("{exit} ({})", said.trim()) }
        }
    }
}

fn job(
    class: &Class,
    around: &Around,
    student: &Student,
    work: &Path,
    lessons: &[&'static Lesson],
    left: Duration,
) -> Job {
    let hand_in = &student.hand_ins[0].path;
    Job {
        hand_in: std::path::absolute(hand_in).unwrap_or_else(|_| hand_in.clone()),
        name: student.named.name.clone(),
        work: work.to_path_buf(),
        seed: class.seed,
        left,
        limit: class.limit,
        build_limit: class.build_limit,
        tools: around.tools(),
        confining: around.confining(),
        is_boxed: around.is_boxed(),
        lessons: lessons.to_vec(),
    }
}

impl Student {
    /// Returns the names of what was handed in.
    pub fn files(&self) -> Vec<String> {
        let file = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.hand_ins.iter().map(|hand_in| file(&hand_in.path)).collect()
    }
}

/// Returns the report of a student.
pub fn report(class: &Class, student: &Student, lessons: Vec<Value>) -> Value {
    json!({
        "schema": 1,
        "seed": class.seed,
        "student": student.named.name,
        "made_with": made_with::of_report(&class.made_with),
        "found_at": student.files().join(", "),
        "lessons": lessons,
    })
}
