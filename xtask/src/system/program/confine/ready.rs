//! A [`Confinement`], ready to be applied between fork and exec.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::calls;
use super::{Confinement, kernel, limits, needs, ruleset::Ruleset};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use crate::system::filter::Filter;
use nix::errno::Errno;
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
            filter: kernel().calls.then(calls::filter),
        }))
    }

    /// Applies it to this process and all that it starts, for good. Only async-signal-safe calls.
    ///
    /// # Errors
    /// When the kernel refuses what it has.
    pub fn apply(&self) -> io::Result<()> {
        self.0.limits.set();
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

/// Tries to read a file.
fn reading(file: &Path) -> Result<(), Errno> {
    match needs::open(file) {
        Ok(_) => Ok(()),
        Err(error) => Err(Errno::from_raw(error.raw_os_error().unwrap_or(0))),
    }
}
