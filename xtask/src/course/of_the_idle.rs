//! Which checks a program passes that does nothing: it sleeps, or ends at once with an error. They want that something does
//! not happen. Whoever passes no other has earned nothing.
//!
//! Measured with such programs in all lessons; the test `starters` lets them be judged in two, and holds this table there.

use crate::finding::Half;
use crate::finding::Half::{Client, Server};

/// The checks, of whatever lesson, on whatever wire.
const PASSES: &[(&str, Half)] = &[
    ("leaves-a-datagram-socket", Server),
    ("leaves-a-file", Server),
    ("leaves-a-folder", Server),
    ("leaves-a-link", Server),
    ("loopback-only", Server),
    ("no-folder", Server),
    ("refuses-a-long-path", Server),
    ("refuses-an-empty-path", Server),
    ("says-why-it-cannot-bind", Server),
    ("calls-no-other", Client),
    ("calls-nobody-else", Client),
    ("line-no-text", Client),
    ("nobody-at-path", Client),
    ("nobody-listens", Client),
    ("nobody-there", Client),
    ("output-fails", Client),
    ("refuses-a-bad-path", Client),
    ("refuses-bad-names", Client),
];

/// Returns whether an idle program passes a check of this id and half.
pub fn idle_passes(id: &str, half: Half) -> bool {
    PASSES.contains(&(id, half))
}
