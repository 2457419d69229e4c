//! `slow`: delivers everything a given time later.

use super::lane::{Came, End, Lane};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The most bytes under way: at this number the wire stops reading from the speaking side.
const MOST: usize = 4 << 20;

/// A `read` with a time limit ends up to this much too late (a tick of the kernel, see jiffies in time(7)); a sleep
/// is exact.
const COARSE: Duration = Duration::from_millis(5);

pub(super) fn carry(lane: &mut Lane<'_>, delay: Duration) -> End {
    let mut under_way: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 64 * 1024];
    let end = loop {
        let due = under_way.front().map(|(due, _)| *due);
        if let Some(due) = due
            && (bytes >= MOST || due <= Instant::now() + COARSE)
        {
            std::thread::sleep(due.saturating_duration_since(Instant::now())); // The delay itself.
            let Some((_, piece)) = under_way.pop_front() else { continue };
            bytes -= piece.len();
            if let Err(end) = lane.pass(&piece) {
                return end;
            }
            continue;
        }
        match lane.take_until(&mut buffer, due.map(|due| due - COARSE)) {
            Came::Bytes(n) => {
                bytes += n;
                under_way.push_back((Instant::now() + delay, buffer[..n].to_vec()));
            }
            Came::Nothing => {}
            Came::End(end) => break end,
        }
    };
    let ended = Instant::now() + delay;
    for (due, piece) in under_way {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if let Err(end) = lane.pass(&piece) {
            return end;
        }
    }
    std::thread::sleep(ended.saturating_duration_since(Instant::now()));
    end
}
