//! Which traced threads a signal has stopped. `/proc` does not tell it: it shows a thread that is stopped for a moment,
//! because its tracer looks at a call, in the same state.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

static STOPPED: LazyLock<Mutex<HashSet<u32>>> = LazyLock::new(Mutex::default);

/// Notes that a signal has stopped this thread, or, with `false`, that it goes on or has ended.
pub(super) fn note(thread: u32, stopped: bool) {
    let mut all = STOPPED.lock().unwrap_or_else(PoisonError::into_inner);
    match stopped {
        true => all.insert(thread),
        false => all.remove(&thread),
    };
}

/// Returns whether a signal has stopped this thread, as far as its tracer has told.
pub fn is_stopped(thread: u32) -> bool {
    STOPPED.lock().unwrap_or_else(PoisonError::into_inner).contains(&thread)
}
