//! How a program starts clean on Unix: with its three streams and no other open file of the runner, and with all signals at
//! their defaults.

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{self, SigHandler, SigSet, Signal};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// Keeps from the programs that this process starts what it has inherited itself beside the three streams: the open files of a
/// shell, the jobserver of cargo. What a program's children inherit then comes from the program itself.
pub fn close_at_exec() {
    for entry in std::fs::read_dir("/dev/fd").into_iter().flatten().flatten() {
        let number = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        if number > 2 {
            // The folder's own descriptor is in the list, too, and may be closed by now: then this fails, as it may.
            let _ = fcntl(Raw(number), FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
        }
    }
}

/// Sets all signals to their defaults. The runner may have been started by a program that ignores some, such as nohup(1). Only
/// async-signal-safe calls: it runs between fork and exec.
///
/// # Errors
/// When the mask cannot be set.
pub fn default_signals() -> io::Result<()> {
    SigSet::empty().thread_set_mask()?;
    for ignored in Signal::iterator() {
        // SAFETY: sets no handler of this process, only the default.
        let _ = unsafe { signal::signal(ignored, SigHandler::SigDfl) };
    }
    Ok(())
}

struct Raw(i32);

impl AsFd for Raw {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: used for one call of fcntl only, which fails when the descriptor is closed.
        unsafe { BorrowedFd::borrow_raw(self.0) }
    }
}
