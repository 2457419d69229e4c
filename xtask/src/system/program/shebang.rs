//! What runs a script: its first line, `#! INTERPRETER WORD` (execve(2)).

use super::words::run_by_env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How many scripts may run each other, `#!` of `#!`; the kernel has a similar limit.
pub const DEPTH: usize = 4;
/// How much of a first line Linux reads, in bytes.
const LINE: u64 = 256;

/// What runs a script.
#[derive(Debug, PartialEq, Eq)]
pub enum RunBy {
    /// This program.
    Program(PathBuf),
    /// What this program, `env`, finds under this name.
    Env(PathBuf, OsString),
}

/// Returns what runs this script; `None` where its first line names nothing.
pub fn run_by(file: &Path) -> Option<RunBy> {
    let line = first_line(file)?;
    let mut words = split(&line).map(text);
    let program = PathBuf::from(words.next()?);
    let words: Vec<OsString> = words.collect();
    Some(match run_by_env(program.as_os_str(), &words) {
        Some(name) => RunBy::Env(program, name.into()),
        None => RunBy::Program(program),
    })
}

/// Returns the words of a script's first line that follow the program which runs it.
pub fn words(file: &Path) -> Vec<OsString> {
    first_line(file).map_or(Vec::new(), |line| split(&line).skip(1).map(text).collect())
}

/// Returns the first line of a script, without its `#!`; `None` where it is no script.
fn first_line(file: &Path) -> Option<Vec<u8>> {
    let mut start = Vec::new();
    open(file).ok()?.take(LINE).read_to_end(&mut start).ok()?;
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    Some(line.into())
}

fn split(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// Opens a file for reading; a pipe without a writer, too, without waiting for one.
///
/// # Errors
/// When it cannot be opened.
pub fn open(file: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.read(true).open(file)
}

#[cfg(unix)]
fn text(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn text(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Folder;

    #[test]
    fn a_first_line_names_a_program_or_what_env_finds() {
        let folder = Folder::new().unwrap();
        let file = folder.path().join("script");
        let of = |line: &str| {
            std::fs::write(&file, line).unwrap();
            run_by(&file)
        };
        assert_eq!(of("#! /bin/sh -e\ntrue\n"), Some(RunBy::Program("/bin/sh".into())));
        assert_eq!(words(&file), ["-e"]);
        let env = RunBy::Env("/usr/bin/env".into(), "sh".into());
        assert_eq!(of("#!/usr/bin/env -S A=1 sh -e\r\n"), Some(env));
        assert_eq!(of("#!/usr/bin/env -S\n"), Some(RunBy::Program("/usr/bin/env".into())));
        for nothing in ["", "#!", "#!\n/bin/sh", "\x7fELF", "true\n"] {
            assert_eq!(of(nothing), None, "{nothing:?}");
            assert!(words(&file).is_empty(), "{nothing:?}");
        }
        assert_eq!(run_by(&folder.path().join("no-such-file")), None);
    }

    /// The runner would wait for ever for somebody who writes into it.
    #[cfg(unix)]
    #[test]
    fn a_pipe_is_no_script() {
        let folder = Folder::new().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(run_by(&pipe), None);
    }
}
