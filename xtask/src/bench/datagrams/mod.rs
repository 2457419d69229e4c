//! Datagrams (UDP): the runner's own sockets, servers that are bound, and the wire between a pair.
//!
//! What passes is one picture for the whole check: see [`Datagrams`].

mod carrier;
mod client;
mod lateness;
mod mailbox;
mod picture;
mod server;

pub use carrier::Carrier;
pub use lateness::{Excuse, is_told};
pub use mailbox::{Datagram, LONG, Mailbox, Missing, Saying};
pub use picture::Datagrams;
