//! Checks that each lesson has what it needs beside its programs: a row in the course, a starter, a chapter, hints, a
//! line in the book's summary, a row in the README. The test names what is missing.

use lab_tests::{root, run};
use std::collections::BTreeSet;
use std::fs;

/// A chapter has at least this many headings, else it is empty. The shortest today has nine.
const HEADINGS: usize = 5;

/// Returns the names of the folders in this folder.
fn folders(of: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(of)).expect("a folder of the repository").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Returns the text of a file, or an empty text if there is no such file.
fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_default()
}

/// Returns the headings of a page, each with the text below it. A `#` in a block of code is no heading.
fn sections(page: &str) -> Vec<(&str, String)> {
    let (mut sections, mut in_code): (Vec<(&str, String)>, bool) = (Vec::new(), false);
    for line in page.lines() {
        in_code ^= line.starts_with("```");
        match sections.last_mut() {
            _ if !in_code && line.starts_with('#') => sections.push((line, String::new())),
            Some((_, below)) => *below += line.trim(),
            None => {}
        }
    }
    sections
}

#[test]
fn no_lesson_lacks_its_row_starter_chapter_or_hints() {
    // `▸ lesson-01  echo  …`
    let list = run(env!("CARGO_BIN_EXE_runner"), &["list"]).stdout;
    let rows: BTreeSet<String> = list
        .lines()
        .filter_map(|line| {
            // The last lines name commands.
            let line = line.strip_prefix(['✓', '▸', ' '])?;
            let mut words = line.split_whitespace();
            Some(format!("{}-{}", words.next()?.strip_prefix("lesson-")?, words.next()?))
        })
        .collect();
    let (solutions, starters) = (folders("solutions"), folders("lessons"));
    let (summary, readme) = (text("docs/src/SUMMARY.md"), text("README.md"));
    let mut missing = Vec::new();
    let mut lacks = |lesson: &str, is_there: bool, what: &str| {
        if !is_there {
            missing.push(format!("{lesson} lacks {what}"));
        }
    };
    for lesson in rows.union(&solutions) {
        let mut lacks = |is_there: bool, what: &str| lacks(lesson, is_there, what);
        lacks(rows.contains(lesson), "a row in the course: `cargo xtask list` does not show it");
        lacks(solutions.contains(lesson), &format!("solutions/{lesson}"));
        lacks(starters.contains(lesson), &format!("lessons/{lesson}: run cargo xtask starters"));

        let (chapter, hints) = (format!("docs/src/{lesson}.md"), format!("docs/src/hints/{lesson}.md"));
        let page = text(&chapter);
        lacks(!page.is_empty(), &chapter);
        if !page.is_empty() {
            let headings = sections(&page).len();
            let few = format!("headings in {chapter}: it has {headings}, and needs at least {HEADINGS}");
            lacks(headings >= HEADINGS, &few);
            lacks(page.contains("```console\n$ cargo xtask "), &format!("a transcript in {chapter}"));
        }
        let page = text(&hints);
        lacks(!page.is_empty(), &hints);
        for n in 1..=3 {
            let is_hint = |(heading, below): &(&str, String)| {
                heading.starts_with(&format!("## {n}: ")) && !below.is_empty()
            };
            let is_there = page.is_empty() || sections(&page).iter().any(is_hint);
            lacks(is_there, &format!("hint {n} in {hints} (`## {n}: …` with a text below it)"));
        }
        // The course is for any language: the last hint names the calls of the system first.
        let names_calls = |(heading, below): &(&str, String)| {
            !heading.starts_with("## 3: ") || below.starts_with("The calls: ")
        };
        lacks(
            sections(&page).iter().all(names_calls),
            &format!("the line `The calls: …` in hint 3 of {hints}"),
        );

        // `cargo xtask hint` shows code four columns from the left, on a terminal of 80 columns.
        let mut in_code = false;
        let mut code = page.lines().filter(|line| {
            in_code ^= line.starts_with("```");
            in_code
        });
        lacks(
            code.all(|line| line.chars().count() <= 76),
            &format!("short lines of code in {hints}: at most 76 columns"),
        );

        lacks(summary.contains(&format!("({lesson}.md)")), "its chapter in docs/src/SUMMARY.md");
        lacks(summary.contains(&format!("(hints/{lesson}.md)")), "its hints in docs/src/SUMMARY.md");
        let (number, name) = lesson.split_once('-').unwrap_or((lesson, ""));
        let row = format!("| {number} | {name} | ");
        let has_row = readme.lines().any(|line| line.strip_prefix(&row).is_some_and(|idea| idea.len() > 2));
        lacks(has_row, &format!("its row in the table of README.md: `{row}… |`"));
    }
    assert!(missing.is_empty(), "{} things are missing:\n{}", missing.len(), missing.join("\n"));
}
