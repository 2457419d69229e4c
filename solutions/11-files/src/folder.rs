//! One folder of files: stores a file whole or not at all, opens one without leaving the folder, lists them.

use crate::blocks::{Hashed, copy};
use crate::names::{is_name, place};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stores the next `size` bytes of `body` as the file `name` in `dir`, in place of an older file of that name.
///
/// A program that opens `name` finds the old file or the new one, whole: the bytes go into a [`Temporary`] file first,
/// which gets the name when it is whole, its hash is `sha256` and the disk has it ([`File::sync_all`]). Never writes
/// through a symbolic link: a link of that name is replaced.
///
/// # Errors
/// The name breaks the rule ([`place`]), `body` ends or fails, the hash is another one, `name` is a folder, or the disk
/// does not take the file. Then `dir` is as it was: the temporary file is removed. `body` may have bytes left.
pub fn store(dir: &Path, name: &str, size: u64, sha256: &str, body: &mut impl Read) -> io::Result<()> {
    // BEGIN SOLUTION: copy into a temporary file through `Hashed`, compare, sync, and give it its name
    let path = place(dir, name)?;
    let temporary = Temporary::create(dir)?;
    let mut hashed = Hashed::new(&temporary.file);
    copy(body, &mut hashed, size)?;
    if hashed.hex() != sha256 {
        return Err(io::Error::other("the data has another hash than `sha256` states"));
    }
    temporary.file.sync_all()?;
    temporary.rename(&path)
    // END SOLUTION
}

// ANCHOR: temporary
/// A file without its final name, as long as it is not whole. Its `drop` removes it, unless it got its name.
pub struct Temporary {
    /// Open for writing, and empty at first.
    pub file: File,
    path: PathBuf,
    named: bool,
}

impl Temporary {
    /// Makes a new file in `dir`, because a rename does not reach another file system. Its name begins with `.`, so no
    /// client can name it. It is never an older file: `create_new` fails when there is a file of that name.
    pub fn create(dir: &Path) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = dir.join(format!(".put-{}-{number}", process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path, named: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives the file its name, in one step: `path` is the old file before and the new one after. When that fails, the
    /// old file stays, and this one is removed.
    pub fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.named = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.named {
            let _ = fs::remove_file(&self.path);
        }
    }
}
// ANCHOR_END: temporary

// ANCHOR: open
/// Opens the file `name` in `dir` for reading, and returns it with its size in bytes.
///
/// Only a regular file is opened: a symbolic link, a folder or a pipe is an error. Looks at what it has *opened*: what
/// a path names may be another file a moment later. Does not block, also where opening a pipe waits for its writer.
pub fn open(dir: &Path, name: &str) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    // FILE_FLAG_OPEN_REPARSE_POINT: opens the link itself, which `is_file` then refuses.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0020_0000);
    let file = options.open(place(dir, name)?)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("this is no regular file"));
    }
    Ok((file, metadata.len()))
}
// ANCHOR_END: open

/// Returns a line `SIZE NAME\n` for each regular file in `dir` whose name keeps the rule, by name in byte order.
pub fn list(dir: &Path) -> io::Result<String> {
    let mut sizes = BTreeMap::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // This does not follow links. A file that has just vanished has no metadata, and is no error.
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
            && is_name(&name)
        {
            sizes.insert(name, metadata.len());
        }
    }
    Ok(sizes.iter().map(|(name, size)| format!("{size} {name}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::hash_of;
    use std::thread;

    /// A folder of a test's own, removed at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("solution-11-{}-{name}", process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        /// Returns the names of all that stands in the folder.
        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }

        fn store(&self, name: &str, mut bytes: &[u8]) -> io::Result<()> {
            let hash = hash_of(&mut &bytes[..], bytes.len() as u64)?;
            store(&self.0, name, bytes.len() as u64, &hash, &mut bytes)
        }

        fn read(&self, name: &str) -> String {
            io::read_to_string(open(&self.0, name).unwrap().0).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_put_replaces_and_leaves_nothing_else() {
        let folder = Folder::new("replaces");
        folder.store("a", b"old").unwrap();
        let (mut before, size) = open(&folder.0, "a").unwrap();
        folder.store("a", b"newer").unwrap();
        // A get that began before goes on with the old file, whole.
        assert_eq!((hash_of(&mut before, size).unwrap(), size), (hash_of(&mut &b"old"[..], 3).unwrap(), 3));
        assert_eq!((folder.read("a").as_str(), folder.names()), ("newer", vec!["a".to_string()]));
    }

    #[test]
    fn a_put_that_fails_leaves_the_folder_as_it_was() {
        let folder = Folder::new("fails");
        folder.store("a", b"old").unwrap();
        let wrong = hash_of(&mut &b"other"[..], 5).unwrap();
        assert!(store(&folder.0, "a", 3, &wrong, &mut &b"new"[..]).is_err());
        let hash = hash_of(&mut &b"new"[..], 3).unwrap();
        for cut in 0..3 {
            let ended = store(&folder.0, "a", 3, &hash, &mut &b"new"[..cut]).unwrap_err();
            assert_eq!(ended.kind(), io::ErrorKind::UnexpectedEof);
        }
        fs::create_dir(folder.0.join("dir")).unwrap();
        assert!(folder.store("dir", b"new").is_err());
        assert!(folder.store("../b", b"new").is_err());
        assert_eq!((folder.read("a").as_str(), folder.names()), ("old", vec!["a".into(), "dir".into()]));
    }

    #[test]
    fn of_puts_at_once_one_wins_whole() {
        let folder = Folder::new("at-once");
        let texts: Vec<String> = (0..8).map(|n| n.to_string().repeat(100_000)).collect();
        thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| folder.store("a", text.as_bytes()).unwrap());
            }
        });
        assert!(texts.contains(&folder.read("a")));
        assert_eq!(folder.names(), ["a"]);
    }

    #[test]
    fn the_list_is_in_byte_order_and_names_only_what_is_served() {
        let folder = Folder::new("list");
        for (name, text) in [("b", "22"), ("Z", "1"), ("a", ""), ("é", "4444"), ("a b", "333")] {
            folder.store(name, text.as_bytes()).unwrap();
        }
        fs::write(folder.0.join(".hidden"), "x").unwrap();
        fs::create_dir(folder.0.join("dir")).unwrap();
        assert_eq!(list(&folder.0).unwrap(), "1 Z\n0 a\n3 a b\n2 b\n4 é\n");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_pipes_do_not_block() {
        let (folder, outside) = (Folder::new("links"), Folder::new("outside"));
        outside.store("secret", b"secret").unwrap();
        std::os::unix::fs::symlink(outside.0.join("secret"), folder.0.join("link")).unwrap();
        let pipe = process::Command::new("mkfifo").arg(folder.0.join("pipe")).status().unwrap();
        assert!(pipe.success());
        fs::create_dir(folder.0.join("dir")).unwrap();
        for name in ["link", "pipe", "dir", "absent", ".."] {
            assert!(open(&folder.0, name).is_err(), "{name}");
        }
        assert_eq!(list(&folder.0).unwrap(), "");
        folder.store("link", b"mine").unwrap();
        assert_eq!((folder.read("link").as_str(), outside.read("secret").as_str()), ("mine", "secret"));
    }
}
