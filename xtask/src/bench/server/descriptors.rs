//! A server that has no free file descriptor.

use super::Server;
use crate::bench::Peer;
use crate::system::processes::{self, FewDescriptors, Pid};
use std::collections::HashMap;

/// How many file descriptors each process of a server has open.
pub struct Descriptors(HashMap<Pid, u64>);

impl Server {
    /// Returns how many file descriptors its processes have open.
    pub fn descriptors(&self) -> Descriptors {
        Descriptors(processes::descriptors(self.program.root()))
    }

    /// Returns whether a process holds the server's end of this connection. One that waits in the queue of the listening
    /// socket is held by nobody.
    pub fn has_accepted(&self, peer: &Peer) -> bool {
        let side = peer.ends().ok().and_then(|ends| ends.other_side().ok().flatten());
        side.is_some_and(|side| side.is_held())
    }

    /// Returns how many of its threads sleep in `accept`, each with a descriptor for its next client; 0 where the platform
    /// does not tell.
    pub fn accepting(&self) -> usize {
        processes::accepting(self.program.root())
    }

    /// Leaves each of its processes no free file descriptor, but for `spare`, until the returned value is dropped. `None`
    /// where that cannot be done: see [`processes::limit_descriptors`].
    pub fn without_descriptors(&self, spare: u64) -> Option<FewDescriptors> {
        processes::limit_descriptors(self.program.root(), spare)
    }
}

impl Descriptors {
    /// Returns how many more the process that has opened the most since `before` has now.
    pub fn more_than(&self, before: &Self) -> u64 {
        let more = self.0.iter().filter_map(|(pid, now)| Some(now.saturating_sub(*before.0.get(pid)?)));
        more.max().unwrap_or(0)
    }
}
