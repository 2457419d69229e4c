//! `slice`: cuts each turn of two or more bytes at least once, at places that the seed decides, and passes each piece
//! on when the one before is taken.
//!
//! Where the turns are known, a piece waits until all its bytes have come, so that the cuts do not depend on how the
//! bytes came. Where they are not known, it cuts what each `read` brings.

use super::lane::{Came, End, Lane};
use super::record::Direction;
use crate::system::patience::Patience;
use std::time::Duration;

/// The greatest length of a piece, in bytes.
const MOST: usize = 64 * 1024;

/// Returns the lengths of the pieces into which a turn of `len` bytes is cut.
pub(super) fn pieces(rng: &mut fastrand::Rng, len: usize) -> Vec<usize> {
    let cuts = if len < 2 { 0 } else { rng.usize(1..=3.min(len - 1)) };
    let mut places = vec![0, len];
    while places.len() < cuts + 2 {
        let place = rng.usize(1..len);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.extend((1..len).filter(|place| place % MOST == 0));
    places.sort_unstable();
    places.dedup();
    places.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Returns the random numbers of one lane: the same for the same seed, connection and direction.
pub(super) fn rng(seed: u64, connection: usize, direction: Direction) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003) ^ ((connection as u64) << 1) ^ direction as u64)
}

pub(super) fn carry(lane: &mut Lane<'_>, turns: &[usize], seed: u64, deadline: Duration) -> End {
    let mut rng = rng(seed, lane.connection(), lane.direction());
    let mut buffer = vec![0; MOST];
    for turn in turns.iter().filter(|turn| **turn > 0) {
        for piece in pieces(&mut rng, *turn) {
            let mut held = 0;
            let mut since: Option<Patience> = None;
            while held < piece {
                match lane.take(&mut buffer[held..piece], since.as_ref()) {
                    Came::Bytes(n) => {
                        held += n;
                        since.get_or_insert_with(|| lane.patience(deadline));
                    }
                    Came::Nothing => {
                        // The turn is shorter than announced. The missing bytes may still come, as their own piece.
                        lane.mark_wait();
                        break;
                    }
                    Came::End(End::Fin) if held > 0 => {
                        return lane.pass(&buffer[..held]).err().unwrap_or(End::Fin);
                    }
                    Came::End(end) => return end,
                }
            }
            if let Err(end) = lane.pass(&buffer[..held]) {
                return end;
            }
            lane.drain();
        }
    }
    loop {
        let n = match lane.take(&mut buffer, None) {
            Came::Bytes(n) => n,
            Came::Nothing => continue,
            Came::End(end) => return end,
        };
        let mut from = 0;
        for piece in pieces(&mut rng, n) {
            if let Err(end) = lane.pass(&buffer[from..from + piece]) {
                return end;
            }
            lane.drain();
            from += piece;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_of_two_bytes_or_more_is_cut() {
        let mut rng = fastrand::Rng::with_seed(7);
        for len in (1..200).chain([5000, MOST, 3 * MOST + 1]) {
            let pieces = pieces(&mut rng, len);
            assert_eq!(pieces.iter().sum::<usize>(), len);
            assert!(pieces.len() >= 2 || len < 2, "{len} bytes were not cut");
            assert!(pieces.iter().all(|piece| (1..=MOST).contains(piece)));
        }
    }
}
