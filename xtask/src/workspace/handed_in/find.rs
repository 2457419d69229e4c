//! Finds a lesson in what a student handed in, in whatever layout.

use super::walk::is_clutter;
use crate::workspace::{lab_toml, toml};
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

/// How many folders may lie around the folder of a lesson, beside the top one.
const AROUND: usize = 4;
/// The most folders that are looked at.
const FOLDERS: usize = 20_000;

/// Where a lesson lies in a hand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// There.
    Found {
        /// Its folder.
        dir: PathBuf,
        /// That folder as seen from the top of the hand-in, with `/`; the top itself is `.`.
        shown: String,
    },
    /// Nowhere.
    NotFound,
    /// At several places, as seen from the top.
    Ambiguous(Vec<String>),
    /// It is not looked at, and why: its folder is a link.
    Refused(String),
}

/// A folder that may be the lesson's.
struct Candidate {
    dir: PathBuf,
    shown: String,
    is_link: bool,
}

/// Finds the folder of a lesson, `01-echo`, in the folder `opened`: at its top, or with up to four folders around it. It is
/// - a folder of that name with a `Cargo.toml`, a `lab.toml` or sources in `src/`,
/// - a folder called `01`, `echo`, `lesson-01` or the like, with a `Cargo.toml` or a `lab.toml`,
/// - a folder of another name whose package is called `lesson-01-echo`.
///
/// A package that is called a solution is none.
pub fn find(opened: &Path, lesson: &str) -> Place {
    chosen(candidates(opened, |folder| folder.is_of(lesson)))
}

/// Finds the folder of a lesson, as [`find`] does, when it is the only one that is asked for: then it may also be a
/// folder whose name says nothing and that has a `lab.toml`, a package of another name, or just `src/bin/server.rs` or
/// `src/bin/client.rs`.
pub fn find_only(opened: &Path, lesson: &str) -> Place {
    match find(opened, lesson) {
        Place::NotFound => chosen(candidates(opened, Folder::is_of_some_lesson)),
        found => found,
    }
}

fn chosen(mut candidates: Vec<Candidate>) -> Place {
    match candidates.len() {
        0 => Place::NotFound,
        1 if candidates[0].is_link => {
            Place::Refused(format!("{} is a link: hand in the folder itself", candidates[0].shown))
        }
        1 => {
            let Candidate { dir, shown, .. } = candidates.remove(0);
            Place::Found { dir, shown }
        }
        _ => Place::Ambiguous(candidates.into_iter().map(|one| one.shown).collect()),
    }
}

/// Returns the folders that are what `is_it` says, the outer ones first. What lies in such a folder is not looked at.
fn candidates(opened: &Path, is_it: impl Fn(&Folder) -> bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut left = VecDeque::from([Folder::new(opened.into(), Vec::new(), false)]);
    let mut looked = 0;
    while let Some(folder) = left.pop_front() {
        looked += 1;
        if is_it(&folder) {
            let shown = if folder.names.is_empty() { ".".into() } else { folder.names.join("/") };
            found.push(Candidate { dir: folder.dir, shown, is_link: folder.is_link });
        } else if !folder.is_link && folder.names.len() <= AROUND && looked < FOLDERS {
            left.extend(folder.inner());
        }
    }
    found
}

/// A folder, or a link in the place of one.
struct Folder {
    dir: PathBuf,
    /// The names that lead to it from the top.
    names: Vec<String>,
    is_link: bool,
}

impl Folder {
    fn new(dir: PathBuf, names: Vec<String>, is_link: bool) -> Self {
        Self { dir, names, is_link }
    }

    /// Returns the folders and links in it, sorted by name.
    fn inner(&self) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(&self.dir) else { return Vec::new() };
        let mut inner = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else { continue };
            let is_of_tools = is_clutter(&name) || ["target", "node_modules", "src"].contains(&name.as_str());
            if is_of_tools || !(kind.is_dir() || kind.is_symlink()) {
                continue;
            }
            let names = self.names.iter().cloned().chain([name]).collect();
            inner.push(Self::new(entry.path(), names, kind.is_symlink()));
        }
        inner.sort_by(|one, other| one.names.cmp(&other.names));
        inner
    }

    /// Returns its own name; that of the top counts, too.
    fn name(&self) -> String {
        let own = || self.dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.names.last().cloned().unwrap_or_else(own)
    }

    fn is_of(&self, lesson: &str) -> bool {
        let name = self.name();
        if self.is_link {
            // What it leads to is not looked at.
            return name == lesson;
        }
        if !self.has_programs() {
            return false;
        }
        let package = self.package();
        let own = format!("lesson-{lesson}");
        match package.as_deref() {
            Some(package) if package.starts_with("solution-") => false,
            _ if name == lesson => true,
            Some(package) if package == own => !is_of_another(&name, lesson),
            Some(package) if package.starts_with("lesson-") => false,
            _ => is_called(&name, lesson) && (self.has("Cargo.toml") || self.has(lab_toml::NAME)),
        }
    }

    /// Returns whether it has programs, and nothing says of which lesson.
    fn is_of_some_lesson(&self) -> bool {
        if self.is_link || number_of(&self.name()).is_some() {
            return false;
        }
        let of_a_lesson =
            |package: String| package.starts_with("solution-") || package.starts_with("lesson-");
        let is_free = !self.package().is_some_and(of_a_lesson);
        let halves = ["src/bin/server.rs", "src/bin/client.rs"];
        self.has(lab_toml::NAME) || (is_free && halves.iter().any(|half| self.has(half)))
    }

    fn has(&self, file: &str) -> bool {
        self.dir.join(file).is_file()
    }

    fn has_programs(&self) -> bool {
        self.has("Cargo.toml") || self.has(lab_toml::NAME) || self.dir.join("src").is_dir()
    }

    /// Returns the name of the package in its manifest.
    fn package(&self) -> Option<String> {
        let text = fs::read_to_string(self.dir.join("Cargo.toml")).ok()?;
        Some(toml::read(&text).ok()?.get("package")?.get("name")?.as_str()?.to_string())
    }
}

/// Returns whether a folder's name is another word for the lesson `01-echo`: `01`, `1`, `echo`, `lesson-01`, `Lesson 1`,
/// `01_echo`, `lesson01-echo`.
fn is_called(name: &str, lesson: &str) -> bool {
    let Some((number, word)) = lesson.split_once('-') else { return false };
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("lesson").unwrap_or(&name);
    let mut parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let is_number = |part: &str| part == number || part == number.trim_start_matches('0');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(one), None, None) => is_number(one) || one == word,
        (Some(one), Some(two), None) => is_number(one) && two == word,
        _ => false,
    }
}

/// Returns the two digits at the start of a name such as `01-echo`.
fn number_of(name: &str) -> Option<&str> {
    let (number, _) = name.split_once('-')?;
    (number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Returns whether the folder of another lesson is called so.
fn is_of_another(name: &str, lesson: &str) -> bool {
    number_of(name).is_some_and(|number| number_of(lesson) != Some(number))
}

#[cfg(test)]
mod tests;
