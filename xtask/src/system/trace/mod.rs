//! Which calls the programs under test make. Linux on x86-64 and aarch64 tells it; elsewhere each program's calls are
//! refused with the reason.
//!
//! [`collect`] switches it on for the whole process, before the first program is started. The keeper of each program
//! then traces it (ptrace(2)), with a filter (seccomp(2)) that stops it only at calls of interest, and tells the runner
//! what it saw. No verdict depends on it.

pub mod call;
mod collector;
pub mod event;
mod probe;
pub mod stops;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub mod tracer;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "tracer_elsewhere.rs"]
pub mod tracer;

pub use collector::{Collector, Coverage, Traced, collect, collector};
pub use probe::probe;
