//! The files of a folder that a student filled: bounded, and nothing outside of it.

use super::refused::Refused;
use anyhow::Context;
use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

/// The most files in a hand-in. A whole clone of the lab has about 1000.
pub const FILES: usize = 20_000;
/// The most bytes in all of them.
pub const BYTES: u64 = 512 << 20;
/// The most bytes of one file. Larger ones are left out: they are no part of a lesson.
pub const FILE: u64 = 16 << 20;
/// The most names in a path.
pub const DEPTH: usize = 32;

/// The copy of a link or a device is a link to this name: it leads nowhere, and shows that something was there.
pub(super) const LEFT_OUT: &str = "left-out-by-socket-lab";

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File {
        /// Its bytes.
        len: u64,
        /// Whether its owner may run it.
        executable: bool,
    },
    /// A link, a FIFO, a socket or a device.
    Other,
}

/// A file or a link below a folder.
#[derive(Debug)]
pub struct Entry {
    /// Its path in that folder.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// Returns whether systems and editors leave files of this name in folders.
pub fn is_clutter(name: &str) -> bool {
    name.starts_with('.') || ["__MACOSX", "Thumbs.db", "desktop.ini"].contains(&name)
}

/// Returns the files and links below `dir`, sorted by path, without hidden ones and what cargo built. (Only a folder
/// `target` that does not lie in `src` is cargo's.)
///
/// # Errors
/// [`Refused`] where there are too many files or bytes, or folders too deep; and when a folder cannot be read.
pub fn walk(dir: &Path) -> anyhow::Result<Vec<Entry>> {
    let (mut found, mut bytes) = (Vec::new(), 0);
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = dir.join(&folder);
        for entry in fs::read_dir(&path).with_context(|| format!("read {}", path.display()))? {
            let entry = entry?;
            let name = entry.file_name();
            let path = folder.join(&name);
            if is_clutter(&name.to_string_lossy()) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                if path.components().count() > DEPTH {
                    return refused(format!("it has folders in more than {DEPTH} folders"));
                }
                if name != "target" || folder.iter().any(|name| name == "src") {
                    folders.push(path);
                }
                continue;
            }
            let kind = kind(&entry)?;
            match kind {
                Kind::File { len: FILE.., .. } => continue,
                Kind::File { len, .. } => bytes += len,
                Kind::Other => {}
            }
            found.push(Entry { path, kind });
        }
        // Folders may be many, too, and empty.
        if found.len() + folders.len() > FILES {
            return refused(format!("it has more than {FILES} files and folders"));
        }
        if bytes > BYTES {
            return refused(format!("it has more than {} MiB", BYTES >> 20));
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn refused<T>(why: String) -> anyhow::Result<T> {
    Err(Refused(why).into())
}

fn kind(entry: &DirEntry) -> io::Result<Kind> {
    if !entry.file_type()?.is_file() {
        return Ok(Kind::Other);
    }
    let data = entry.metadata()?;
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o100 != 0;
    #[cfg(not(unix))]
    let executable = false;
    Ok(Kind::File { len: data.len(), executable })
}

/// Makes `to` contain what `from` contains, and nothing else. Leaves equal files untouched, so that cargo does not build
/// them again. Where `from` has a link or a device, `to` has a link to [`LEFT_OUT`] (on Unix).
///
/// # Errors
/// Those of [`walk`], and when the copy cannot be written.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy_some(from, to, |_| true)
}

/// Does what [`copy`] does with those paths that are `wanted`, and leaves all others in `to` as they are.
///
/// # Errors
/// As there.
pub fn copy_some(from: &Path, to: &Path, wanted: impl Fn(&Path) -> bool) -> anyhow::Result<()> {
    let mut entries = walk(from)?;
    entries.retain(|entry| wanted(&entry.path));
    fs::create_dir_all(to).with_context(|| format!("make {}", to.display()))?;
    // A file may stand where a folder was, or the other way round.
    remove_others(to, &entries, &wanted)?;
    for entry in &entries {
        let (source, copy) = (from.join(&entry.path), to.join(&entry.path));
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        match entry.kind {
            Kind::File { executable, .. } => copy_file(&source, &copy, executable)?,
            Kind::Other => leave_out(&copy)?,
        }
    }
    Ok(())
}

/// Removes in `to` what is `wanted` there and is not among `entries`.
fn remove_others(to: &Path, entries: &[Entry], wanted: impl Fn(&Path) -> bool) -> anyhow::Result<()> {
    let files: BTreeSet<(&Path, bool)> =
        entries.iter().map(|entry| (entry.path.as_path(), entry.kind == Kind::Other)).collect();
    let folders: BTreeSet<&Path> = entries.iter().flat_map(|entry| entry.path.ancestors().skip(1)).collect();
    let mut left = vec![PathBuf::new()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(to.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type()?;
            if !wanted(&path) {
                continue;
            }
            if kind.is_dir() && folders.contains(path.as_path()) {
                left.push(path);
            } else if kind.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else if !files.contains(&(path.as_path(), !kind.is_file())) {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path, executable: bool) -> anyhow::Result<()> {
    let bytes = fs::read(from).with_context(|| format!("read {}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(to, bytes).with_context(|| format!("write {}", to.display()))?;
    #[cfg(unix)]
    if executable {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    }
    let _ = executable;
    Ok(())
}

fn leave_out(path: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    if !path.is_symlink() {
        std::os::unix::fs::symlink(LEFT_OUT, path).with_context(|| format!("write {}", path.display()))?;
    }
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    fn names(dir: &Path) -> Vec<String> {
        walk(dir).unwrap().iter().map(|entry| entry.path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_copy_has_what_the_folder_has_and_nothing_else() {
        let dir = scratch("copy");
        let (from, to) = (dir.join("from"), dir.join("to"));
        for (file, text) in [
            ("src/bin/server.rs", "fn main() {}"),
            ("src/target/mod.rs", "kept: not cargo's"),
            ("target/debug/server", "built"),
            (".git/config", "hidden"),
            ("__MACOSX/._server.rs", "clutter"),
        ] {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), text).unwrap();
        }
        copy(&from, &to).unwrap();
        assert_eq!(names(&to), ["src/bin/server.rs", "src/target/mod.rs"]);
        // A folder becomes a file, and a file a folder.
        fs::remove_dir_all(from.join("src/target")).unwrap();
        fs::write(from.join("src/target"), "a file").unwrap();
        fs::remove_file(from.join("src/bin/server.rs")).unwrap();
        fs::create_dir(from.join("src/bin/server.rs")).unwrap();
        fs::write(from.join("src/bin/server.rs/mod.rs"), "x").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(names(&to), ["src/bin/server.rs/mod.rs", "src/target"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere_in_the_copy_and_a_program_can_run() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = scratch("links");
        let (from, to) = (dir.join("from"), dir.join("to"));
        fs::create_dir(&from).unwrap();
        symlink("/etc/passwd", from.join("secret")).unwrap();
        fs::write(from.join("run.sh"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(from.join("run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
        nix::unistd::mkfifo(&from.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        copy(&from, &to).unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_link(to.join("secret")).unwrap(), Path::new(LEFT_OUT));
        assert_eq!(fs::read_link(to.join("pipe")).unwrap(), Path::new(LEFT_OUT));
        assert_eq!(fs::metadata(to.join("run.sh")).unwrap().permissions().mode() & 0o111, 0o111);
        // A regular file in the place of the link replaces the link, not what it leads to.
        fs::remove_file(from.join("secret")).unwrap();
        fs::write(from.join("secret"), "mine").unwrap();
        copy(&from, &to).unwrap();
        assert!(fs::symlink_metadata(to.join("secret")).unwrap().is_file());
    }

    #[test]
    fn folders_too_deep_are_refused() {
        let dir = scratch("deep");
        fs::create_dir_all((0..=DEPTH).fold(dir.clone(), |path, _| path.join("d"))).unwrap();
        assert!(walk(&dir).unwrap_err().is::<Refused>());
    }
}
