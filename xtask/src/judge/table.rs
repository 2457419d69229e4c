//! What is still to be judged, what of it can start now, and what of what was judged counts.

use super::order::{Order, Standing, Turn};
use crate::finding::Half;
use crate::promises::Pace;
use std::cmp::Reverse;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Which checks of a trial are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All: the whole report.
    Whole,
    /// Those that build on nothing that failed: what a learner needs to see.
    Needed,
}

/// What is still to be judged, shared by all threads that judge.
pub struct Table<T> {
    orders: Vec<Order>,
    extent: Extent,
    /// How many late checks run at the same time while others can.
    most_late: usize,
    /// All checks of all trials, as places, in the order in which they start where several can.
    all: Vec<(usize, usize)>,
    now: Mutex<Now<T>>,
    changed: Condvar,
}

/// What was judged of a check that does not count yet: how it stands, the half at fault, and all of it.
type Early<T> = (Standing, Option<Half>, Box<T>);

/// How the checks stand now.
struct Now<T> {
    standing: Vec<Vec<Standing>>,
    started: Vec<Vec<bool>>,
    /// For each check of the pair that failed, the half at fault.
    at_fault: Vec<Vec<Option<Half>>>,
    /// What was judged before all that it builds on was: it counts only when that has held.
    early: Vec<Vec<Option<Early<T>>>>,
    stopped: bool,
}

impl<T> Now<T> {
    /// Returns how many checks run of which this is true.
    fn running(&self, is: impl Fn(&(usize, usize)) -> bool) -> usize {
        let runs = |(trial, n): &(usize, usize)| {
            let is_open = self.standing[*trial][*n] == Standing::Open;
            self.started[*trial][*n] && is_open && self.early[*trial][*n].is_none()
        };
        self.places().filter(|place| is(place) && runs(place)).count()
    }

    /// Returns the places of all checks.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.started.len()).flat_map(|trial| (0..self.started[trial].len()).map(move |n| (trial, n)))
    }
}

/// What of a trial is to be told: judged checks, and when all are decided, what waits for what.
pub type Told<T> = (Vec<(usize, Box<T>)>, Option<Vec<Option<usize>>>);

impl<T> Table<T> {
    /// Makes the table of these trials: of each, its order, and for each check about how many seconds it takes. At most `jobs`
    /// threads will ask for the next check.
    pub fn of(trials: Vec<(Order, Vec<u8>)>, jobs: usize, extent: Extent) -> Self {
        let places = trials.iter().enumerate().flat_map(|(trial, (order, seconds))| {
            let key = move |n: usize, seconds: u8| {
                let depth = if extent == Extent::Needed { order.depth(n) } else { 0 };
                ((depth, Reverse(seconds)), (trial, n))
            };
            seconds.iter().enumerate().map(move |(n, seconds)| key(n, *seconds))
        });
        let mut all: Vec<_> = places.collect();
        all.sort_by_key(|(key, _)| *key);
        let sizes: Vec<usize> = trials.iter().map(|(_, seconds)| seconds.len()).collect();
        let now = Now {
            standing: sizes.iter().map(|size| vec![Standing::Open; *size]).collect(),
            started: sizes.iter().map(|size| vec![false; *size]).collect(),
            at_fault: sizes.iter().map(|size| vec![None; *size]).collect(),
            early: sizes.iter().map(|size| (0..*size).map(|_| None).collect()).collect(),
            stopped: false,
        };
        Self {
            orders: trials.into_iter().map(|(order, _)| order).collect(),
            extent,
            most_late: jobs.div_ceil(2),
            all: all.into_iter().map(|(_, place)| place).collect(),
            now: Mutex::new(now),
            changed: Condvar::new(),
        }
    }

    /// Returns how many checks there are in all.
    pub fn size(&self) -> usize {
        self.all.len()
    }

    /// Returns at which place a failure of a check is told (see [`Order::rank`]).
    pub fn rank(&self, trial: usize, n: usize) -> usize {
        self.orders[trial].rank(n)
    }

    fn now(&self) -> MutexGuard<'_, Now<T>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next check to judge, as soon as there is one; `None` when none is left.
    pub fn next(&self) -> Option<(usize, usize)> {
        let mut now = self.now();
        loop {
            let left = |(trial, n): &&(usize, usize)| {
                !now.started[*trial][*n] && now.standing[*trial][*n] == Standing::Open
            };
            let mut left = self.all.iter().filter(left).peekable();
            if now.stopped || left.peek().is_none() {
                return None;
            }
            // Late checks mostly wait, or use much processor time: half of the threads are left to the others.
            let is_late = |(trial, n): &(usize, usize)| {
                self.orders[*trial].is_late(*n) || self.orders[*trial].pace(*n) == Pace::Waits
            };
            let works = |(trial, n): &(usize, usize)| self.orders[*trial].pace(*n) == Pace::Works;
            let is_needed = self.extent == Extent::Needed;
            let full = is_needed && now.running(is_late) >= self.most_late;
            let can_run = |(trial, n): &&(usize, usize)| {
                let (order, standing) = (&self.orders[*trial], &now.standing[*trial]);
                !is_needed
                    || order.turn(*n, standing) == Turn::Now
                    || (!full && order.can_start(*n, standing))
            };
            // While others are open, one at a time takes their processor time.
            let is_open = |(trial, n): &(usize, usize)| now.standing[*trial][*n] == Standing::Open;
            let others = now.places().any(|place| is_open(&place) && !is_late(&place));
            let enough = is_needed && others && now.running(works) > 0;
            let ready: Vec<_> = left.filter(can_run).filter(|place| !(enough && works(place))).collect();
            let is_behind = |place| (full && is_late(place)) || (is_needed && works(place));
            let first = ready.iter().find(|place| !is_behind(place));
            let first = first.or(ready.iter().find(|place| !full || !is_late(place))).or(ready.first());
            if let Some((trial, n)) = first.map(|place| **place) {
                now.started[trial][n] = true;
                return Some((trial, n));
            }
            now = self.changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Keeps what was judged of a check: how it stands, the half at fault where it is a failed one of the pair, and all of it.
    /// Returns what can be told by now.
    pub fn decide(
        &self,
        trial: usize,
        n: usize,
        standing: Standing,
        half: Option<Half>,
        judged: T,
    ) -> Told<T> {
        let (mut now, order) = (self.now(), &self.orders[trial]);
        let now = &mut *now;
        let (of_trial, early) = (&mut now.standing[trial], &mut now.early[trial]);
        let mut told = Vec::new();
        if of_trial[n] == Standing::Open {
            early[n] = Some((standing, half, Box::new(judged)));
        }
        let turn = |n: usize, of_trial: &[Standing]| match self.extent {
            Extent::Whole => Turn::Now,
            Extent::Needed => order.turn(n, of_trial),
        };
        // What counts now may let others count; what builds on a failed one is not run, and what builds on that, neither.
        let all = 0..of_trial.len();
        while let Some((n, next)) = all.clone().find_map(|n| {
            let is_open = of_trial[n] == Standing::Open;
            match turn(n, of_trial) {
                Turn::Now if is_open && early[n].is_some() => Some((n, early[n].take())),
                Turn::Never if is_open && (!now.started[trial][n] || order.pace(n) == Pace::Waits) => {
                    Some((n, None))
                }
                _ => None,
            }
        }) {
            of_trial[n] = Standing::Waiting;
            early[n] = None;
            if let Some((standing, half, judged)) = next {
                of_trial[n] = standing;
                now.at_fault[trial][n] = half;
                told.push((n, judged));
            }
        }
        self.changed.notify_all();
        if of_trial.contains(&Standing::Open) {
            return (told, None);
        }
        let waits = |n: usize| match of_trial[n] {
            Standing::Held => None,
            _ => order.waits_for(n, of_trial, now.at_fault[trial][n]),
        };
        // Nothing is told of what ends after that.
        let is_over = !told.is_empty();
        (told, is_over.then(|| all.map(waits).collect()))
    }

    /// Lets nothing more start.
    pub fn stop(&self) {
        self.now().stopped = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of one half: 1 builds on 0, 2 on 1, and 2 begins early.
    fn row(extent: Extent) -> Table<&'static str> {
        let order = Order::new(
            vec![vec![], vec![0], vec![1]],
            vec![0, 1, 2],
            vec![false; 3],
            vec![Half::Server; 3],
            None,
        );
        let order = order.with_paces(vec![Pace::Usual, Pace::Usual, Pace::Waits]);
        Table::of(vec![(order, vec![0, 0, 10])], 4, extent)
    }

    /// What is told, and at the end, what waits for what.
    type Said<'a> = (Vec<(usize, &'a str)>, Option<Vec<Option<usize>>>);

    fn told<'a>(told: Told<&'a str>) -> Said<'a> {
        (told.0.into_iter().map(|(n, judged)| (n, *judged)).collect(), told.1)
    }

    /// Lets the first check hold, and starts both that can start then.
    fn begun(table: &Table<&'static str>) {
        assert_eq!(table.next(), Some((0, 0)));
        assert_eq!(told(table.decide(0, 0, Standing::Held, None, "first")), (vec![(0, "first")], None));
        let started = [table.next(), table.next()];
        assert!([1, 2].iter().all(|n| started.contains(&Some((0, *n)))), "{started:?}");
    }

    #[test]
    fn what_was_judged_early_is_told_when_all_that_it_builds_on_has_held() {
        let table = row(Extent::Needed);
        begun(&table);
        assert_eq!(told(table.decide(0, 2, Standing::Broken, None, "early")), (vec![], None));
        let (now, over) = told(table.decide(0, 1, Standing::Held, None, "second"));
        assert_eq!(now, [(1, "second"), (2, "early")]);
        assert_eq!(over, Some(vec![None, None, None]));
        assert_eq!(table.next(), None);
    }

    #[test]
    fn what_was_judged_early_does_not_count_when_what_it_builds_on_failed() {
        for is_first in [true, false] {
            let table = row(Extent::Needed);
            begun(&table);
            let early = || told(table.decide(0, 2, Standing::Broken, None, "early"));
            if is_first {
                assert_eq!(early(), (vec![], None));
            }
            let (now, over) = told(table.decide(0, 1, Standing::Broken, None, "second"));
            assert_eq!((now, over), (vec![(1, "second")], Some(vec![None, None, Some(1)])), "{is_first}");
            if !is_first {
                // Nothing waits for its end, and nothing is told of it.
                assert_eq!(early(), (vec![], None));
            }
            assert_eq!(table.next(), None);
        }
    }

    #[test]
    fn a_whole_report_tells_each_check_as_soon_as_it_is_judged() {
        let table = row(Extent::Whole);
        assert_eq!(told(table.decide(0, 2, Standing::Broken, None, "early")), (vec![(2, "early")], None));
        assert_eq!(told(table.decide(0, 1, Standing::Broken, None, "second")), (vec![(1, "second")], None));
        let (now, over) = told(table.decide(0, 0, Standing::Held, None, "first"));
        assert_eq!((now, over), (vec![(0, "first")], Some(vec![None, None, Some(1)])));
    }
}
