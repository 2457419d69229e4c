//! What is told of processes: calls in which they sleep, what they do, the limits that they had.

use std::fmt;
use std::time::Duration;

/// A process identifier.
pub type Pid = u32;

/// A call in which a thread waits for something outside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name, as in syscalls(2).
    pub name: &'static str,
    /// It reads the standard input.
    pub on_input: bool,
}

impl Call {
    /// Returns whether it is a `read` of the standard input.
    pub fn reads_input(self) -> bool {
        self.on_input
    }

    /// Returns whether it returns when a connection brings something.
    pub fn reads_connection(self) -> bool {
        !self.on_input && READS.contains(&self.name)
    }

    /// Returns whether it waits for another thread: for a lock, a channel, or the thread's end.
    pub fn waits_for_thread(self) -> bool {
        self.name == "futex"
    }

    /// Returns what it is in Rust, or what it waits for; empty where its name says that.
    fn in_rust(self) -> &'static str {
        match self.name {
            "read" | "readv" | "recvfrom" | "recvmsg" | "recvmmsg" => "Rust's `read`",
            "accept" | "accept4" => "Rust's `accept`",
            "nanosleep" | "clock_nanosleep" => "Rust's `sleep`",
            "futex" => "a lock, a channel or a `join`",
            "wait4" | "waitid" => "the end of a child process",
            "pause" | "rt_sigtimedwait" | "rt_sigsuspend" => "a signal",
            _ if READS.contains(&self.name) => "whichever of several comes first",
            _ => "",
        }
    }

    /// Returns whether it waits for a connection.
    #[cfg(target_os = "linux")]
    pub fn accepts(&self) -> bool {
        self.name.starts_with("accept")
    }

    /// Returns whether it waits for several files at once, of which its arguments name none.
    #[cfg(target_os = "linux")]
    pub fn watches(self) -> bool {
        ["poll", "select", "epoll"].iter().any(|kind| self.name.contains(kind))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.on_input, self.in_rust()) {
            (true, _) => write!(out, "`{}` of its standard input", self.name),
            (false, "") => write!(out, "`{}`", self.name),
            (false, rust) => write!(out, "`{}` ({rust})", self.name),
        }
    }
}

/// The CPU time of one process, in user and kernel mode.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// Its identifier.
    pub pid: Pid,
    /// When it was started, in ticks since the machine was: with the identifier, it names one process only.
    pub born: u64,
    /// What it has used itself.
    pub own: Duration,
    /// What its children have used that it has reaped, and theirs.
    pub reaped: Duration,
}

/// What the threads of a process tree did at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Every thread sleeps in a call that waits for the outside; this is the call of the first one.
    Asleep(Call),
    /// At least one thread runs, or sleeps in a call that says nothing (to read a page from disk, for instance).
    Busy,
    /// There is no such process any more.
    Gone,
    /// This platform does not tell.
    Unknown,
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

/// The limits that processes had before they were left only few descriptors: dropping it restores them.
pub struct FewDescriptors {
    /// Each process with its soft and its hard limit.
    pub before: Vec<(Pid, u64, u64)>,
    /// Sets the limits of one process.
    pub restore: fn((Pid, u64, u64)),
}

impl Drop for FewDescriptors {
    fn drop(&mut self) {
        self.before.iter().for_each(|before| (self.restore)(*before));
    }
}
