//! `cargo xtask diff`

use super::shared::{Usage, has_lab_toml, lab, lesson_or_current, print};
use crate::cli::Diff;
use crate::course::Lesson;
use crate::report::text::Paint;
use crate::workspace;
use crate::workspace::{lab_toml, starter};
use anyhow::Context;
use colored::Color;
use similar::{ChangeTag, DiffOp, TextDiff};
use std::fs;
use std::io::IsTerminal;

/// Lines shown around a change.
const AROUND: usize = 3;

/// Shows the learner's program beside the solution: only the holes, or whole files with `--whole`.
pub fn diff(args: &Diff) -> anyhow::Result<u8> {
    let (state, _) = lab().load();
    let lesson = lesson_or_current(args.lesson.as_deref(), &state)?;
    if show_programs(lesson) {
        return Ok(0);
    }
    if !args.yes && !state.passed.contains(&lesson.dir()) && !agreed(&lesson.id())? {
        return Ok(0);
    }
    show(lesson, args.whole)?;
    Ok(0)
}

/// Prints where the reference lies when a `lab.toml` names the learner's programs: there is nothing in their language to
/// compare them with. Returns whether it printed that.
fn show_programs(lesson: &Lesson) -> bool {
    if !has_lab_toml(lesson) {
        return false;
    }
    let dir = lesson.dir();
    print(&format!(
        "the {} in lessons/{dir} names your programs; the reference is in Rust:\n",
        lab_toml::NAME
    ));
    for half in ["server", "client"] {
        print(&format!("  solutions/{dir}/src/bin/{half}.rs\n"));
    }
    if workspace::root().join(format!("solutions/{dir}/src/lib.rs")).is_file() {
        print(&format!("  solutions/{dir}/src/lib.rs\n"));
    }
    true
}

/// Prints the differences between the learner's lesson and the solution: in the holes, or in `whole` files.
pub fn show(lesson: &Lesson, whole: bool) -> anyhow::Result<()> {
    if show_programs(lesson) {
        return Ok(());
    }
    let root = workspace::root();
    let paint = Paint::of(&std::io::stdout());
    let solution = root.join("solutions").join(lesson.dir());
    let (mut same, mut outside) = (true, String::new());
    for path in starter::files_below(&solution)? {
        let text =
            fs::read_to_string(solution.join(&path)).with_context(|| format!("read {}", path.display()))?;
        if !text.contains("// BEGIN SOLUTION") && !whole {
            continue;
        }
        let (theirs, holes) = starter::solved(&text, lesson.number);
        let shown = format!("lessons/{}/{}", lesson.dir(), workspace::shown(&path));
        let Ok(mine) = fs::read_to_string(root.join(&shown)) else {
            print(&format!("{shown} is missing: cargo xtask reset {}\n", lesson.id()));
            same = false;
            continue;
        };
        // A starter that was not touched has nothing to compare.
        if starter::render(&text, lesson.number).is_ok_and(|starter| starter == mine)
            && !whole
            && !holes.is_empty()
        {
            print(&format!("{shown} is still the starter\n"));
        }
        let (mine, theirs) = (mine.replace("\r\n", "\n"), theirs);
        let diff = TextDiff::from_lines(&mine, &theirs);
        for group in diff.grouped_ops(AROUND) {
            let touches = group.iter().any(|op| {
                let lines = op.new_range();
                holes.iter().any(|hole| lines.start <= hole.end && hole.start <= lines.end)
            });
            let told = group_lines(paint, &shown, &diff, &group);
            if touches || whole {
                same = false;
                print(&told);
            } else if explains(&diff, &group) {
                outside += &told;
            }
        }
    }
    if !outside.is_empty() {
        print("the starter has changed since, or you changed it; its comments now have (+):\n");
        print(&outside);
    }
    print(match same {
        true => "what you wrote is the solution, word for word\n",
        false => "- is yours, + the solution; there is more than one right way\n",
    });
    Ok(())
}

/// Whether the starter's side of a group of changes holds a comment: what a function must do is said there, and a learner
/// has little reason to change it.
fn explains(diff: &TextDiff<'_, '_, '_, str>, group: &[DiffOp]) -> bool {
    let mut changes = group.iter().flat_map(|op| diff.iter_changes(op));
    changes.any(|change| change.tag() == ChangeTag::Insert && change.value().trim_start().starts_with("//"))
}

/// The place of a group of changes, and its lines.
fn group_lines(paint: Paint, shown: &str, diff: &TextDiff<'_, '_, '_, str>, group: &[DiffOp]) -> String {
    let first = group.first().map_or(0, |op| op.old_range().start + 1);
    let mut out = format!("{}\n", paint.color(&format!("{shown}:{first}"), Color::Cyan));
    for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
        let line = change.value().trim_end_matches('\n');
        let line = match change.tag() {
            ChangeTag::Delete => paint.color(&format!("- {line}"), Color::Red),
            ChangeTag::Insert => paint.color(&format!("+ {line}"), Color::Green),
            ChangeTag::Equal => format!("  {line}"),
        };
        out += &format!("{line}\n");
    }
    out + "\n"
}

/// Asks whether to show the solution although the lesson has not passed.
fn agreed(lesson: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        let text = format!(
            "{lesson} has not passed yet; to see the solution anyway:\n  cargo xtask diff {lesson} --yes"
        );
        return Err(Usage(text).into());
    }
    print(&format!("{lesson} has not passed yet. See the solution anyway? [y/N] "));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !yes {
        print(&format!("next: cargo xtask hint {lesson}\n"));
    }
    Ok(yes)
}
