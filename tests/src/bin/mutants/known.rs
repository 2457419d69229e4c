//! The survivors that somebody has read: `tests/net/mutants.tsv`.

use super::change::Change;
use std::fs;

/// The words with which a finding begins.
const WORDS: [&str; 4] = ["equivalent", "minor", "note", "escape"];

/// A row: lesson, file, change, and what a reader found.
#[derive(Clone, Debug)]
pub struct Known {
    lesson: String,
    file: String,
    words: String,
    /// `equivalent` (nobody can see it), `minor` (no promise broke), `note` (the runner prints a note) or `escape` (a promise
    /// broke, and no check sees it), and why.
    pub found: String,
}

impl Known {
    /// Returns whether this row is of this change.
    pub fn is_of(&self, change: &Change) -> bool {
        (&*self.lesson, &*self.file, &*self.words)
            == (&*change.lesson, &*change.file.to_string_lossy(), &*change.words())
    }

    /// Returns the first word of what a reader found.
    pub fn word(&self) -> &str {
        self.found.split([':', ' ']).next().unwrap_or_default()
    }
}

/// Reads the list.
///
/// # Panics
/// When it is not there, or a row has not four fields, or its finding begins with another word.
pub fn load() -> Vec<Known> {
    let text =
        fs::read_to_string(lab_tests::root().join("tests/net/mutants.tsv")).expect("tests/net/mutants.tsv");
    let row = |line: &str| match line.splitn(4, '\t').collect::<Vec<_>>()[..] {
        [lesson, file, words, found] => {
            let known =
                Known { lesson: lesson.into(), file: file.into(), words: words.into(), found: found.into() };
            let word = known.word();
            assert!(WORDS.contains(&word), "tests/net/mutants.tsv: `{line}`: `{word}` is none of {WORDS:?}");
            known
        }
        _ => panic!("tests/net/mutants.tsv: `{line}` has not four fields"),
    };
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(row).collect()
}
