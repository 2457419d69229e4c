//! A folder in which commands leave marks.

use crate::bench::{Bench, Folder};
use crate::finding::{Outcome, unable};
use std::fs;
use std::path::PathBuf;

/// A temporary folder, by absolute path. Its path has no blanks that `sh` would split, as the runner's folders have
/// none.
pub struct Place(Folder);

impl Place {
    /// Makes an empty one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(bench: &Bench) -> Outcome<Self> {
        bench.folder().map(Self)
    }

    /// Returns the absolute path of this name in it; of the folder itself for an empty name.
    pub fn path(&self, name: &str) -> String {
        let path: PathBuf = if name.is_empty() { self.0.path().into() } else { self.0.path().join(name) };
        path.to_string_lossy().into_owned()
    }

    /// Makes these folders.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn makes(&self, names: &[&str]) -> Outcome {
        for name in names {
            if let Err(error) = fs::create_dir_all(self.path(name)) {
                return unable(format!("cannot make the folder {}: {error}", self.path(name)));
            }
        }
        Ok(())
    }

    /// Makes an empty file. Returns no error: the check fails when the file is not there.
    pub fn writes(&self, name: &str) {
        let _ = fs::write(self.path(name), "");
    }

    /// Returns the names of what is in it, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
