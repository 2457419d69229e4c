//! What the operating system says and does: processes, their output, the kernel's sockets, addresses, time. Uses nothing
//! above it.
//!
//! Linux answers every question. Elsewhere, and on Linux when [`portable`] says so, the functions return [`None`] or an empty answer, and the callers say in their
//! reports that they waited instead.

pub mod address;
pub mod datagrams;
pub mod endpoint;
pub mod exit;
pub mod family;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter;
pub mod folder;
pub mod output;
pub mod patience;
pub mod portable;
pub mod processes;
pub mod program;
pub mod segments;
pub mod sockets;
pub mod stamp;
pub mod trace;
pub mod turns;
pub mod waits;
