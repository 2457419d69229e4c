//! Datagram wires: a relay that may lose, double and delay datagrams, and never changes, cuts or joins one.
//!
//! A wire never acts because time has passed. What it does with a datagram hangs on nothing but the seed, the direction
//! and the datagram's number in that direction of its flow. A flow is what one client address says and hears.

mod crossing;
mod fate;
mod record;
mod relay;

pub use crossing::{Crossing, mark_taken, number_of};
pub use fate::fates;
pub use record::{DatagramRecord, Passage};
pub use relay::DatagramWire;

/// The most bytes that a UDP datagram over IPv4 can carry (RFC 768: 65,535 less the headers).
const MOST: usize = 65_507;
