//! The first bytes that a check gave to the program under test. They show whether two runs had the same inputs.

use std::sync::{Arc, Mutex, PoisonError};

/// How many bytes of the input are kept.
const KEPT: usize = 16;

/// The start of the input of one check, in order of time: arguments of a server, lines typed for a client, bytes said
/// on a connection.
#[derive(Clone, Debug, Default)]
pub struct Given(Arc<Mutex<Vec<u8>>>);

impl Given {
    /// Records what was given next.
    pub fn add(&self, bytes: &[u8]) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(first.len()).min(bytes.len());
        first.extend(&bytes[..room]);
    }

    /// Returns the first bytes, at most 16.
    pub fn first(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
