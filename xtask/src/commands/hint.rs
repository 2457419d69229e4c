//! `cargo xtask hint`

use super::shared::{again, lab, lesson_or_current, print};
use crate::cli::Hint;
use crate::course::Lesson;
use crate::report::text::wrap;
use crate::workspace;
use anyhow::Context;

/// Shows the next hint of a lesson, or the one that `--step` names, or all.
pub fn hint(args: &Hint) -> anyhow::Result<u8> {
    let (state, _) = lab().load();
    let lesson = lesson_or_current(args.lesson.as_deref(), &state)?;
    if let Some(line) = again(args.lesson.as_deref(), &state) {
        print(&format!("{line}\n\n"));
    }
    let more = show(lesson, args.step, args.all)?;
    let next = match more {
        true => format!("one step more: cargo xtask hint {}", lesson.id()),
        false => format!("that was the last hint; see the solution: cargo xtask diff {}", lesson.id()),
    };
    print(&format!("next: {next}\n"));
    Ok(0)
}

/// Prints the hint `step`, or the next one, or all; saves which were shown. Returns whether there are more.
pub fn show(lesson: &Lesson, step: Option<u8>, all: bool) -> anyhow::Result<bool> {
    let lab = lab();
    let (state, _) = lab.load();
    let path = workspace::root().join(format!("docs/src/hints/{}.md", lesson.dir()));
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let text = text.replace("\r\n", "\n"); // As git may write it on Windows.
    // Each hint is a section of the page, with a heading of its own.
    let hints: Vec<&str> = text.split("\n## ").skip(1).collect();
    let shown = state.hints.get(&lesson.dir()).copied().unwrap_or(0);
    let step = step.unwrap_or(shown + 1).min(hints.len() as u8);
    for (n, hint) in (1..).zip(&hints) {
        if all || n == step {
            print(&plain(hint));
        }
    }
    let step = if all { hints.len() as u8 } else { step };
    // The hint was shown, so a failure to save it is only a note.
    if let Err(error) = lab.update(|state| _ = state.hints.insert(lesson.dir(), step)) {
        eprintln!("note: the progress was not saved: {error:#}");
    }
    Ok(usize::from(step) < hints.len())
}

/// Returns a section of the page for a terminal: wrapped, code indented, without the marks of Markdown.
fn plain(section: &str) -> String {
    let mut out = String::from("hint ");
    let mut code = false;
    for paragraph in section
        .trim_end()
        .split('\n')
        .collect::<Vec<_>>()
        .chunk_by(|a, b| !a.is_empty() && !b.is_empty() && !a.starts_with("```") && !b.starts_with("```"))
    {
        for fence in paragraph.iter().filter(|line| line.starts_with("```")) {
            code = !fence.trim_start_matches('`').is_empty() || !code;
        }
        let lines: Vec<&str> = paragraph.iter().copied().filter(|line| !line.starts_with("```")).collect();
        if code {
            lines.iter().for_each(|line| out += &format!("    {line}\n"));
        } else {
            let text = lines.join(" ").replace('*', "");
            wrap(&text, 78).iter().for_each(|line| out += &format!("{line}\n"));
        }
    }
    out.trim_end().to_string() + "\n\n"
}
