//! The error of whoever hands in what cannot be judged.

use std::fmt;

/// Why a hand-in is not looked at: it wants what no hand-in may. It is the student's to mend, and no error of the runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
