//! A line on the terminal that says what the runner waits for.

use std::io::{self, IsTerminal, Write};

/// A line on standard error that the next text overwrites. Where standard error is no terminal, it shows nothing.
pub struct Progress {
    shown: bool,
}

impl Progress {
    /// Starts with nothing shown.
    pub fn new() -> Self {
        Self { shown: false }
    }

    /// Shows `text` in place of the last one.
    pub fn show(&mut self, text: &str) {
        if io::stderr().is_terminal() {
            let mut stderr = io::stderr().lock();
            let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
            let text: String = text.chars().take(width.saturating_sub(1)).collect();
            let _ = write!(stderr, "\r\x1b[2K{text}\r");
            let _ = stderr.flush();
            self.shown = true;
        }
    }

    /// Clears the line.
    pub fn clear(&mut self) {
        if self.shown {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[2K");
            let _ = stderr.flush();
            self.shown = false;
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
