//! The requests of ptrace(2) that are needed here, and the wait for a stop.

use crate::system::processes::Pid;
use nix::errno::Errno;
use std::mem::size_of;

/// The stop of a seized thread that is none of the others: a stop by a signal, or the first of a new thread (ptrace(2)).
pub const EVENT_STOP: libc::c_int = 128;
/// PTRACE_GET_SYSCALL_INFO (Linux 5.3), which not every libc has.
const GET_SYSCALL_INFO: libc::c_int = 0x420e;

/// How a thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until the next event.
    Event,
    /// Until the call in which it is returns.
    Return,
}

/// What a stopped thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// It enters a call.
    Entry(Entry),
    /// A call has returned this; a negative number is an error's.
    Return(i64),
    /// None of both.
    Nothing,
}

/// A call at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: libc::c_long,
    /// Its arguments.
    pub args: [u64; 6],
    /// Where the program stands, so that the same call can be known again.
    place: [u64; 2],
}

fn request(kind: libc::c_int, tid: Pid, address: usize, data: usize) -> Result<libc::c_long, Errno> {
    // SAFETY: the requests below that write do so to `data`, which then is a place of the size that the request needs.
    Errno::result(unsafe { libc::ptrace(kind as _, tid as libc::pid_t, address, data) })
}

/// Begins to trace a process, its threads and its children to come, without stopping it. They die with the tracer.
///
/// # Errors
/// EPERM when the system does not permit it.
pub fn seize(pid: Pid) -> Result<(), Errno> {
    let options = libc::PTRACE_O_EXITKILL
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACEEXEC
        | libc::PTRACE_O_TRACESECCOMP
        | libc::PTRACE_O_TRACESYSGOOD;
    request(libc::PTRACE_SEIZE as libc::c_int, pid, 0, options as usize).map(drop)
}

/// Lets a stopped thread go on, with this signal unless it is 0. A thread that was killed is no error.
pub fn go_on(tid: Pid, until: Until, signal: libc::c_int) {
    let kind = match until {
        Until::Event => libc::PTRACE_CONT,
        Until::Return => libc::PTRACE_SYSCALL,
    };
    let _ = request(kind as libc::c_int, tid, 0, signal as usize);
}

/// Lets a thread that a signal has stopped rest until SIGCONT.
pub fn listen(tid: Pid) {
    let _ = request(libc::PTRACE_LISTEN as libc::c_int, tid, 0, 0);
}

/// Returns the number that belongs to an event: the new process or thread, for instance.
pub fn message(tid: Pid) -> Option<Pid> {
    let mut message: libc::c_ulong = 0;
    request(libc::PTRACE_GETEVENTMSG as libc::c_int, tid, 0, (&raw mut message) as usize).ok()?;
    Some(message as Pid)
}

/// Returns what a stopped thread is doing.
///
/// # Errors
/// EIO when the kernel is older than Linux 5.3; ESRCH when the thread was killed.
pub fn at(tid: Pid) -> Result<At, Errno> {
    // struct ptrace_syscall_info in words of 8 bytes: the kind of stop in the first byte; the instruction and the stack
    // pointer; then a call's number and arguments, or its result.
    let mut words = [0_u64; 12];
    request(GET_SYSCALL_INFO, tid, size_of::<[u64; 12]>(), words.as_mut_ptr() as usize)?;
    let args = [words[4], words[5], words[6], words[7], words[8], words[9]];
    Ok(match words[0].to_ne_bytes()[0] {
        1 | 3 => At::Entry(Entry { number: words[3] as libc::c_long, args, place: [words[1], words[2]] }),
        2 => At::Return(words[3] as i64),
        _ => At::Nothing,
    })
}

/// Waits for the next thread that stops or ends; returns its number and its status, as waitpid(2) does.
///
/// # Errors
/// ECHILD when there is none.
pub fn wait() -> Result<(Pid, libc::c_int), Errno> {
    loop {
        let mut status = 0;
        // SAFETY: the call writes one `int`.
        match Errno::result(unsafe { libc::waitpid(-1, &mut status, libc::__WALL) }) {
            Ok(tid) => return Ok((tid as Pid, status)),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}
