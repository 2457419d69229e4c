//! Two byte strings side by side, around the first byte that differs.

use super::words::WINDOW;

/// Bytes around the first wrong one.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Offset of the first wrong byte, from 0.
    pub offset: usize,
    /// Offset at which both windows start.
    pub start: usize,
    /// The expected bytes from `start` on, at most [`WINDOW`].
    pub expected: Vec<u8>,
    /// What came from `start` on, at most [`WINDOW`].
    pub got: Vec<u8>,
    /// Length of all that was expected.
    pub expected_len: usize,
    /// Length of all that came.
    pub got_len: usize,
}

impl Comparison {
    /// Returns the bytes around the first difference; `None` when both are the same.
    pub fn of(expected: &[u8], got: &[u8]) -> Option<Self> {
        if expected == got {
            return None;
        }
        let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
        let start = same.saturating_sub(8) / 8 * 8;
        let window = |bytes: &[u8]| bytes[start.min(bytes.len())..bytes.len().min(start + WINDOW)].to_vec();
        Some(Self {
            offset: same,
            start,
            expected: window(expected),
            got: window(got),
            expected_len: expected.len(),
            got_len: got.len(),
        })
    }
}
