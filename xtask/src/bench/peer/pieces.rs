//! In how large pieces bytes came: what small ones cost is said, and is no verdict.

use super::Peer;
use std::time::{Duration, Instant};

/// Fewer bytes than this for each segment of a long reply are small pieces. On loopback a segment holds up to 64 KiB.
const SMALL: u64 = 2048;

/// A count of segments, from a moment on.
pub struct Pieces {
    since: Instant,
    before: Option<u32>,
}

impl Peer {
    /// Begins to count the segments that come.
    pub fn count_pieces(&self) -> Pieces {
        Pieces { since: Instant::now(), before: self.segments() }
    }

    /// Returns a note for the report when the last `size` bytes, which `what` names, came in small pieces; `None` when
    /// they did not, or where the kernel does not tell.
    pub fn came_in_small_pieces(&self, what: &str, size: u64, pieces: &Pieces) -> Option<String> {
        let count = self.segments()?.saturating_sub(pieces.before?).max(1);
        if size >= SMALL * u64::from(count) {
            return None;
        }
        let took: Duration = pieces.since.elapsed();
        Some(format!(
            "right, but slow: {what} of {size} bytes came in {count} segments, and took {} ms on this machine, measured \
             now; write larger pieces",
            took.as_millis()
        ))
    }
}
