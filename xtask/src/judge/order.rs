//! Which of a lesson's checks builds on which, and what follows when one fails: no more of it is run, or it is told apart.

use crate::course::Lesson;
use crate::finding::Half;
#[cfg(doc)]
use crate::promises::Check;
use crate::promises::{CheckOn, Pace};

/// How a check of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not been judged yet.
    Open,
    /// Nothing speaks against checks that build on it: it passed, was skipped, or broke as the lesson predicts.
    Held,
    /// It failed, or could not be judged.
    Broken,
    /// It failed because the program never came to its work, or reached a hole of the starter.
    Dead,
    /// It is not run, because one that it builds on failed.
    Waiting,
}

/// Whether a check can be run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// All that it builds on has held.
    Now,
    /// Something that it builds on is still to be judged.
    Later,
    /// Something that it builds on failed.
    Never,
}

/// The checks of one lesson in one run, by their place in it.
pub struct Order {
    bases: Vec<Vec<usize>>,
    depths: Vec<usize>,
    /// Whether each takes long, or builds on one that does.
    late: Vec<bool>,
    /// For each check, the one of its half without which nothing of that half works: the first one by depth and row.
    gates: Vec<Option<usize>>,
    /// The check with the conversation, which waits for nothing.
    opens: Option<usize>,
    halves: Vec<Half>,
    paces: Vec<Pace>,
}

impl Order {
    /// Returns how `checks`, some of this lesson's in its order, build on each other. Those that are left out count as
    /// held.
    pub fn of(lesson: &Lesson, checks: &[CheckOn]) -> Self {
        let all: Vec<CheckOn> = lesson.checks().collect();
        let place = |base: &CheckOn| all.iter().position(|check| check.is(base));
        let bases_of = |check: &CheckOn| lesson.bases(*check).iter().filter_map(place).collect();
        let all_bases: Vec<Vec<usize>> = all.iter().map(bases_of).collect();
        let all_depths = depths(&all_bases);
        let all_late = late(&all_bases, &all);
        let here: Vec<Option<usize>> =
            all.iter().map(|check| checks.iter().position(|wanted| wanted.is(check))).collect();
        let places: Vec<usize> = checks.iter().filter_map(place).collect();
        let bases = places.iter().map(|n| all_bases[*n].iter().filter_map(|base| here[*base]).collect());
        let order = Self::new(
            bases.collect(),
            places.iter().map(|n| all_depths[*n]).collect(),
            places.iter().map(|n| all_late[*n]).collect(),
            checks.iter().map(|check| check.half).collect(),
            checks.iter().position(|check| lesson.opens(*check)),
        );
        order.with_paces(checks.iter().map(|check| check.pace).collect())
    }

    /// Returns this order with the pace of each check.
    pub(super) fn with_paces(self, paces: Vec<Pace>) -> Self {
        Self { paces, ..self }
    }

    /// Makes an order of checks of the usual pace. Each list has a place for each check.
    pub(super) fn new(
        bases: Vec<Vec<usize>>,
        depths: Vec<usize>,
        late: Vec<bool>,
        halves: Vec<Half>,
        opens: Option<usize>,
    ) -> Self {
        let gate = |n: usize| {
            let of_half = (0..halves.len()).filter(|other| halves[*other] == halves[n]);
            let first = of_half.min_by_key(|other| (depths[*other], *other));
            first.filter(|first| *first != n && halves[n] != Half::Pair)
        };
        let gates = (0..halves.len()).map(gate).collect();
        let paces = vec![Pace::Usual; halves.len()];
        Self { bases, depths, late, gates, opens, halves, paces }
    }

    /// Returns how far a check is from one that builds on nothing.
    pub fn depth(&self, n: usize) -> usize {
        self.depths[n]
    }

    /// Returns whether a check takes long, or builds on one that does: see [`Check::is_late`].
    pub fn is_late(&self, n: usize) -> bool {
        self.late[n]
    }

    /// Returns when a check starts, beside others.
    pub fn pace(&self, n: usize) -> Pace {
        self.paces[n]
    }

    /// Returns at which place a failure of a check is told: the least first; of two that are equal, the first row. It is
    /// the depth, and behind all others stand the late ones, so that nobody waits for them to learn of another failure.
    pub fn rank(&self, n: usize) -> usize {
        let deepest = self.depths.iter().max().map_or(0, |depth| depth + 1);
        self.depths[n] + if self.late[n] { deepest } else { 0 }
    }

    /// Returns whether a check can be run now. On a gate that is dead, the whole half waits.
    pub fn turn(&self, n: usize, standing: &[Standing]) -> Turn {
        if self.opens == Some(n) {
            return Turn::Now;
        }
        let bases = self.bases[n].iter().map(|base| standing[*base]);
        let mut later = false;
        for base in bases {
            match base {
                Standing::Broken | Standing::Dead | Standing::Waiting => return Turn::Never,
                Standing::Open => later = true,
                Standing::Held => {}
            }
        }
        match self.gates[n].map(|gate| standing[gate]) {
            Some(Standing::Dead) => Turn::Never,
            Some(Standing::Open) => Turn::Later,
            _ if later => Turn::Later,
            _ => Turn::Now,
        }
    }

    /// Returns whether a check can start now: at its turn, and where it waits for the clock before that, when its half works
    /// at all.
    pub fn can_start(&self, n: usize, standing: &[Standing]) -> bool {
        match self.turn(n, standing) {
            Turn::Now => true,
            Turn::Never => false,
            Turn::Later => {
                let works = self.gates[n].is_none_or(|gate| standing[gate] == Standing::Held);
                self.paces[n] == Pace::Waits && works
            }
        }
    }

    /// Returns the failed check that a check which did not pass waits for: of all that it builds on, the one nearest to
    /// the root. A check of the pair waits for the half at fault first. `None` when it builds on nothing that failed.
    pub fn waits_for(&self, n: usize, standing: &[Standing], at_fault: Option<Half>) -> Option<usize> {
        if self.halves[n] == Half::Pair
            && let Some(of_half) = at_fault.and_then(|half| self.first_broken(half, standing))
        {
            return Some(of_half);
        }
        let mut roots = Vec::new();
        self.roots(n, standing, &mut vec![false; standing.len()], &mut roots);
        roots.into_iter().min_by_key(|root| (self.rank(*root), *root))
    }

    /// Returns the failed check of this half that is nearest to the root.
    pub fn first_broken(&self, half: Half, standing: &[Standing]) -> Option<usize> {
        let broken = |n: &usize| matches!(standing[*n], Standing::Broken | Standing::Dead);
        let of_half = (0..standing.len()).filter(|n| self.halves[*n] == half);
        of_half.filter(broken).min_by_key(|n| (self.rank(*n), *n))
    }

    /// Collects the failed checks below this one that wait for no other.
    fn roots(&self, n: usize, standing: &[Standing], seen: &mut Vec<bool>, roots: &mut Vec<usize>) {
        let gate = self.gates[n].filter(|gate| standing[*gate] == Standing::Dead);
        for base in self.bases[n].iter().copied().chain(gate) {
            if std::mem::replace(&mut seen[base], true) {
                continue;
            }
            match standing[base] {
                Standing::Broken | Standing::Dead => {
                    let before = roots.len();
                    self.roots(base, standing, seen, roots);
                    // What it builds on may have been seen on another way: then those roots are there already.
                    if roots.len() == before {
                        roots.push(base);
                    }
                }
                // On the screen, what builds on a failed check is not run, so what builds on that waits, too.
                Standing::Waiting | Standing::Held => self.roots(base, standing, seen, roots),
                Standing::Open => {}
            }
        }
    }
}

/// Returns how far each check is from one that builds on nothing. There are no circles: a test of the course sees to it.
fn depths(bases: &[Vec<usize>]) -> Vec<usize> {
    let mut depths = vec![0; bases.len()];
    for _ in 0..bases.len() {
        for n in 0..bases.len() {
            depths[n] = bases[n].iter().map(|base| depths[*base] + 1).max().unwrap_or(0);
        }
    }
    depths
}

/// Returns which of these checks take long, or build on one that does.
fn late(bases: &[Vec<usize>], checks: &[CheckOn]) -> Vec<bool> {
    let mut late: Vec<bool> = checks.iter().map(|check| check.is_late()).collect();
    for _ in 0..bases.len() {
        for n in 0..bases.len() {
            late[n] |= bases[n].iter().any(|base| late[*base]);
        }
    }
    late
}

#[cfg(test)]
mod tests {
    use super::Standing::{Broken, Dead, Held, Open, Waiting};
    use super::*;
    use crate::course::LESSONS;

    /// Four of a server (1 and 2 build on 0, 3 on 2), two of a client, and the pair's, which comes first.
    fn order() -> Order {
        let bases = vec![vec![1, 2, 3, 4, 5, 6], vec![], vec![1], vec![1], vec![3], vec![], vec![5]];
        let halves = [vec![Half::Pair], vec![Half::Server; 4], vec![Half::Client; 2]].concat();
        Order::new(bases.clone(), depths(&bases), vec![false; 7], halves, Some(0))
    }

    fn turns(order: &Order, standing: &[Standing]) -> Vec<Turn> {
        (0..standing.len()).map(|n| order.turn(n, standing)).collect()
    }

    #[test]
    fn a_check_runs_when_all_that_it_builds_on_has_held() {
        use Turn::{Later, Never, Now};
        let order = order();
        assert_eq!(order.depths, [3, 0, 1, 1, 2, 0, 1]);
        assert_eq!(turns(&order, &[Open; 7]), [Now, Now, Later, Later, Later, Now, Later]);
        let one_failed = [Open, Held, Broken, Held, Open, Held, Open];
        assert_eq!(turns(&order, &one_failed), [Now, Now, Now, Now, Now, Now, Now]);
        let root_failed = [Open, Broken, Open, Open, Waiting, Held, Open];
        assert_eq!(turns(&order, &root_failed)[2..], [Never, Never, Later, Now, Now]);
    }

    #[test]
    fn a_check_that_waits_for_the_clock_starts_when_its_half_works() {
        let order = order();
        let paces = (0..7).map(|n| if n == 4 { Pace::Waits } else { Pace::Usual }).collect();
        let order = Order { paces, ..order };
        let starts = |standing: &[Standing]| -> Vec<usize> {
            (1..7).filter(|n| order.can_start(*n, standing)).collect()
        };
        assert_eq!(starts(&[Open; 7]), [1, 5]);
        // 4 builds on 3, which is open.
        assert_eq!(starts(&[Open, Held, Open, Open, Open, Held, Open]), [1, 2, 3, 4, 5, 6]);
        assert_eq!(starts(&[Open, Held, Open, Broken, Open, Held, Open]), [1, 2, 3, 5, 6]);
        assert_eq!(order.turn(4, &[Open, Held, Open, Open, Open, Held, Open]), Turn::Later);
    }

    #[test]
    fn all_wait_for_the_failure_nearest_to_the_root() {
        let order = order();
        let both = [Broken, Broken, Waiting, Waiting, Waiting, Broken, Waiting];
        let waits = |n, at_fault| order.waits_for(n, &both, at_fault);
        assert_eq!((waits(4, None), waits(6, None), waits(1, None)), (Some(1), Some(5), None));
        assert_eq!((waits(0, None), waits(0, Some(Half::Client))), (Some(1), Some(5)));
        // Where all are run, those that fail with their base wait for it, too.
        let all_run = [Held, Held, Held, Broken, Broken, Held, Held];
        assert_eq!((order.waits_for(4, &all_run, None), order.waits_for(3, &all_run, None)), (Some(3), None));
    }

    #[test]
    fn after_a_dead_first_check_nothing_of_its_half_is_run() {
        let bases = vec![vec![], vec![], vec![]];
        let order = Order::new(bases.clone(), depths(&bases), vec![false; 3], vec![Half::Server; 3], None);
        assert_eq!(turns(&order, &[Open; 3]), [Turn::Now, Turn::Later, Turn::Later]);
        assert_eq!(turns(&order, &[Broken, Open, Open])[1..], [Turn::Now; 2]);
        assert_eq!(turns(&order, &[Dead, Open, Open])[1..], [Turn::Never; 2]);
        assert_eq!(order.waits_for(2, &[Dead, Waiting, Waiting], None), Some(0));
    }

    #[test]
    fn late_checks_are_told_behind_all_others() {
        let order = order();
        let late = Order { late: vec![true, false, true, false, false, false, false], ..order };
        let mut told: Vec<usize> = (0..7).collect();
        told.sort_by_key(|n| late.rank(*n));
        assert_eq!(told, [1, 5, 3, 6, 4, 2, 0]);
    }

    #[test]
    fn what_builds_on_a_late_check_is_late() {
        for lesson in LESSONS {
            let all: Vec<CheckOn> = lesson.checks().collect();
            let order = Order::of(lesson, &all);
            for (n, check) in all.iter().enumerate() {
                let based = lesson.bases(*check);
                assert!(order.is_late(n) || !based.iter().any(|base| base.is_late()), "{}", check.id);
            }
        }
    }

    #[test]
    fn checks_that_are_left_out_count_as_held() {
        for lesson in LESSONS {
            let all: Vec<CheckOn> = lesson.checks().collect();
            let order = Order::of(lesson, &all[all.len() - 1..]);
            assert_eq!(order.turn(0, &[Open]), Turn::Now, "{}", lesson.dir());
        }
    }
}
