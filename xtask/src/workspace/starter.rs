//! Renders a learner's starter from a reference solution: from `&str` to `String`.

use anyhow::Context;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The lints that a starter switches off, because its holes are still empty.
const LINTS: &str = "\
# While a hole is empty, what it will use is unused.
[lints.rust]
dead_code = \"allow\"
unused_imports = \"allow\"
unused_mut = \"allow\"
unused_variables = \"allow\"
";

/// Renders one file of the solution of lesson `number` (two digits) as the learner gets it.
///
/// Each hole, from `// BEGIN SOLUTION: what to do` to `// END SOLUTION`, becomes `// TODO: what to do` and a
/// `todo!`. The crate's own names change from solution to lesson. A manifest gets the lints of a lesson. Marks of the
/// book (`// ANCHOR: name`, `// ANCHOR_END: name`) are left out.
///
/// # Errors
/// A message with the line number, when the markers do not match.
pub fn render(source: &str, number: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut hole: Option<usize> = None;
    for (n, line) in (1..).zip(source.lines()) {
        let trimmed = line.trim_start();
        if let Some(task) = trimmed.strip_prefix("// BEGIN SOLUTION") {
            let task = task.strip_prefix(": ").map(str::trim).filter(|task| !task.is_empty());
            let task =
                task.ok_or(format!("line {n}: `// BEGIN SOLUTION` must be followed by `: what to do`"))?;
            if let Some(begin) = hole {
                return Err(format!("line {n}: a hole begins inside the hole of line {begin}"));
            }
            let indent = &line[..line.len() - trimmed.len()];
            out += &format!("{indent}// TODO: {task}\n{indent}todo!({task:?})\n");
            hole = Some(n);
        } else if trimmed.trim_end() == "// END SOLUTION" {
            hole.take().ok_or(format!("line {n}: `// END SOLUTION` without a beginning"))?;
        } else if trimmed.starts_with("// ANCHOR") {
            // Only the book needs its marks (mdBook's include).
        } else if hole.is_none() {
            out += line;
            out.push('\n');
        }
    }
    if let Some(begin) = hole {
        return Err(format!("line {begin}: the hole has no `// END SOLUTION`"));
    }
    Ok(as_lesson(&out, number))
}

/// Changes the crate's own names from solution to lesson, and gives a manifest the lints of a lesson.
fn as_lesson(text: &str, number: &str) -> String {
    let text = text.replace(&format!("solution-{number}"), &format!("lesson-{number}"));
    let text = text.replace(&format!("solution_{number}"), &format!("lesson_{number}"));
    text.replace("[lints]\nworkspace = true\n", LINTS)
}

/// Renders the file with the solution's bodies instead of `todo!`s; returns it and the lines (from 0) of each hole in
/// it.
pub fn solved(source: &str, number: &str) -> (String, Vec<Range<usize>>) {
    let (mut out, mut holes, mut line, mut begin) = (String::new(), Vec::new(), 0, 0);
    for text in source.lines() {
        let trimmed = text.trim_start();
        if trimmed.starts_with("// BEGIN SOLUTION") {
            begin = line;
        } else if trimmed.starts_with("// END SOLUTION") {
            holes.push(begin..line);
        } else if !trimmed.starts_with("// ANCHOR") {
            out += text;
            out.push('\n');
            line += 1;
        }
    }
    (as_lesson(&out, number), holes)
}

/// Returns the files of a lesson or a solution, by their path in its folder, in order. Does not follow links, and
/// leaves out what cargo built.
///
/// # Errors
/// When the folder cannot be read.
pub fn files_below(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                found.push(entry.path().strip_prefix(dir)?.to_path_buf());
            } else if entry.file_name() != "target" {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the FNV-1a hash (64 bits) of a text, which shows whether a rendered file was edited. It is the same on every
/// machine, and never changes.
pub fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_becomes_a_todo_and_names_change() {
        let source = "//! `solution-03-server`\nuse solution_01_echo;\nfn f() {\n    // BEGIN SOLUTION: say \"hi\"\n    \
                      hi();\n    // END SOLUTION\n}\n";
        let golden = "//! `lesson-03-server`\nuse solution_01_echo;\nfn f() {\n    // TODO: say \"hi\"\n    \
                      todo!(\"say \\\"hi\\\"\")\n}\n";
        assert_eq!(render(source, "03").as_deref(), Ok(golden));
    }

    #[test]
    fn the_books_marks_are_left_out() {
        let source = "// ANCHOR: f\nfn f() {}\n// ANCHOR_END: f\n";
        assert_eq!(render(source, "03").as_deref(), Ok("fn f() {}\n"));
    }

    #[test]
    fn a_manifest_gets_a_lessons_lints() {
        let rendered =
            render("[package]\nname = \"solution-03-x\"\n\n[lints]\nworkspace = true\n", "03").unwrap();
        assert!(rendered.starts_with("[package]\nname = \"lesson-03-x\"\n\n# While"));
        assert!(!rendered.contains("workspace"));
    }

    #[test]
    fn markers_that_do_not_match_are_named() {
        for (source, message) in [
            ("// BEGIN SOLUTION\n", "line 1: `// BEGIN SOLUTION` must be"),
            (
                "// BEGIN SOLUTION: a\n// BEGIN SOLUTION: b\n",
                "line 2: a hole begins inside the hole of line 1",
            ),
            ("x\n// END SOLUTION\n", "line 2: `// END SOLUTION` without"),
            ("x\n// BEGIN SOLUTION: a\n", "line 2: the hole has no"),
        ] {
            assert!(render(source, "01").is_err_and(|error| error.starts_with(message)), "{source}");
        }
    }
}
