//! The picture of a run: each datagram, what became of it, and which reply the client took.

use super::record::Passage;
use crate::wire::kind::Fate;
use crate::wire::record::Direction;
use std::time::Duration;

/// One datagram in the picture.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// When it was sent: time since the start of the wire, or of the check. On Linux by the kernel's time stamp.
    pub at: Duration,
    /// Its flow, from 1.
    pub flow: usize,
    /// Its direction.
    pub direction: Direction,
    /// The number that its first four bytes are (`u32`, big-endian); `None` when it is shorter.
    pub number: Option<u32>,
    /// How many bytes it carries.
    pub len: usize,
    /// What the wire, or the runner in its place, did with it.
    pub fate: Fate,
    /// When it was passed on: never, once or twice.
    pub passed: Vec<Duration>,
    /// The client took it as the reply that it waited for.
    pub taken: bool,
}

impl Crossing {
    /// Returns what passed a wire.
    pub fn of(passage: &Passage) -> Self {
        Self {
            at: passage.came,
            flow: passage.flow,
            direction: passage.direction,
            number: number_of(&passage.bytes),
            len: passage.len,
            fate: passage.fate,
            passed: passage.passed.clone(),
            taken: false,
        }
    }
}

/// Returns the number at the start of a datagram.
pub fn number_of(datagram: &[u8]) -> Option<u32> {
    datagram.first_chunk().map(|number| u32::from_be_bytes(*number))
}

/// Marks the replies that the client took, in a check that passed: there it printed the reply to each request, and nothing
/// else in its place. It asks one line at a time: when it asks the next one, or ends well, it has taken the first reply with
/// the number that it asked for, from where it asked.
pub fn mark_taken(crossings: &mut [Crossing], ended_well: bool) {
    let requests = crossings.iter().filter(|one| one.direction == Direction::ClientToServer);
    let asks: Vec<(u32, Duration)> = requests.clone().filter_map(|one| Some((one.number?, one.at))).collect();
    let flows: Vec<(Option<u32>, usize)> = requests.map(|one| (one.number, one.flow)).collect();
    let mut asked = Vec::new();
    for (number, _) in &asks {
        if !asked.contains(number) {
            asked.push(*number);
        }
    }
    for (n, number) in asked.iter().enumerate() {
        let first = |wanted: u32| asks.iter().find(|(number, _)| *number == wanted).map(|(_, at)| *at);
        let next = asked.get(n + 1).and_then(|next| first(*next));
        if next.is_none() && !ended_well {
            continue;
        }
        let (from, until) = (first(*number).unwrap_or_default(), next.unwrap_or(Duration::MAX));
        let reply = crossings
            .iter_mut()
            .filter(|one| one.direction == Direction::ServerToClient && one.number == Some(*number))
            .filter(|one| flows.contains(&(one.number, one.flow)))
            .filter_map(|one| Some((*one.passed.first()?, one)))
            .filter(|(passed, _)| (from..=until).contains(passed))
            .min_by_key(|(passed, _)| *passed);
        if let Some((_, reply)) = reply {
            reply.taken = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{ClientToServer, ServerToClient};

    fn one(at: u64, direction: Direction, number: u32, passed: &[u64]) -> Crossing {
        Crossing {
            at: Duration::from_millis(at),
            flow: 1,
            direction,
            number: Some(number),
            len: 9,
            fate: Fate::Pass,
            passed: passed.iter().map(|at| Duration::from_millis(*at)).collect(),
            taken: false,
        }
    }

    #[test]
    fn the_client_takes_the_first_reply_that_reaches_it() {
        let mut all = [
            one(0, ClientToServer, 1, &[0]),
            one(1, ServerToClient, 1, &[]), // Lost.
            one(200, ClientToServer, 1, &[200]),
            one(201, ServerToClient, 1, &[201]),
            one(202, ClientToServer, 2, &[202]),
            one(203, ServerToClient, 1, &[203]), // An old one.
            one(204, ServerToClient, 2, &[204]),
        ];
        let taken = |all: &[Crossing]| (0..7).filter(|n| all[*n].taken).collect::<Vec<_>>();
        mark_taken(&mut all, false);
        assert_eq!(taken(&all), [3]);
        mark_taken(&mut all, true);
        assert_eq!(taken(&all), [3, 6]);
    }

    #[test]
    fn a_reply_from_elsewhere_is_not_taken() {
        let mut all = [
            one(0, ClientToServer, 1, &[0]),
            Crossing { flow: 2, ..one(1, ServerToClient, 1, &[1]) },
            one(2, ServerToClient, 1, &[2]),
        ];
        mark_taken(&mut all, true);
        assert_eq!(all.map(|one| one.taken), [false, false, true]);
    }
}
