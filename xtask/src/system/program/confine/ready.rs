//! A [`Confinement`], ready to be applied between fork and exec.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::calls;
use super::{Confinement, Holds, limits, needs::open, root, ruleset::Ruleset};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use crate::system::filter::Filter;
use crate::system::folder::Folder;
use nix::errno::Errno;
use socket2::{Domain, Socket, Type};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

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
            filter: super::kernel().calls.then(calls::filter),
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
    fn hold(&self) -> io::Result<()> {
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

/// Tries, in a thread that ends, whether a confined program is held to what the kernel says it holds.
///
/// # Errors
/// What it may do all the same.
pub fn try_here(said: Holds) -> Result<(), String> {
    let folder = Folder::new().map_err(|error| format!("could not be tried ({error:#})"))?;
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "").map_err(|error| format!("could not be tried ({error})"))?;
    let ready = Ready::new(&Confinement::default(), Vec::new());
    let confined = move || {
        ready.hold().map_err(|error| format!("could not be confined ({error})"))?;
        if said.landlock.is_some() && open(&secret).is_ok() {
            return Err("may read other files".to_string());
        }
        let netlink = Socket::new(Domain::from(libc::AF_NETLINK), Type::RAW, None);
        let refused = netlink.is_err_and(|error| error.raw_os_error() == Some(libc::EAFNOSUPPORT));
        if said.calls && !refused {
            return Err("may make other kinds of sockets".to_string());
        }
        Ok(())
    };
    thread::spawn(confined).join().unwrap_or_else(|_| Err("could not be tried".into()))
}
