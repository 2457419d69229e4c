//! What the kernel itself says of sockets and processes: facts, where a wait would be a guess.
//!
//! Linux answers all of it. Elsewhere the functions here return [`None`] or an empty answer, and the callers say
//! in their reports that they waited instead.

pub mod processes;
pub mod sockets;

#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod procnet;
