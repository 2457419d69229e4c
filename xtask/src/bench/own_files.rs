//! The files of a program that is confined: its own, and those of what runs it.
//!
//! A program that cargo has built has one file. A command has the folder in which it starts, the folders of the files that
//! it names, and the installation of each interpreter that it names and that lies outside of the system's folders: `python3`
//! of pyenv, `node` of nvm, a virtual environment. The command of a stranger grants nothing by its paths: only its own
//! folder, and what is found through PATH, which is ours.

use super::Start;
use super::command::has_place;
use crate::system::program::boxed::system;
use crate::system::program::installation;
use crate::system::program::shebang::{DEPTH, RunBy, run_by};
use crate::system::program::words;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns whether a command can start in any folder: it names nothing but files that are there, and options. What else a
/// word means (a module of Python, a class of Java) may be looked up in the folder in which the program starts.
pub fn can_start_anywhere(start: &Start) -> bool {
    let dir = start.usual_dir();
    let is_there = |word: &str| !word.is_empty() && dir.join(word).exists();
    let is_clear =
        |word: &String| has_place(word) || (word.starts_with('-') && !names_module(word)) || is_there(word);
    let needs_folder =
        |value: &String| words::values(value).any(|part| !Path::new(part).is_absolute() && is_there(part));
    start.dir.is_none()
        && start.argv.iter().skip(1).all(is_clear)
        && !start.env.iter().any(|(_, value)| needs_folder(value))
}

/// Returns whether the rest of the words mean something else than files: `-m MODULE`, `-c COMMAND`.
fn names_module(word: &str) -> bool {
    ["-m", "-c", "-e"].contains(&word)
}

/// Returns what a program may read; `dir` is the folder in which it starts.
pub fn of(start: &Start, dir: Option<&Path>) -> Own {
    let mut own = Own::default();
    if start.in_own_folder {
        // cargo has built it.
        own.granted.extend(start.argv.iter().map(PathBuf::from).filter(|word| word.is_file()));
        return own;
    }
    let usual = start.usual_dir();
    let starts_there = dir.is_none_or(|dir| dir == usual || start.dir.as_deref() == Some(dir));
    if start.dir.is_some() || starts_there {
        own.grant_folder(&usual);
    }
    for (n, word) in start.argv.iter().enumerate() {
        match word.contains('/') {
            false if !word.starts_with('-') => own.interpreter(word, start, DEPTH),
            true if n == 0 && start.is_handed_in => own.script(&usual.join(word), start, DEPTH),
            true if n == 0 => own.program(&usual.join(word), start, DEPTH),
            _ => {}
        }
        if n > 0 && !start.is_handed_in {
            words::values(word).for_each(|part| own.file(&usual.join(part), part));
        }
    }
    if !start.is_handed_in {
        for (_, value) in &start.env {
            words::values(value).for_each(|part| own.file(&usual.join(part), part));
        }
    }
    own
}

/// What a program may read.
#[derive(Debug, Default)]
pub struct Own {
    /// Its files and folders, and those of what runs it.
    pub granted: Vec<PathBuf>,
    /// The interpreters that PATH names and that are not the system's.
    pub interpreters: Vec<PathBuf>,
}

impl Own {
    fn grant(&mut self, path: PathBuf) {
        if !self.granted.contains(&path) {
            self.granted.push(path);
        }
    }

    /// Grants a folder, but none that holds what is not the program's.
    fn grant_folder(&mut self, path: &Path) {
        let path = path.canonicalize().unwrap_or(path.into());
        if !is_wide(&path) {
            self.grant(path);
        }
    }

    /// Grants what a word names that is there: a folder, or the folder of a file, from which a script may import others.
    fn file(&mut self, path: &Path, word: &str) {
        if word.is_empty() || !path.exists() {
            return;
        }
        let path = path.canonicalize().unwrap_or(path.into());
        if path.is_dir() {
            return self.grant_folder(&path);
        }
        if let Some(folder) = path.parent().filter(|folder| !is_wide(folder)) {
            self.grant(folder.into());
        }
        self.grant(path);
    }

    /// Grants the installation of what PATH has under this name.
    fn interpreter(&mut self, name: &str, start: &Start, depth: usize) {
        if let Some(path) = in_path(name, start) {
            if !path.canonicalize().is_ok_and(|real| system::has(&real)) {
                self.interpreters.push(path.clone());
            }
            self.program(&path, start, depth);
        }
    }

    /// Grants the installation of a program, and of what runs it.
    fn program(&mut self, path: &Path, start: &Start, depth: usize) {
        let Ok(real) = path.canonicalize() else { return };
        // A virtual environment is a folder with a link to the interpreter; the interpreter finds it by the link.
        let of = |path: &Path| installation::of_programs_in(path.parent()?);
        if let Some(environment) = of(path).filter(|it| it.join("pyvenv.cfg").is_file()) {
            self.grant_folder(&environment);
        }
        match of(&real).filter(|it| !is_wide(it)) {
            Some(installation) => self.grant(installation),
            None => self.file(&real, "program"),
        }
        self.script(&real, start, depth);
    }

    /// Grants what runs a script, by its `#!` line.
    fn script(&mut self, path: &Path, start: &Start, depth: usize) {
        match run_by(path).filter(|_| depth > 0) {
            Some(RunBy::Env(_, name)) => self.interpreter(&name.to_string_lossy(), start, depth - 1),
            Some(RunBy::Program(program)) if !start.is_handed_in => self.program(&program, start, depth - 1),
            _ => {}
        }
    }
}

/// Returns whether a folder holds more than what belongs to a program.
fn is_wide(path: &Path) -> bool {
    installation::is_wide(path, installation::home().as_deref())
}

/// Returns the program that PATH has under this name: that of the command, where it sets one.
fn in_path(name: &str, start: &Start) -> Option<PathBuf> {
    let own = start.env.iter().rev().find(|(key, _)| key == "PATH").map(|(_, value)| OsString::from(value));
    words::in_path(Path::new(name), own).into_iter().find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn start(words: &[&str], dir: Option<&Path>) -> Start {
        let argv: Vec<String> = words.iter().map(ToString::to_string).collect();
        Start { dir: dir.map(PathBuf::from), ..Start::from(argv) }
    }

    /// Makes a folder with an interpreter outside of the system, a link to it in a virtual environment, and a script.
    fn place() -> (super::super::Folder, PathBuf) {
        let folder = super::super::Folder::new().unwrap();
        let place = folder.path().to_path_buf();
        for dir in ["python/bin", "venv/bin", "own"] {
            fs::create_dir_all(place.join(dir)).unwrap();
        }
        for file in ["python/bin/python3.12", "venv/pyvenv.cfg", "own/server.py"] {
            fs::write(place.join(file), "").unwrap();
        }
        fs::write(place.join("own/direct.py"), "#!/usr/bin/env -S python3.12 -u\n").unwrap();
        (folder, place)
    }

    #[cfg(unix)]
    #[test]
    fn an_interpreter_is_granted_with_its_installation_and_its_virtual_environment() {
        let (_folder, place) = place();
        let link = place.join("venv/bin/python");
        std::os::unix::fs::symlink(place.join("python/bin/python3.12"), &link).unwrap();
        let own = start(&[link.to_str().unwrap(), "server.py"], Some(&place.join("own")));
        let granted = of(&own, None).granted;
        for wanted in ["own", "venv", "python"] {
            assert!(granted.contains(&place.join(wanted)), "{wanted}: {granted:?}");
        }
        assert!(!granted.contains(&place), "{granted:?}");
    }

    #[test]
    fn what_runs_a_script_is_found_by_its_first_line_through_path() {
        let (_folder, place) = place();
        let mut own = start(&["./direct.py"], Some(&place.join("own")));
        own.env.push(("PATH".into(), place.join("python/bin").to_str().unwrap().into()));
        for is_handed_in in [false, true] {
            let found = of(&Start { is_handed_in, ..own.clone() }, None);
            assert!(found.granted.contains(&place.join("python")), "{found:?}");
            assert_eq!(found.interpreters, [place.join("python/bin/python3.12")]);
        }
    }

    #[test]
    fn a_strangers_command_grants_nothing_by_its_paths() {
        let (_folder, place) = place();
        let secret = place.join("python/bin/python3.12");
        let words =
            [secret.to_str().unwrap(), place.join("venv").to_str().unwrap(), "server.py"].map(String::from);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let theirs = Start { is_handed_in: true, ..start(&words, Some(&place.join("own"))) };
        let found = of(&theirs, None);
        assert!(found.granted == [place.join("own")] && found.interpreters.is_empty(), "{found:?}");
    }

    #[test]
    fn no_home_and_no_folder_for_everybodys_files_is_granted() {
        let home = std::env::home_dir().unwrap();
        for wide in [Path::new("/"), &home, &std::env::temp_dir()] {
            assert!(is_wide(&wide.canonicalize().unwrap()), "{}", wide.display());
        }
        let file = std::env::temp_dir().join(format!("socket-lab-own-files-{}", std::process::id()));
        fs::write(&file, "").unwrap();
        let granted =
            of(&start(&["sh", file.to_str().unwrap()], None), Some(Path::new("/elsewhere"))).granted;
        fs::remove_file(&file).unwrap();
        assert!(granted.contains(&file.canonicalize().unwrap_or(file)), "{granted:?}");
        assert!(!granted.iter().any(|path| is_wide(path)), "{granted:?}");
    }

    #[test]
    fn a_command_starts_elsewhere_only_where_all_its_words_are_files() {
        let (_folder, place) = place();
        let script = place.join("own/server.py");
        let script = script.to_str().unwrap();
        for (words, can) in [
            (&["python3", script][..], true),
            (&["python3", "-u", script, "{addr}"], true),
            (&["python3", script, "5"], false),
            (&["python3", "-m", "server"], false),
            (&["java", "-cp", script, "Server"], false),
        ] {
            assert_eq!(can_start_anywhere(&start(words, None)), can, "{words:?}");
        }
        assert!(!can_start_anywhere(&start(&["python3", script], Some(&place))));
    }
}
