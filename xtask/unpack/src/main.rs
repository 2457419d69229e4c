//! `lab-unpack ARCHIVE FOLDER FILES BYTES FILE DEPTH` unpacks a .zip, .tar, .tar.gz or .tgz into the folder FOLDER, which is
//! empty: at most FILES files, BYTES bytes and DEPTH folders in a path. Larger files than FILE bytes are left out.
//!
//! Status 0: unpacked. Status 2: the archive is refused, and why. Status 1: the disk does not do it.

mod folder;
mod name;
mod tarball;
mod zipped;

use folder::{Folder, Limits, Stop};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::process::ExitCode;

/// The first bytes of a file that gzip made (RFC 1952), of a zip (APPNOTE.TXT 4.3.7), and of a zip without a file in it.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.to_str()?.parse().ok());
    let limits =
        || Some(Limits { files: number(2)?, bytes: number(3)?, file: number(4)?, depth: number(5)? });
    let ([archive, into, ..], Some(limits)) = (words.as_slice(), limits()) else {
        eprintln!("lab-unpack is the runner's own: ARCHIVE FOLDER FILES BYTES FILE DEPTH");
        return ExitCode::FAILURE;
    };
    let archive = Path::new(archive);
    match unpack(archive, Folder::new(Path::new(into), limits)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Refused(why)) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
        Err(Stop::Damaged) => {
            eprintln!("{}", damaged(archive));
            ExitCode::from(2)
        }
        Err(Stop::Failed(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns why a damaged archive is refused. What it should be is what its name says.
fn damaged(archive: &Path) -> String {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let ends = [".tar.gz", ".tgz", ".tar", ".zip"];
    let end = ends.into_iter().find(|end| lower.ends_with(end)).unwrap_or("archive");
    format!("{name} is damaged, or no {end}: hand it in again")
}

/// Unpacks a file, whatever its name: its first bytes say what it is.
fn unpack(archive: &Path, mut folder: Folder) -> Result<(), Stop> {
    let mut file = File::open(archive).map_err(Stop::Failed)?;
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(Stop::Failed)?;
    file.rewind().map_err(Stop::Failed)?;
    let file = BufReader::new(file);
    if start == ZIP || start == EMPTY_ZIP {
        zipped::unpack(file, &mut folder)?;
    } else if start.starts_with(GZIP) {
        tarball::unpack(flate2::read::MultiGzDecoder::new(file), &mut folder)?;
    } else {
        tarball::unpack(file, &mut folder)?;
    }
    folder.close()
}
