//! The folder into which an archive is unpacked: nothing leaves it, and it has limits.

use crate::name;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Where a link or a device stood, a link to this name stands: it leads nowhere, and shows that something was there.
#[cfg(unix)]
const LEFT_OUT: &str = "left-out-by-socket-lab";

/// The most that an archive may contain.
pub struct Limits {
    /// Files.
    pub files: u64,
    /// Bytes in all of them.
    pub bytes: u64,
    /// Bytes of one file: larger ones are left out.
    pub file: u64,
    /// Names in a path.
    pub depth: u64,
}

/// Why the archive was not unpacked.
#[derive(Debug)]
pub enum Stop {
    /// It is empty, or wants what no hand-in may.
    Refused(String),
    /// It is damaged, or no archive.
    Damaged,
    /// The disk, or another part of this machine.
    Failed(io::Error),
}

/// Returns the stop that the archive is refused.
pub fn refused<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(why.into()))
}

/// The folder.
pub struct Folder {
    dir: PathBuf,
    limits: Limits,
    files: u64,
    bytes: u64,
    /// Where links and devices stood. They are made last, so that nothing is written through them.
    left_out: BTreeSet<PathBuf>,
}

impl Folder {
    /// Returns the folder `dir`, which is there and empty.
    pub fn new(dir: &Path, limits: Limits) -> Self {
        Self { dir: dir.into(), limits, files: 0, bytes: 0, left_out: BTreeSet::new() }
    }

    /// Returns where an entry of this name goes; `None` for what is no part of a hand-in, and for the folder itself.
    ///
    /// # Errors
    /// A refusal of a name that leads out of the folder, or too deep into it.
    pub fn place(&self, name: &[u8]) -> Result<Option<PathBuf>, Stop> {
        let name = String::from_utf8_lossy(name);
        if name.starts_with(['/', '\\']) || name::has_drive(&name) || name.contains('\0') {
            return refused(format!("an entry has the absolute name {name:?}: nothing of it was unpacked"));
        }
        // Some programs on Windows write `\`.
        let names: Vec<&str> = name.split(['/', '\\']).filter(|one| !one.is_empty() && *one != ".").collect();
        if names.contains(&"..") {
            return refused(format!(
                "an entry leads out of the archive: {name:?}: nothing of it was unpacked"
            ));
        }
        if names.len() as u64 > self.limits.depth {
            return refused(format!("an entry lies more than {} folders deep", self.limits.depth));
        }
        // As `workspace/handed_in/walk.rs` has it.
        let in_src = |at: usize| names[..at].contains(&"src");
        let is_clutter = |(at, name): (usize, &&str)| {
            name.starts_with('.')
                || ["__MACOSX", "Thumbs.db", "desktop.ini"].contains(name)
                || (*name == "target" && !in_src(at))
        };
        if names.is_empty() || names.iter().enumerate().any(is_clutter) {
            return Ok(None);
        }
        if let Some(why) = names.iter().find_map(|one| name::why_refused(one)) {
            return refused(format!("an entry has the name {name:?}: {why}: nothing of it was unpacked"));
        }
        Ok(Some(names.iter().fold(self.dir.clone(), |path, name| path.join(name))))
    }

    /// Writes a file with what `from` brings; leaves it out when that is too large for a file of a lesson.
    ///
    /// # Errors
    /// A refusal when a limit is reached or the archive is damaged, and what the disk says.
    pub fn file(&mut self, path: &Path, from: &mut impl Read, executable: bool) -> Result<(), Stop> {
        self.files += 1;
        if self.files > self.limits.files {
            return refused(format!("it has more than {} files", self.limits.files));
        }
        let mut bytes = Vec::new();
        if from.take(self.limits.file + 1).read_to_end(&mut bytes).is_err() {
            return Err(Stop::Damaged);
        }
        if bytes.len() as u64 > self.limits.file {
            return Ok(());
        }
        self.bytes += bytes.len() as u64;
        if self.bytes > self.limits.bytes {
            return refused(format!("it has more than {} MiB", self.limits.bytes >> 20));
        }
        self.folder_of(path)?;
        if path.is_dir() {
            return refused("it has a file and a folder of the same name");
        }
        fs::write(path, bytes).map_err(Stop::Failed)?;
        if executable {
            make_executable(path).map_err(Stop::Failed)?;
        }
        Ok(())
    }

    /// Notes that a link or a device stands there: it is not made.
    pub fn leave_out(&mut self, path: &Path) {
        // Many links are no hand-in; the limit of files holds for what is written.
        if self.left_out.len() < usize::try_from(self.limits.files).unwrap_or(usize::MAX) {
            self.left_out.insert(path.into());
        }
    }

    /// Shows where links and devices were left out.
    ///
    /// # Errors
    /// A refusal where an entry lies below a link, and what the disk says.
    pub fn close(self) -> Result<(), Stop> {
        for path in &self.left_out {
            if path.is_dir() {
                let name = path.strip_prefix(&self.dir).unwrap_or(path).display();
                return refused(format!(
                    "{name} is a link in it, and something lies below: hand in the folder itself"
                ));
            }
            if fs::symlink_metadata(path).is_ok() {
                continue;
            }
            self.folder_of(path)?;
            #[cfg(unix)]
            std::os::unix::fs::symlink(LEFT_OUT, path).map_err(Stop::Failed)?;
        }
        Ok(())
    }

    fn folder_of(&self, path: &Path) -> Result<(), Stop> {
        let folder = path.parent().unwrap_or(&self.dir);
        let between = folder.ancestors().take_while(|folder| **folder != *self.dir);
        if between.into_iter().any(Path::is_file) {
            return refused("it has a file and a folder of the same name");
        }
        fs::create_dir_all(folder).map_err(Stop::Failed)
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    File::open(path)?.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(path: &Path) -> io::Result<()> {
    File::open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder_on_any_system() {
        let folder = Folder::new(Path::new("in"), Limits { files: 9, bytes: 9, file: 9, depth: 9 });
        let is_refused = |name: &str| matches!(folder.place(name.as_bytes()), Err(Stop::Refused(_)));
        for name in [
            "/evil",
            "\\evil",
            "C:evil",
            "C:\\evil",
            "x/C:evil.txt",
            "x/D:/evil.txt",
            "x\\D:\\evil.txt",
            "server.rs:ads",
            "x/../../evil",
            "x/NUL",
            "com1.txt/a",
        ] {
            assert!(is_refused(name), "{name}");
        }
        let place = |name: &str| folder.place(name.as_bytes()).ok().flatten();
        assert_eq!(place("x\\./a.rs"), Some(["in", "x", "a.rs"].iter().collect()));
        // What is left out anyway is no reason.
        assert!(place("__MACOSX/a:b").is_none() && !is_refused("__MACOSX/a:b") && !is_refused(".git/.. /a"));
    }
}
