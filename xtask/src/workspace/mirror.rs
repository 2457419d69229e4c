//! Another folder of lessons (a student's), judged by this runner: copied into a workspace of its own, so that it
//! builds whatever stands around it, and its target/ never mixes with the learner's.

use crate::workspace::starter;
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Files larger than this are no lesson.
const MAX_FILE: u64 = 16 << 20;

/// A workspace made for one lesson of a student's.
pub struct Mirror {
    /// Its root.
    pub root: PathBuf,
    /// Where cargo shall build.
    pub target: PathBuf,
    /// The student's own folder of this lesson.
    pub source: PathBuf,
}

/// Where a student's lessons lie: `dir` itself, or `dir/lessons` when a whole clone was named.
///
/// # Errors
/// When there is no such folder.
pub fn lessons_dir(dir: &Path) -> anyhow::Result<PathBuf> {
    let dir = dir.canonicalize().with_context(|| format!("no folder of lessons at {}", dir.display()))?;
    if !dir.is_dir() {
        bail!("{} is no folder", dir.display());
    }
    let inner = dir.join("lessons");
    Ok(if inner.is_dir() { inner } else { dir })
}

/// Copies the lesson in the folder `lesson` from `dir`, with what it may depend on from the repository at `root`, below `target`.
///
/// # Errors
/// When `dir` has no such lesson, or the copy cannot be written.
pub fn make(root: &Path, dir: &Path, target: &Path, lesson: &str) -> anyhow::Result<Mirror> {
    let source = dir.join(lesson);
    if !source.join("Cargo.toml").is_file() {
        bail!("{} has no lesson {}: there is no {}/Cargo.toml", dir.display(), lesson, lesson);
    }
    let home = target.join("lab").join(format!("{:016x}", starter::hash(&dir.to_string_lossy())));
    let mirror = home.join(lesson);
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let manifest = manifest
        .lines()
        .filter(|line| !line.starts_with("default-members"))
        .map(|line| match line.starts_with("members = ") {
            true => format!("members = [\"lessons/{}\"]\n", lesson),
            false => format!("{line}\n"),
        })
        .collect::<String>();
    fs::create_dir_all(&mirror)?;
    write_if_new(&mirror.join("Cargo.toml"), manifest.as_bytes())?;
    if !mirror.join("Cargo.lock").exists() {
        fs::copy(root.join("Cargo.lock"), mirror.join("Cargo.lock"))?;
    }
    // The solutions that a later lesson builds on are this repository's, not the student's.
    copy(&root.join("solutions"), &mirror.join("solutions"))?;
    copy(&source, &mirror.join("lessons").join(lesson))?;
    Ok(Mirror { root: mirror, target: home.join("target"), source })
}

/// Makes `to` hold what `from` holds. Files that are the same stay untouched, so that cargo builds nothing anew.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(from).with_context(|| format!("read {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&entry.path(), &to.join(&name))?;
        } else if kind.is_file() && entry.metadata()?.len() <= MAX_FILE {
            write_if_new(&to.join(&name), &fs::read(entry.path())?)?;
        } else {
            continue; // Links and devices are not followed: a student's folder is a stranger's.
        }
        names.push(name);
    }
    for entry in fs::read_dir(to)?.flatten() {
        if !names.contains(&entry.file_name()) {
            let _ = fs::remove_file(entry.path()).or_else(|_| fs::remove_dir_all(entry.path()));
        }
    }
    Ok(())
}

fn write_if_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}
