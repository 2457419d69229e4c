//! The heading of a lesson, and the conversation of its pair.

use super::Paint;
use super::layout::{WIDTH, cut, harmless};
use crate::bench::Role;
use crate::course::Lesson;
use colored::Color;
use std::fmt::Write;

/// The line above everything of a lesson.
pub fn heading(paint: Paint, lesson: &Lesson, subject: &str, seed: u64) -> String {
    let name = paint.bold(&format!("{} {}", lesson.id(), lesson.name));
    format!("{name}  {}\n", paint.dim(&format!("{subject}, seed {seed}")))
}

/// The conversation of the pair, both sides labelled.
pub fn scene(paint: Paint, scene: &[(Role, String)]) -> String {
    let mut out = String::new();
    for (role, text) in scene {
        let (label, color) = match role {
            Role::Server => ("server", Color::Magenta),
            Role::Client => ("client", Color::Cyan),
            Role::Wire => ("  wire", Color::Yellow),
        };
        // What programs print may hold control sequences: they are shown, not obeyed.
        let text = cut(&text.chars().flat_map(harmless).collect::<String>(), WIDTH - 11);
        let _ = writeln!(out, "  {} {text}", paint.color(&format!("{label} │"), color));
    }
    out
}
