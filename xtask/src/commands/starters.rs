//! `cargo xtask starters`

use super::shared::print;
use crate::cli::Starters;
use crate::course::{LESSONS, Lesson};
use crate::workspace;
use crate::workspace::files::write_whole;
use crate::workspace::starter;
use anyhow::{Context, anyhow};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The record of what was rendered: a line `hash  path` for each file, below lessons/.
const RECORD: &str = ".rendered";

/// Renders every starter; with `--check`, only says whether the starters agree with the solutions.
pub fn starters(args: &Starters) -> anyhow::Result<u8> {
    let root = workspace::root();
    let files = render_all(&root)?;
    let lessons = args.into.clone().unwrap_or_else(|| root.join("lessons"));
    if args.check { check(&lessons, &files) } else { write(&lessons, &files) }
}

/// Renders every file of every starter, by its path below lessons/.
fn render_all(root: &Path) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    for lesson in LESSONS {
        files.extend(render_lesson(root, lesson)?);
    }
    Ok(files)
}

/// Renders every file of one starter, by its path below lessons/.
pub fn render_lesson(root: &Path, lesson: &Lesson) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let solution = root.join("solutions").join(lesson.dir());
    let mut files = BTreeMap::new();
    for path in starter::files_below(&solution)? {
        let source = solution.join(&path);
        let text = fs::read_to_string(&source).with_context(|| format!("read {}", source.display()))?;
        let rendered = starter::render(&text, lesson.number)
            .map_err(|error| anyhow!("{}: {error}", source.display()))?;
        files.insert(Path::new(&lesson.dir()).join(path), rendered);
    }
    Ok(files)
}

fn check(lessons: &Path, files: &BTreeMap<PathBuf, String>) -> anyhow::Result<u8> {
    let differs: Vec<&PathBuf> = files
        .iter()
        .filter(|(path, text)| read(&lessons.join(path)).as_ref() != Some(*text))
        .map(|(path, _)| path)
        .collect();
    let stray: Vec<PathBuf> = record(lessons).into_keys().filter(|path| !files.contains_key(path)).collect();
    for path in &differs {
        print(&format!("lessons/{} is not what its solution renders to\n", workspace::shown(path)));
    }
    for path in &stray {
        print(&format!("lessons/{} belongs to no solution any more\n", workspace::shown(path)));
    }
    if differs.is_empty() && stray.is_empty() {
        print(&format!("the {} files of the starters agree with the solutions\n", files.len()));
        return Ok(0);
    }
    print("next: cargo xtask starters\n");
    Ok(1)
}

fn write(lessons: &Path, files: &BTreeMap<PathBuf, String>) -> anyhow::Result<u8> {
    let mut record = record(lessons);
    let (mut written, mut kept) = (0, 0);
    for (path, text) in files {
        let target = lessons.join(path);
        let old = read(&target);
        let edited = old.as_ref().is_some_and(|old| {
            old != text && record.get(path).is_none_or(|hash| *hash != starter::hash(old))
        });
        if edited {
            print(&format!("kept lessons/{}: it was edited since it was rendered\n", workspace::shown(path)));
            kept += 1;
            continue;
        }
        if old.as_ref() != Some(text) {
            write_whole(&target, text.as_bytes())?;
            written += 1;
        }
        record.insert(path.clone(), starter::hash(text));
    }
    let stray: Vec<PathBuf> = record.keys().filter(|path| !files.contains_key(*path)).cloned().collect();
    for path in stray {
        let target = lessons.join(&path);
        let pristine = read(&target).is_some_and(|text| record.get(&path) == Some(&starter::hash(&text)));
        if pristine {
            fs::remove_file(&target)?;
        }
        record.remove(&path);
    }
    write_record(lessons, &record)?;
    print(&format!("{written} files rendered, {} unchanged, {kept} kept\n", files.len() - written - kept));
    Ok(0)
}

/// Records that these files of starters are as they were rendered, so that a later rendering may replace them.
///
/// # Errors
/// When the record cannot be written.
pub fn remember(lessons: &Path, files: &BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    let mut record = record(lessons);
    record.extend(files.iter().map(|(path, text)| (path.clone(), starter::hash(text))));
    write_record(lessons, &record)
}

fn write_record(lessons: &Path, record: &BTreeMap<PathBuf, u64>) -> anyhow::Result<()> {
    let line = |(path, hash): (&PathBuf, &u64)| format!("{hash:016x}  {}\n", workspace::shown(path));
    let lines: String = record.iter().map(line).collect();
    match read(&lessons.join(RECORD)).as_ref() == Some(&lines) {
        true => Ok(()),
        false => write_whole(&lessons.join(RECORD), lines.as_bytes()),
    }
}

fn record(lessons: &Path) -> BTreeMap<PathBuf, u64> {
    let text = read(&lessons.join(RECORD)).unwrap_or_default();
    let line = |line: &str| {
        let (hash, path) = line.split_once("  ")?;
        Some((PathBuf::from(path), u64::from_str_radix(hash, 16).ok()?))
    };
    text.lines().filter_map(line).collect()
}

/// Reads the file's text; turns the `\r\n` line ends of a git checkout into `\n`.
fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.replace("\r\n", "\n"))
}
