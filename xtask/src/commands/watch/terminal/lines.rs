//! Other systems than Unix: a key is a line.

use std::io;

/// The terminal. Here nothing is taken over: a key is a line.
pub struct Terminal;

impl Terminal {
    /// Takes nothing over, and returns `None`.
    ///
    /// # Errors
    /// Never.
    pub fn take() -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// Does nothing.
    ///
    /// # Errors
    /// Never.
    pub fn by_key(&self) -> io::Result<()> {
        Ok(())
    }

    /// Does nothing.
    ///
    /// # Errors
    /// Never.
    pub fn as_it_was(&self) -> io::Result<()> {
        Ok(())
    }

    /// Does nothing, and returns `false`.
    pub fn keep(&self) -> bool {
        false
    }
}
