//! What keeps the programs of one student from everything else, as reports and the run say it.

use crate::cli::Confining;
use crate::system::program::boxed::{self, NoBox};
use crate::system::program::confine::{self, Gap, Holds};
use serde_json::{Value, json};

/// What keeps the programs and the build of each student from everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Containment {
    /// Whether it was asked for: not with `--no-confine`.
    pub is_on: bool,
    /// The box around each student, or why there is none.
    pub boxed: Result<(), NoBox>,
    /// What the kernel holds around each program and each build.
    pub holds: Holds,
    /// How many places programs may read in addition, by `--allow`.
    pub allowed: usize,
}

impl Containment {
    /// Returns what holds on this machine, where the command line asks for it.
    pub fn here(confining: &Confining) -> Self {
        let boxed = if confining.is_on { boxed::probe() } else { Err(NoBox::Unwanted) };
        Self { is_on: confining.is_on, boxed, holds: confine::kernel(), allowed: confining.allow.len() }
    }

    /// Returns whether a box stands around each student.
    pub fn is_boxed(&self) -> bool {
        self.is_on && self.boxed.is_ok()
    }

    /// Returns what programs may do all the same. In a box, most of it harms nobody.
    pub fn but_for(&self) -> Vec<Gap> {
        let gaps = self.holds.but_for().into_iter();
        gaps.filter(|gap| !self.is_boxed() || !boxed::holds(*gap)).collect()
    }

    /// Returns it in words. There is no semicolon in them: where machines differ, one stands between the words of two.
    pub fn words(&self) -> String {
        if !self.is_on {
            return confine::UNWANTED.into();
        }
        let mut lacks: Vec<String> = Vec::new();
        if let Err(why) = &self.boxed {
            lacks.push(format!("the box ({why})").replace(';', ","));
        }
        lacks.extend(self.but_for().into_iter().map(|gap| gap.short().to_string()));
        lacks.extend(confine::read_too(self.allowed).filter(|_| self.holds.confines() || self.is_boxed()));
        let holds = match (self.is_boxed(), self.holds.confines()) {
            (true, true) => "boxed and confined",
            (true, false) => "boxed",
            (false, true) => "confined",
            (false, false) => return format!("not confined: there is neither {}", lacks.join(" nor ")),
        };
        match lacks.is_empty() {
            true => holds.into(),
            false => format!("{holds}, but for {}", lacks.join(", ")),
        }
    }

    /// Returns it for machines.
    pub fn value(&self) -> Value {
        let boxed = self.boxed.as_ref().map_or_else(NoBox::key, |()| "held");
        let gaps: Vec<&str> = match self.is_on {
            true => self.but_for().into_iter().map(Gap::key).collect(),
            false => Vec::new(),
        };
        let landlock = self.holds.landlock.filter(|_| self.is_on);
        json!({"box": boxed, "landlock": landlock, "but_for": gaps, "allowed": self.allowed})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(boxed: Result<(), NoBox>, landlock: Option<u32>) -> Containment {
        let holds = Holds { linux: true, landlock, calls: true, processes: true };
        Containment { is_on: true, boxed, holds, allowed: 0 }
    }

    #[test]
    fn the_words_say_exactly_what_held() {
        let words = |boxed, landlock| with(boxed, landlock).words();
        assert_eq!(words(Ok(()), Some(7)), "boxed and confined");
        assert_eq!(words(Ok(()), Some(5)), "boxed and confined, but for signals");
        assert_eq!(words(Ok(()), None), "boxed, but for Landlock");
        let allows = Containment { allowed: 2, ..with(Ok(()), Some(7)) };
        assert_eq!(allows.words(), "boxed and confined, but for the 2 folders that --allow names");
        assert_eq!(
            words(Err(NoBox::NoBubblewrap), Some(7)),
            "confined, but for the box (bubblewrap is missing), sockets in the file system, UDP, names and modes of files"
        );
        assert_eq!(
            words(Err(NoBox::NoBubblewrap), None),
            "not confined: there is neither the box (bubblewrap is missing) nor Landlock"
        );
        let root = with(Ok(()), Some(7));
        let root = Containment { holds: Holds { processes: false, ..root.holds }, ..root };
        assert_eq!(
            root.words(),
            "boxed and confined, but for the number of processes (not limited, because you are root)"
        );
        let off = Containment { is_on: false, ..with(Err(NoBox::Unwanted), Some(7)) };
        assert_eq!(off.words(), "not confined: --no-confine");
        assert_eq!(off.value(), json!({"box": "unwanted", "landlock": null, "but_for": [], "allowed": 0}));
        assert!(!words(Err(NoBox::Refused("a; b".into())), Some(1)).contains(';'));
    }

    #[test]
    fn machines_read_it_too() {
        let value = with(Err(NoBox::NoBubblewrap), Some(7)).value();
        let gaps = ["path_sockets", "udp", "modes"];
        assert_eq!(value, json!({"box": "no-bubblewrap", "landlock": 7, "but_for": gaps, "allowed": 0}));
        assert_eq!(
            with(Ok(()), Some(7)).value(),
            json!({"box": "held", "landlock": 7, "but_for": [], "allowed": 0})
        );
    }
}
