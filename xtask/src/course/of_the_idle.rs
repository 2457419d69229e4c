//! Which checks a program passes that does nothing: it sleeps, or ends at once. They want that something does not happen.
//! Whoever passes no other has earned nothing.
//!
//! The test `starters` lets such programs be judged in two lessons, and holds this table there.

use crate::finding::Half;
use crate::finding::Half::{Client, Server};

/// The checks, of whatever lesson, on whatever wire.
const PASSES: &[(&str, Half)] = &[
    // filled below
];

/// Returns whether an idle program passes a check of this id and half.
pub fn idle_passes(id: &str, half: Half) -> bool {
    PASSES.contains(&(id, half))
}
