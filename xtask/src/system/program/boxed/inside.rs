//! What this process cannot see, where it runs in a box.

use crate::system::program::shebang::{self, DEPTH, RunBy, run_by};
use crate::system::program::{Spec, words};
use std::ffi::OsString;
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
    /// This file, which runs.
    File(PathBuf),
    /// This file or folder, which a word names.
    Word(PathBuf),
    /// A program of this name, in a folder of `PATH`.
    Name(PathBuf),
}

impl Hidden {
    /// Returns what may have kept this from starting: its program, or who interprets that. `None` outside of a box, and where
    /// nothing is hidden.
    pub fn of(spec: &Spec) -> Option<Self> {
        let dir = inside(spec)?;
        match file_of(spec) {
            Some(file) => missing(file, &dir).map(Self::File),
            None => by_name(Path::new(&spec.argv[0]), spec),
        }
    }

    /// Returns what the box does not show of what its program will look for once it has started: what `env` finds by the first
    /// line of a script, and what this line names, or these words of the command. What a program would make anew in `/tmp` is
    /// no such thing. `None` outside of a box.
    pub fn named(spec: &Spec, words: &[OsString]) -> Option<Self> {
        let (dir, file) = (inside(spec)?, file_of(spec)?);
        let program = spec.argv[0].as_os_str();
        let name = match run_by(&file) {
            Some(RunBy::Env(_, name)) => Some(name),
            _ => words::run_by_env(program, words).map(OsString::from),
        };
        if let Some(hidden) = name.and_then(|name| by_name(Path::new(&name), spec)) {
            return Some(hidden);
        }
        let of_script = words::named(program, &shebang::words(&file));
        let named = of_script.into_iter().chain(words::named(program, words));
        named.filter_map(|path| unseen(&dir.join(path))).next().map(Self::Word)
    }

    /// Returns the folder to grant, where that is known.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            // Without an extension it is rather a folder itself: what lies beside it is not granted.
            Self::Word(path) if path.extension().is_none() => Some(path),
            Self::File(path) | Self::Word(path) => path.parent(),
            Self::Name(_) => None,
        }
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) | Self::Word(file) => write!(f, "the box does not show `{}`", file.display()),
            Self::Name(name) => write!(f, "the box shows no folder of PATH with `{}`", name.display()),
        }
    }
}

/// Returns the folder in which a program starts; `None` outside of a box.
fn inside(spec: &Spec) -> Option<PathBuf> {
    let is_inside = IS_INSIDE.load(Ordering::SeqCst);
    is_inside.then(|| spec.dir.clone().or_else(|| std::env::current_dir().ok())).flatten()
}

/// Returns the file of a program: where its path says, or the first that `PATH` has; `None` where no folder of `PATH` has it.
fn file_of(spec: &Spec) -> Option<PathBuf> {
    let program = Path::new(&spec.argv[0]);
    match program.parent() == Some(Path::new("")) {
        true => in_path(program, spec).into_iter().find(|file| file.is_file()),
        false => Some(spec.dir.as_deref().unwrap_or(Path::new("")).join(program)),
    }
}

/// Returns a name that no folder of `PATH` has, where the box does not show one of them.
fn by_name(name: &Path, spec: &Spec) -> Option<Hidden> {
    let all = in_path(name, spec);
    let is_missing = !all.iter().any(|file| file.is_file());
    (is_missing && all.iter().any(|file| is_hidden(file))).then(|| Hidden::Name(name.into()))
}

/// Returns the files that `PATH` may have under this name.
fn in_path(program: &Path, spec: &Spec) -> Vec<PathBuf> {
    let own = spec.env.iter().rev().find(|(name, _)| name == "PATH").and_then(|(_, value)| value.clone());
    words::in_path(program, own)
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

/// Returns the file if it lies in a folder that the box does not show. Such a folder is not `/`, which nobody can grant.
fn unseen(file: &Path) -> Option<PathBuf> {
    let has_folder = file.parent().is_some_and(|folder| folder.parent().is_some());
    let is_unseen = has_folder && !file.exists() && !file.starts_with("/tmp") && is_hidden(file);
    is_unseen.then(|| file.to_path_buf())
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
    fn what_a_word_names_is_unseen_in_folders_that_are_not_shown() {
        let none = "/no-such-folder/file";
        assert_eq!(unseen(Path::new(none)), is_hidden(Path::new(none)).then(|| none.into()));
        for seen in ["/no-such-prefix", "/tmp/no-such-folder/socket", "/dev/null", "/proc/no-such-file"] {
            assert_eq!(unseen(Path::new(seen)), None, "{seen}");
        }
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
