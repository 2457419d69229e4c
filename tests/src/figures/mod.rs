//! The figures of the book: each is a scene that two small programs play, and a list of claims that its chapter makes.
//!
//! The test `figures` plays each scene in a network of its own and checks its claims. It draws the figure from what is
//! stored beside it in `docs/src/figures`.

mod claims;
mod scenes;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub mod stage;

pub use claims::Claim;
pub use scenes::SCENES;

use xtask::picture::page::figure::{Figure, Time};

/// A figure of the book.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Its name, and that of its files.
    pub name: &'static str,
    /// The chapter in which it stands, without `.md`.
    pub chapter: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it shows, for those who cannot see it.
    pub about: &'static str,
    /// How time is drawn. Where it is drawn, rounded times are stored.
    pub time: Time,
    /// Whether the receive queue is told where a segment fills it.
    pub has_queues: bool,
    /// What the programs do, one after the other.
    pub steps: &'static [Step],
    /// What its chapter says of it.
    pub claims: &'static [Claim],
}

impl Scene {
    /// Returns how its picture is drawn.
    pub fn figure(&self) -> Figure<'static> {
        Figure { title: self.title, about: self.about, time: self.time, has_queues: self.has_queues }
    }
}

/// One of the programs of a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The server.
    Server,
    /// The client.
    Client,
    /// A second client.
    Other,
}

/// A step of a scene. Each begins when the one before is done, and what it has sent has been seen.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The program does this, to its end: steps of the puppet (`tests/src/bin/programs/puppet.rs`).
    Does(Who, &'static str),
    /// The program begins this, and comes to a call of this name, in which it waits.
    Waits(Who, &'static str, &'static str),
    /// The program comes to the end of what it has begun.
    Finishes(Who),
    /// Everything that was sent is acknowledged, so that the kernel has no reason any more to speak by itself.
    Acknowledged,
    /// From here on the figure shows what happens.
    Curtain,
    /// A datagram wire stands in front of the server from now on, and loses the first datagram of the client.
    Loses,
}
