//! The CPU time that a tree of processes uses, also by what ends meanwhile.

use super::{Pid, Spent, spent};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

/// Counts the CPU time that the descendants of a process use from a moment on. Always zero where the platform does not tell.
///
/// What has ended counts, too: else a program would hide its work by giving it to children that end. The kernel adds
/// their time to that of the one who reaps them. Where nobody does (SIGCHLD is ignored, wait(2)) it forgets it, so that
/// what was seen of each process is kept here. Both are too low at worst, and the higher one is taken.
#[derive(Clone, Debug)]
pub struct Work {
    root: Pid,
    /// What all had used at the start, by the kernel's sums.
    before: Duration,
    /// What each process had used, by its identifier and birth.
    seen: RefCell<HashMap<(Pid, u64), Seen>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    first: Duration,
    last: Duration,
}

/// CPU time that was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// By all.
    pub all: Duration,
    /// Of that by the one process that has used most.
    pub by_one: Duration,
}

impl Used {
    /// Returns whether no process of them has used half of it.
    pub fn is_of_many(self) -> bool {
        2 * self.by_one < self.all
    }
}

impl Work {
    /// Starts to count now.
    pub fn from_now(root: Pid) -> Self {
        let now = spent(root);
        let seen = now.iter().map(|one| (one.key(), Seen { first: one.own, last: one.own })).collect();
        Self { root, before: sum(&now), seen: RefCell::new(seen) }
    }

    /// Counts from the start of the program below `root`.
    pub fn from_its_start(root: Pid) -> Self {
        Self { root, before: Duration::ZERO, seen: RefCell::default() }
    }

    /// Returns what was used so far.
    pub fn used(&self) -> Used {
        let (now, mut seen) = (spent(self.root), self.seen.borrow_mut());
        for one in &now {
            // What was not there at the start, and is now, has used all of its time since.
            seen.entry(one.key()).or_default().last = one.own;
        }
        let each = || seen.values().map(|one| one.last.saturating_sub(one.first));
        let by_sums = sum(&now).saturating_sub(self.before);
        Used { all: each().sum::<Duration>().max(by_sums), by_one: each().max().unwrap_or_default() }
    }
}

impl Spent {
    fn key(&self) -> (Pid, u64) {
        (self.pid, self.born)
    }
}

fn sum(all: &[Spent]) -> Duration {
    all.iter().map(|one| one.own + one.reaped).sum()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    /// Lets a shell below another one run this script up to each line that it prints, and returns what `Work` saw at each.
    fn used(script: &str) -> Vec<Used> {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", "sh -c \"$0\"; true", script]);
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut input, output) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
        let work = Work::from_now(shell.id());
        let each = output.lines().map(|line| {
            line.unwrap();
            let used = work.used();
            let _ = writeln!(input);
            used
        });
        let each = each.collect();
        shell.wait().unwrap();
        each
    }

    /// A loop of a shell that takes some CPU time.
    const LOOP: &str = "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done";

    #[test]
    fn what_a_reaped_child_has_used_counts() {
        let seen = used(&format!("echo a; read x; (sh -c '{LOOP}'; true); echo b; read x"));
        assert!(seen[1].all > seen[0].all && seen[1].all >= Duration::from_millis(10), "{seen:?}");
    }

    #[test]
    fn what_was_seen_of_a_child_that_nobody_reaps_counts() {
        let script = format!("trap '' CHLD; sh -c '{LOOP}; echo b; read x' <&0 & wait; echo c; read x");
        let seen = used(&script);
        assert!(seen[0].all >= Duration::from_millis(1) && seen[1].all >= seen[0].all, "{seen:?}");
    }
}
