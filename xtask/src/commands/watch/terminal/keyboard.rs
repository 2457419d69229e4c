//! What the keyboard says, and which program reads it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the keyboard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key; Enter is `\n`.
    Char(char),
    /// Nothing more will come: the terminal is gone.
    End,
}

/// Who reads the keys: this program, or for a while somebody else, an editor for instance.
#[derive(Clone, Default)]
pub struct Keyboard {
    reading: Arc<Mutex<()>>,
    wanted: Arc<AtomicBool>,
}

impl Keyboard {
    /// Until the answer is dropped, no key is read.
    pub fn hold(&self) -> Held<'_> {
        self.wanted.store(true, Ordering::SeqCst);
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        Held { wanted: &self.wanted, _reading: reading }
    }

    /// For the reader: waits while somebody else wants the keys.
    #[cfg(unix)]
    pub(super) fn mine(&self) -> MutexGuard<'_, ()> {
        while self.wanted.load(Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(1)); // Only the interval at which to look again.
        }
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys are somebody else's while this lives.
pub struct Held<'a> {
    wanted: &'a AtomicBool,
    _reading: MutexGuard<'a, ()>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.wanted.store(false, Ordering::SeqCst);
    }
}
