//! What happens to each datagram, in order.

use crate::wire::kind::{Datagram, Fate, Kind};
use crate::wire::record::Direction;

/// The fates of one direction of one flow.
pub(super) struct Fates {
    kind: Kind,
    direction: Direction,
    rng: fastrand::Rng,
    /// How many datagrams have come.
    came: u64,
    last: Fate,
}

impl Fates {
    pub(super) fn new(kind: Kind, seed: u64, direction: Direction) -> Self {
        // The number of the flow does not count: which of two clients comes first is luck.
        let rng = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003) ^ (direction as u64 + 1));
        Self { kind, direction, rng, came: 0, last: Fate::Pass }
    }

    /// Returns the fate of the next datagram.
    pub(super) fn next(&mut self) -> Fate {
        self.came += 1;
        self.last = match self.kind {
            Kind::Datagram(Datagram::One { fate, nth, direction }) => {
                if (nth, direction) == (self.came, self.direction) { fate } else { Fate::Pass }
            }
            Kind::Datagram(Datagram::Lossy) => self.lossy(),
            _ => Fate::Pass,
        };
        self.last
    }

    /// Of two datagrams running, at least one is passed on at once. So of five tries of a request at least two arrive
    /// at once, and of their replies at least one.
    fn lossy(&mut self) -> Fate {
        let drawn = self.rng.u8(..20);
        match drawn {
            0..=3 if self.passes(self.last) => Fate::Lose,
            4..=6 if self.passes(self.last) => Fate::Late,
            7..=9 => Fate::Double,
            _ => Fate::Pass,
        }
    }

    fn passes(&self, fate: Fate) -> bool {
        matches!(fate, Fate::Pass | Fate::Double)
    }
}

/// Returns the fates of the first `count` datagrams that go this way in each flow, on a wire of this kind and seed.
pub fn fates(kind: Kind, seed: u64, direction: Direction, count: usize) -> Vec<Fate> {
    let mut fates = Fates::new(kind, seed, direction);
    (0..count).map(|_| fates.next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOSSY: Kind = Kind::Datagram(Datagram::Lossy);

    #[test]
    fn one_datagram_meets_its_fate_and_all_others_pass() {
        let late: Kind = "late@3:c2s".parse().unwrap();
        let expected = [Fate::Pass, Fate::Pass, Fate::Late, Fate::Pass];
        assert_eq!(fates(late, 7, Direction::ClientToServer, 4), expected);
        assert_eq!(fates(late, 7, Direction::ServerToClient, 4), [Fate::Pass; 4]);
    }

    #[test]
    fn lossy_does_all_it_can_and_never_keeps_two_running_back() {
        for direction in [Direction::ClientToServer, Direction::ServerToClient] {
            for seed in 0..1000 {
                let all = fates(LOSSY, seed, direction, 200);
                assert_eq!(all, fates(LOSSY, seed, direction, 200));
                for fate in [Fate::Pass, Fate::Lose, Fate::Double, Fate::Late] {
                    assert!(all.contains(&fate), "seed {seed}: no {fate:?} among 200");
                }
                let kept = |fate: &Fate| matches!(fate, Fate::Lose | Fate::Late);
                assert!(!all.windows(2).any(|pair| pair.iter().all(kept)), "seed {seed}");
            }
        }
    }

    /// Whatever came before, of five tries at least one request and the reply to it are passed on at once.
    #[test]
    fn of_five_tries_one_is_answered() {
        for seed in 0..1000 {
            let requests = fates(LOSSY, seed, Direction::ClientToServer, 500);
            let mut replies = Fates::new(LOSSY, seed, Direction::ServerToClient);
            for tries in requests.chunks(5) {
                let arrive = |fate: &Fate| match fate {
                    Fate::Pass => 1,
                    Fate::Double => 2,
                    Fate::Lose | Fate::Late => 0,
                };
                let arrived: usize = tries.iter().map(arrive).sum();
                let answered = (0..arrived).filter(|_| arrive(&replies.next()) > 0).count();
                assert!(answered > 0, "seed {seed}");
            }
        }
    }
}
