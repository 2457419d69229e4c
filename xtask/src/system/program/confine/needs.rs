//! The files that the start of a program needs: itself, who interprets it, and what its words name.

use crate::system::program::shebang::{self, DEPTH, RunBy};
use crate::system::program::words;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Returns the files and folders that the start of this command needs: those that [`runs`], and those that its words name,
/// or the words of a script's first line.
pub fn needs(program: &OsStr, args: &[OsString]) -> Vec<PathBuf> {
    let mut all = runs(program);
    all.extend(words::run_by_env(program, args).into_iter().flat_map(runs));
    let mut named: Vec<PathBuf> =
        all.iter().flat_map(|script| words::named(script.as_os_str(), &shebang::words(script))).collect();
    named.extend(words::named(program, args));
    all.extend(named.into_iter().filter(|path| path.is_file() || path.is_dir()));
    all
}

/// Returns the files that run when this program starts, as far as its first line and `PATH` say: the program, its
/// interpreter, and what `env` then looks for. Nothing that this process may not run is among them.
pub fn runs(program: &OsStr) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = Vec::new();
    let mut next = resolve(program, &path);
    while let Some(file) = next.filter(|file| may_run(file) && all.len() < 2 * DEPTH) {
        let run_by = shebang::run_by(&file);
        all.push(file);
        next = match run_by {
            Some(RunBy::Env(env, name)) => {
                all.push(env);
                resolve(&name, &path)
            }
            Some(RunBy::Program(interpreter)) => Some(interpreter),
            None => None,
        };
    }
    all
}

/// Returns the file that a name stands for, as `execvp` finds it.
fn resolve(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Some(name.into());
    }
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| may_run(file))
}

/// Returns whether the modes of a file and its folders let this process run it.
fn may_run(file: &Path) -> bool {
    file.is_file() && nix::unistd::access(file, nix::unistd::AccessFlags::X_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Makes programs with these first lines in a folder, and returns what runs when the last one starts.
    fn runs_of(programs: &[(&str, &str)]) -> Vec<String> {
        let folder = crate::system::folder::Folder::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, line) in programs {
            std::fs::write(at(name), line.replace("HERE", folder.path().to_str().unwrap())).unwrap();
            std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let last = at(programs.last().unwrap().0);
        let here = format!("{}/", folder.path().display());
        runs(last.as_os_str()).iter().map(|path| path.display().to_string().replace(&here, "")).collect()
    }

    #[test]
    fn a_script_needs_its_interpreter() {
        assert_eq!(runs_of(&[("a", "\x7fELF")]), ["a"]);
        assert_eq!(runs_of(&[("a", "#!/bin/sh -e\ntrue\n")])[..2], ["a", "/bin/sh"]);
        assert_eq!(runs_of(&[("b", "#! /bin/sh"), ("a", "#!HERE/b\n")])[..3], ["a", "b", "/bin/sh"]);
    }

    #[test]
    fn env_needs_what_it_looks_for() {
        let found = runs_of(&[("a", "#!/usr/bin/env -S A=1 sh -e\n")]);
        assert_eq!(found[..2], ["a", "/usr/bin/env"]);
        assert!(found[2].ends_with("/sh"), "{found:?}");
        assert_eq!(runs_of(&[("a", "#!/usr/bin/env no-such-program\n")]), ["a", "/usr/bin/env"]);
    }

    #[test]
    fn what_words_name_is_needed() {
        let folder = crate::system::folder::Folder::new().unwrap();
        let [script, other] = ["script", "other"].map(|name| folder.path().join(name));
        std::fs::write(&script, format!("#!/bin/sh {}\n", other.display())).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(&other, "").unwrap();
        let list = format!("{}:no-such-file", folder.path().display());
        let args = ["-u".into(), "no-such-file".into(), list.into(), "/dev/null".into()];
        let found = needs(script.as_os_str(), &args);
        assert_eq!(found[found.len() - 2..], [other, folder.path().to_path_buf()], "{found:?}");
    }

    #[test]
    fn interpreters_that_go_round_end() {
        assert!(runs_of(&[("a", "#!HERE/a\n")]).len() <= 2 * DEPTH);
    }

    #[test]
    fn what_is_not_there_needs_nothing() {
        assert!(needs(OsStr::new("no-such-program"), &["no-such-file".into()]).is_empty());
    }
}
