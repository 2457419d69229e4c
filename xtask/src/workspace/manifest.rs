//! The manifest with which a student's lesson is built: the lab's own, and the student's dependencies.

use crate::workspace::handed_in::Refused;
use crate::workspace::{starter, toml};
use anyhow::{Context, anyhow};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path};

/// The manifest of one lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its text.
    pub text: String,
    /// What the student's has that the lab's has not, in words; also a `build.rs`, of which no manifest need say a word.
    pub changed: Option<String>,
    /// The packages that it needs, by name.
    pub needs: BTreeSet<String>,
    /// The reference solutions among them, by the names of their folders.
    pub solutions: BTreeSet<String>,
    /// The packages that the student has added, but for those in the lesson's own folder.
    pub added: Vec<Added>,
    /// The source files of its programs, as seen from the lesson's folder.
    pub programs: Vec<String>,
    /// Whether the student's names other programs, or other files for them: that is not used.
    pub moves_programs: bool,
}

/// A package that a student has added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its name where it comes from.
    pub name: String,
    /// Whether that is a registry; otherwise it is a repository.
    pub is_in_registry: bool,
}

/// Why a lesson's manifest cannot be read: cargo cannot, either.
#[derive(Debug)]
pub struct Unreadable(String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// The tables whose rows a student may add to.
const DEPENDENCIES: [&str; 2] = ["dependencies", "build-dependencies"];
/// The build script that cargo finds by itself.
const BUILD: &str = "build.rs";
/// The most characters that are said of a changed manifest.
const CHARACTERS: usize = 400;

impl Manifest {
    /// Returns the manifest of a lesson, `01-echo`, of which the student's folder is `dir`. `root` is the lab.
    ///
    /// # Errors
    /// [`Unreadable`] when the student's is no TOML; [`Refused`] when it takes a package from outside its folder.
    pub fn of(root: &Path, dir: &Path, lesson: &str) -> anyhow::Result<Self> {
        let text = of_lab(root, lesson)?;
        let lab = tree(&text).with_context(|| format!("the manifest of {lesson}"))?;
        let Ok(theirs) = fs::read_to_string(dir.join("Cargo.toml")) else {
            return Ok(Self::new(text, adds_build(root, dir, lesson), &lab));
        };
        let theirs = toml::read(&theirs)
            .map_err(|(line, why)| Unreadable(format!("{lesson}/Cargo.toml:{line} {why}")))?;
        let (mut merged, mut rows) = (lab.clone(), Vec::new());
        for table in DEPENDENCIES {
            add(&mut merged, &theirs, table, &mut rows)?;
        }
        for (target, theirs) in theirs.get("target").and_then(Value::as_object).into_iter().flatten() {
            let Some(theirs) = theirs.as_object() else { continue };
            let own = merged.entry("target").or_insert_with(|| json!({}));
            let own = own.as_object_mut().context("a target of the lab's manifest")?;
            let own = own.entry(target.clone()).or_insert_with(|| json!({}));
            let own = own.as_object_mut().context("a target of the lab's manifest")?;
            for table in DEPENDENCIES {
                add(own, theirs, table, &mut rows)?;
            }
        }
        // First: it runs before anything is judged, and no long list cuts it off.
        let mut changes = Vec::from_iter(adds_build(root, dir, lesson));
        if !rows.is_empty() {
            let shown = |(name, row): &(String, Value)| format!("{name} = {}", toml::inline(row));
            changes.push(format!("added: {}", rows.iter().map(shown).collect::<Vec<_>>().join(", ")));
        }
        let others = others(&lab, &theirs);
        if !others.is_empty() {
            changes.push(format!("not used: {}", others.join(", ")));
        }
        let changed: String = changes.join("; ").chars().take(CHARACTERS).collect();
        let text = if rows.is_empty() { text } else { toml::write(&merged) };
        Ok(Self {
            added: rows.iter().filter_map(|(name, row)| Added::of(name, row)).collect(),
            moves_programs: theirs.get("bin").is_some_and(|bin| Some(bin) != lab.get("bin")),
            ..Self::new(text, Some(changed).filter(|changed| !changed.is_empty()), &merged)
        })
    }

    fn new(text: String, changed: Option<String>, tree: &Map<String, Value>) -> Self {
        let rows = all_dependencies(tree).into_iter().flatten();
        let name = |(name, row): (&String, &Value)| row["package"].as_str().unwrap_or(name).to_string();
        let bins = tree.get("bin").and_then(Value::as_array).into_iter().flatten();
        Self {
            text,
            changed,
            needs: rows.map(name).collect(),
            solutions: Self::solutions_of(tree),
            added: Vec::new(),
            programs: bins.filter_map(|bin| Some(bin["path"].as_str()?.to_string())).collect(),
            moves_programs: false,
        }
    }

    /// Returns the folders of the reference solutions on which a package of the lab depends.
    pub fn solutions_of(tree: &Map<String, Value>) -> BTreeSet<String> {
        let path = |(_, row): (&String, &Value)| {
            let folders = ["../../solutions/", "../"];
            let path = row["path"].as_str()?;
            Some(folders.iter().find_map(|folder| path.strip_prefix(folder))?.to_string())
        };
        all_dependencies(tree).into_iter().flatten().filter_map(path).collect()
    }
}

impl Added {
    /// Returns what this row of a table of dependencies adds; `None` for a package in the lesson's folder.
    fn of(name: &str, row: &Value) -> Option<Self> {
        let name = row["package"].as_str().unwrap_or(name).to_string();
        row.get("path").is_none().then(|| Self { name, is_in_registry: row.get("git").is_none() })
    }
}

/// Returns the lab's manifest of a lesson, as it is rendered: a teacher may have changed the one in `lessons/`.
fn of_lab(root: &Path, lesson: &str) -> anyhow::Result<String> {
    let path = root.join("solutions").join(lesson).join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let number = lesson.split('-').next().unwrap_or_default();
    starter::render(&text, number).map_err(|why| anyhow!("{}: {why}", path.display()))
}

/// Returns the words for a build script that the lab's lesson has not. One that is a link is not copied, and so never runs.
fn adds_build(root: &Path, dir: &Path, lesson: &str) -> Option<String> {
    let is_there = |dir: &Path| dir.join(BUILD).symlink_metadata().is_ok_and(|data| data.is_file());
    let is_added = is_there(dir) && !is_there(&root.join("solutions").join(lesson));
    is_added.then(|| format!("adds {BUILD}"))
}

/// Reads a manifest of the lab.
pub fn tree(text: &str) -> anyhow::Result<Map<String, Value>> {
    toml::read(text).map_err(|(line, why)| anyhow!("line {line} {why}"))
}

/// Returns every table of dependencies.
fn all_dependencies(tree: &Map<String, Value>) -> Vec<&Map<String, Value>> {
    let targets = tree.get("target").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let tables = std::iter::once(tree).chain(targets.filter_map(Value::as_object));
    tables.flat_map(|table| DEPENDENCIES.map(|name| table.get(name)?.as_object())).flatten().collect()
}

/// Adds the student's rows of a table of dependencies, and notes each that the lab's has not so.
fn add(
    own: &mut Map<String, Value>,
    theirs: &Map<String, Value>,
    table: &str,
    added: &mut Vec<(String, Value)>,
) -> anyhow::Result<()> {
    let Some(rows) = theirs.get(table).and_then(Value::as_object) else { return Ok(()) };
    for (name, row) in rows {
        let lab = own.get(table).and_then(|rows| rows.get(name));
        // What the lab takes from its own solutions stays so, wherever the student has put it.
        if lab == Some(row) || lab.is_some_and(|lab| lab.get("path").is_some()) {
            continue;
        }
        if let Some(path) = row.get("path").and_then(Value::as_str)
            && !Path::new(path)
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        {
            let why = format!(
                "its Cargo.toml takes the package `{name}` from {path:?}, outside its own folder: hand it in inside"
            );
            return Err(Refused(why).into());
        }
        added.push((name.clone(), row.clone()));
        let rows = own.entry(table).or_insert_with(|| json!({}));
        rows.as_object_mut().context("dependencies of the lab's manifest")?.insert(name.clone(), row.clone());
    }
    Ok(())
}

/// Returns the tables of the student's manifest, without the dependencies, that differ from the lab's.
fn others(lab: &Map<String, Value>, theirs: &Map<String, Value>) -> Vec<String> {
    // Lints and what only tests need change no program.
    let unseen = ["dependencies", "build-dependencies", "dev-dependencies", "lints", "target"];
    let names: BTreeSet<&String> = lab.keys().chain(theirs.keys()).collect();
    let differ = names
        .into_iter()
        .filter(|name| !unseen.contains(&name.as_str()) && lab.get(*name) != theirs.get(*name));
    differ.map(|name| format!("[{name}]")).collect()
}

#[cfg(test)]
mod tests;
