//! Descriptors that a keeper inherits.

use super::CONTROL_FD;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::unistd::dup2_raw;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

/// Puts this descriptor where the keeper looks for its control socket. Only async-signal-safe calls: it runs between fork
/// and exec.
///
/// # Errors
/// When descriptors have run out.
pub fn give_control(fd: i32) -> io::Result<()> {
    if fd == CONTROL_FD {
        return keep_over_exec(fd);
    }
    // SAFETY: this process is about to exec; nothing else owns the number 3 in it.
    let copy = unsafe { dup2_raw(BorrowedRaw(fd), CONTROL_FD)? };
    std::mem::forget(copy);
    Ok(())
}

/// Returns a copy of a descriptor that is not in the way of the control socket.
///
/// # Errors
/// When descriptors have run out.
pub fn above_control(fd: &impl AsFd) -> io::Result<OwnedFd> {
    let copy = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(CONTROL_FD + 1))?;
    // SAFETY: the kernel has just made this descriptor; nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Lets the keeper have this descriptor under the same number. Only async-signal-safe calls.
///
/// # Errors
/// When it is not open.
pub fn keep_over_exec(fd: i32) -> io::Result<()> {
    Ok(fcntl(BorrowedRaw(fd), FcntlArg::F_SETFD(FdFlag::empty())).map(drop)?)
}

/// A raw descriptor for calls that take an `AsFd`.
struct BorrowedRaw(i32);

impl AsFd for BorrowedRaw {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the descriptor is open: its owner lives until `spawn` has returned.
        unsafe { BorrowedFd::borrow_raw(self.0) }
    }
}
