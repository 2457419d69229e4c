//! What a tree of processes is doing: which processes are in it, which sockets it holds, whether it is at rest.

mod elsewhere;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod linux;
mod told;
mod work;

#[cfg(target_os = "linux")]
use crate::system::portable;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use told::Spent;
pub use told::{Activity, Call, FewDescriptors, Pid};
pub use work::{Used, Work};

/// Asks the kernel of Linux, where it is asked; else returns the answer of a system that does not tell.
macro_rules! ask {
    ($question:ident($($about:expr),*)) => {{
        #[cfg(target_os = "linux")]
        {
            if portable::asks_kernel() { linux::$question($($about),*) } else { elsewhere::$question($($about),*) }
        }
        #[cfg(not(target_os = "linux"))]
        {
            elsewhere::$question($($about),*)
        }
    }};
}

/// Returns all descendants of `root`, without `root` itself. Empty where the platform does not tell.
pub fn descendants(root: Pid) -> Vec<Pid> {
    ask!(descendants(root))
}

/// Returns the inodes of all sockets that the descendants of `root` hold open.
pub fn socket_inodes(root: Pid) -> HashSet<u64> {
    descendants(root).into_iter().flat_map(|pid| ask!(socket_inodes(pid))).collect()
}

/// Returns what the descendants of `root` are doing.
pub fn activity(root: Pid) -> Activity {
    ask!(activity(root))
}

/// Returns whether every thread of the descendants of `root` sleeps, in any call.
pub fn all_sleep(root: Pid) -> bool {
    ask!(all_sleep(root))
}

/// Returns whether every thread sleeps, as [`all_sleep`] says, and no dead child of `root` waits to be reaped.
pub fn all_wait(root: Pid) -> bool {
    ask!(all_wait(root))
}

/// Returns whether the process tree is idle: `root` has a child, every thread sleeps, in any call, and no dead child
/// waits to be reaped. Always `true` where the platform does not tell.
pub fn at_rest(root: Pid) -> bool {
    ask!(at_rest(root))
}

/// Returns the CPU time of each descendant of `root`, and of `root` what those have used that it has reaped. Empty where the
/// platform does not tell.
fn spent(root: Pid) -> Vec<Spent> {
    ask!(spent(root))
}

/// Returns for how long the threads of the descendants of `root` have waited for a processor so far, all together: they
/// could run, and did not (`/proc/PID/task/TID/schedstat`, sched-stats.rst). The threads of `root`, which may trace them, are
/// counted, too. `None` where the platform does not tell, and when none is left.
pub fn waited_for_processor(root: Pid) -> Option<Duration> {
    ask!(waited_for_processor(root))
}

/// Returns how many bytes of anonymous memory (heap, stacks; proc_pid_smaps(5)) all descendants of `root` use together;
/// `None` where the platform does not tell.
pub fn memory(root: Pid) -> Option<u64> {
    ask!(memory(root))
}

/// Returns whether a process has ended, or is about to: the kernel closes its descriptors before it is a zombie. `false` where
/// the platform does not tell.
pub fn is_exiting(pid: Pid) -> bool {
    ask!(is_exiting(pid))
}

/// Returns the descendants of `root` that have ended and that their parent, which lives, has not reaped. Children of
/// `root` itself do not count: it reaps them.
pub fn zombies(root: Pid) -> Vec<Pid> {
    ask!(zombies(root))
}

/// Returns whether a descendant of `root` that has not ended has `text` in one of its arguments.
pub fn runs(root: Pid, text: &str) -> bool {
    ask!(runs(root, text))
}

/// Returns the call in which a descendant of `root` waits until a connection brings something; `None` unless all
/// their threads sleep.
pub fn waits_to_read(root: Pid) -> Option<Call> {
    ask!(calls(root))?.into_iter().find(|call| call.reads_connection())
}

/// Returns the call in which the descendants of `root` wait for the socket with this inode: the one that reads it, else
/// one that waits for several files, else that of their only thread. `None` when several threads wait, each for
/// something else.
pub fn call_for(root: Pid, inode: u64) -> Option<Call> {
    ask!(call_for(root, inode))
}

/// Returns the calls in which the threads of the descendants of `root` sleep, each once; empty when one of them does not
/// sleep, and where the platform does not tell.
pub fn calls(root: Pid) -> Vec<Call> {
    let mut found: Vec<Call> = Vec::new();
    for call in ask!(calls(root)).unwrap_or_default() {
        if !found.contains(&call) {
            found.push(call);
        }
    }
    found
}

/// Returns whether at least one thread of the descendants of `root` sleeps in a call that waits for input or for a
/// connection.
pub fn one_waits(root: Pid) -> bool {
    ask!(one_waits(root))
}

/// Returns how many threads of the descendants of `root` sleep in `accept`. On Linux each of them has reserved the descriptor
/// of its next client already. 0 where the platform does not tell.
pub fn accepting(root: Pid) -> usize {
    ask!(accepting(root))
}

/// Returns whether a thread of the descendants of `root` waits in recv(2) with a buffer of length 0: when something comes,
/// the call returns 0, as at the end of the stream. Always `false` where the platform does not tell.
pub fn one_reads_into_nothing(root: Pid) -> bool {
    ask!(one_reads_into_nothing(root))
}

/// Returns whether a thread of the descendants of `root` sleeps in a call that writes: it waits for room. `false` where
/// the platform does not tell.
pub fn one_writes(root: Pid) -> bool {
    ask!(one_writes(root))
}

/// Returns whether a thread of a child of `root` waits for room on its standard output or standard error. What that child
/// itself has started may print into other pipes. `false` where the platform does not tell.
pub fn one_prints(root: Pid) -> bool {
    ask!(one_prints(root))
}

/// Returns after which times the threads of the descendants of `root` will stop sleeping although nothing has come: the
/// finite time limits of the calls in which they sleep, as arguments (poll(2), nanosleep(2)) or as options of the socket
/// (SO_RCVTIMEO, SO_SNDTIMEO in socket(7)). Such a limit is a hint only: programs that look again and again have them,
/// too. Empty where the platform does not tell.
pub fn time_limits(root: Pid) -> Vec<Duration> {
    ask!(time_limits(root))
}

/// Returns whether every thread of the descendants of `root` sleeps in a call without a time limit, and no timer of theirs
/// runs: only another process can wake them. `false` where the platform does not tell, and when none is left.
pub fn sleep_for_good(root: Pid) -> bool {
    ask!(sleep_for_good(root))
}

/// Limits the address space of the descendants of `root` to `more` bytes above what each has now (RLIMIT_AS, see
/// getrlimit(2)). This does not disturb runtimes that reserve much address space at their start. Does nothing on
/// other systems than Linux.
pub fn limit_memory(root: Pid, more: u64) {
    ask!(limit_memory(root, more));
}

/// Returns how many file descriptors each descendant of `root` has open. Empty where the platform does not tell.
pub fn descriptors(root: Pid) -> HashMap<Pid, u64> {
    descendants(root).into_iter().map(|pid| (pid, ask!(descriptors(pid)).len() as u64)).collect()
}

/// Leaves each descendant of `root` only `spare` free file descriptors, until the returned value is dropped: lowers its
/// limit (RLIMIT_NOFILE, see getrlimit(2)) to its lowest free number and `spare` more. What is open stays open. `None` where
/// the platform cannot do it, and where a descendant sleeps in a `poll` of more entries than the limit: the kernel
/// would refuse its next one (poll(2)).
pub fn limit_descriptors(root: Pid, spare: u64) -> Option<FewDescriptors> {
    ask!(limit_descriptors(root, spare))
}

/// Stops the descendants of `root` (SIGSTOP), and waits until none of their threads runs; with `false` lets them go
/// on (SIGCONT). Does nothing on other systems than Linux.
pub fn pause(root: Pid, stop: bool) {
    ask!(pause(root, stop));
}
