//! `cargo xtask reset`

use super::shared::{Usage, current, lab, lesson, print};
use super::starters::{remember, render_lesson};
use crate::cli::Reset;
use crate::course::{LESSONS, Lesson};
use crate::workspace;
use crate::workspace::files::{Ready, Standing, write_whole};
use crate::workspace::{lab_toml, starter};
use anyhow::Context;
use std::fs;
use std::path::Path;

/// Puts back the starters of lessons, after a copy of the learner's files.
pub fn reset(args: &Reset) -> anyhow::Result<u8> {
    let lessons: Vec<&'static Lesson> = match &args.lesson {
        Some(word) => vec![lesson(word)?],
        None if args.all => LESSONS.iter().collect(),
        None => {
            let id = current(&lab().load().0).id();
            return Err(
                Usage(format!("name the lesson, for instance cargo xtask reset {id}, or --all")).into()
            );
        }
    };
    let root = workspace::root();
    for lesson in lessons {
        print(&one(&root, lesson)?);
        print(&format!("next: cargo xtask run {}\n", lesson.id()));
    }
    Ok(0)
}

/// Puts back the starter of one lesson, after a copy of the learner's files. Returns what it did, in words.
///
/// # Errors
/// When no whole copy could be made; then no file has changed.
pub fn one(root: &Path, lesson: &Lesson) -> anyhow::Result<String> {
    let files = render_lesson(root, lesson)?;
    let dir = root.join("lessons").join(lesson.dir());
    let there = if dir.exists() { starter::files_below(&dir)? } else { Vec::new() };
    let same = there.len() == files.len()
        && files.iter().all(|(path, text)| {
            fs::read(root.join("lessons").join(path)).is_ok_and(|bytes| bytes == text.as_bytes())
        });
    if same {
        return Ok(format!("lessons/{} is the starter already\n", lesson.dir()) + &must_pass_again(lesson));
    }
    let mut told = String::new();
    let mut kept = String::new();
    if !there.is_empty() {
        let backup = lab().new_backup(&lesson.dir())?;
        for path in &there {
            copy_surely(&dir.join(path), &backup.join(path)).with_context(|| {
                format!("nothing was reset: no copy could be made in {}", backup.display())
            })?;
        }
        kept = workspace::shown(backup.strip_prefix(root).unwrap_or(&backup));
        let back = match cfg!(windows) {
            true => format!("Copy-Item -Recurse -Force {kept}/* lessons/{}", lesson.dir()), // In PowerShell.
            false => format!("cp -r {kept}/. lessons/{}", lesson.dir()),
        };
        told += &format!("your files are kept in {kept}\nto bring them back: {back}\n");
    }
    let ready: Vec<Ready> = files
        .iter()
        .map(|(path, text)| Ready::write(&root.join("lessons").join(path), text.as_bytes()))
        .collect::<anyhow::Result<_>>()
        .context("nothing was reset: the starter cannot be written")?;
    let put = ready.into_iter().try_for_each(Ready::put).and_then(|()| {
        for path in there.iter().filter(|path| !files.contains_key(&Path::new(&lesson.dir()).join(path))) {
            fs::remove_file(dir.join(path)).with_context(|| format!("remove {}", path.display()))?;
        }
        remember(&root.join("lessons"), &files)
    });
    put.with_context(|| format!("the reset stopped before its end; all your files are kept in {kept}"))?;
    told += &format!("lessons/{} is the starter again\n", lesson.dir());
    if there.iter().any(|path| path == Path::new(lab_toml::NAME)) {
        told +=
            &format!("its {} is in the copy, too: the programs in Rust are judged again\n", lab_toml::NAME);
    }
    told += &must_pass_again(lesson);
    Ok(told)
}

/// Takes back that the lesson, or a half of it, has passed. Returns a note when that cannot be saved.
fn must_pass_again(lesson: &Lesson) -> String {
    let to_do = lab().update(|state| {
        state.passed.remove(&lesson.dir());
        state.halves.remove(&lesson.dir());
    });
    match to_do {
        Ok(_) => String::new(),
        Err(error) => format!("note: the progress was not saved: {error:#}\n"),
    }
}

/// Copies a file, and reads the copy back to be sure that it is whole.
fn copy_surely(from: &Path, to: &Path) -> anyhow::Result<()> {
    // Reading a FIFO would wait for ever.
    anyhow::ensure!(Standing::at(from) == Standing::File, "{} is no regular file", from.display());
    let bytes = fs::read(from).with_context(|| format!("read {}", from.display()))?;
    write_whole(to, &bytes)?;
    anyhow::ensure!(fs::read(to)? == bytes, "the copy {} differs", to.display());
    Ok(())
}
