//! Limits of the kernel (setrlimit(2)).

use super::Limits;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Limits, ready to be set.
pub struct Ready(Vec<(Resource, u64)>);

impl Ready {
    /// Makes them. None is above what this process has.
    pub fn new(limits: Limits) -> Self {
        let wanted = [
            (Resource::RLIMIT_DATA, limits.data),
            (Resource::RLIMIT_FSIZE, limits.file),
            (Resource::RLIMIT_CORE, Some(0)),
            (Resource::RLIMIT_NPROC, limits.processes.and_then(|more| Some(tasks()? + more))),
        ];
        let most = |resource| getrlimit(resource).map_or(u64::MAX, |(soft, _)| soft);
        let all =
            wanted.into_iter().filter_map(|(resource, limit)| Some((resource, limit?.min(most(resource)))));
        Self(all.collect())
    }

    /// Sets them for this process and all that it starts, for good. Only async-signal-safe calls.
    pub fn set(&self) {
        for (resource, limit) in &self.0 {
            // A lower limit is always allowed.
            let _ = setrlimit(*resource, *limit, *limit);
        }
    }
}

/// Returns how many processes and threads the machine has: `0.20 0.18 0.12 1/80 11206` in `/proc/loadavg` says 80. It is
/// at least what the kernel counts for the user, also where that has some in other containers.
fn tasks() -> Option<u64> {
    tasks_in(&std::fs::read_to_string("/proc/loadavg").ok()?)
}

fn tasks_in(loadavg: &str) -> Option<u64> {
    loadavg.split(' ').nth(3)?.split_once('/')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_tasks_is_read() {
        assert_eq!(tasks_in("0.20 0.18 0.12 1/80 11206\n"), Some(80));
        assert_eq!(tasks_in("0.20 0.18"), None);
        assert!(tasks().is_some_and(|tasks| tasks > 0));
    }
}
