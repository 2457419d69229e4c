//! `cargo xtask list`

use super::{current, known, print};
use crate::course::{LESSONS, Lesson};
use crate::report::text::{Paint, WIDTH, wrap};
use colored::Color;

/// Lists the lessons: passed, current, and still to come.
pub fn list() -> anyhow::Result<u8> {
    let current = show();
    print(&format!("\nnext: cargo xtask run {}\n", current.id()));
    Ok(0)
}

/// Prints the list; the lesson that the learner is at.
pub fn show() -> &'static Lesson {
    let state = known();
    let paint = Paint::of(&std::io::stdout());
    let current = current(&state);
    let mut out = String::new();
    for lesson in LESSONS {
        let mark = match () {
            () if state.passed.contains(&lesson.dir()) => paint.color("✓", Color::Green),
            () if lesson.number == current.number => paint.color("▸", Color::Cyan),
            () => " ".to_string(),
        };
        out += &format!("{mark} {}", row(lesson, 2));
    }
    print(&out);
    current
}

/// A lesson in the list, at most 80 columns wide when it begins after `margin` columns.
pub fn row(lesson: &Lesson, margin: usize) -> String {
    let lines = wrap(lesson.idea, WIDTH - 22 - margin);
    let mut out = format!("{}  {:<10}", lesson.id(), lesson.name);
    for (n, line) in lines.iter().enumerate() {
        let margin = if n == 0 { " ".into() } else { " ".repeat(22 + margin) };
        out += &format!("{margin}{line}\n");
    }
    out
}
