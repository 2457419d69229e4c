//! Where to open the editor after a run: `run --screen` prints this line for `watch` after the screen.

use super::choice::file_of;
use super::plan::Plan;
use crate::course::Lesson;
use crate::finding::Half;
use crate::report::{CheckReport, LessonReport};
use serde_json::{Value, json};
use std::path::Path;

/// The character before that line: ASCII's record separator, which no screen contains.
pub const MARK: char = '\u{1e}';

/// The place to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Whether to mend the client, not the server.
    pub client: bool,
    /// A file, as seen from the root of the repository or absolute, and a line, from 1.
    pub file: Option<(String, u32)>,
}

impl Place {
    /// Returns where the first failed check's program panicked, or else its half; if no check failed, the first hole.
    /// `dir` is the folder of the programs, where they are commands.
    fn of(report: &LessonReport, first: Option<&CheckReport>, dir: Option<&Path>) -> Self {
        let hole = report.checks.iter().find_map(|check| check.hole.as_ref());
        let Some(check) = first else {
            return Self { client: false, file: hole.map(|hole| (hole.file.clone(), hole.line)) };
        };
        let panic = check.evidence.ends.iter().find_map(|(_, text)| place_in(text));
        Self {
            client: check.at_fault.unwrap_or(check.half) == Half::Client,
            file: panic.or_else(|| own_file(check.evidence.error_at.as_ref()?, dir?)),
        }
    }

    /// Returns this place, with another `file` where it names none.
    fn or(self, file: impl FnOnce() -> Option<(String, u32)>) -> Self {
        Self { file: self.file.or_else(file), ..self }
    }

    /// Returns the line that follows a screen.
    pub fn line(&self) -> String {
        format!("{MARK}{}\n", json!({"client": self.client, "file": self.file}))
    }

    /// Splits the output of a run into the screen and the place.
    pub fn read(printed: &str) -> (String, Self) {
        let Some((screen, line)) = printed.split_once(MARK) else { return (printed.into(), Self::default()) };
        let value: Value = serde_json::from_str(line).unwrap_or_default();
        let file = value["file"][0].as_str().map(String::from);
        let number = value["file"][1].as_u64().and_then(|line| u32::try_from(line).ok());
        let place = Self { client: value["client"] == true, file: file.zip(number) };
        (screen.into(), place)
    }
}

impl Plan<'_> {
    /// Returns the place to open after a run: the first error of rustc, what the first failed check names, or else the
    /// program of the half to mend.
    pub(super) fn place(&self, lesson: &Lesson, report: &LessonReport, first: Option<&CheckReport>) -> Place {
        let choice = self.choice(lesson);
        let of_rustc = || Some(self.rustc.get()?.errors.first()?.place.clone());
        let of_file = || choice.wrong.as_ref().map(|wrong| (wrong.file.display().to_string(), wrong.line));
        if let Some(file) = of_file().or_else(of_rustc) {
            return Place { client: false, file: Some(file) };
        }
        let place = Place::of(report, first, choice.dir.as_deref());
        let half = match (choice.half, place.client) {
            (Some(half), _) => half,
            (None, true) => Half::Client,
            (None, false) => Half::Server,
        };
        place.or(|| {
            let (command, dir) = (choice.command(half)?, choice.dir.as_deref()?);
            Some((file_of(command, dir)?.display().to_string(), 1))
        })
    }
}

/// Returns the file and the line of `FILE:LINE`, where `dir` has that file.
fn own_file(place: &str, dir: &Path) -> Option<(String, u32)> {
    let (file, line) = place.rsplit_once(':')?;
    let path = dir.join(file).canonicalize().ok()?;
    let is_own = path.is_file() && path.starts_with(dir.canonicalize().ok()?);
    is_own.then_some((path.display().to_string(), line.parse().ok()?))
}

/// Returns file and line from the `lessons/…/server.rs:12` in a panic's message.
fn place_in(text: &str) -> Option<(String, u32)> {
    let at = text.find("lessons/")?;
    let (file, rest) = text[at..].split_once(".rs:")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let line = rest[..digits].parse().ok()?;
    let clean = file.chars().all(|c| c.is_ascii_alphanumeric() || "/-_".contains(c));
    clean.then(|| (format!("{file}.rs"), line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_panic_is_found() {
        let text = "panicked at lessons/01-echo/src/bin/server.rs:64:47:\nlessons/02/src/lib.rs:3";
        assert_eq!(place_in(text), Some(("lessons/01-echo/src/bin/server.rs".into(), 64)));
        assert_eq!(place_in("✗ server   returns any bytes\n"), None);
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for file in [None, Some(("lessons/01-echo/src/bin/client.rs".to_string(), 7))] {
            let place = Place { client: true, file };
            assert_eq!(Place::read(&format!("screen\n{}", place.line())), ("screen\n".into(), place));
        }
        assert_eq!(Place::read("screen\n"), ("screen\n".into(), Place::default()));
    }
}
