//! A folder in which commands leave marks.

use crate::bench::{Bench, Dir, Folder};
use crate::finding::Outcome;

/// A temporary folder, by absolute path. Its path has no blanks that `sh` would split, as the runner's folders have
/// none.
pub struct Place {
    dir: Dir,
    _folder: Folder,
}

impl Place {
    /// Makes an empty one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(bench: &Bench) -> Outcome<Self> {
        let folder = bench.folder()?;
        Ok(Self { dir: Dir::of(&folder), _folder: folder })
    }

    /// Returns the absolute path of this name in it; of the folder itself for an empty name.
    pub fn path(&self, name: &str) -> String {
        let path = if name.is_empty() { self.dir.path().to_path_buf() } else { self.dir.at(name) };
        path.to_string_lossy().into_owned()
    }

    /// Makes these folders, and those above them.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn makes(&self, names: &[&str]) -> Outcome {
        names.iter().try_for_each(|name| self.dir.folder(name).map(|_| ()))
    }

    /// Makes an empty file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn writes(&self, name: &str) -> Outcome {
        self.dir.write(name, b"")
    }

    /// Returns the names of what is in it, in order.
    pub fn names(&self) -> Vec<String> {
        self.dir.entries().0.keys().map(|name| name.to_string_lossy().into_owned()).collect()
    }
}
