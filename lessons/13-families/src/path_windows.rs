//! What stands for `path.rs` on Windows: no Unix sockets.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Always [`ErrorKind::Unsupported`]: so the two other functions are never called.
pub fn parse(_path: &[u8]) -> io::Result<PathBuf> {
    Err(io::Error::new(ErrorKind::Unsupported, "this lesson has Unix sockets on Unix only, not on Windows"))
}

/// Nothing to do.
pub fn make_room(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Nothing to do.
pub fn lock_folder(_path: &Path) -> Option<File> {
    None
}
