//! What a program under test may do beside its work: its files, its ports, its signals, its limits.
//!
//! The keeper applies it to the program that it starts, with what the kernel has for it; [`kernel`] says what that is. It
//! changes no verdict: what a check looks for, its program may do. On other systems than Linux it does nothing.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls;
#[cfg(target_os = "linux")]
mod essentials;
mod gap;
mod holds;
mod json;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod needs;
#[cfg(target_os = "linux")]
mod ready;
mod refused;
#[cfg(target_os = "linux")]
mod rights;
#[cfg(target_os = "linux")]
mod root;
#[cfg(target_os = "linux")]
mod ruleset;
mod trial;

pub use gap::Gap;
pub use holds::{Holds, UNWANTED, kernel, read_too};
pub use json::{path_from_json, path_to_json};
#[cfg(target_os = "linux")]
pub use needs::{needs, runs};
#[cfg(target_os = "linux")]
pub use ready::Ready;
pub use refused::Refused;
pub use trial::probe;

use std::collections::BTreeSet;
use std::path::PathBuf;

/// Returns the system's files and folders of which every program may use something; none where nothing is confined.
pub fn essentials() -> Vec<PathBuf> {
    #[cfg_attr(not(target_os = "linux"), allow(unused_mut, reason = "only Linux confines"))]
    let mut all = Vec::new();
    #[cfg(target_os = "linux")]
    essentials::each(|path, _| all.push(path.to_path_buf()));
    all
}

/// What a program may do, as its check names it. What every program needs of the system (its libraries, the interpreters that
/// it comes with, `/dev/null`) is granted beside that. A path that does not exist grants nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// Files and folders whose contents it may read, and run.
    pub read: Vec<PathBuf>,
    /// Files, and folders in which it may do everything but make a device.
    pub write: Vec<PathBuf>,
    /// The TCP ports that it may bind. Port 0, for which the kernel takes a free one, is named as any other.
    pub bind: Ports,
    /// The TCP ports that it may call.
    pub connect: Ports,
    /// How much it may take.
    pub limits: Limits,
}

/// Some TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// All.
    Any,
    /// These, and no other.
    These(BTreeSet<u16>),
}

/// How much each process of a program may take. `None`: as much as the runner may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory of its own (RLIMIT_DATA): not what it only reserves, as Java and Node do.
    pub data: Option<u64>,
    /// Bytes of each file that it writes (RLIMIT_FSIZE).
    pub file: Option<u64>,
    /// Processes and threads of the user beyond the number that the whole machine has at its start (RLIMIT_NPROC). The
    /// kernel counts all that the user has, and counts none for root.
    pub processes: Option<u64>,
}

impl Default for Ports {
    /// None.
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl FromIterator<u16> for Ports {
    fn from_iter<I: IntoIterator<Item = u16>>(ports: I) -> Self {
        Self::These(ports.into_iter().collect())
    }
}

impl Default for Limits {
    /// 4 GiB of memory, 512 MiB in a file, 256 processes more.
    fn default() -> Self {
        Self { data: Some(4 << 30), file: Some(512 << 20), processes: Some(256) }
    }
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self { data: None, file: None, processes: None };
}
