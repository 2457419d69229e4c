//! What is known about a running program, shared between its handle and its keeper.

use crate::system::exit::Exit;
use crate::system::processes::Pid;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What is known about a running program.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessState {
    /// Its process id, once it runs.
    pub pid: Option<Pid>,
    /// How it ended, once it has.
    pub exit: Option<Exit>,
    /// Nothing of it is left: neither it nor anything it started.
    pub gone: bool,
    /// Its keeper was killed while the program ran, by somebody else than the runner. It counts as ended then.
    pub lost: bool,
}

/// [`ProcessState`] shared between the program's handle and the threads that change it or wait for it.
#[derive(Default)]
pub struct Link {
    state: Mutex<ProcessState>,
    changed: Condvar,
}

impl Link {
    /// Changes the state and wakes the threads that wait for it.
    pub fn set(&self, change: impl FnOnce(&mut ProcessState)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Returns how the program ended by itself: not by SIGTERM or SIGKILL, which the runner sends, nor otherwise by the runner.
    pub fn ended_itself(&self) -> Option<Exit> {
        self.lock().exit.filter(|exit| !matches!(exit, Exit::Signal(9 | 15) | Exit::ByRunner))
    }

    /// Returns whether its keeper was killed, so that nothing of the program can be judged.
    pub fn is_lost(&self) -> bool {
        self.lock().lost
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ProcessState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wait(&self, until: Instant, done: impl Fn(&ProcessState) -> bool) -> ProcessState {
        let mut state = self.lock();
        while !done(&state) {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *state
    }
}
