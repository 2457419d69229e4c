//! What every client promises, whatever its protocol.

use crate::bench::{Bench, With};
use crate::finding::{Half, Outcome};
use crate::promises::{Check, client};

/// The rows that hold for every client.
pub const CLIENT: &[Check] =
    &[client!("nobody-listens", "reports it and exits with 1 when nobody listens", nobody_listens)];

/// Starts the client at an address where nobody listens.
fn nobody_listens(bench: &mut Bench) -> Outcome {
    calls_nobody(bench, &With::default())
}

/// Does what the row says, with what the lesson adds to the client's words.
///
/// # Errors
/// The finding that names what the client did instead.
pub fn calls_nobody(bench: &mut Bench, with: &With) -> Outcome {
    let addr = bench.nobody(Half::Client)?;
    let mut client = bench.client_as(addr, with, &[])?;
    client.end_input();
    client.gives_up("when nobody listens")
}
