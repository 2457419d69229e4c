//! Notices when a lesson's files were saved, by looking at them again and again. This also works in containers, in
//! WSL and in network folders, where the kernel's messages about files often do not arrive.

use crate::workspace::{lab_toml, shell, starter};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The time between two looks.
pub const INTERVAL: std::time::Duration = std::time::Duration::from_millis(100);

/// How a lesson's sources look: length, time of the last change and inode of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look(BTreeMap<PathBuf, (u64, Option<SystemTime>, u64)>);

impl Look {
    /// Looks at the sources below `dir`; a file that is missing is left out. Where a `lab.toml` names programs, their
    /// files count, too, and all with the same endings. What a program writes beside them (a log) is no save.
    pub fn at(dir: &Path) -> Self {
        let files = starter::files_below(dir).unwrap_or_default();
        let named = named(dir);
        let endings: Vec<&OsStr> = named.iter().filter_map(|path| path.extension()).collect();
        let source = |path: &PathBuf| {
            let ending = path.extension();
            ending.is_some_and(|end| end == "rs" || end == "toml" || endings.contains(&end))
                || named.contains(path)
        };
        let seen = |path: PathBuf| {
            let data = fs::metadata(dir.join(&path)).ok()?;
            let row = (data.len(), data.modified().ok(), inode(&data));
            Some((path, row))
        };
        Self(files.into_iter().filter(source).filter_map(seen).collect())
    }
}

/// Returns the words of the commands in the `lab.toml` of `dir`: some of them name files there.
fn named(dir: &Path) -> Vec<PathBuf> {
    let Ok(Some(file)) = lab_toml::read(dir) else { return Vec::new() };
    let commands = [file.server, file.client].into_iter().flatten();
    let words = commands.flat_map(|command| shell::split(&command).unwrap_or_default());
    words.map(|word| PathBuf::from(word.strip_prefix("./").unwrap_or(&word))).collect()
}

#[cfg(unix)]
fn inode(data: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

/// Returns 0: elsewhere only length and time are compared.
#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_save_is_seen() {
        let dir = std::env::temp_dir().join(format!("socket-lab-saves-{}", std::process::id()));
        fs::create_dir_all(dir.join("src")).unwrap();
        let file = dir.join("src/main.rs");
        let mut looks = vec![Look::at(&dir)];
        fs::write(&file, "one").unwrap();
        looks.push(Look::at(&dir));
        // Another length.
        fs::write(&file, "three").unwrap();
        looks.push(Look::at(&dir));
        // Another file of the same length and time put in its place, as many editors do.
        let time = fs::metadata(&file).unwrap().modified().unwrap();
        fs::write(dir.join("new"), "seven").unwrap();
        fs::File::options().write(true).open(dir.join("new")).unwrap().set_modified(time).unwrap();
        #[cfg(unix)]
        {
            fs::rename(dir.join("new"), &file).unwrap();
            looks.push(Look::at(&dir));
        }
        // Another time alone.
        let later = time + std::time::Duration::from_secs(1);
        fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        looks.push(Look::at(&dir));
        for pair in looks.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
        assert_eq!(looks.last(), Some(&Look::at(&dir)));
        // Programs in another language, once lab.toml names one.
        fs::write(dir.join("server.py"), "1").unwrap();
        assert_eq!(looks.last(), Some(&Look::at(&dir)));
        fs::write(dir.join("lab.toml"), "server = 'python3 ./server.py'").unwrap();
        let before = Look::at(&dir);
        fs::write(dir.join("log.txt"), "1").unwrap();
        assert_eq!(before, Look::at(&dir));
        fs::write(dir.join("frames.py"), "1").unwrap();
        let with_module = Look::at(&dir);
        assert_ne!(before, with_module);
        fs::write(dir.join("server.py"), "12").unwrap();
        assert_ne!(with_module, Look::at(&dir));
        fs::remove_dir_all(&dir).unwrap();
    }
}
