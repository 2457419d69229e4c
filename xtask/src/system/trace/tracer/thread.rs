//! What is known of one traced thread.

use super::leave::UnderWay;
use super::ptrace::Entry;
use crate::system::processes::Pid;
use crate::system::stamp::Stamp;
use std::fs;

/// One traced thread.
pub struct Thread {
    /// Its process.
    pub pid: Pid,
    /// The call in which it is.
    pub now: Option<(Entry, UnderWay)>,
    /// Calls that a signal has interrupted, the last one last, each with the moment.
    pub interrupted: Vec<(Entry, UnderWay, Stamp)>,
    /// A signal handler is about to end.
    pub leaves_handler: bool,
    /// A signal has stopped it.
    pub is_stopped: bool,
}

impl Thread {
    /// Returns a thread that was seen for the first time.
    pub fn new(tid: Pid) -> Self {
        let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
        let group = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
        Self::of(group.unwrap_or(tid))
    }

    /// Returns a thread of this process.
    pub fn of(pid: Pid) -> Self {
        Self { pid, now: None, interrupted: Vec::new(), leaves_handler: false, is_stopped: false }
    }
}
