//! Which files and folders the words of a command may name.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// Programs whose option `-c` is followed by a command.
const SHELLS: [&str; 6] = ["sh", "ash", "bash", "dash", "ksh", "zsh"];

/// Returns what a word names, if it names files: `server.py`, `a.jar:b`, `-Dkey=a`, `KEY=a`.
pub fn values(word: &str) -> impl Iterator<Item = &str> {
    let whole = Some(word).filter(|word| !word.starts_with('-'));
    let value = word.split_once('=').map(|(_, value)| value);
    whole.into_iter().chain(value).flat_map(list)
}

/// Returns all that the words after a program may name: their [`values`], the path that follows an option at once
/// (`-I/lib`), and what the words of a shell's command name (`sh -c 'exec python3 server.py'`). None is `.`, `..` or `/`.
pub fn named(program: &OsStr, args: &[OsString]) -> Vec<PathBuf> {
    let is_shell =
        Path::new(program).file_name().is_some_and(|name| SHELLS.iter().any(|shell| name == *shell));
    let is_option =
        |word: &OsStr| word.to_str().is_some_and(|word| word.starts_with('-') && word.ends_with('c'));
    let mut all = Vec::new();
    let mut before = OsStr::new("");
    for word in args {
        let inner = word.to_str().filter(|_| is_shell && is_option(before)).and_then(shlex::split);
        match inner {
            Some(words) => all.extend(words.iter().flat_map(|word| of(OsStr::new(word)))),
            None => all.extend(of(word)),
        }
        before = word;
    }
    all.retain(|path| path.components().any(|part| matches!(part, Component::Normal(_))));
    all
}

/// Returns the program that `env` runs with these words, where the program is `env` (env(1)): the first word that is neither an
/// option nor a variable.
pub fn run_by_env<'a>(program: &OsStr, args: &'a [OsString]) -> Option<&'a OsStr> {
    let is_env = Path::new(program).file_name().is_some_and(|name| name == "env");
    let is_name = |word: &&OsString| {
        let word = word.as_encoded_bytes();
        !word.starts_with(b"-") && !word.contains(&b'=')
    };
    args.iter().find(is_name).filter(|_| is_env).map(OsString::as_os_str)
}

/// Returns the files that `PATH` may have under this name: the variable as the command sets it, where it does. Folders that are
/// not absolute are left out.
pub fn in_path(name: &Path, own: Option<OsString>) -> Vec<PathBuf> {
    let path = own.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).collect()
}

fn of(word: &OsStr) -> Vec<PathBuf> {
    let Some(word) = word.to_str() else { return vec![word.into()] };
    let path = word.find('/').filter(|_| word.starts_with('-')).map(|at| &word[at..]);
    values(word).chain(path.into_iter().flat_map(list)).map(PathBuf::from).collect()
}

/// Returns the parts of a list of paths.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(if cfg!(windows) { ';' } else { ':' }).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_files_in_many_ways() {
        for (command, wanted) in [
            (&["python3", "server.py"][..], &["server.py"][..]),
            (&["java", "-cp", "a.jar:b", "Server"], &["a.jar", "b", "Server"]),
            (&["java", "-Dkey=a"], &["a"]),
            (&["env", "KEY=a"], &["KEY=a", "a"]),
            (&["perl", "-I/lib", "-w", ""], &["/lib"]),
            (&["/bin/sh", "-ec", ". /a/b"], &["/a/b"]),
            (&["sh", "-c", "A=/a exec b"], &["A=/a", "/a", "exec", "b"]),
            (&["python3", "-c", "open /a/b"], &["open /a/b"]),
            (&["sh", "-c", "echo 'open"], &["echo 'open"]),
            (&["ls", ".", "/", "../.."], &[]),
        ] {
            let words: Vec<OsString> = command.iter().map(OsString::from).collect();
            let wanted: Vec<PathBuf> = wanted.iter().map(PathBuf::from).collect();
            assert_eq!(named(&words[0], &words[1..]), wanted, "{command:?}");
        }
    }

    #[test]
    fn env_runs_its_first_word_that_is_a_name() {
        let of = |command: &[&str]| {
            let words: Vec<OsString> = command.iter().map(OsString::from).collect();
            run_by_env(&words[0], &words[1..]).map(OsString::from)
        };
        assert_eq!(of(&["/usr/bin/env", "-i", "A=1", "sh", "x"]), Some("sh".into()));
        assert_eq!(of(&["env", "A=1"]), None);
        assert_eq!(of(&["sh", "x"]), None);
    }
}
