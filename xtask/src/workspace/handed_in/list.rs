//! Who has handed in.

use super::walk::is_clutter;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One student's: a folder or an archive that lies directly in the folder of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandIn {
    /// The student, as the name of the folder or of the archive has it.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// The ends of names of archives that are opened.
pub const OPENED: &[&str] = &[".tar.gz", ".tgz", ".tar", ".zip"];
/// The ends of names of other archives: they stand for a student, too, and opening one says what to hand in instead.
const OTHERS: &[&str] =
    &[".7z", ".bz2", ".gz", ".lzh", ".rar", ".tbz", ".txz", ".xz", ".zst", ".tar.bz2", ".tar.xz", ".tar.zst"];

/// Returns whether a file of this name is an archive, of those that are opened or of others.
pub fn is_archive(name: &str) -> bool {
    is_opened(name) || ends(name, OTHERS)
}

/// Returns whether a file of this name is an archive that is opened.
pub fn is_opened(name: &str) -> bool {
    ends(name, OPENED)
}

fn ends(name: &str, with: &[&str]) -> bool {
    let lower = name.to_ascii_lowercase();
    with.iter().any(|end| lower.ends_with(end))
}

/// Returns the hand-ins in this folder, sorted by name. Where two have the same name, as `li-na` and `li-na.zip` do,
/// each has the whole name of its file.
///
/// # Errors
/// When it is no folder, or cannot be read.
pub fn list(handed_in: &Path) -> anyhow::Result<Vec<HandIn>> {
    let mut names: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in entries(handed_in)? {
        if let Some(name) = student(&path) {
            names.entry(name).or_default().push(path);
        }
    }
    let mut all = Vec::new();
    for (name, paths) in names {
        let is_alone = paths.len() == 1;
        all.extend(paths.into_iter().map(|path| {
            let name = if is_alone { name.clone() } else { file_name(&path) };
            HandIn { name, path }
        }));
    }
    all.sort_by(|one, other| (&one.name, &one.path).cmp(&(&other.name, &other.path)));
    Ok(all)
}

/// Returns the names of the files in this folder that are nobody's hand-in, sorted: a table of the class, a single
/// source file.
///
/// # Errors
/// As [`list`].
pub fn others(handed_in: &Path) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> = entries(handed_in)?
        .iter()
        .filter(|path| student(path).is_none())
        .map(|path| file_name(path))
        .collect();
    names.sort();
    Ok(names)
}

/// Returns what lies in the folder, without what systems leave in each.
fn entries(handed_in: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !handed_in.is_dir() {
        bail!(
            "{} is no folder: name the one that has a folder or an archive of each student",
            handed_in.display()
        );
    }
    let read = fs::read_dir(handed_in).with_context(|| format!("read {}", handed_in.display()))?;
    let paths = read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    Ok(paths.into_iter().filter(|path| !is_clutter(&file_name(path))).collect())
}

/// Returns whose hand-in this is; `None` for a file that is no archive.
fn student(path: &Path) -> Option<String> {
    let name = file_name(path);
    if path.is_dir() || path.is_symlink() {
        return Some(name);
    }
    let lower = name.to_ascii_lowercase();
    let end = OPENED.iter().chain(OTHERS).filter(|end| lower.ends_with(**end)).max_by_key(|end| end.len())?;
    Some(name[..name.len() - end.len()].to_string()).filter(|name| !name.is_empty())
}

/// Returns the name of a file, as far as it can be read.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn students_are_listed_and_clutter_is_not() {
        let dir = scratch("list");
        for folder in ["zoe", "王 芳", "li-na", "__MACOSX", ".git"] {
            fs::create_dir(dir.join(folder)).unwrap();
        }
        for file in ["li-na.zip", "Ben.TAR.GZ", "amy.rar", "class.csv", ".DS_Store", "Thumbs.db", ".zip"] {
            fs::write(dir.join(file), "x").unwrap();
        }
        let names: Vec<String> = list(&dir).unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["Ben", "amy", "li-na", "li-na.zip", "zoe", "王 芳"]);
        assert_eq!(others(&dir).unwrap(), ["class.csv"]);
        let refused = list(&dir.join("class.csv")).unwrap_err();
        assert!(refused.to_string().contains("is no folder"), "{refused}");
    }
}
