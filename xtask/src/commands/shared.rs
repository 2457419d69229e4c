//! What the verbs share: errors, the learner's place, names on the command line.

use super::run::file_of;
use crate::course::{self, LESSONS, Lesson, NotFound};
use crate::finding::Half;
use crate::report::text::{WIDTH, command_row, wrap};
use crate::system::family::{FAMILIES, Family};
use crate::system::program;
use crate::workspace;
use crate::workspace::lab::{Lab, State};
use crate::workspace::{commit, lab_toml};
use anyhow::Context;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The status of wrong usage that was found after the command line was parsed.
pub const USAGE: u8 = 2;
/// The status when the runner could not judge.
pub const UNABLE: u8 = 3;
/// The status when the runner was interrupted.
pub const INTERRUPTED: u8 = 130;
/// How long the runner may take to deliver its report after that.
pub const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(10);

/// Makes Ctrl-C end every program under test, and then the runner, with status 130.
///
/// # Errors
/// When the handler cannot be set.
pub fn stop_at_ctrl_c() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        program::end_all();
        // When its programs have ended, the runner delivers what it has and ends by itself. If it does not, this ends
        // it.
        std::thread::sleep(LAST_WORDS);
        std::process::exit(INTERRUPTED.into());
    })
    .context("Ctrl-C handler")
}

/// The error for a command line that cannot be done; the message says what to type.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.0.trim_end())
    }
}

impl std::error::Error for Usage {}

/// Returns with what a hand-in is judged: the fields `runner`, `platform` and `containment` of its report.
pub fn made_with(containment: &str) -> Value {
    json!({
        "runner": commit::runner(&workspace::root()),
        "platform": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "containment": containment,
    })
}

/// Returns the learner's own folder.
pub fn lab() -> Lab {
    // The repository's own tests judge programs, and must not count them as the learner's.
    match std::env::var_os("SOCKET_LAB_HOME") {
        Some(home) => Lab::of(Path::new(&home)),
        None => Lab::of(&workspace::root()),
    }
}

/// Returns where the learner stands; prints a note when a damaged file was set aside.
pub fn known() -> State {
    let (state, message) = lab().load();
    if let Some(message) = message {
        eprintln!("note: {message}");
    }
    state
}

/// Returns the lesson that `word` names; without a word, the one that the learner is at.
///
/// # Errors
/// As [`lesson`].
pub fn lesson_or_current(word: Option<&str>, state: &State) -> anyhow::Result<&'static Lesson> {
    word.map_or_else(|| Ok(current(state)), lesson)
}

/// Returns the lesson that the learner is at: the one last worked on, or the first that has not passed.
pub fn current(state: &State) -> &'static Lesson {
    let worked_on = LESSONS.iter().find(|lesson| state.current.as_deref() == Some(&lesson.dir()));
    let next = LESSONS.iter().find(|lesson| !state.passed.contains(&lesson.dir()));
    worked_on.or(next).unwrap_or(&LESSONS[0])
}

/// Returns the line that says which lesson comes when none is named and all have passed; `None` in other cases.
pub fn again(word: Option<&str>, state: &State) -> Option<String> {
    let all = LESSONS.iter().all(|lesson| state.passed.contains(&lesson.dir()));
    let lesson = current(state);
    (word.is_none() && all)
        .then(|| format!("all lessons are passed; without a name, this is {} {}", lesson.id(), lesson.name))
}

/// Returns the lesson to do after `lesson`: the next one that is not done, or else the first such. In a run of one `half`,
/// a lesson is done when that half has passed.
pub fn after(lesson: &Lesson, state: &State, half: Option<Half>) -> Option<&'static Lesson> {
    let to_do = |other: &&Lesson| other.number != lesson.number && !is_done(other, state, half);
    let later = LESSONS.iter().filter(|other| other.number > lesson.number).find(to_do);
    later.or_else(|| LESSONS.iter().find(to_do))
}

/// Returns whether the lesson has passed, or the one `half` that people work on.
pub fn is_done(lesson: &Lesson, state: &State, half: Option<Half>) -> bool {
    let dir = lesson.dir();
    state.passed.contains(&dir) || half.is_some_and(|half| state.half(&dir, half).is_some())
}

/// Returns the command that judges `lesson`, with the programs of the last run where that named commands. The
/// `lab.toml` of a lesson names its own.
pub fn command(lesson: &Lesson, state: &State) -> String {
    let options = state.options.as_deref().filter(|_| !has_lab_toml(lesson)).unwrap_or_default();
    format!("cargo xtask run {}{options}", lesson.id())
}

/// Returns the lesson before `lesson` that the learner did last, if it passed with commands in place of Rust.
pub fn by_commands(lesson: &Lesson, state: &State) -> Option<&'static Lesson> {
    let is_begun =
        |other: &&Lesson| state.passed.contains(&other.dir()) || state.halves.contains_key(&other.dir());
    let last = LESSONS.iter().rev().filter(|other| other.number < lesson.number).find(is_begun);
    last.filter(|last| state.halves.contains_key(&last.dir()))
}

/// Returns what a learner does before the first run of `lesson` when `model`, a lesson with a `lab.toml`, was the last:
/// the same file names the programs of `lesson`.
pub fn copy_of(model: &Lesson, lesson: &Lesson) -> String {
    let dir = dir_of(model);
    let file = lab_toml::read(&dir).ok().flatten().unwrap_or_default();
    let name = |command: &String| Some(file_of(command, &dir)?.file_name()?.to_string_lossy().into_owned());
    let mut names: Vec<String> =
        [&file.server, &file.client].into_iter().flatten().filter_map(name).collect();
    names.dedup();
    let names = if names.is_empty() { "programs".into() } else { names.join(" and ") };
    format!(
        "read {}, copy lessons/{}/{} to lessons/{}, write its {names} there, then",
        lesson.chapter(),
        model.dir(),
        lab_toml::NAME,
        lesson.dir()
    )
}

/// Returns what the learner does next, line by line: the command that judges `lesson`, and what comes before it where its
/// programs are still to be named. `usual` is the command where no program has a name of its own.
pub fn way_on(lesson: &Lesson, state: &State, usual: &str) -> Vec<String> {
    let model = by_commands(lesson, state).filter(|model| has_lab_toml(model) && !has_lab_toml(lesson));
    match (&state.options, model) {
        (Some(_), _) => vec![command(lesson, state)],
        (None, Some(model)) => {
            let mut lines = wrap(&copy_of(model, lesson), WIDTH - 6);
            lines.push(command(lesson, state));
            lines
        }
        (None, None) => vec![usual.into()],
    }
}

/// Returns the lines of what to do next, each with its end; `label` stands before the first one.
pub fn next_lines(label: &str, way: &[String]) -> String {
    const INDENT: &str = "      ";
    let labels = std::iter::once(format!("{label} ")).chain(std::iter::repeat(INDENT.to_string()));
    labels.zip(way).map(|(label, line)| command_row(&label, INDENT.len(), line) + "\n").collect()
}

/// Returns whether the learner's folder of this lesson has a `lab.toml`, right or wrong.
pub fn has_lab_toml(lesson: &Lesson) -> bool {
    !matches!(lab_toml::read(&dir_of(lesson)), Ok(None))
}

/// Returns the learner's folder of this lesson.
pub fn dir_of(lesson: &Lesson) -> PathBuf {
    workspace::root().join("lessons").join(lesson.dir())
}

/// Returns the lesson that `word` names.
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

/// Returns the wire of this name.
///
/// # Errors
/// [`Usage`] with all names.
pub fn find_wire(word: &str) -> anyhow::Result<crate::wire::Kind> {
    word.parse().map_err(|message| Usage(message).into())
}

/// Returns the family of this name.
///
/// # Errors
/// [`Usage`] with all names.
pub fn find_family(word: &str) -> anyhow::Result<Family> {
    let found = FAMILIES.iter().find(|family| family.word() == word);
    let unknown = || {
        let names: Vec<&str> = FAMILIES.iter().map(|family| family.word()).collect();
        format!("there is no family `{word}`; choose {}", any_of(&names))
    };
    found.copied().ok_or_else(|| Usage(unknown()).into())
}

/// Returns `a`, `a or b`, or `a, b or c`.
fn any_of(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Prints to standard output; a reader that has ended (`| head`) is no error.
pub fn print(text: &str) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Returns a lesson's lines in the list, at most 80 columns wide when they begin after `margin` columns.
pub fn row(lesson: &Lesson, margin: usize) -> String {
    let lines = wrap(lesson.idea, WIDTH - 22 - margin);
    let mut out = format!("{}  {:<10}", lesson.id(), lesson.name);
    for (n, line) in lines.iter().enumerate() {
        let margin = if n == 0 { " ".into() } else { " ".repeat(22 + margin) };
        out += &format!("{margin}{line}\n");
    }
    out
}
