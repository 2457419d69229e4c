//! Files that are written whole or not at all.

use anyhow::Context;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A file's new content, already on the disk beside it. Dropped before [`Ready::put`], it is taken away again.
pub struct Ready {
    part: PathBuf,
    path: PathBuf,
}

impl Ready {
    /// Writes the bytes beside `path`, in a hidden file; the folder is made where it is missing.
    ///
    /// # Errors
    /// When they cannot be written: nothing stays behind.
    pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let part = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let ready = Self { part, path: path.to_path_buf() };
        let written = File::create(&ready.part).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.with_context(|| format!("write {}", path.display()))?;
        Ok(ready)
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When it cannot be renamed; then the old file is as it was.
    pub fn put(self) -> anyhow::Result<()> {
        fs::rename(&self.part, &self.path).with_context(|| format!("write {}", self.path.display()))
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part); // Once it is in its place, there is none.
    }
}

/// Writes a file whole or not at all: beside it first, then in its place.
///
/// # Errors
/// When it cannot be written; then the old one is as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    Ready::write(path, bytes)?.put()
}
