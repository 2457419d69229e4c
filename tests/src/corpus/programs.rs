//! The programs, read from their folder.

use super::{Check, Head, Kill, Right};
use crate::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The half of a pair that a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// It listens.
    Server,
    /// It connects.
    Client,
}

impl Half {
    /// Returns the word for it in a file's name.
    pub fn word(self) -> &'static str {
        match self {
            Half::Server => "server",
            Half::Client => "client",
        }
    }
}

/// One program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file's name, for instance `s01_server_blocking.rs`.
    pub file: String,
    /// Where that file is.
    pub path: PathBuf,
    /// The lesson that it was written for, two digits.
    pub lesson: String,
    /// Server or client.
    pub half: Half,
    /// What its first lines say.
    pub head: Head,
}

impl Program {
    /// Returns what its first line says, if it is a right program.
    pub fn right(&self) -> Option<&Right> {
        match &self.head {
            Head::Right(right) => Some(right),
            Head::Wrong(_) => None,
        }
    }

    /// Returns the checks that must fail it; none if it is right.
    pub fn kills(&self) -> &[Kill] {
        match &self.head {
            Head::Right(_) => &[],
            Head::Wrong(wrong) => &wrong.kills,
        }
    }

    /// Returns the parts of causes that no failed check may name; none if it is right.
    pub fn never(&self) -> &[String] {
        match &self.head {
            Head::Right(_) => &[],
            Head::Wrong(wrong) => &wrong.never,
        }
    }

    /// Returns its name in the executable of the Rust programs, for example `right-01-server-blocking`.
    pub fn name(&self) -> String {
        let kind = if self.right().is_some() { "right" } else { "wrong" };
        format!("{kind}-{}", self.stem()[1..].replace('_', "-"))
    }

    /// Returns its file's name without the language.
    pub fn stem(&self) -> &str {
        self.file.split('.').next().unwrap_or_default()
    }

    /// Returns its language, the ending of its file's name: `rs` or `py`, for example.
    pub fn language(&self) -> &str {
        self.file.rsplit('.').next().unwrap_or_default()
    }
}

/// All programs.
#[derive(Clone, Debug)]
pub struct Corpus(Vec<Program>);

impl Corpus {
    /// Reads every file in the two folders.
    ///
    /// # Errors
    /// Every file in which something is wrong, and what.
    ///
    /// # Panics
    /// When a folder cannot be read.
    pub fn read() -> Result<Self, Vec<String>> {
        let (mut programs, mut complaints) = (Vec::new(), Vec::new());
        let lessons: Vec<String> = lessons().collect();
        for kind in ["right", "wrong"] {
            let folder = root().join("tests/src/bin/programs").join(kind);
            let entries = fs::read_dir(folder).expect("the folder of the programs").flatten();
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                match program(kind, &path, &lessons) {
                    Ok(program) => programs.push(program),
                    Err(why) => {
                        let file = path.file_name().unwrap_or_default().to_string_lossy();
                        complaints.push(format!("{kind}/{file}: {why}"));
                    }
                }
            }
        }
        if complaints.is_empty() { Ok(Self(programs)) } else { Err(complaints) }
    }

    /// Keeps only these programs.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Program) -> bool) -> Self {
        self.0.retain(keep);
        self
    }

    /// Returns the right ones, then the wrong ones.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        self.0.iter()
    }

    /// Returns the right ones.
    pub fn right(&self) -> impl Iterator<Item = &Program> {
        self.0.iter().filter(|program| program.right().is_some())
    }

    /// Returns the wrong ones.
    pub fn wrong(&self) -> impl Iterator<Item = &Program> {
        self.0.iter().filter(|program| program.right().is_none())
    }

    /// Returns every expectation, with its program.
    pub fn kills(&self) -> impl Iterator<Item = (&Program, &Kill)> {
        self.wrong().flat_map(|program| program.kills().iter().map(move |kill| (program, kill)))
    }

    /// Returns the right program that is this half of a pair when a program of the other half is on trial.
    pub fn partner(&self, lesson: &str, half: Half) -> Option<&Program> {
        self.partners(lesson, half).next()
    }

    fn partners(&self, lesson: &str, half: Half) -> impl Iterator<Item = &Program> {
        let is_partner = |program: &Program| program.right().is_some_and(|right| right.is_partner);
        self.right_of(lesson, half).filter(move |program| is_partner(program))
    }

    fn right_of(&self, lesson: &str, half: Half) -> impl Iterator<Item = &Program> {
        self.right().filter(move |program| program.lesson == lesson && program.half == half)
    }

    /// Returns what each lesson of the course still lacks. It needs two right servers of different styles and two such
    /// clients, one partner of each half, a wrong server and a wrong client.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for lesson in lessons() {
            for half in [Half::Server, Half::Client] {
                let word = half.word();
                let right = || self.right_of(&lesson, half);
                let styles: BTreeSet<&str> =
                    right().filter_map(|program| Some(program.right()?.style.as_str())).collect();
                if styles.len() < 2 {
                    missing.push(format!(
                        "lesson {lesson} lacks a right {word} in {} (right/s{lesson}_{word}_….rs)",
                        if styles.is_empty() { "two styles" } else { "another style" },
                    ));
                }
                let partners: Vec<&Program> = self.partners(&lesson, half).collect();
                match partners[..] {
                    [] => missing
                        .push(format!("lesson {lesson} lacks a right {word} that says `right, partner: …`")),
                    // Only Rust is on every machine.
                    [one] if one.language() != "rs" => {
                        missing.push(format!("{} is a partner, and not written in Rust", one.file));
                    }
                    [_] => {}
                    [..] => missing
                        .push(format!("lesson {lesson} has {} partners that are {word}s", partners.len())),
                }
                if !self.wrong().any(|program| program.lesson == lesson && program.half == half) {
                    missing
                        .push(format!("lesson {lesson} lacks a wrong {word} (wrong/s{lesson}_{word}_….rs)"));
                }
            }
        }
        missing
    }

    /// Returns the expectations that name a check which is not in `checks` for that lesson.
    pub fn unknown(&self, checks: &[Check]) -> Vec<String> {
        let known: BTreeSet<(&str, String)> =
            checks.iter().map(|check| (check.lesson.as_str(), check.name())).collect();
        let unknown = self.kills().filter(|(_, kill)| !known.contains(&(kill.lesson.as_str(), kill.check())));
        unknown
            .map(|(program, kill)| {
                format!("{}: lesson {} has no {}", program.file, kill.lesson, kill.check())
            })
            .collect()
    }
}

/// Returns the numbers of the course's lessons, two digits each, in order.
///
/// # Panics
/// When the folder of the solutions cannot be read.
pub fn lessons() -> impl Iterator<Item = String> {
    let entries = fs::read_dir(root().join("solutions")).expect("the folder of the solutions").flatten();
    let numbers = entries.filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.split_once('-').map(|(number, _)| number.to_string())
    });
    numbers.collect::<BTreeSet<_>>().into_iter()
}

/// Reads the program in this file.
fn program(kind: &str, path: &Path, lessons: &[String]) -> Result<Program, String> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (stem, language) = file.rsplit_once('.').unwrap_or((&file, ""));
    if !["rs", "py", "c", "js", "pl", "java", "bash"].contains(&language) {
        return Err("it is no program in Rust, Python, C, JavaScript, Perl, Java or bash".into());
    }
    let mut words = stem.splitn(3, '_');
    let lesson = words.next().and_then(|word| word.strip_prefix('s')).unwrap_or_default().to_string();
    let half = match words.next() {
        Some("server") => Some(Half::Server),
        Some("client") => Some(Half::Client),
        _ => None,
    };
    let is_name = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    };
    let (Some(half), true) = (half, words.next().is_some_and(is_name)) else {
        return Err("its name is not of the form s01_server_in_short.rs".into());
    };
    let source = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let head = match kind {
        "right" => Head::right(&source)?,
        _ => Head::wrong(&source, &lesson)?,
    };
    let program = Program { path: path.into(), lesson, half, head, file };
    let judged_in = [&program.lesson].into_iter().chain(program.kills().iter().map(|kill| &kill.lesson));
    let unknown: Vec<&str> =
        judged_in.filter(|lesson| !lessons.contains(lesson)).map(String::as_str).collect();
    match unknown.first() {
        Some(unknown) => Err(format!("there is no lesson {unknown}")),
        None => Ok(program),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_neither_lesson_nor_half_is_an_error() {
        for file in
            ["notes.txt", "s01_server_plain", "server_plain.rs", "s01_peer_plain.rs", "s01_server_.py"]
        {
            let lessons = ["01".into()];
            let why = program("right", Path::new(file), &lessons).expect_err(file);
            assert!(
                why.starts_with("it is no program") || why.starts_with("its name is not"),
                "{file}: {why}"
            );
        }
    }
}
