//! Opens a hand-in. The package `lab-unpack` unpacks archives, so that the runner itself needs no crate for that.

use super::list::{HandIn, OPENED, file_name, is_opened};
use super::refused::Refused;
use super::sole::archive_of;
use super::unpacker::unpacker;
use super::walk::{BYTES, DEPTH, FILE, FILES, copy};
use anyhow::{Context, bail};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Its status when it refuses the archive.
const REFUSED: i32 = 2;
/// How long it may take: what a lesson needs is unpacked in a moment.
const LIMIT: Duration = Duration::from_secs(60);

/// Copies or unpacks a hand-in to the folder `into/hand-in`, which is made anew, and returns that folder; unpacks the archive
/// that is alone in a folder, too. Nothing hidden, no
/// folder `target` of cargo, and no file over 16 MiB is in it; at most 20,000 files, 512 MiB and 32 folders in a path.
/// Where a link or a device stood, a link to `walk::LEFT_OUT` stands (on Unix).
///
/// # Errors
/// [`Refused`], for the student to mend: more than that, a link in place of a folder, a damaged archive, one of another
/// kind, or one with names that lead out of it. Any other error is the machine's.
pub fn open(hand_in: &HandIn, into: &Path) -> anyhow::Result<PathBuf> {
    let dir = into.join("hand-in");
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("remove {}", dir.display()))?;
    }
    fs::create_dir_all(&dir).with_context(|| format!("make {}", dir.display()))?;
    let (path, name) = (&hand_in.path, file_name(&hand_in.path));
    if path.is_symlink() {
        return Err(Refused(format!("{name} is a link: hand in what it leads to")).into());
    }
    let Some(archive) = archive_of(hand_in) else {
        copy(path, &dir)?;
        return Ok(dir);
    };
    let name = file_name(&archive);
    if !is_opened(&name) {
        return Err(Refused(format!(
            "{name} is no {}: hand in one of these, or a folder",
            OPENED.join(", ")
        ))
        .into());
    }
    unpack(&archive, &dir)?;
    Ok(dir)
}

fn unpack(archive: &Path, dir: &Path) -> anyhow::Result<()> {
    let size = fs::metadata(archive).with_context(|| format!("read {}", archive.display()))?.len();
    if size > BYTES {
        return Err(Refused(format!("it has more than {} MiB", BYTES >> 20)).into());
    }
    let mut command = Command::new(unpacker()?);
    command.args([archive, dir]);
    command.args([FILES as u64, BYTES, FILE, DEPTH as u64].map(|limit| limit.to_string()));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    // What it says fits into the pipe.
    let until = Instant::now() + LIMIT;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if Instant::now() > until => {
                let _ = (child.kill(), child.wait());
                let limit = LIMIT.as_secs();
                return Err(Refused(format!("unpacking it takes more than {limit} s")).into());
            }
            None => thread::sleep(Duration::from_millis(2)), // Only the interval at which to look again.
        }
    };
    let mut said = String::new();
    child.stderr.take().map_or(Ok(0), |mut stderr| stderr.read_to_string(&mut said))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(REFUSED) => Err(Refused(said.trim().into()).into()),
        _ => bail!("unpack {}: {}", archive.display(), said.trim()),
    }
}

#[cfg(test)]
mod tests;
