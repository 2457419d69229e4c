//! Parts of a class, so that several machines share it: `--shard I/N`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The most parts.
const MOST: usize = 10_000;

/// Some of the `of` equal parts of the sorted students, from 1. The parts differ by one student at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which parts: one, or several that were merged.
    pub parts: BTreeSet<usize>,
    /// How many parts there are.
    pub of: usize,
}

impl Shard {
    /// Returns whether the student at this place of the whole class, from 0, is in it.
    pub fn has(&self, place: usize) -> bool {
        self.parts.contains(&(place % self.of + 1))
    }

    /// Returns the parts that it lacks.
    pub fn missing(&self) -> Vec<usize> {
        (1..=self.of).filter(|part| !self.parts.contains(part)).collect()
    }
}

impl FromStr for Shard {
    type Err = String;

    /// Reads `I/N`, or `I+J+…/N` for parts that were merged.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (parts, of) = text.split_once('/')?;
            let of: usize = of.parse().ok().filter(|of| (1..=MOST).contains(of))?;
            let part = |word: &str| word.parse().ok().filter(|part| (1..=of).contains(part));
            Some(Self { parts: parts.split('+').map(part).collect::<Option<_>>()?, of })
        };
        read().ok_or_else(|| {
            format!("`{text}` is no part of a class; type I/N with I from 1 to N, for instance 1/4")
        })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts.iter().map(usize::to_string).collect();
        write!(out, "{}/{}", parts.join("+"), self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_student_is_in_one_part_and_parts_are_equal() {
        let shards: Vec<Shard> = (1..=4).map(|part| format!("{part}/4").parse().unwrap()).collect();
        for place in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.has(place)).count(), 1, "{place}");
        }
        for shard in &shards {
            assert!((2..=3).contains(&(0..10).filter(|place| shard.has(*place)).count()), "{shard}");
        }
    }

    #[test]
    fn a_part_is_read_as_it_is_written() {
        for text in ["1/1", "3/4", "1+4/4"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        assert_eq!("1+4/4".parse::<Shard>().unwrap().missing(), [2, 3]);
        for wrong in ["", "1", "0/4", "5/4", "1/0", "a/4", "1/10001", "-1/4", "1+/4", "1/4/5"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
