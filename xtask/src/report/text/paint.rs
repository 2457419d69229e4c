//! Colour: whether a stream gets any, and which.

use colored::{Color, Colorize};

/// Whether a stream gets colour; everything that is painted asks here.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Colour or none.
    pub on: bool,
}

impl Paint {
    /// As this stream takes it: none where it is no terminal, or where NO_COLOR is set.
    pub fn of(stream: &impl std::io::IsTerminal) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        colored::control::set_override(true); // Each stream decides for itself.
        #[cfg(windows)]
        let _ = colored::control::set_virtual_terminal(true);
        Self { on: wanted && stream.is_terminal() }
    }

    /// `text` in `color`.
    pub fn color(self, text: &str, color: Color) -> String {
        if self.on { text.color(color).to_string() } else { text.to_string() }
    }

    /// `text` in bold.
    pub fn bold(self, text: &str) -> String {
        if self.on { text.bold().to_string() } else { text.to_string() }
    }

    /// `text` less bright.
    pub fn dim(self, text: &str) -> String {
        if self.on { text.dimmed().to_string() } else { text.to_string() }
    }
}
