//! What lies between client and server: a relay that may delay, cut and join, and never loses a byte. Uses
//! `system`.
//!
//! `relay` accepts, connects to the server, and carries FIN and RST; `lane` is one direction of one connection as a
//! wire sees it; each wire is a file that says how to pass on the bytes of a lane.

mod datagram;
mod dribble;
mod fault;
mod glue;
mod kind;
mod lane;
mod plain;
mod record;
mod relay;
mod ribbon;
mod slice;
mod slow;

pub use datagram::{Crossing, DatagramRecord, DatagramWire, Passage, fates, mark_taken, number_of};
pub use kind::{Cut, Datagram, Fate, Fault, Kind, NAMES};
pub use record::{Direction, Passed, Piece, Reading, Record};
pub use relay::Wire;
pub use ribbon::Ribbon;

use std::time::Duration;

/// Returns the lengths of the pieces into which `slice` cuts turns of these sizes, on the first connection.
pub fn slices(seed: u64, direction: Direction, turns: &[usize]) -> Vec<usize> {
    let mut rng = slice::rng(seed, 1, direction);
    turns.iter().filter(|turn| **turn > 0).flat_map(|turn| slice::pieces(&mut rng, *turn)).collect()
}

/// The settings of a wire.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its kind.
    pub kind: Kind,
    /// Decides where `slice` cuts.
    pub seed: u64,
    /// The byte counts of the client's turns, one after the other, on each connection; empty when not known.
    pub client_turns: Vec<usize>,
    /// The byte counts of the server's turns.
    pub server_turns: Vec<usize>,
    /// `plain` passes a piece on only when the reader has taken the one before, so that a busy machine does not join
    /// them.
    pub taken_first: bool,
    /// At its end the wire resets connections to the server instead of closing them: the server's fixed address is
    /// needed again at once.
    pub abort_at_end: bool,
    /// How long `glue` and `slice` wait for a turn that stays short before they pass it on and mark it as a wait.
    pub deadline: Duration,
}

impl Setup {
    /// Returns the settings of a wire of this kind that knows no turns.
    pub fn new(kind: Kind, seed: u64) -> Self {
        Self {
            kind,
            seed,
            client_turns: Vec::new(),
            server_turns: Vec::new(),
            taken_first: false,
            abort_at_end: false,
            deadline: Duration::from_secs(2),
        }
    }

    /// Sets the turns.
    pub fn with_turns(mut self, client: Vec<usize>, server: Vec<usize>) -> Self {
        (self.client_turns, self.server_turns) = (client, server);
        self
    }
}
