//! Copies a lesson from another folder of lessons (a student's) into a workspace of its own. So it builds whatever
//! else is in that folder, and its target/ never mixes with the learner's.

use crate::workspace::{lab_toml, starter};
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Larger files are not copied: they are no part of a lesson.
const MAX_FILE: u64 = 16 << 20;

/// A workspace made for one lesson of a student.
pub struct Mirror {
    /// Its root.
    pub root: PathBuf,
    /// The folder in which cargo builds.
    pub target: PathBuf,
    /// The student's own folder of this lesson.
    pub source: PathBuf,
}

/// Returns the folder with a student's lessons: `dir` itself, or `dir/lessons` when `dir` is a whole clone.
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

/// Copies the lesson `lesson` (a folder's name) from `dir` to a workspace below `target`, together with what it may
/// depend on from the repository at `root`.
///
/// # Errors
/// When `dir` has no such lesson, or the copy cannot be written.
pub fn make(root: &Path, dir: &Path, target: &Path, lesson: &str) -> anyhow::Result<Mirror> {
    let source = dir.join(lesson);
    if !source.join("Cargo.toml").is_file() {
        bail!(
            "{} has no lesson {lesson}: there is no {lesson}/Cargo.toml and no {lesson}/{}",
            dir.display(),
            lab_toml::NAME
        );
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
    // A later lesson may use earlier solutions: these come from this repository, not from the student.
    copy(&root.join("solutions"), &mirror.join("solutions"))?;
    copy(&source, &mirror.join("lessons").join(lesson))?;
    Ok(Mirror { root: mirror, target: home.join("target"), source })
}

/// Makes `to` contain what `from` contains. Leaves equal files untouched, so that cargo does not build them again.
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
            continue; // Links and devices are left out: the runner does not trust a student's folder.
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
