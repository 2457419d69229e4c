//! How wide texts of figures are.

/// Returns how many characters of the figures' font fit into this width in pixels; one is at most 7.4 pixels wide.
pub fn fitting(width: i64) -> usize {
    usize::try_from(width * 10 / 74).unwrap_or(0)
}

/// Returns how many pixels a text is wide at most.
pub fn wide(text: &str) -> i64 {
    text.chars().count() as i64 * 74 / 10
}
