//! A [`Confinement`], ready to be applied between fork and exec.

use super::{Confinement, limits, root, ruleset::Ruleset};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::{calls, holds::kernel};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use crate::system::filter::Filter;
use crate::system::program::shebang::open;
use nix::errno::Errno;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;

/// What this kernel has for a confinement, and the files that a program needs for its start.
#[derive(Clone)]
pub struct Ready(Arc<Parts>);

struct Parts {
    rules: Option<Ruleset>,
    limits: limits::Ready,
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    filter: Option<Filter>,
    needs: Vec<CString>,
}

/// The numbers of errors from here on say which of the needed files is refused. The kernel has none that high.
const REFUSED: i32 = 1 << 20;

impl Ready {
    /// Makes it. What this process itself may not read of the files is not asked for.
    pub fn new(confinement: &Confinement, needs: Vec<PathBuf>) -> Self {
        let readable = needs.into_iter().filter(|file| open(file).is_ok());
        Self(Arc::new(Parts {
            rules: Ruleset::new(confinement),
            limits: limits::Ready::new(confinement.limits),
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            filter: kernel().calls.then(calls::filter),
            needs: readable.filter_map(|file| CString::new(file.into_os_string().into_vec()).ok()).collect(),
        }))
    }

    /// Applies it to this process and all that it starts, for good, and asks the kernel for the needed files. Only
    /// async-signal-safe calls.
    ///
    /// # Errors
    /// When the kernel refuses what it has, or a needed file: see [`Ready::refused`].
    pub fn apply(&self) -> io::Result<()> {
        self.0.limits.set();
        root::give_up();
        self.hold()?;
        for (number, file) in (0..).zip(&self.0.needs) {
            // SAFETY: the kernel reads a text that ends with a zero.
            let opened =
                unsafe { libc::open(file.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK) };
            if opened >= 0 {
                // SAFETY: the kernel has just made this descriptor; nothing else owns it.
                drop(unsafe { OwnedFd::from_raw_fd(opened) });
            } else if Errno::last() == Errno::EACCES {
                return Err(io::Error::from_raw_os_error(REFUSED + number));
            }
        }
        Ok(())
    }

    /// Returns the file that an error of [`Ready::apply`] is about.
    pub fn refused(&self, error: &io::Error) -> Option<PathBuf> {
        let number = error.raw_os_error()?.checked_sub(REFUSED)?;
        let file = self.0.needs.get(usize::try_from(number).ok()?)?;
        Some(OsStr::from_bytes(file.to_bytes()).into())
    }

    /// Holds this thread, and what it starts, to the rules and the filter.
    ///
    /// # Errors
    /// When the kernel refuses what it has.
    pub(super) fn hold(&self) -> io::Result<()> {
        if let Some(rules) = &self.0.rules {
            rules.apply()?;
        }
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        if let Some(filter) = &self.0.filter {
            filter.install()?;
        }
        Ok(())
    }
}
