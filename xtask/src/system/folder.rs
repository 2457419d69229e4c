//! Folders for programs under test to work in: each is removed with its check, and none outlives the run.
//!
//! All of them lie in folders of this run, `socket-lab-run-…`: one in the system's folder for temporary files, and one
//! on another file system where there is one. A verb that needs much room has one more, in a place of its own. When the
//! runner is killed, the keepers of its programs remove them (only on Linux). What still stays is removed by the next
//! run: its lock (flock(2)) is free then.

use anyhow::{Context, bail};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The start of the name of every run's folder.
const PREFIX: &str = "socket-lab-run-";
/// The file whose lock says that the run still goes on.
const LOCK: &str = "lock";

/// The folders of this run.
struct Run {
    /// How many [`Folder`]s there are now.
    live: usize,
    /// How many there have been.
    count: usize,
    /// The locks of the run's folders, each with its place.
    locks: Vec<(PathBuf, File)>,
}

/// The place of [`Folder::roomy`].
static ROOMY: OnceLock<PathBuf> = OnceLock::new();

static RUN: Mutex<Run> = Mutex::new(Run { live: 0, count: 0, locks: Vec::new() });

/// An empty folder of the runner. Dropping it removes it and all that is in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a folder among the system's temporary files.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> anyhow::Result<Self> {
        Self::below(&std::env::temp_dir())
    }

    /// Makes a folder whose path has at most this many bytes: the name of a Unix socket has little room (unix(7)).
    ///
    /// # Errors
    /// When it cannot be made, or all paths are longer.
    pub fn short(most: usize) -> anyhow::Result<Self> {
        for place in [std::env::temp_dir(), short_place()] {
            if let Ok(folder) = Self::below(&place)
                && folder.path().as_os_str().len() <= most
            {
                return Ok(folder);
            }
        }
        bail!(
            "the folders for temporary files have paths that are too long for a socket; set TMPDIR to a shorter one"
        )
    }

    /// Makes a folder on another file system than [`Folder::new`]; `None` where the runner knows of no other that it
    /// can write to.
    pub fn elsewhere() -> Option<Self> {
        let place = elsewhere()?;
        Self::below(&place).ok()
    }

    /// Makes a folder in `place`, for what needs more room than temporary files may have. A run has one such place; it is
    /// made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made, or the run has another such place.
    pub fn roomy(place: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(place).with_context(|| format!("make {}", place.display()))?;
        let place = place.canonicalize().with_context(|| format!("look at {}", place.display()))?;
        if *ROOMY.get_or_init(|| place.clone()) != place {
            bail!("this run has its folders elsewhere than in {}", place.display());
        }
        Self::below(&place)
    }

    /// Returns its path, absolute and without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn below(place: &Path) -> anyhow::Result<Self> {
        let place = place.canonicalize().with_context(|| format!("look at {}", place.display()))?;
        let mut run = RUN.lock().unwrap_or_else(PoisonError::into_inner);
        let root = place.join(run_name());
        if !run.locks.iter().any(|(locked, _)| *locked == root) {
            remove_stale(&place);
            let lock = make_locked(&place, &root).with_context(|| format!("make {}", root.display()))?;
            run.locks.push((root.clone(), lock));
        }
        run.count += 1;
        let path = root.join(run.count.to_string());
        fs::create_dir(&path).with_context(|| format!("make {}", path.display()))?;
        run.live += 1;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        let mut run = RUN.lock().unwrap_or_else(PoisonError::into_inner);
        run.live -= 1;
        if run.live == 0 {
            remove(&mut run);
        }
    }
}

/// Returns the name of this run's folders.
pub fn run_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| format!("{PREFIX}{}-{:08x}", std::process::id(), fastrand::u32(..)))
}

/// Removes all folders of this run.
pub fn remove_all() {
    remove(&mut RUN.lock().unwrap_or_else(PoisonError::into_inner));
}

fn remove(run: &mut Run) {
    for (root, lock) in run.locks.drain(..) {
        let _ = fs::remove_dir_all(root);
        drop(lock);
    }
}

/// Returns the name of this run's folders for a keeper: with the path of the roomy place, where there is one.
pub fn run_word() -> OsString {
    match ROOMY.get() {
        Some(place) => place.join(run_name()).into(),
        None => run_name().into(),
    }
}

/// Removes the folders of the run that [`run_word`] names, and that is over. Ignores every word that is not a run's.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only a keeper outlives its runner"))]
pub fn remove_of(word: &OsStr) {
    let word = Path::new(word);
    let Some(name) = word.file_name().filter(|name| name.to_string_lossy().starts_with(PREFIX)) else {
        return;
    };
    let roomy = word.parent().filter(|place| place.is_absolute()).map(PathBuf::from);
    for place in places().into_iter().chain(roomy) {
        let _ = fs::remove_dir_all(place.join(name));
    }
}

/// Removes, in every place that this run knows, the folders of runs that are over.
pub fn sweep() {
    places().iter().chain(ROOMY.get()).for_each(|place| remove_stale(place));
}

/// Returns the places in which every run may have folders.
fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> =
        [Some(std::env::temp_dir()), Some(short_place()), elsewhere()].into_iter().flatten().collect();
    places.dedup();
    places
}

/// Makes the folder with its lock held from the first moment at which it has its name.
fn make_locked(place: &Path, root: &Path) -> anyhow::Result<File> {
    let hidden = place.join(format!(".{}", run_name()));
    fs::create_dir(&hidden)?;
    let lock = File::create(hidden.join(LOCK))?;
    lock.lock()?;
    fs::rename(&hidden, root)?;
    Ok(lock)
}

/// Removes the folders of runs that are over.
fn remove_stale(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    let ours = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(PREFIX);
    for entry in entries.flatten().filter(ours) {
        let lock = File::open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns a folder for temporary files with a short path, for where TMPDIR has a long one.
fn short_place() -> PathBuf {
    if cfg!(unix) { "/tmp".into() } else { std::env::temp_dir() }
}

/// Returns a folder for temporary files that lies on another file system than the system's own one.
#[cfg(target_os = "linux")]
fn elsewhere() -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let here = fs::metadata(std::env::temp_dir()).ok()?.dev();
    let places = ["/dev/shm", "/var/tmp", "/run/shm"].map(PathBuf::from);
    places
        .into_iter()
        .find(|place| fs::metadata(place).is_ok_and(|found| found.is_dir() && found.dev() != here))
}

#[cfg(not(target_os = "linux"))]
fn elsewhere() -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_all_that_is_in_it() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_path_buf();
        fs::create_dir(path.join("below")).unwrap();
        fs::write(path.join("below/file"), "x").unwrap();
        let other = Folder::new().unwrap();
        assert_ne!(other.path(), path);
        drop(folder);
        assert!(!path.exists());
        assert!(other.path().is_dir());
    }

    #[test]
    fn a_keepers_word_leads_to_its_run_and_to_nothing_else() {
        let folder = Folder::new().unwrap();
        let place = folder.path();
        for name in ["socket-lab-run-3-roomy", "another"] {
            fs::create_dir_all(place.join(name).join("1")).unwrap();
            remove_of(place.join(name).as_os_str());
        }
        assert!(!place.join("socket-lab-run-3-roomy").exists());
        assert!(place.join("another").is_dir());
    }

    #[test]
    fn folders_of_runs_that_are_over_are_removed_and_others_stay() {
        let folder = Folder::new().unwrap();
        let place = folder.path();
        for name in ["socket-lab-run-1-dead", "socket-lab-run-2-live", "another"] {
            fs::create_dir(place.join(name)).unwrap();
            fs::write(place.join(name).join(LOCK), "").unwrap();
        }
        let live = File::open(place.join("socket-lab-run-2-live").join(LOCK)).unwrap();
        live.lock().unwrap();
        remove_stale(place);
        assert!(!place.join("socket-lab-run-1-dead").exists());
        assert!(place.join("socket-lab-run-2-live").is_dir() && place.join("another").is_dir());
    }
}
