//! Words for people. They can be shown, and nothing else: no verdict, blame or cause can hang on a sentence.

use std::fmt;

/// A sentence, or a part of one. It has no `contains` and no `==`, so that code which decides on text does not compile.
#[derive(Clone, Default)]
pub struct Words(String);

impl Words {
    /// Whether there is nothing to show.
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

/// How much a cause is worth beside another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It says no more than the symptom does; what the kernel saw of the program takes its place.
    General,
    /// The check has reasons for it; only the check's own idea of the cause takes its place.
    #[default]
    Likely,
    /// It holds whatever the check is about, and stays.
    Certain,
}

/// Why a promise broke, in one sentence.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// The sentence; empty where nothing is known.
    pub words: Words,
    /// Whether another one may take its place.
    pub weight: Weight,
}

impl Cause {
    /// A cause that says no more than the symptom does.
    pub fn general(words: impl Into<Words>) -> Self {
        Self { words: words.into(), weight: Weight::General }
    }

    /// A cause that stays, whatever the check is about.
    pub fn certain(words: impl Into<Words>) -> Self {
        Self { words: words.into(), weight: Weight::Certain }
    }
}

impl<T: Into<Words>> From<T> for Cause {
    fn from(words: T) -> Self {
        Self { words: words.into(), weight: Weight::Likely }
    }
}

/// Bytes that one finding shows of each side.
pub const WINDOW: usize = 32;

/// Bytes in quotes, escaped, at most [`WINDOW`] of them.
pub fn quoted(bytes: &[u8]) -> String {
    let shown = bytes[..bytes.len().min(WINDOW)].escape_ascii();
    if bytes.len() > WINDOW {
        format!("\"{shown}\"… ({})", count(bytes.len()))
    } else {
        format!("\"{shown}\"")
    }
}

/// All bytes in quotes, escaped; of a byte that comes eight times in a row or more only the first, and how often: what is
/// left of a buffer fills screens.
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

/// `1 byte`, `12 bytes`.
pub fn count(n: usize) -> String {
    if n == 1 { "1 byte".into() } else { format!("{n} bytes") }
}
