//! A start that containment refused.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

/// The error of [`Program::start`](crate::system::program::Program::start) where a program could run if it were not confined.
/// `error.downcast_ref::<Refused>()` finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The file or folder that the program needs, and may not read.
    pub what: PathBuf,
}

impl Refused {
    /// Returns the folder to grant, so that the program may read the file: no larger one than it needs.
    pub fn folder(&self) -> PathBuf {
        match self.what.is_dir() {
            true => self.what.clone(),
            false => self.what.parent().unwrap_or(&self.what).to_path_buf(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is outside of what programs may read", self.what.display())
    }
}

impl Error for Refused {}
