//! `glue`: holds what one side says in its turn, and passes it on in one write.
//!
//! A turn is complete when its byte count is reached, when the side ends, or when 64 KiB are held; never because of
//! silence. A turn that is still short at the deadline is passed on and marked as a wait.

use super::lane::{Came, End, Lane};
use crate::system::patience::Patience;
use std::time::Duration;

/// The most bytes that are held.
const MOST: usize = 64 * 1024;

pub(super) fn carry(lane: &mut Lane<'_>, turns: &[usize], deadline: Duration) -> End {
    let mut turns = turns.iter();
    let mut held: Vec<u8> = Vec::new();
    let mut buffer = vec![0; MOST];
    loop {
        // Without a count, only the end or the limit completes a turn.
        let whole = turns.next().copied().unwrap_or(MOST).max(1);
        let mut passed = 0;
        let mut since: Option<Patience> = None;
        while passed < whole {
            let missing = (whole - passed).min(MOST) - held.len();
            if missing == 0 {
                if let Err(end) = lane.pass(&held) {
                    return end;
                }
                passed += held.len();
                held.clear();
                since = None;
                continue;
            }
            match lane.take(&mut buffer[..missing], since.as_ref()) {
                Came::Bytes(n) => {
                    held.extend(&buffer[..n]);
                    since.get_or_insert_with(|| lane.patience(deadline));
                }
                Came::Nothing => {
                    lane.mark_wait();
                    if let Err(end) = lane.pass(&held) {
                        return end;
                    }
                    passed += held.len();
                    held.clear();
                    since = None;
                }
                Came::End(End::Fin) => {
                    return match held.is_empty() {
                        true => End::Fin,
                        false => lane.pass(&held).err().unwrap_or(End::Fin),
                    };
                }
                Came::End(end) => return end,
            }
        }
    }
}
