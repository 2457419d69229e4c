//! The first bytes that a check gave to the program under test: what tells one run's inputs from another's.

use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the input that are kept.
const KEPT: usize = 16;

/// The start of the input of one check: arguments of a server, lines typed to a client, bytes said on a connection, in
/// this order of time.
#[derive(Clone, Debug, Default)]
pub struct Given(Arc<Mutex<Vec<u8>>>);

impl Given {
    /// Takes down what was given next.
    pub fn add(&self, bytes: &[u8]) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(first.len()).min(bytes.len());
        first.extend(&bytes[..room]);
    }

    /// The first bytes, at most 16.
    pub fn first(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
