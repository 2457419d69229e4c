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
    /// Nothing replaces it.
    Kept,
}

/// Why a promise broke, in one sentence. A guess is shown with "perhaps" before it.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    words: Words,
    is_guess: bool,
    /// Whether another cause may replace it.
    pub weight: Weight,
}

/// A guess at a cause, in words that follow "perhaps".
#[derive(Clone, Copy, Debug)]
pub struct Perhaps<T>(pub T);

impl Cause {
    /// Returns a cause that says no more than the symptom does.
    pub fn general(words: impl Into<Words>) -> Self {
        Self { words: words.into(), is_guess: false, weight: Weight::General }
    }

    /// Returns a cause that is true in every check, and that nothing replaces.
    pub fn certain(words: impl Into<Words>) -> Self {
        Self { words: words.into(), is_guess: false, weight: Weight::Kept }
    }

    /// Returns this cause as one that nothing replaces. A guess stays a guess.
    pub fn kept(self) -> Self {
        Self { weight: Weight::Kept, ..self }
    }

    /// Returns this cause as a guess, in the same words.
    pub fn guessed(self) -> Self {
        Self { is_guess: true, ..self }
    }

    /// Returns the sentence as it is shown.
    pub fn shown(&self) -> Words {
        self.to_string().into()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", if self.is_guess { "perhaps " } else { "" }, self.words)
    }
}

impl<T: fmt::Display> fmt::Display for Perhaps<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "perhaps {}", self.0)
    }
}

impl<T: Into<Words>> From<T> for Cause {
    fn from(words: T) -> Self {
        Self { words: words.into(), is_guess: false, weight: Weight::Likely }
    }
}

impl<T: Into<Words>> From<Perhaps<T>> for Cause {
    fn from(guess: Perhaps<T>) -> Self {
        Self::from(guess.0).guessed()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn a_guess_says_perhaps_once() {
        let guess = Cause::from(Perhaps("it peeks")).kept();
        assert_eq!(guess.to_string(), "perhaps it peeks");
        assert_eq!(guess.guessed().to_string(), "perhaps it peeks");
        assert_eq!(Cause::certain("it peeks").to_string(), "it peeks");
    }

    /// Only the type writes the first word of a guess: no cause begins with it in the sources, so none that is given as
    /// certain can.
    #[test]
    fn no_literal_begins_with_perhaps() {
        fn look(folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("the sources").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    look(&path, found);
                } else if !path.ends_with("finding/words.rs") {
                    let text = fs::read_to_string(&path).unwrap_or_default();
                    let lines = text.lines().filter(|line| line.to_lowercase().contains("\"perhaps "));
                    found.extend(lines.map(|line| format!("{}: {}", path.display(), line.trim())));
                }
            }
        }
        let mut found = Vec::new();
        look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.is_empty(), "use `Perhaps`:\n{}", found.join("\n"));
    }
}
