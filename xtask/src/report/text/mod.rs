//! The report for people: at most 80 columns, with or without colour.

mod bytes;
mod check;
mod closing;
mod datagrams;
mod failing;
mod layout;
mod paint;
mod ribbon;
mod scene;
mod wrap;

pub use check::{Detail, fitted, promise, shown_of, traces};
pub use closing::{Next, closing, holes};
pub use failing::{SCREEN, holds, notes, rest};
pub use layout::{WIDTH, command_row, cut, harmless, height};
pub use paint::Paint;
pub use scene::{CONVERSATION, heading, scene};
pub use wrap::wrap;

use crate::report::{Problem, Report};
use std::fmt::Write;

/// The first words of a report in a file.
pub const SIGNATURE: &str = "Socket Lab report";

/// Renders the whole report without colour, for a file.
pub fn whole(report: &Report) -> String {
    let paint = Paint { on: false };
    let mut out = format!("{SIGNATURE}, seed {}\n", report.seed);
    for lesson in &report.lessons {
        let _ = writeln!(out, "\n{}  {}: {}\n", lesson.lesson, lesson.subject, lesson.verdict().word());
        if let Some(why) = lesson.problem.as_ref().map(Problem::why) {
            let _ = writeln!(out, "  {why}");
        }
        for of_all_families in lesson.promises() {
            out += &promise(paint, of_all_families, Detail::Whole);
        }
        out += &holes(paint, lesson);
    }
    out
}
