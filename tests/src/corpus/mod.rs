//! The corpus: programs that are known right and known wrong, and what the runner says of them.
//!
//! A program is one file of `tests/src/bin/programs`; its name and its first lines say what there is to know of it.

mod checks;
mod head;
mod judge;
mod programs;

pub use checks::Check;
pub use head::{Head, Kill, Right};
pub use judge::{Judge, Trial, Verdict};
pub use programs::{Corpus, Half, Program, lessons};
