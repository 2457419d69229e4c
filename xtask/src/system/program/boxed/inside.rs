//! What this process cannot see, where it runs in a box.

use crate::system::program::Spec;
use crate::system::program::shebang::{DEPTH, RunBy, run_by};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process runs in a box.
static IS_INSIDE: AtomicBool = AtomicBool::new(false);

/// Notes that this process runs in a box.
pub fn enter() {
    IS_INSIDE.store(true, Ordering::SeqCst);
}

/// What a program needs to start, and the box does not show. Whether it is there, nobody in the box can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// This file.
    File(PathBuf),
    /// A program of this name, in a folder of `PATH`.
    Name(PathBuf),
}

impl Hidden {
    /// Returns what may have kept this from starting: its program, or who interprets that. `None` outside of a box, and where
    /// nothing is hidden.
    pub fn of(spec: &Spec) -> Option<Self> {
        if !IS_INSIDE.load(Ordering::SeqCst) {
            return None;
        }
        let dir = spec.dir.clone().or_else(|| std::env::current_dir().ok())?;
        let program = Path::new(&spec.argv[0]);
        if program.parent() != Some(Path::new("")) {
            return missing(dir.join(program), &dir).map(Self::File);
        }
        let all = in_path(program, spec);
        match all.iter().find(|file| file.is_file()) {
            Some(file) => missing(file.clone(), &dir).map(Self::File),
            None => all.iter().any(|file| is_hidden(file)).then(|| Self::Name(program.into())),
        }
    }

    /// Returns the folder to grant, where that is known.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(file) => file.parent(),
            Self::Name(_) => None,
        }
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "the box does not show `{}`", file.display()),
            Self::Name(name) => write!(f, "the box shows no folder of PATH with `{}`", name.display()),
        }
    }
}

/// Returns the files that `PATH` may have under this name.
fn in_path(program: &Path, spec: &Spec) -> Vec<PathBuf> {
    let own = spec.env.iter().rev().find(|(name, _)| name == "PATH").and_then(|(_, value)| value.clone());
    let path = own.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(program)).collect()
}

/// Returns the first that is hidden: this file, what it is a link to, or what interprets it.
fn missing(file: PathBuf, dir: &Path) -> Option<PathBuf> {
    let mut next = file;
    for _ in 0..2 * DEPTH {
        next = match fs::symlink_metadata(&next) {
            Err(_) => return is_hidden(&next).then_some(next),
            Ok(data) if data.is_symlink() => next.parent()?.join(fs::read_link(&next).ok()?),
            Ok(_) => match run_by(&next)? {
                RunBy::Program(by) | RunBy::Env(by, _) => dir.join(by),
            },
        };
    }
    None
}

/// Returns whether the box hides what would lie there. `/tmp` is its own, and so is each folder that it had to make: all else
/// that it shows lies on other file systems than its root.
#[cfg(unix)]
fn is_hidden(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let system = |path: &Path| fs::metadata(path).ok().map(|data| data.dev());
    file.starts_with("/tmp") || file.ancestors().skip(1).find_map(system) == system(Path::new("/"))
}

#[cfg(not(unix))]
fn is_hidden(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::system::folder::Folder;
    use std::os::unix::fs::symlink;

    /// Outside of a box, what is missing in a folder on the file system of `/` is as what a box hides.
    #[test]
    fn what_is_missing_is_found_through_links_and_first_lines() {
        let folder = Folder::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        let of = |file: &str| missing(at(file), folder.path());
        fs::write(at("program"), "\x7fELF").unwrap();
        symlink("program", at("good")).unwrap();
        fs::write(at("well"), format!("#!{}\n", at("good").display())).unwrap();
        for file in ["program", "good", "well"] {
            assert_eq!(of(file), None, "{file}");
        }
        fs::create_dir(at("bin")).unwrap();
        symlink("../gone", at("bin/link")).unwrap();
        fs::write(at("script"), "#!bin/link -u\n").unwrap();
        let is_seen = |file: &str| is_hidden(&at(file)).then(|| at(file));
        assert_eq!(of("gone"), is_seen("gone"));
        assert_eq!(of("script"), is_seen("bin/../gone"));
        symlink("round", at("round")).unwrap();
        assert_eq!(of("round"), None);
    }

    #[test]
    fn a_name_may_be_in_each_folder_of_path() {
        let path = std::env::join_paths(["/a", "b", "/c"]).unwrap();
        let spec =
            Spec { argv: vec!["lang".into()], env: vec![("PATH".into(), Some(path))], ..Spec::default() };
        assert_eq!(in_path(Path::new("lang"), &spec), [Path::new("/a/lang"), Path::new("/c/lang")]);
        // This process is in no box.
        assert_eq!(Hidden::of(&spec), None);
    }
}
