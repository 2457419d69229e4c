//! Colour: whether a stream gets it, and which.

use colored::{Color, Colorize};

/// Whether a stream gets colour. All coloured text goes through this type.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether there is colour.
    pub on: bool,
}

impl Paint {
    /// Returns the paint for this stream: no colour where it is no terminal, or where NO_COLOR is set.
    pub fn of(stream: &impl std::io::IsTerminal) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        colored::control::set_override(true); // Each stream decides for itself.
        #[cfg(windows)]
        let _ = colored::control::set_virtual_terminal(true);
        Self { on: wanted && stream.is_terminal() }
    }

    /// Returns `text` in `color`.
    pub fn color(self, text: &str, color: Color) -> String {
        if self.on { text.color(color).to_string() } else { text.to_string() }
    }

    /// Returns `text` in bold.
    pub fn bold(self, text: &str) -> String {
        if self.on { text.bold().to_string() } else { text.to_string() }
    }

    /// Returns `text` less bright.
    pub fn dim(self, text: &str) -> String {
        if self.on { text.dimmed().to_string() } else { text.to_string() }
    }
}
