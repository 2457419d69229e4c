//! A check: one promise about a program, on the wires of its row.

use crate::bench::{Bench, Family};
use crate::finding::{Half, Outcome};
use crate::wire::Kind;

/// One promise of a lesson, and the wires it runs on.
pub struct Check {
    /// Its name on the command line and in reports: the name of its function, with `-` for `_`.
    pub id: &'static str,
    /// Names that it had before; `--check` still takes them.
    pub was: &'static [&'static str],
    /// The side it is about.
    pub half: Half,
    /// The wires it runs on, in this order.
    pub wires: &'static [Kind],
    /// The families of addresses that it is tried on, where the lesson has them.
    pub families: &'static [Family],
    /// The promise, in words that follow "the server" or "the client".
    pub title: &'static str,
    /// Other titles, on some of its wires.
    pub titles: &'static [(Kind, &'static str)],
    /// The function that judges a program.
    pub run: fn(&mut Bench) -> Outcome,
    /// Returns its function's path, as the compiler names it.
    pub path: fn() -> &'static str,
    /// About how long it takes, in seconds; 0 for most checks. The longest start first.
    pub seconds: u8,
    /// When it starts, beside others.
    pub pace: Pace,
    /// The checks of the same half that it builds on: when one of them failed, this one tells no more. `None` stands for
    /// the first row of its half in the lesson. A lesson passes over ids of rows that it does not have.
    pub after: Option<&'static [&'static str]>,
}

/// When a check starts, beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// When all that it builds on has held.
    Usual,
    /// As soon as there is room for it, because it waits for a time that the protocol, or the program, names, or may wait for
    /// long: its verdict counts when all that it builds on has held.
    Waits,
    /// Behind others, because it takes much processor time from them.
    Works,
}

/// Makes a row about the server: id, title, function. It runs on a plain wire unless [`Check::on`] says otherwise.
macro_rules! server {
    ($id:literal, $title:expr, $run:expr) => {
        $crate::promises::check!(Server, $id, $title, $run)
    };
}

/// Makes a row about the client: see [`server!`].
macro_rules! client {
    ($id:literal, $title:expr, $run:expr) => {
        $crate::promises::check!(Client, $id, $title, $run)
    };
}

/// Makes a row about both together: see [`server!`].
macro_rules! pair {
    ($id:literal, $title:expr, $run:expr) => {
        $crate::promises::check!(Pair, $id, $title, $run)
    };
}

/// Makes a row of any half. It is a macro because the function's name can be read only from the expression itself.
macro_rules! check {
    ($half:ident, $id:literal, $title:expr, $run:expr) => {
        $crate::promises::Check {
            id: $id,
            was: &[],
            half: $crate::finding::Half::$half,
            wires: &[$crate::wire::Kind::Plain],
            families: $crate::bench::FAMILIES,
            title: $title,
            titles: &[],
            run: $run,
            path: || std::any::type_name_of_val(&$run),
            seconds: 0,
            pace: $crate::promises::Pace::Usual,
            after: None,
        }
    };
}

pub(super) use {check, client, pair, server};

impl Check {
    /// Returns this check as one that starts before most others.
    pub const fn long(self) -> Self {
        self.takes(1)
    }

    /// Returns this check as one that starts before most others if `long` is true.
    pub const fn long_if(self, long: bool) -> Self {
        self.takes(if long { 1 } else { 0 })
    }

    /// Returns this check as one that starts before those that take fewer seconds.
    pub const fn takes(self, seconds: u8) -> Self {
        Self { seconds, ..self }
    }

    /// Returns this check as one that waits for at most so many seconds, a time that the protocol, or the program, names; it
    /// starts early (see [`Pace::Waits`]).
    pub const fn waits(self, seconds: u8) -> Self {
        Self { pace: Pace::Waits, seconds, ..self }
    }

    /// Returns this check as one that takes so many seconds, all of them of processor time (see [`Pace::Works`]).
    pub const fn works(self, seconds: u8) -> Self {
        Self { pace: Pace::Works, seconds, ..self }
    }

    /// Returns for how long it may have to wait by its promise, in seconds.
    pub fn must_wait(&self) -> u8 {
        if self.pace == Pace::Waits { self.seconds } else { 0 }
    }

    /// Returns whether it takes so long that its failure is told after those of all other checks: 2 s or more.
    pub fn is_late(&self) -> bool {
        self.seconds > 1
    }

    /// Returns this check as one that builds on the checks of the same half with these ids, and not on the first row of
    /// its half: on nothing where there are none.
    pub const fn after(self, ids: &'static [&'static str]) -> Self {
        Self { after: Some(ids), ..self }
    }

    /// Returns this check on these wires.
    pub const fn on(self, wires: &'static [Kind]) -> Self {
        Self { wires, ..self }
    }

    /// Returns this check for these families only.
    pub const fn over(self, families: &'static [Family]) -> Self {
        Self { families, ..self }
    }

    /// Returns this check with other titles on some of its wires.
    pub const fn titled(self, titles: &'static [(Kind, &'static str)]) -> Self {
        Self { titles, ..self }
    }

    /// Returns this check with the names that it had before.
    pub const fn was(self, was: &'static [&'static str]) -> Self {
        Self { was, ..self }
    }

    /// Returns its title on this wire.
    pub fn title_on(&self, wire: Kind) -> &'static str {
        self.titles.iter().find(|(on, _)| *on == wire).map_or(self.title, |(_, title)| title)
    }

    /// Returns whether this word names it: its id, or a name that it had before, with `-` or `_`.
    pub fn is_called(&self, word: &str) -> bool {
        let word = word.replace('_', "-");
        self.id == word || self.was.contains(&&*word)
    }

    /// Returns the path of its function below `promises`, for instance `asking::server::half_close`. Lessons that share
    /// the promise share the path.
    pub fn promise(&self) -> &'static str {
        let path = (self.path)();
        let path = path.split('<').next().unwrap_or(path);
        path.split_once("promises::").map_or(path, |(_, rest)| rest)
    }
}

/// A check on one of its wires, over one of its families.
#[derive(Clone, Copy)]
pub struct CheckOn {
    /// The check.
    pub check: &'static Check,
    /// The wire.
    pub wire: Kind,
    /// The family of the addresses.
    pub family: Family,
}

impl CheckOn {
    /// Returns whether both try the same promise on the same wire, over one family or another.
    pub fn is_the_same_but_for_family(&self, other: &Self) -> bool {
        (self.id, self.half, self.wire) == (other.id, other.half, other.wire)
    }

    /// Returns whether both try the same promise on the same wire, over the same family.
    pub fn is(&self, other: &Self) -> bool {
        self.is_the_same_but_for_family(other) && self.family == other.family
    }
}

impl std::ops::Deref for CheckOn {
    type Target = Check;

    fn deref(&self) -> &Check {
        self.check
    }
}
