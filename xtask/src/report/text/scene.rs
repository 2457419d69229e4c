//! The heading of a lesson, and the conversation of its pair.

use super::Paint;
use super::layout::{WIDTH, cut, harmless};
use crate::bench::Role;
use crate::course::Lesson;
use colored::Color;
use std::fmt::Write;

/// The most lines of a conversation that a failing run shows.
pub const CONVERSATION: usize = 8;

/// Renders the heading of a lesson, in one line.
pub fn heading(paint: Paint, lesson: &Lesson, subject: &str, seed: u64) -> String {
    let (name, seed) = (format!("{} {}", lesson.id(), lesson.name), format!(", seed {seed}"));
    let room = WIDTH.saturating_sub(name.chars().count() + 2 + seed.chars().count() + 1);
    let subject = cut(&subject.chars().flat_map(harmless).collect::<String>(), room);
    format!("{}  {}\n", paint.bold(&name), paint.dim(&format!("{subject}{seed}")))
}

/// Renders the conversation of the pair, with a label for each line.
pub fn scene(paint: Paint, scene: &[(Role, String)]) -> String {
    let mut out = String::new();
    for (role, text) in scene {
        let (label, color) = match role {
            Role::Server => ("server", Color::Magenta),
            Role::Client => ("client", Color::Cyan),
            Role::Wire => ("  wire", Color::Yellow),
        };
        // The output of programs may contain control sequences: show them, so that the terminal does not obey them.
        let text = cut(&text.chars().flat_map(harmless).collect::<String>(), WIDTH - 11);
        let _ = writeln!(out, "  {} {text}", paint.color(&format!("{label} │"), color));
    }
    out
}
