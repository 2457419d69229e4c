//! Where a program that is not the system's own has all that belongs to it: pyenv, nvm, SDKMAN, a virtual environment, `/opt`.

use std::path::{Path, PathBuf};

/// Folders of programs within an installation.
const BINS: [&str; 4] = ["bin", "sbin", "shims", "libexec"];

/// Returns the folder of an installation that has its programs in the folder `dir`; `None` where that has no such name.
pub fn of_programs_in(dir: &Path) -> Option<PathBuf> {
    let is_bin = dir.file_name().is_some_and(|own| BINS.iter().any(|name| own == *name));
    dir.parent().filter(|_| is_bin).map(PathBuf::from)
}

/// Returns the user's home folder, without links.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir()?.canonicalize().ok()
}

/// Returns whether a folder holds more than what belongs to a program: a home and what lies above it, the folders for
/// everybody's temporary files, and the place of one's own programs.
pub fn is_wide(dir: &Path, home: Option<&Path>) -> bool {
    let is_home = home.is_some_and(|home| home.starts_with(dir) || dir == home.join(".local"));
    let shared = ["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from);
    let mut shared = shared.into_iter().chain([std::env::temp_dir()]);
    is_home
        || dir.parent().is_none()
        || shared.any(|shared| shared.canonicalize().is_ok_and(|shared| shared == dir))
}
