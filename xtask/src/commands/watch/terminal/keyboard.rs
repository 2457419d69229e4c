//! The keys, and which program reads them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What comes from the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key; Enter is `\n`.
    Char(char),
    /// The end: the terminal is gone.
    End,
}

/// Decides who reads the keys: this program, or for a while another one, such as an editor.
#[derive(Clone, Default)]
pub struct Keyboard {
    reading: Arc<Mutex<()>>,
    wanted: Arc<AtomicBool>,
}

impl Keyboard {
    /// Stops this program from reading keys until the returned value is dropped.
    pub fn hold(&self) -> Held<'_> {
        self.wanted.store(true, Ordering::SeqCst);
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        Held { wanted: &self.wanted, _reading: reading }
    }

    /// Waits while another program wants the keys. The reader of this program calls it before each read.
    #[cfg(unix)]
    pub(super) fn mine(&self) -> MutexGuard<'_, ()> {
        while self.wanted.load(Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(1)); // Only the interval at which to look again.
        }
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While this lives, another program reads the keys.
pub struct Held<'a> {
    wanted: &'a AtomicBool,
    _reading: MutexGuard<'a, ()>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.wanted.store(false, Ordering::SeqCst);
    }
}
