//! The files of the repository itself: without what builds, learners and teachers have left in it.

use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands at the root, without the lessons. Where there is no git, only this is taken.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".dockerignore",
    ".gitattributes",
    ".gitignore",
    ".vscode",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "docs",
    "rustfmt.toml",
    "solutions",
    "tests",
    VENDOR,
    "xtask",
];

/// Folders that builds make, wherever they stand.
const BUILT: &[&str] = &["target", "book", "node_modules"];

/// The folder of the crates, which only an archive for machines without a network has.
pub const VENDOR: &str = "vendor";

/// Copies the repository at `root` into the new folder `to`, as its files are on the disk, without the lessons: those are
/// the learner's. Returns how many files that are.
///
/// # Errors
/// When git does not answer, or a file cannot be copied.
pub fn copy(root: &Path, to: &Path) -> anyhow::Result<usize> {
    let files = match root.join(".git").exists() {
        true => tracked(root)?,
        false => walked(root)?,
    };
    let mut copied = 0;
    for file in files.iter().filter(|file| !file.starts_with("lessons")) {
        let from = root.join(file);
        // git still knows a file that was removed; links lead out of the repository.
        if !fs::symlink_metadata(&from).is_ok_and(|data| data.is_file()) {
            continue;
        }
        let to = to.join(file);
        fs::create_dir_all(to.parent().unwrap_or(&to)).with_context(|| format!("make {}", to.display()))?;
        fs::copy(&from, &to).with_context(|| format!("copy {}", from.display()))?;
        copied += 1;
    }
    Ok(copied)
}

/// Returns the files that git knows.
fn tracked(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let why = "git is needed: it knows which files belong to the repository";
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output().context(why)?;
    if !output.status.success() {
        bail!("{why}; it said: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8(output.stdout).context("the name of a file is no UTF-8")?;
    Ok(text.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

/// Returns the files below [`TOP`].
fn walked(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut files, mut rest): (_, Vec<PathBuf>) = (BTreeSet::new(), TOP.iter().map(PathBuf::from).collect());
    while let Some(path) = rest.pop() {
        let whole = root.join(&path);
        let Ok(data) = fs::symlink_metadata(&whole) else { continue };
        if data.is_file() {
            files.insert(path);
            continue;
        }
        // A crate may have a folder of such a name.
        let is_built = |name: &str| BUILT.contains(&name) && !path.starts_with(VENDOR);
        if !data.is_dir() || path.file_name().and_then(|name| name.to_str()).is_some_and(is_built) {
            continue;
        }
        for entry in fs::read_dir(&whole).with_context(|| format!("read {}", whole.display()))? {
            rest.push(path.join(entry?.file_name()));
        }
    }
    Ok(files.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_git_the_same_files_are_found() {
        let root = crate::workspace::root();
        let Ok(tracked) = tracked(&root) else {
            eprintln!("NOT CHECKED: git does not answer here");
            return;
        };
        let walked = walked(&root).unwrap();
        let is_left_out = |file: &&PathBuf| !file.starts_with("lessons") && !walked.contains(file);
        let left_out: Vec<&PathBuf> =
            tracked.iter().filter(is_left_out).filter(|file| root.join(file).exists()).collect();
        assert!(left_out.is_empty(), "name them in `TOP`: {left_out:?}");
    }

    #[test]
    fn what_builds_and_people_leave_stays_where_it_is() {
        let root = std::env::temp_dir().join(format!("socket-lab-sources-{}", std::process::id()));
        let (from, to) = (root.join("from"), root.join("to"));
        for file in [
            "Cargo.toml",
            "docs/src/a.md",
            "docs/book/a.html",
            "xtask/src/main.rs",
            "xtask/target/xtask",
            "vendor/cc/src/target/mod.rs",
            "target/xtask",
            ".lab/progress.json",
            "lessons/01-echo/src/bin/server.rs",
            "handed-in/li-na.zip",
        ] {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), file).unwrap();
        }
        assert_eq!(copy(&from, &to).unwrap(), 4);
        for file in ["Cargo.toml", "docs/src/a.md", "xtask/src/main.rs", "vendor/cc/src/target/mod.rs"] {
            assert_eq!(fs::read_to_string(to.join(file)).unwrap(), file);
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
