//! .zip

use crate::folder::{Folder, Stop, refused};
use std::io::{Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// The bits of a mode that say what a file is (inode(7)), and those of a link and of a regular file.
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const REGULAR: u32 = 0o100_000;

/// Unpacks a zip.
///
/// # Errors
/// Those of [`Folder`], and a refusal of one that is damaged, encrypted, or made by another method than deflate.
pub fn unpack(from: impl Read + Seek, folder: &mut Folder) -> Result<(), Stop> {
    let damaged = |error: ZipError| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Stop::Refused("it has a password: hand it in without one".into())
        }
        _ => Stop::Damaged,
    };
    let mut archive = ZipArchive::new(from).map_err(damaged)?;
    if archive.is_empty() {
        return refused("it is empty");
    }
    for n in 0..archive.len() {
        // Looked at first, so that what is left out is not unpacked.
        let entry = archive.by_index_raw(n).map_err(damaged)?;
        let Some(path) = folder.place(entry.name().as_bytes())? else { continue };
        if entry.is_dir() || entry.name().ends_with('\\') {
            continue;
        }
        let mode = entry.unix_mode().unwrap_or(0);
        drop(entry);
        if mode & KIND == LINK || ![0, REGULAR].contains(&(mode & KIND)) {
            folder.leave_out(&path);
            continue;
        }
        let mut entry = archive.by_index(n).map_err(damaged)?;
        folder.file(&path, &mut entry, mode & 0o111 != 0)?;
    }
    Ok(())
}
