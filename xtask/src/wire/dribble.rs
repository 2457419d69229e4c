//! `dribble`: passes on one byte, and the next only when the reader has taken it.

use super::lane::{Came, End, Lane};

/// After this many single bytes the pieces grow to this size: otherwise a large body would take minutes.
const ENOUGH: usize = 4 * 1024;

pub(super) fn carry(lane: &mut Lane<'_>) -> End {
    let mut buffer = vec![0; ENOUGH];
    loop {
        let n = match lane.take(&mut buffer, None) {
            Came::Bytes(n) => n,
            Came::Nothing => continue,
            Came::End(end) => return end,
        };
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            let size = if lane.sent() < ENOUGH as u64 { 1 } else { rest.len() };
            if let Err(end) = lane.pass(&rest[..size]) {
                return end;
            }
            lane.drain();
            rest = &rest[size..];
        }
    }
}
