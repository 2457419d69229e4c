//! Files that are made anew, and a copy of each that somebody has changed since.

use crate::workspace::files::write_whole;
use crate::workspace::starter::hash;
use anyhow::Context;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The file that says what was made: for each name the hash of its content.
const MADE: &str = ".made.json";

/// The files that are made in one folder.
pub struct Kept {
    folder: PathBuf,
    made: Map<String, Value>,
    changed: bool,
}

impl Kept {
    /// Reads what was made in this folder before.
    pub fn of(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join(MADE)).unwrap_or_default();
        let made = serde_json::from_str(&text).unwrap_or_default();
        Self { folder: folder.into(), made, changed: false }
    }

    /// Writes a file. What stands there and was not made like this is first kept under another name.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn put(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let old = match fs::read(&path) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        let mark = json!(format!("{:016x}", hash(text)));
        if self.made.get(name) != Some(&mark) {
            self.changed = true;
        }
        let Some(old) = old.filter(|old| old != text.as_bytes()) else {
            self.made.insert(name.into(), mark);
            return if path.is_file() { Ok(()) } else { write_whole(&path, text.as_bytes()) };
        };
        let is_made = std::str::from_utf8(&old)
            .is_ok_and(|old| self.made.get(name) == Some(&json!(format!("{:016x}", hash(old)))));
        if !is_made {
            let copy = free(&path);
            write_whole(&copy, &old)?;
            eprintln!("{}: it was changed by hand; kept as {}", path.display(), copy.display());
        }
        self.made.insert(name.into(), mark);
        write_whole(&path, text.as_bytes())
    }

    /// Notes what was made.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub fn close(self) -> anyhow::Result<()> {
        if !self.changed {
            return Ok(());
        }
        write_whole(&self.folder.join(MADE), format!("{:#}\n", Value::Object(self.made)).as_bytes())
    }
}

/// Returns the first of `grades.1.csv`, `grades.2.csv` and so on that is not there.
fn free(path: &Path) -> PathBuf {
    let (stem, end) = (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
    let name = |n: u64| format!("{}.{n}.{}", stem.to_string_lossy(), end.to_string_lossy());
    let paths = (1..).map(|n| path.with_file_name(name(n)));
    paths.into_iter().find(|path| fs::symlink_metadata(path).is_err()).expect("a free name")
}
