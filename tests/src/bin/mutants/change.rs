//! One small change of a solution's source, and all that a lesson offers.

use super::operators;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A replacement of some bytes of a source file.
#[derive(Clone, Debug)]
pub struct Change {
    /// The lesson's folder, for instance `01-echo`.
    pub lesson: String,
    /// The file, below the lesson's folder.
    pub file: PathBuf,
    /// Which bytes are replaced.
    pub range: Range<usize>,
    /// What stands there instead.
    pub to: String,
    /// The kind of change.
    pub operator: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What stood there, on one line.
    pub before: String,
    /// The line in which it begins.
    pub context: String,
    /// How many changes of this file before it have the same words but for this number.
    pub earlier: usize,
}

impl Change {
    /// Returns where it is and what it does, for people.
    pub fn place(&self) -> String {
        format!("{} {}:{} {}", self.lesson, self.file.display(), self.line, self.words())
    }

    /// Returns what it does: the old text and the new one, and where that stands. No other change of this file has these
    /// words, and they stay when lines above it come and go.
    pub fn words(&self) -> String {
        let (before, to) = (&self.before, on_one_line(&self.to));
        let within = match self.context.contains(before) && self.context != *before {
            true => format!(" in `{}`", self.context),
            false => String::new(),
        };
        let which = match self.earlier {
            0 => String::new(),
            earlier => format!(", place {}", earlier + 1),
        };
        format!("{}: `{before}` -> `{to}`{within}{which}", self.operator)
    }

    /// Returns the first three fields of its row in `tests/net/mutants.tsv`.
    pub fn row(&self) -> String {
        format!("{}\t{}\t{}", self.lesson, self.file.display(), self.words())
    }

    /// Returns the source with this change.
    pub fn apply(&self, source: &str) -> String {
        format!("{}{}{}", &source[..self.range.start], self.to, &source[self.range.end..])
    }
}

/// Returns every change that the sources of a lesson offer.
///
/// # Panics
/// When a source cannot be read or is no Rust.
pub fn candidates(clone: &Path, lesson: &str) -> Vec<Change> {
    let root = clone.join("solutions").join(lesson);
    let (mut files, mut folders) = (Vec::new(), vec![root.join("src")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    // What is compiled on another system cannot be judged here.
    files.retain(|path| !path.ends_with("path_windows.rs"));
    let of_file = |path: &PathBuf| {
        let source = fs::read_to_string(path).expect("a source");
        let syntax = syn::parse_file(&source).expect("Rust");
        let file = path.strip_prefix(&root).expect("below the lesson").to_path_buf();
        let found = operators::find(&source, &syntax).into_iter();
        let change = move |found: operators::Found| Change {
            lesson: lesson.to_string(),
            file: file.clone(),
            line: source[..found.range.start].matches('\n').count() + 1,
            before: on_one_line(&source[found.range.clone()]),
            context: on_one_line(line_at(&source, found.range.start)),
            earlier: 0,
            range: found.range,
            to: found.to,
            operator: found.operator,
        };
        let mut changes: Vec<Change> = found.map(change).collect();
        number(&mut changes);
        changes
    };
    files.iter().flat_map(of_file).collect()
}

/// Tells changes with the same words apart.
fn number(changes: &mut [Change]) {
    let mut seen = BTreeMap::new();
    for change in changes {
        let count: &mut usize = seen.entry(change.words()).or_default();
        change.earlier = *count;
        *count += 1;
    }
}

/// Returns the line of `source` in which the byte at `place` stands.
fn line_at(source: &str, place: usize) -> &str {
    let start = source[..place].rfind('\n').map_or(0, |end| end + 1);
    source[start..].lines().next().unwrap_or_default()
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
