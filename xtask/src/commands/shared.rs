//! What the verbs share: words for errors, the learner's place, names on the command line.

use crate::course::{self, LESSONS, Lesson, NotFound};
use crate::report::text::{WIDTH, wrap};
use crate::system::program;
use crate::workspace;
use crate::workspace::lab::{Lab, State};
use anyhow::Context;

/// Wrong usage, found after the command line was parsed.
pub const USAGE: u8 = 2;
/// The runner could not judge.
pub const UNABLE: u8 = 3;
/// It was interrupted.
pub const INTERRUPTED: u8 = 130;
/// How long it may take to hand over its report after that.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(10);

/// From now on Ctrl-C ends every program under test, and then the runner, with status 130.
///
/// # Errors
/// When the handler cannot be set.
pub fn stop_at_ctrl_c() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        program::end_all();
        // With its programs gone the runner comes to its end by itself, and hands over what it has; or else it is ended.
        std::thread::sleep(LAST_WORDS);
        std::process::exit(INTERRUPTED.into());
    })
    .context("Ctrl-C handler")
}

/// What was typed cannot be done; the message says what to type.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.0.trim_end())
    }
}

impl std::error::Error for Usage {}

/// The learner's own folder.
pub fn lab() -> Lab {
    Lab::of(&workspace::root())
}

/// Where the learner stands; what had to be set aside is told.
pub fn known() -> State {
    let (state, message) = lab().load();
    if let Some(message) = message {
        eprintln!("note: {message}");
    }
    state
}

/// The lesson that `word` names; the one that the learner is at where there is none.
///
/// # Errors
/// As [`lesson`].
pub fn lesson_or_current(word: Option<&str>, state: &State) -> anyhow::Result<&'static Lesson> {
    word.map_or_else(|| Ok(current(state)), lesson)
}

/// The lesson that the learner is at: the one last worked on, or the first that has not passed.
pub fn current(state: &State) -> &'static Lesson {
    let worked_on = LESSONS.iter().find(|lesson| state.current.as_deref() == Some(&lesson.dir()));
    let next = LESSONS.iter().find(|lesson| !state.passed.contains(&lesson.dir()));
    worked_on.or(next).unwrap_or(&LESSONS[0])
}

/// The lesson that is to be done after `lesson`: the next one that has not passed, or else the first such.
pub fn after(lesson: &Lesson, state: &State) -> Option<&'static Lesson> {
    let to_do = |other: &&Lesson| other.number != lesson.number && !state.passed.contains(&other.dir());
    let later = LESSONS.iter().filter(|other| other.number > lesson.number).find(to_do);
    later.or_else(|| LESSONS.iter().find(to_do))
}

/// The lesson that `word` names.
///
/// # Errors
/// [`Usage`] with the list and the nearest name.
pub fn lesson(word: &str) -> anyhow::Result<&'static Lesson> {
    course::find(word).map_err(|why| {
        let what = match why {
            NotFound::Number(number, last) => {
                format!("there is no lesson {number}; the last one so far is {last}")
            }
            NotFound::Name(word, None) => format!("there is no lesson `{word}`"),
            NotFound::Name(word, Some(near)) => {
                format!("there is no lesson `{word}`; did you mean `{near}`?")
            }
        };
        let all: String = LESSONS.iter().map(|lesson| row(lesson, 0)).collect();
        Usage(format!("{what}\n\nThe lessons:\n{all}")).into()
    })
}

/// The wire of this name.
///
/// # Errors
/// [`Usage`] with all names.
pub fn find_wire(word: &str) -> anyhow::Result<crate::wire::Kind> {
    word.parse().map_err(|message| Usage(message).into())
}

/// Prints to standard output; a reader that has gone (`| head`) is no error.
pub fn print(text: &str) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// A lesson in the list, at most 80 columns wide when it begins after `margin` columns.
pub fn row(lesson: &Lesson, margin: usize) -> String {
    let lines = wrap(lesson.idea, WIDTH - 22 - margin);
    let mut out = format!("{}  {:<10}", lesson.id(), lesson.name);
    for (n, line) in lines.iter().enumerate() {
        let margin = if n == 0 { " ".into() } else { " ".repeat(22 + margin) };
        out += &format!("{margin}{line}\n");
    }
    out
}
