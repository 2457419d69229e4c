//! What passes loopback while a program runs: each segment of TCP and each datagram of UDP, as the kernel delivers it.
//!
//! A packet socket (packet(7)) sees them. It takes rights that a learner has only inside a network namespace of his
//! own, so [`own_network`] starts a process inside one and hands the socket on; the process takes it with
//! [`Capture::inherited`]. Only Linux has both; elsewhere everything says so. Unix sockets have no segments: the kernel
//! moves their bytes from one socket's queue to the other's, and no packet passes any interface.

mod decode;
pub mod own_network;
#[cfg(target_os = "linux")]
mod ring;
mod segment;

#[cfg(target_os = "linux")]
mod capture;
#[cfg(not(target_os = "linux"))]
#[path = "capture_elsewhere.rs"]
mod capture;

pub use capture::Capture;
pub use decode::{Decoded, decode};
pub use own_network::{Refused, probe};
pub use segment::{Captured, Flags, Options, Segment, Tcp, What};
