//! A check: one promise about a program, on one wire.

use crate::bench::Bench;
use crate::finding::{Half, Outcome};
use crate::wire::Kind;

/// One check of a lesson.
pub struct Check {
    /// Its name on the command line and in reports; unique within the lesson.
    pub id: &'static str,
    /// Which side it is about.
    pub half: Half,
    /// The wire it runs on.
    pub wire: Kind,
    /// The promise, in words that follow "the server" or "the client".
    pub title: &'static str,
    /// Tries it.
    pub run: fn(&mut Bench) -> Outcome,
    /// It takes longer than most, so it is started first.
    pub long: bool,
}

impl Check {
    /// A check of the server on a plain wire.
    pub const fn server(id: &'static str, title: &'static str, run: fn(&mut Bench) -> Outcome) -> Self {
        Self { id, half: Half::Server, wire: Kind::Plain, title, run, long: false }
    }

    /// A check of the client on a plain wire.
    pub const fn client(id: &'static str, title: &'static str, run: fn(&mut Bench) -> Outcome) -> Self {
        Self { id, half: Half::Client, wire: Kind::Plain, title, run, long: false }
    }

    /// A check of both together on a plain wire.
    pub const fn pair(id: &'static str, title: &'static str, run: fn(&mut Bench) -> Outcome) -> Self {
        Self { id, half: Half::Pair, wire: Kind::Plain, title, run, long: false }
    }

    /// The same, started before the others.
    pub const fn long(self) -> Self {
        Self { long: true, ..self }
    }

    /// The same on another wire.
    pub const fn on(self, wire: Kind) -> Self {
        Self { wire, ..self }
    }
}
