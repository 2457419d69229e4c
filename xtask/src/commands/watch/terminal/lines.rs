//! Elsewhere than on Unix: a key is a line.

use std::io;

/// There is nothing to take over: a key is a line.
pub struct Terminal;

impl Terminal {
    /// Takes nothing over.
    ///
    /// # Errors
    /// Never.
    pub fn take() -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// Nothing to do.
    ///
    /// # Errors
    /// Never.
    pub fn by_key(&self) -> io::Result<()> {
        Ok(())
    }

    /// Nothing to do.
    ///
    /// # Errors
    /// Never.
    pub fn as_it_was(&self) -> io::Result<()> {
        Ok(())
    }

    /// Nothing to do.
    pub fn keep(&self) -> bool {
        false
    }
}
