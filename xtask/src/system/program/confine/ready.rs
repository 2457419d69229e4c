//! A [`Confinement`], ready to be applied between fork and exec.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::calls;
use super::{Confinement, Holds, limits, needs, root, ruleset::Ruleset};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use crate::system::filter::Filter;
use crate::system::folder::Folder;
use nix::errno::Errno;
use socket2::{Domain, Socket, Type};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

/// What this kernel has for a confinement.
#[derive(Clone)]
pub struct Ready(Arc<Parts>);

struct Parts {
    rules: Option<Ruleset>,
    limits: limits::Ready,
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    filter: Option<Filter>,
}

impl Ready {
    /// Makes it.
    pub fn new(confinement: &Confinement) -> Self {
        Self(Arc::new(Parts {
            rules: Ruleset::new(confinement),
            limits: limits::Ready::new(confinement.limits),
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            filter: super::kernel().calls.then(calls::filter),
        }))
    }

    /// Applies it to this process and all that it starts, for good. Only async-signal-safe calls.
    ///
    /// # Errors
    /// When the kernel refuses what it has.
    pub fn apply(&self) -> io::Result<()> {
        self.0.limits.set();
        root::give_up();
        self.hold()
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

    /// Returns the first of these files that this process may read, and a confined one may not. The kernel says so, to a
    /// thread that is confined and ends.
    pub fn refuses(&self, files: &[PathBuf]) -> Option<PathBuf> {
        self.0.rules.as_ref()?;
        let (confined, asked) = (self.clone(), files.to_vec());
        let readable = move |file: &&PathBuf| reading(file).is_ok();
        let files: Vec<PathBuf> = asked.iter().filter(readable).cloned().collect();
        let ask = move || {
            confined.0.rules.as_ref()?.apply().ok()?;
            files.into_iter().find(|file| reading(file) == Err(Errno::EACCES))
        };
        thread::spawn(ask).join().ok().flatten()
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
    let ready = Ready::new(&Confinement::default());
    let confined = move || {
        ready.hold().map_err(|error| format!("could not be confined ({error})"))?;
        if said.landlock.is_some() && reading(&secret) != Err(Errno::EACCES) {
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

/// Tries to read a file.
fn reading(file: &Path) -> Result<(), Errno> {
    match needs::open(file) {
        Ok(_) => Ok(()),
        Err(error) => Err(Errno::from_raw(error.raw_os_error().unwrap_or(0))),
    }
}
