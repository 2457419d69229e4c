//! A check: one promise about a program, on the wires of its row.

use crate::bench::Bench;
use crate::finding::{Half, Outcome};
use crate::wire::Kind;

/// One promise of a lesson, and the wires on which it is tried.
pub struct Check {
    /// Its name on the command line and in reports: the name of its function, with `-` for `_`.
    pub id: &'static str,
    /// Names that it had before; `--check` still takes them.
    pub was: &'static [&'static str],
    /// Which side it is about.
    pub half: Half,
    /// The wires it runs on, in this order.
    pub wires: &'static [Kind],
    /// The promise, in words that follow "the server" or "the client".
    pub title: &'static str,
    /// Other words for it on some of the wires.
    pub titles: &'static [(Kind, &'static str)],
    /// Tries it.
    pub run: fn(&mut Bench) -> Outcome,
    /// Its function's path, as the compiler names it.
    pub path: fn() -> &'static str,
    /// It takes longer than most, so it is started first.
    pub long: bool,
}

/// A row about the server: id, title, function. It runs on a plain wire unless [`Check::on`] says otherwise.
macro_rules! server {
    ($id:literal, $title:expr, $run:expr) => {
        $crate::promises::check!(Server, $id, $title, $run)
    };
}

/// A row about the client: see [`server!`].
macro_rules! client {
    ($id:literal, $title:expr, $run:expr) => {
        $crate::promises::check!(Client, $id, $title, $run)
    };
}

/// A row about both together: see [`server!`].
macro_rules! pair {
    ($id:literal, $title:expr, $run:expr) => {
        $crate::promises::check!(Pair, $id, $title, $run)
    };
}

/// A row of any half. It is a macro because only the expression itself leads to its function's name.
macro_rules! check {
    ($half:ident, $id:literal, $title:expr, $run:expr) => {
        $crate::promises::Check {
            id: $id,
            was: &[],
            half: $crate::finding::Half::$half,
            wires: &[$crate::wire::Kind::Plain],
            title: $title,
            titles: &[],
            run: $run,
            path: || std::any::type_name_of_val(&$run),
            long: false,
        }
    };
}

pub(super) use {check, client, pair, server};

impl Check {
    /// This check, started before the others.
    pub const fn long(self) -> Self {
        self.long_if(true)
    }

    /// This check, started before the others when `long`.
    pub const fn long_if(self, long: bool) -> Self {
        Self { long, ..self }
    }

    /// This check on these wires.
    pub const fn on(self, wires: &'static [Kind]) -> Self {
        Self { wires, ..self }
    }

    /// This check with other words on some of its wires.
    pub const fn titled(self, titles: &'static [(Kind, &'static str)]) -> Self {
        Self { titles, ..self }
    }

    /// This check, which had these names before.
    pub const fn was(self, was: &'static [&'static str]) -> Self {
        Self { was, ..self }
    }

    /// The promise on this wire, in words.
    pub fn title_on(&self, wire: Kind) -> &'static str {
        self.titles.iter().find(|(on, _)| *on == wire).map_or(self.title, |(_, title)| title)
    }

    /// Whether the command line means it by this word: its id, or one that it had before, with `-` or `_`.
    pub fn is_called(&self, word: &str) -> bool {
        let word = word.replace('_', "-");
        self.id == word || self.was.contains(&&*word)
    }

    /// The path of its function below `promises`, for instance `asking::server::half_close`: the same for all lessons
    /// that share it.
    pub fn promise(&self) -> &'static str {
        let path = (self.path)();
        let path = path.split('<').next().unwrap_or(path);
        path.split_once("promises::").map_or(path, |(_, rest)| rest)
    }
}

/// A check on one of its wires.
#[derive(Clone, Copy)]
pub struct CheckOn {
    /// The check.
    pub check: &'static Check,
    /// The wire.
    pub wire: Kind,
}

impl std::ops::Deref for CheckOn {
    type Target = Check;

    fn deref(&self) -> &Check {
        self.check
    }
}
