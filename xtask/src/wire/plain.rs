//! `plain`: passes on what comes when it comes.

use super::lane::{Came, End, Lane};

pub(super) fn carry(lane: &mut Lane<'_>, taken_first: bool) -> End {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match lane.take(&mut buffer, None) {
            Came::Bytes(n) => {
                if let Err(end) = lane.pass(&buffer[..n]) {
                    return end;
                }
                if taken_first {
                    lane.drain();
                }
            }
            Came::Nothing => {}
            Came::End(end) => return end,
        }
    }
}
