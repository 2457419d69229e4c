//! Copies a lesson that a student handed in to a workspace of its own. So it builds whatever else is in the hand-in, its
//! target/ never mixes with the learner's, and no solution lies beside it but those on which the lesson depends.

use crate::workspace::handed_in;
use crate::workspace::manifest::{self, Manifest};
use crate::workspace::starter;
use anyhow::Context;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A workspace made for one lesson of a student.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// Its root.
    pub root: PathBuf,
    /// The copy of the lesson's folder.
    pub lesson: PathBuf,
    /// The folder in which cargo builds.
    pub target: PathBuf,
    /// The student's own folder of this lesson.
    pub source: PathBuf,
    /// The manifest with which it is built.
    pub manifest: Manifest,
}

/// Where the lessons of one student are copied to and built.
pub struct Home {
    dir: PathBuf,
}

impl Home {
    /// Returns the place for the hand-in in `dir`, below the folder `target`.
    pub fn of(target: &Path, dir: &Path) -> Self {
        Self { dir: target.join("lab").join(format!("{:016x}", starter::hash(&dir.to_string_lossy()))) }
    }

    /// Copies the lesson `lesson` (a folder's name), whose folder is `source`, to a workspace, with the lab's own manifest
    /// and the student's dependencies, and with the libraries of the lab's solutions on which it depends. `root` is the
    /// lab.
    ///
    /// # Errors
    /// Those of [`Manifest::of`] and of [`handed_in::copy`], and when the copy cannot be written.
    pub fn mirror(&self, root: &Path, source: &Path, lesson: &str) -> anyhow::Result<Mirror> {
        let manifest = Manifest::of(root, source, lesson)?;
        let mirror = self.dir.join(lesson);
        let copy = mirror.join("lessons").join(lesson);
        let is_theirs = |path: &Path| path != Path::new("Cargo.toml") && path != Path::new("Cargo.lock");
        handed_in::copy_some(source, &copy, is_theirs)?;
        write_if_new(&copy.join("Cargo.toml"), manifest.text.as_bytes())?;
        write_if_new(&mirror.join("Cargo.toml"), of_workspace(root, lesson, &manifest.needs)?.as_bytes())?;
        if !mirror.join("Cargo.lock").exists() {
            fs::copy(root.join("Cargo.lock"), mirror.join("Cargo.lock"))?;
        }
        copy_solutions(root, &mirror, manifest.solutions.clone())?;
        let target = self.dir.join("target");
        Ok(Mirror { lesson: copy, root: mirror, target, source: source.into(), manifest })
    }

    /// Copies a folder whose programs start in it, and returns the copy.
    ///
    /// # Errors
    /// Those of [`handed_in::copy`].
    pub fn copy(&self, source: &Path, lesson: &str) -> anyhow::Result<PathBuf> {
        let copy = self.dir.join(format!("{lesson}-programs"));
        handed_in::copy(source, &copy)?;
        Ok(copy)
    }
}

/// Returns the manifest of a workspace with this lesson alone, which needs these packages.
fn of_workspace(root: &Path, lesson: &str, needs: &BTreeSet<String>) -> anyhow::Result<String> {
    let mut tree =
        manifest::tree(&fs::read_to_string(root.join("Cargo.toml"))?).context("the lab's Cargo.toml")?;
    let workspace = table(&mut tree, "workspace");
    workspace.remove("default-members");
    workspace.insert("members".into(), json!([format!("lessons/{lesson}")]));
    // cargo warns of a profile for a package that is not there.
    let packages = table(table(table(&mut tree, "profile"), "dev"), "package");
    packages.retain(|name, _| name == "*" || needs.contains(name));
    Ok(crate::workspace::toml::write(&tree))
}

/// Returns the table of this name, made when it is not there.
fn table<'a>(tree: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let value = tree.entry(name).or_insert_with(|| json!({}));
    if !value.is_object() {
        *value = json!({});
    }
    value.as_object_mut().expect("a table")
}

/// Copies the libraries of these solutions, and of those on which they depend, without their programs and tests.
fn copy_solutions(root: &Path, mirror: &Path, mut needed: BTreeSet<String>) -> anyhow::Result<()> {
    let mut done: BTreeSet<String> = BTreeSet::new();
    while let Some(solution) = needed.pop_first() {
        let (from, to) = (root.join("solutions").join(&solution), mirror.join("solutions").join(&solution));
        let mut tree = manifest::tree(&fs::read_to_string(from.join("Cargo.toml"))?)
            .with_context(|| format!("the manifest of the solution {solution}"))?;
        handed_in::copy_some(&from.join("src"), &to.join("src"), |path| !path.starts_with("bin"))?;
        for unused in ["bin", "dev-dependencies", "test", "example", "bench"] {
            tree.remove(unused);
        }
        table(&mut tree, "package").insert("autobins".into(), json!(false));
        write_if_new(&to.join("Cargo.toml"), crate::workspace::toml::write(&tree).as_bytes())?;
        let needs = Manifest::solutions_of(&tree);
        done.insert(solution);
        needed.extend(needs.into_iter().filter(|other| !done.contains(other)));
    }
    let Ok(there) = fs::read_dir(mirror.join("solutions")) else { return Ok(()) };
    for entry in there.flatten().filter(|entry| !done.contains(&*entry.file_name().to_string_lossy())) {
        fs::remove_dir_all(entry.path())?;
    }
    Ok(())
}

fn write_if_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{root, scratch};

    fn files(dir: &Path) -> Vec<String> {
        let files = starter::files_below(dir).unwrap();
        files.iter().map(|file| file.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn only_the_solutions_that_a_lesson_needs_lie_beside_it_and_those_without_programs() {
        let dir = scratch("mirror");
        for (lesson, solutions) in [("01-echo", &[][..]), ("10-command", &["06-header", "09-lines"])] {
            let source = dir.join(lesson);
            fs::create_dir_all(source.join("src/bin")).unwrap();
            fs::write(source.join("src/bin/server.rs"), "fn main() {}").unwrap();
            let mirror = Home::of(&dir, &dir).mirror(&root(), &source, lesson).unwrap();
            let there: Vec<String> = match fs::read_dir(mirror.root.join("solutions")) {
                Ok(entries) => {
                    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
                }
                Err(_) => Vec::new(),
            };
            assert_eq!(
                BTreeSet::from_iter(there.iter().map(String::as_str)),
                BTreeSet::from_iter(solutions.iter().copied())
            );
            for solution in solutions {
                let files = files(&mirror.root.join("solutions").join(solution));
                assert!(files.iter().all(|file| !file.contains("bin")), "{files:?}");
                assert!(files.contains(&"src/lib.rs".into()), "{files:?}");
            }
            assert_eq!(files(&mirror.lesson), ["Cargo.toml", "src/bin/server.rs"]);
        }
    }
}
