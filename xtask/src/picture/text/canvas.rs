//! A line of a terminal, written at any column, that is never wider than [`WIDTH`].

use crate::report::text::{Paint, WIDTH};
use colored::Color;

/// How a character looks in colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As usual.
    #[default]
    Plain,
    /// Less bright.
    Dim,
    /// A heading.
    Bold,
    /// In this colour.
    Color(Color),
}

/// A line.
#[derive(Clone, Debug, Default)]
pub struct Canvas(Vec<(char, Style)>);

impl Canvas {
    /// Writes a text from this column on, over what is there. What does not fit is left out.
    pub fn put(&mut self, column: usize, text: &str, style: Style) {
        for (at, c) in (column..WIDTH).zip(text.chars()) {
            if self.0.len() <= at {
                self.0.resize(at + 1, (' ', Style::Plain));
            }
            self.0[at] = (c, style);
        }
    }

    /// Returns the line, without blanks at its end.
    pub fn render(&self, paint: Paint) -> String {
        let length = self.0.iter().rposition(|(c, _)| *c != ' ').map_or(0, |at| at + 1);
        let one = |run: &[(char, Style)]| {
            let text: String = run.iter().map(|(c, _)| c).collect();
            match run[0].1 {
                Style::Plain => text,
                Style::Dim => paint.dim(&text),
                Style::Bold => paint.bold(&text),
                Style::Color(color) => paint.color(&text, color),
            }
        };
        self.0[..length].chunk_by(|one, other| one.1 == other.1).map(one).collect()
    }
}

/// Returns a line with a text at a column.
pub fn line(column: usize, text: &str, style: Style, paint: Paint) -> String {
    let mut canvas = Canvas::default();
    canvas.put(column, text, style);
    canvas.render(paint) + "\n"
}
