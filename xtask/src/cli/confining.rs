//! What a command line says of confining programs under test.

use std::ffi::OsString;
use std::path::PathBuf;

/// Whether programs under test are confined, and what more they may read then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confining {
    /// Whether they are.
    pub is_on: bool,
    /// Whether that differs from what is so without a word.
    pub is_told: bool,
    /// The folders and files that they may read in addition.
    pub allow: Vec<PathBuf>,
}

impl Confining {
    /// Returns what these words say, where programs are confined or not `by_default`.
    pub fn of(confine: bool, no_confine: bool, allow: &[PathBuf], by_default: bool) -> Self {
        let is_on = (by_default || confine) && !no_confine;
        Self { is_on, is_told: is_on != by_default, allow: allow.to_vec() }
    }

    /// Returns the words that say the same to another command, whose own default is not known.
    pub fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![if self.is_on { "--confine" } else { "--no-confine" }.into()];
        for path in self.allow.iter().filter(|_| self.is_on) {
            words.extend(["--allow".into(), path.clone().into_os_string()]);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_the_same_whatever_the_default_is() {
        let allow = [PathBuf::from("/opt/python")];
        for (confine, no_confine, by_default, is_on) in [
            (false, false, false, false),
            (true, false, false, true),
            (false, false, true, true),
            (true, false, true, true),
            (false, true, true, false),
        ] {
            let said = Confining::of(confine, no_confine, if no_confine { &[] } else { &allow }, by_default);
            assert_eq!(said.is_on, is_on);
            let words = said.words();
            let has = |word: &str| words.iter().any(|one| one == word);
            assert!(has("--confine") == is_on && has("--no-confine") != is_on && has("--allow") == is_on);
        }
    }
}
