//! Arrows between the two sides.

use super::canvas::{Canvas, Style};

/// Draws an arrow with a text in its middle, from column `first` to the one before `end`.
pub fn arrow(canvas: &mut Canvas, first: usize, end: usize, is_right: bool, is_kernels: bool, text: &str) {
    let line = if is_kernels { "┄" } else { "─" };
    let style = if is_kernels { Style::Dim } else { Style::Plain };
    let width = end.saturating_sub(first);
    canvas.put(first, &line.repeat(width), style);
    let (head, at) = if is_right { ("▶", end.saturating_sub(1)) } else { ("◀", first) };
    canvas.put(at, head, style);
    let long = text.chars().count();
    let text = if long + 4 <= width { format!(" {text} ") } else { text.to_string() };
    let left = width.saturating_sub(text.chars().count());
    canvas.put(first + left.div_ceil(2).max(usize::from(!is_right)), &text, style);
}
