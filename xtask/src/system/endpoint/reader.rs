//! Whether the `recv` that took the last byte of a Unix connection is over.
//!
//! The kernel frees what a reader takes before its `recv` returns: SIOCOUTQ is 0 then, and what is sent at that moment
//! still gets into the same `recv`. A `recv` holds a lock of its socket (`iolock` in net/unix/af_unix.c) until it returns
//! or sleeps. So the runner takes that lock once: it copies the reader's descriptor (pidfd_getfd(2)), calls `recv` on it
//! without waiting, and closes the copy. The queue is empty, so nothing is taken.

use crate::system::processes;
use crate::system::sockets::unix;
use socket2::Socket;
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, PoisonError};

/// How often the reader's descriptor is looked for, until the runner gives up: the kernel may forbid it.
const TRIES: u32 = 3;

/// The descriptor of the other end of a Unix connection, once it is found.
#[derive(Default)]
pub struct Reader {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    place: Option<Place>,
    misses: u32,
}

/// A descriptor of another process.
struct Place {
    process: OwnedFd,
    number: RawFd,
    inode: u64,
}

impl Reader {
    /// Waits until no `recv` of the other end runs; all that was sent must be taken. `own` is the inode of `socket`, this
    /// end. Does nothing where the kernel does not let the runner look.
    pub fn wait_recv_over(&self, socket: &Socket, own: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { place, misses } = &mut *known;
        if place.as_ref().and_then(Place::wait).is_some() || *misses >= TRIES {
            return;
        }
        *place = find(socket, own);
        if place.as_ref().and_then(Place::wait).is_none() {
            *misses += 1;
        }
    }
}

/// Finds who holds the other end: the process that connected or listened, or one that it has started.
fn find(socket: &Socket, own: u64) -> Option<Place> {
    let inode = unix::of(own).ok()??.peer;
    let target = format!("socket:[{inode}]");
    let first = other_process(socket)?;
    [first].into_iter().chain(processes::descendants(first)).find_map(|pid| {
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
        let is_it = |entry: &fs::DirEntry| {
            fs::read_link(entry.path()).is_ok_and(|link| link.to_str() == Some(&target))
        };
        let entry = entries.flatten().find(is_it)?;
        let number = entry.file_name().to_str()?.parse().ok()?;
        // SAFETY: pidfd_open takes two numbers, and returns a new descriptor, which nothing else owns.
        let process = unsafe { owned(libc::syscall(libc::SYS_pidfd_open, pid, 0)) }?;
        Some(Place { process, number, inode })
    })
}

/// Returns the process at the other end, as it was when it connected or listened (SO_PEERCRED, unix(7)).
fn other_process(socket: &Socket) -> Option<processes::Pid> {
    let mut credentials = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut size = size_of_val(&credentials) as libc::socklen_t;
    // SAFETY: the kernel writes at most `size` bytes into `credentials`.
    let done = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            std::ptr::from_mut(&mut credentials).cast(),
            &mut size,
        )
    };
    processes::Pid::try_from(credentials.pid).ok().filter(|pid| done == 0 && *pid > 0)
}

impl Place {
    /// Waits until no `recv` runs there; `None` when the descriptor is no longer this socket.
    fn wait(&self) -> Option<()> {
        // SAFETY: pidfd_getfd takes three numbers, and returns a new descriptor, which nothing else owns.
        let copy =
            unsafe { owned(libc::syscall(libc::SYS_pidfd_getfd, self.process.as_raw_fd(), self.number, 0)) }?;
        let found = nix::sys::stat::fstat(&copy).ok()?;
        if found.st_ino != self.inode {
            return None;
        }
        // SAFETY: a buffer of length 0 is not written to.
        unsafe {
            libc::recv(
                copy.as_raw_fd(),
                std::ptr::NonNull::<u8>::dangling().as_ptr().cast(),
                0,
                libc::MSG_DONTWAIT,
            )
        };
        Some(())
    }
}

/// Takes over a descriptor that a call returned; `None` when the call failed.
///
/// # Safety
/// Nothing else may own the descriptor.
unsafe fn owned(returned: libc::c_long) -> Option<OwnedFd> {
    let number = RawFd::try_from(returned).ok().filter(|number| *number >= 0)?;
    // SAFETY: the caller says so.
    Some(unsafe { OwnedFd::from_raw_fd(number) })
}
