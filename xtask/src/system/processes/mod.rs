//! What a tree of processes is doing: who is in it, which sockets it holds, whether it is at rest.

#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod imp;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod imp;

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

/// A process identifier.
pub type Pid = u32;

/// A call in which a thread waits for something outside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name, as syscalls(2) has it.
    name: &'static str,
    /// It reads the standard input.
    on_input: bool,
}

impl Call {
    /// Whether it is a `read` of the standard input.
    pub fn reads_input(self) -> bool {
        self.on_input
    }

    /// Whether it returns when a connection brings something.
    fn reads_connection(self) -> bool {
        !self.on_input && READS.contains(&self.name)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.on_input {
            true => write!(out, "{} of its standard input", self.name),
            false => out.write_str(self.name),
        }
    }
}

/// What the threads of a process tree were seen doing at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Every thread sleeps in a call that waits for the outside; the name of the first one's.
    Asleep(Call),
    /// At least one thread runs, or sleeps in a call that says nothing (a page being read, say).
    Busy,
    /// There is no such process any more.
    Gone,
    /// This platform does not tell.
    Unknown,
}

/// All descendants of `root`, without `root` itself. Empty where the platform does not tell.
pub fn descendants(root: Pid) -> Vec<Pid> {
    imp::descendants(root)
}

/// The inodes of all sockets that the descendants of `root` hold open.
pub fn socket_inodes(root: Pid) -> HashSet<u64> {
    imp::descendants(root).into_iter().flat_map(imp::socket_inodes).collect()
}

/// What the descendants of `root` are doing.
pub fn activity(root: Pid) -> Activity {
    imp::activity(root)
}

/// Whether every thread of the descendants of `root` sleeps, in whatever call.
pub fn all_sleep(root: Pid) -> bool {
    imp::all_sleep(root)
}

/// Whether every thread sleeps, as [`all_sleep`] says, and no program that has ended waits to be collected by `root`.
pub fn all_wait(root: Pid) -> bool {
    imp::all_wait(root)
}

/// Whether nothing of what `root` started is about to do something by itself, or to end: every thread sleeps, in whatever
/// call, and none of its own children waits to be collected. Always so where the platform does not tell.
pub fn at_rest(root: Pid) -> bool {
    imp::at_rest(root)
}

/// CPU time that the descendants of `root` have used so far, in user and kernel mode.
///
/// Linux counts it in ticks of 10 ms.
pub fn cpu_time(root: Pid) -> Option<Duration> {
    imp::cpu_time(root)
}

/// The call in which the descendants of `root` wait for a connection to bring something, when all of them sleep and at
/// least one of their threads does so.
pub fn waits_to_read(root: Pid) -> Option<Call> {
    imp::calls(root)?.into_iter().find(|call| call.reads_connection())
}

/// Whether at least one thread of the descendants of `root` sleeps in a call that waits for input or for a connection.
pub fn one_waits(root: Pid) -> bool {
    imp::one_waits(root)
}

/// Calls that return when a connection brings something.
const READS: [&str; 12] = [
    "read",
    "readv",
    "recvfrom",
    "recvmsg",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "splice",
];

/// Limits the address space of the descendants of `root` to `more` bytes above what each has now (RLIMIT_AS, see
/// getrlimit(2)). Runtimes that reserve much address space at their start are not disturbed by it. Elsewhere than on
/// Linux it does nothing.
pub fn limit_memory(root: Pid, more: u64) {
    imp::limit_memory(root, more);
}

/// Stops the descendants of `root` (SIGSTOP), and waits until none of their threads runs; `false` lets them go on
/// (SIGCONT). Elsewhere than on Linux it does nothing.
pub fn pause(root: Pid, stop: bool) {
    imp::pause(root, stop);
}
