//! A folder in which a program under test works: what the runner puts there, and what it finds there.

use super::Folder;
use super::facts::can;
use crate::finding::Outcome;
#[cfg(not(unix))]
use crate::finding::skip;
use crate::system::patience::Patience;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How many bytes of a file [`Dir::read`] and [`Dir::entries`] read: 32 MiB. Files of checks that compare them are
/// shorter.
const MOST: u64 = 32 << 20;

/// A folder, by its path.
#[derive(Clone, Debug)]
pub struct Dir(PathBuf);

/// What stands in a folder under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file, with its bytes.
    File(Vec<u8>),
    /// A symbolic link, with what it names.
    Link(PathBuf),
    /// A folder, with all that is in it.
    Folder(Entries),
    /// A FIFO, a socket, a device.
    Other,
}

/// All that stands in a folder, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries(pub BTreeMap<OsString, Entry>);

impl Entries {
    /// Returns in words the first difference of `later`; `None` when there is none.
    pub fn change(&self, later: &Self) -> Option<String> {
        let name = |name: &OsString| format!("\"{}\"", name.as_encoded_bytes().escape_ascii());
        for (key, entry) in &self.0 {
            match (entry, later.0.get(key)) {
                (_, None) => return Some(format!("{} is gone", name(key))),
                (old, Some(new)) if old == new => {}
                (Entry::Folder(old), Some(Entry::Folder(new))) => {
                    return old.change(new).map(|what| format!("in {}: {what}", name(key)));
                }
                (Entry::File(old), Some(Entry::File(new))) if old.len() != new.len() => {
                    return Some(format!("{} has {} bytes, not {}", name(key), new.len(), old.len()));
                }
                _ => return Some(format!("{} is not what it was", name(key))),
            }
        }
        later.0.keys().find(|key| !self.0.contains_key(*key)).map(|key| format!("{} is there", name(key)))
    }

    /// Returns these entries without those whose names begin with `.`.
    pub fn visible(mut self) -> Self {
        self.0.retain(|name, _| !name.as_encoded_bytes().starts_with(b"."));
        self
    }

    /// Returns these entries without those that have other names. A program may have its temporary files beside the
    /// folder that it serves.
    pub fn only(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| names.iter().any(|known| name == OsStr::new(known)));
        self
    }

    /// Returns these entries without the one of this name.
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(OsStr::new(name));
        self
    }

    /// Returns these entries and a file of this name and these bytes.
    pub fn with(mut self, name: &str, bytes: &[u8]) -> Self {
        self.0.insert(name.into(), Entry::File(bytes.to_vec()));
        self
    }
}

impl Dir {
    /// Returns a folder's own path as a [`Dir`].
    pub fn of(folder: &Folder) -> Self {
        Self(folder.path().to_path_buf())
    }

    /// Makes a folder in this one, and those above it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> Outcome<Self> {
        let path = self.0.join(name);
        can("make a folder", fs::create_dir_all(&path).map_err(Into::into))?;
        Ok(Self(path))
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the path of what has this name in it.
    pub fn at(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.join(name.as_ref())
    }

    /// Writes a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: impl AsRef<OsStr>, bytes: &[u8]) -> Outcome {
        can("write a file for the check", fs::write(self.at(name), bytes).map_err(Into::into))
    }

    /// Makes a symbolic link (symlink(2)).
    ///
    /// # Errors
    /// When it cannot be made. A skip where the platform has none.
    pub fn link(&self, name: &str, to: impl AsRef<Path>) -> Outcome {
        #[cfg(unix)]
        return can("make a link", std::os::unix::fs::symlink(to, self.at(name)).map_err(Into::into));
        #[cfg(not(unix))]
        skip(format!("this platform has no symbolic link {name} to {}", to.as_ref().display()))
    }

    /// Makes a FIFO (mkfifo(3)).
    ///
    /// # Errors
    /// When it cannot be made. A skip where the platform has none.
    pub fn fifo(&self, name: &str) -> Outcome {
        #[cfg(unix)]
        return can(
            "make a FIFO",
            nix::unistd::mkfifo(&self.at(name), nix::sys::stat::Mode::S_IRWXU).map_err(Into::into),
        );
        #[cfg(not(unix))]
        skip(format!("this platform has no FIFO {name}"))
    }

    /// Makes a sparse file of `size` bytes, whose bytes are 0 except those of `marks`, each at its offset.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn sparse(&self, name: &str, size: u64, marks: &[(u64, [u8; 8])]) -> Outcome {
        let make = || {
            let mut file = File::create(self.at(name))?;
            file.set_len(size)?;
            for (offset, bytes) in marks {
                file.seek(SeekFrom::Start(*offset))?;
                file.write_all(bytes)?;
            }
            Ok(())
        };
        can("make a sparse file", make())
    }

    /// Removes a file or a folder; it need not be there.
    pub fn remove(&self, name: &str) {
        let path = self.at(name);
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
    }

    /// Returns the length of the regular file of this name, `None` where there is none.
    pub fn size(&self, name: &str) -> Option<u64> {
        fs::symlink_metadata(self.at(name)).ok().filter(fs::Metadata::is_file).map(|found| found.len())
    }

    /// Returns the bytes of the regular file of this name, the first 32 MiB at most; `None` where there is none.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.size(name).and_then(|_| read(&self.at(name)))
    }

    /// Reads the file of this name in blocks of `length` bytes, and calls `block` with the number of each (from 0) and
    /// its bytes, until it returns false. Returns how many times it returned true. The last block may be shorter.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn blocks(
        &self,
        name: &str,
        length: usize,
        mut block: impl FnMut(u64, &[u8]) -> bool,
    ) -> Outcome<u64> {
        let mut read = || {
            let mut file = File::open(self.at(name))?;
            let (mut buffer, mut number) = (Vec::with_capacity(length), 0);
            loop {
                buffer.clear();
                (&mut file).take(length as u64).read_to_end(&mut buffer)?;
                if buffer.is_empty() || !block(number, &buffer) {
                    return Ok(number);
                }
                number += 1;
            }
        };
        can("read a file", read())
    }

    /// Returns all that stands in it. What is removed meanwhile counts as not there.
    pub fn entries(&self) -> Entries {
        entries(&self.0)
    }

    /// Waits, 5 s at most, until `wanted` returns true for what it holds. Returns what it held at the last look.
    pub fn until(&self, wanted: impl Fn(&Entries) -> bool) -> Entries {
        self.within(&Patience::with(&[]), wanted)
    }

    /// Does the same with this patience.
    pub(super) fn within(&self, patience: &Patience, wanted: impl Fn(&Entries) -> bool) -> Entries {
        let mut last = Entries::default();
        patience.until(|| {
            last = self.entries();
            wanted(&last).then_some(())
        });
        last
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn entries(path: &Path) -> Entries {
    let found = fs::read_dir(path).into_iter().flatten().flatten();
    let entry = |entry: fs::DirEntry| {
        let path = entry.path();
        let kind = entry.file_type().ok()?;
        let what = match () {
            () if kind.is_symlink() => Entry::Link(fs::read_link(&path).ok()?),
            () if kind.is_dir() => Entry::Folder(entries(&path)),
            () if kind.is_file() => Entry::File(read(&path)?),
            () => Entry::Other,
        };
        Some((entry.file_name(), what))
    };
    Entries(found.filter_map(entry).collect())
}
