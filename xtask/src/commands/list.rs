//! `cargo xtask list`

use super::shared::{again, current, known, print, row};
use crate::course::{LESSONS, Lesson};
use crate::report::text::Paint;
use colored::Color;

/// Prints the list of lessons, and the next command.
pub fn list() -> anyhow::Result<u8> {
    let current = show();
    print(&match again(None, &known()) {
        Some(_) => "\nnext: cargo xtask says what all lessons have shown, and where to go on\n".to_string(),
        None => format!("\nnext: cargo xtask run {}\n", current.id()),
    });
    Ok(0)
}

/// Prints the lessons, with marks at those that have passed and at the current one; returns the current one.
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
