//! The picture of a run, from its calls and its segments: which connection each segment belongs to, what it carries,
//! and what it changes at both ends.
//!
//! Only TCP has states and sequence numbers. A datagram of UDP stands for itself. Unix sockets have no segments: of
//! them a picture shows the calls alone.

mod build;
mod cause;
pub mod connection;
pub mod ends;
mod fold;
#[cfg(test)]
mod made;
pub mod model;
mod owners;
pub mod page;
pub mod pcap;
pub mod states;
pub mod stored;
#[cfg(test)]
mod tests;
pub mod text;
mod waits;

pub use build::Seen;
