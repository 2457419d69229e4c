//! What every client promises, whatever its protocol.

use crate::bench::Bench;
use crate::finding::{Half, Outcome};
use crate::promises::{Check, client};

/// What every client promises that needs no protocol.
pub const CLIENT: &[Check] =
    &[client!("nobody-listens", "says so and exits with 1 when nobody listens", nobody_listens)];

/// Nobody listens at the address.
fn nobody_listens(bench: &mut Bench) -> Outcome {
    let addr = bench.nobody(Half::Client)?;
    let mut client = bench.client(addr, &[])?;
    client.end_input();
    client.exits_with_error("when nobody listens")
}
