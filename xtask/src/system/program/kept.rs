//! The runner's handle on a program: through its keeper on Linux, and through its process group elsewhere.

use super::group::Group;
#[cfg(target_os = "linux")]
use super::keeper;
use super::link::Link;
use super::spec::{Pipes, Spec};
#[cfg(target_os = "linux")]
use crate::system::portable;
use crate::system::processes::Pid;
use crate::system::trace::Collector;
use crate::system::trace::call::ProgramId;
use std::sync::Arc;

/// The runner's handle on a program.
pub enum Kept {
    /// A keeper holds everything that the program starts.
    #[cfg(target_os = "linux")]
    Tree(keeper::Kept),
    /// The program leads a process group.
    Group(Group),
}

impl Kept {
    /// Starts the program of `spec` with these ends of its pipes; traces it for `collector`.
    ///
    /// # Errors
    /// When it cannot be started (no such file, not executable).
    pub fn start(
        spec: &Spec,
        pipes: Pipes,
        link: &Arc<Link>,
        collector: Option<&'static Collector>,
    ) -> anyhow::Result<Self> {
        #[cfg(target_os = "linux")]
        if portable::asks_kernel() {
            return keeper::Kept::start(spec, pipes, link, collector).map(Self::Tree);
        }
        Group::start(spec, pipes, link, collector).map(Self::Group)
    }

    /// Returns the process below which the program and everything that it started run; the program itself where the system
    /// does not tell what that started.
    pub fn root(&self) -> Pid {
        match self {
            #[cfg(target_os = "linux")]
            Self::Tree(kept) => kept.root(),
            Self::Group(group) => group.root(),
        }
    }

    /// Returns its number among the programs whose calls are collected.
    pub fn traced(&self) -> Option<(&'static Collector, ProgramId)> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Tree(kept) => kept.traced,
            Self::Group(group) => group.traced,
        }
    }

    /// Asks the program to end: SIGTERM. Does nothing on Windows.
    pub fn ask_to_end(&self) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Tree(kept) => kept.ask_to_end(),
            Self::Group(group) => group.ask_to_end(),
        }
    }

    /// Ends the program and what it started, as far as the system can. Does not wait.
    pub fn end(&self) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Tree(kept) => kept.end(),
            Self::Group(group) => group.end(),
        }
    }
}
