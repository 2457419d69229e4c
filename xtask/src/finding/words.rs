//! Words for people. They can only be shown: no verdict, blame or cause can depend on a sentence.

use std::fmt;

/// A sentence, or a part of one. It has no `contains` and no `==`, so that code which decides on text does not compile.
#[derive(Clone, Default)]
pub struct Words(String);

impl Words {
    /// Returns whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.0)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// How strong a cause is, compared with another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It says no more than the symptom does; what the kernel saw of the program replaces it.
    General,
    /// The check has reasons for it; only another cause of the check itself replaces it.
    #[default]
    Likely,
    /// It is true in every check; nothing replaces it.
    Certain,
}

/// Why a promise broke, in one sentence.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// The sentence; empty where nothing is known.
    pub words: Words,
    /// Whether another cause may replace it.
    pub weight: Weight,
}

impl Cause {
    /// Returns a cause that says no more than the symptom does.
    pub fn general(words: impl Into<Words>) -> Self {
        Self { words: words.into(), weight: Weight::General }
    }

    /// Returns a cause that is true in every check, and that nothing replaces.
    pub fn certain(words: impl Into<Words>) -> Self {
        Self { words: words.into(), weight: Weight::Certain }
    }
}

impl<T: Into<Words>> From<T> for Cause {
    fn from(words: T) -> Self {
        Self { words: words.into(), weight: Weight::Likely }
    }
}

/// How many bytes of each side one finding shows.
pub const WINDOW: usize = 32;

/// Returns bytes in quotes, escaped, at most [`WINDOW`] of them.
pub fn quoted(bytes: &[u8]) -> String {
    let shown = bytes[..bytes.len().min(WINDOW)].escape_ascii();
    if bytes.len() > WINDOW {
        format!("\"{shown}\"… ({})", count(bytes.len()))
    } else {
        format!("\"{shown}\"")
    }
}

/// Returns all bytes in quotes, escaped. A byte that comes eight or more times in a row is shown once, with the
/// number: otherwise the rest of a buffer would fill screens.
pub fn squeezed(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for run in bytes.chunk_by(|a, b| a == b) {
        match run.len() {
            8.. => out += &format!("{} ({} times)", run[..1].escape_ascii(), run.len()),
            _ => out += &run.escape_ascii().to_string(),
        }
    }
    out + "\""
}

/// Returns `1 byte` or, for instance, `12 bytes`.
pub fn count(n: usize) -> String {
    if n == 1 { "1 byte".into() } else { format!("{n} bytes") }
}
