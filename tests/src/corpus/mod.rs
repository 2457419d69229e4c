//! The corpus: programs that are known right and known wrong, and what the runner says of them.
//!
//! Each program is one file in `tests/src/bin/programs`. Its name and its first lines say everything about it.

mod checks;
mod head;
mod judge;
mod programs;

pub use checks::{Check, place};
pub use head::{Head, Kill, Right, Wrong};
pub use judge::{Judge, SIDE_BY_SIDE, Trial, Verdict};
pub use programs::{Corpus, Half, Program, lessons};
