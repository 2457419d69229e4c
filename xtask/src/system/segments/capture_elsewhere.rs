//! Systems without packet sockets: nothing is captured.

use super::segment::Captured;
use std::io;

/// What passes loopback. Here it cannot be seen, and there is no value of this type.
pub enum Capture {}

impl Capture {
    /// Returns [`None`]: no process is started with a packet socket.
    pub fn inherited() -> Option<io::Result<Self>> {
        None
    }

    /// Is never called: there is no value.
    pub fn flush(&self) -> bool {
        match *self {}
    }

    /// Is never called: there is no value.
    pub fn so_far(&self) -> Captured {
        match *self {}
    }

    /// Is never called: there is no value.
    pub fn finish(self) -> Captured {
        match self {}
    }
}
