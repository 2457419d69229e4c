//! .tar, and what gzip made of one.

use crate::folder::{Folder, Stop, refused};
use std::io::Read;

/// Unpacks a tar.
///
/// # Errors
/// Those of [`Folder`], and a refusal of what is no tar.
pub fn unpack(from: impl Read, folder: &mut Folder) -> Result<(), Stop> {
    let mut archive = tar::Archive::new(from);
    let damaged = |_: std::io::Error| Stop::Damaged;
    let mut any = false;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        any = true;
        let Some(path) = folder.place(&entry.path_bytes())? else { continue };
        let kind = entry.header().entry_type();
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
            folder.file(&path, &mut entry, executable)?;
        } else if !kind.is_dir() {
            folder.leave_out(&path);
        }
    }
    if any { Ok(()) } else { refused("it is no .zip, .tar, .tar.gz or .tgz with files in it") }
}
