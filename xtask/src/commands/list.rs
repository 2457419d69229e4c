//! `cargo xtask list`

use super::shared::{again, command, current, known, next_lines, print, row, way_on};
use crate::course::{LESSONS, Lesson};
use crate::finding::Half;
use crate::report::text::{Paint, WIDTH, cut};
use crate::workspace::lab::State;
use colored::Color;

/// The mark of what has passed.
const CHECK: &str = "✓";
/// The mark of the current lesson.
const HERE: &str = "▸";
/// Columns before the lines about halves: the names of lessons begin there, too.
const MARGIN: usize = 13;

/// Prints the list of lessons, and the next command.
pub fn list() -> anyhow::Result<u8> {
    let current = show();
    let state = known();
    print(&match again(None, &state) {
        Some(_) => "\nnext: cargo xtask prints what all lessons have shown, and where to go on\n".to_string(),
        None => {
            let way = way_on(current, &state, &command(current, &state));
            format!("\n{}", next_lines("next:", &way))
        }
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
            () if state.passed.contains(&lesson.dir()) => paint.color(CHECK, Color::Green),
            () if lesson.number == current.number => paint.color(HERE, Color::Cyan),
            () => " ".to_string(),
        };
        out += &format!("{mark} {}", row(lesson, 2));
        out += &halves(paint, &state, lesson);
    }
    let marks = [(HERE, "the lesson that `run` judges now"), (CHECK, "passed")];
    let shown = marks.iter().filter(|(mark, _)| out.contains(mark));
    let legend = shown.map(|(mark, meaning)| format!("{mark} {meaning}")).collect::<Vec<_>>().join("   ");
    out += &format!("\n{}\n", paint.dim(&legend));
    print(&out);
    current
}

/// Returns the lines about the halves of a lesson that have passed as commands.
fn halves(paint: Paint, state: &State, lesson: &Lesson) -> String {
    let passed = [Half::Server, Half::Client]
        .into_iter()
        .filter_map(|half| Some(format!("{}: {}", half.word(), state.half(&lesson.dir(), half)?)));
    let passed: Vec<String> = passed.map(|text| cut(&text, WIDTH - MARGIN - 2)).collect();
    let lines = match passed.iter().map(|text| 2 + text.chars().count()).sum::<usize>() + 3 {
        width if width <= WIDTH - MARGIN && passed.len() == 2 => vec![passed.join(&format!("   {CHECK} "))],
        _ => passed,
    };
    let line =
        |line: String| format!("{:MARGIN$}{}\n", "", paint.color(&format!("{CHECK} {line}"), Color::Green));
    lines.into_iter().map(line).collect()
}
