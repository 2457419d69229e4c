//! Whether a hand-in was changed since it was judged.

use super::list::HandIn;
use super::sole::archive_of;
use super::walk::{Kind, walk};
use anyhow::Context;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// FNV-1a with 128 bits (draft-eastlake-fnv): the same on every machine. It finds changes; who would forge one gains
/// nothing but an old verdict.
pub struct Fnv(u128);

impl Fnv {
    /// The hash of nothing.
    pub const EMPTY: Self = Self(Self::START);
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    /// Adds these bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }

    /// Adds these bytes, and how many they are: what follows them is told from them.
    pub fn add_whole(&mut self, bytes: &[u8]) {
        self.add(&(bytes.len() as u64).to_le_bytes());
        self.add(bytes);
    }

    /// Returns it as 32 digits.
    pub fn text(&self) -> String {
        format!("{:032x}", self.0)
    }

    /// Adds all that the file brings.
    fn add_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| format!("read {}", path.display()))?;
        let mut reader = BufReader::with_capacity(64 << 10, file.take(u64::MAX));
        loop {
            let bytes = reader.fill_buf().with_context(|| format!("read {}", path.display()))?;
            if bytes.is_empty() {
                return Ok(());
            }
            self.add(bytes);
            let len = bytes.len();
            reader.consume(len);
        }
    }
}

/// Returns 32 digits that depend on the names, sizes and bytes of a hand-in: of an archive, of its own bytes; of a
/// folder, of the files that [`super::open`] copies, or of the archive that is alone in it.
///
/// # Errors
/// As [`super::open`], when the folder is refused or something cannot be read.
pub fn digest(hand_in: &HandIn) -> anyhow::Result<String> {
    let mut fnv = Fnv::EMPTY;
    let path = &hand_in.path;
    if path.is_symlink() {
        fnv.add(b"link");
    } else if let Some(archive) = archive_of(hand_in) {
        fnv.add(b"archive");
        fnv.add_file(&archive)?;
    } else {
        for entry in walk(path)? {
            let name = entry.path.as_os_str().as_encoded_bytes();
            fnv.add_whole(name);
            match entry.kind {
                Kind::File { len, executable } => {
                    fnv.add(&[1, executable.into()]);
                    fnv.add(&len.to_le_bytes());
                    fnv.add_file(&path.join(&entry.path))?;
                }
                Kind::Other => fnv.add(&[0]),
            }
        }
    }
    Ok(fnv.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;
    use std::fs;

    #[test]
    fn every_change_gives_another_digest() {
        let dir = scratch("digest");
        let of = |path: &Path| digest(&HandIn { name: "li".into(), path: path.into() }).unwrap();
        let folder = dir.join("li");
        fs::create_dir(&folder).unwrap();
        let mut seen = vec![of(&folder)];
        fs::write(folder.join("a"), "1").unwrap();
        seen.push(of(&folder));
        fs::write(folder.join("a"), "2").unwrap();
        seen.push(of(&folder));
        fs::rename(folder.join("a"), folder.join("b")).unwrap();
        seen.push(of(&folder));
        fs::write(folder.join("a"), "").unwrap();
        seen.push(of(&folder));
        fs::write(dir.join("li.zip"), "2").unwrap();
        seen.push(of(&dir.join("li.zip")));
        let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{seen:?}");
        // What is not judged does not count.
        let before = of(&folder);
        fs::create_dir_all(folder.join("target/debug")).unwrap();
        fs::write(folder.join("target/debug/server"), "built").unwrap();
        assert_eq!(of(&folder), before);
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // From draft-eastlake-fnv, appendix C: the hash of "a".
        let mut fnv = Fnv::EMPTY;
        fnv.add(b"a");
        assert_eq!(fnv.text(), "d228cb696f1a8caf78912b704e4a8964");
    }
}
