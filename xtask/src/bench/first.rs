//! Where only connecting shows that a server is ready: the connection that showed it.
//!
//! A server may serve one client at a time, so this connection must be the first that is used, or be over before anybody
//! else calls: else the server waits for the runner, and never serves who came second.

use crate::system::endpoint::{Endpoint, Stream};
use crate::system::patience::PATIENCE;
use std::sync::{Arc, Mutex, PoisonError};

/// The connection that has shown that a server listens, until somebody takes it. Empty where the kernel tells readiness.
#[derive(Clone, Default)]
pub(super) struct First(Arc<Mutex<Option<Stream>>>);

impl First {
    /// Connects to `addr` and keeps the connection. Returns whether somebody accepts there.
    pub fn connect(&self, addr: Endpoint) -> bool {
        let connected = Stream::connect(addr, Some(PATIENCE)).ok();
        let is_ready = connected.is_some();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = connected;
        is_ready
    }

    /// Returns the connection: its new owner is the server's first client. Ends it where the server has said something
    /// already, because it has begun before its client was there: a pause between two messages would seem too short.
    pub fn take(&self) -> Option<Stream> {
        self.own().filter(|stream| !stream.has_news())
    }

    /// Ends the connection, if nobody has taken it, so that the server can serve another one.
    pub fn end(&self) {
        drop(self.own());
    }

    fn own(&self) -> Option<Stream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::address;
    use crate::system::endpoint::Listener;
    use crate::system::family::FAMILIES;
    use std::io::{Read, Write};

    #[test]
    fn whoever_takes_it_is_the_first_client_and_what_nobody_takes_ends() {
        for family in FAMILIES.iter().filter(|family| address::lacks(**family).is_none()) {
            let place = address::fresh(*family).unwrap();
            let first = First::default();
            assert!(!first.connect(place.endpoint), "{family}");
            let listener = Listener::bind(place.endpoint).unwrap();
            assert!(first.connect(place.endpoint) && first.take().is_some(), "{family}");
            let _taken = listener.accept().unwrap();
            assert!(first.take().is_none(), "{family}");

            assert!(first.connect(place.endpoint), "{family}");
            let served = listener.accept().unwrap();
            first.clone().end();
            assert_eq!((&served).read(&mut [0]).unwrap(), 0, "{family}");
            assert!(first.take().is_none(), "{family}");

            assert!(first.connect(place.endpoint), "{family}");
            (&listener.accept().unwrap()).write_all(b"early").unwrap();
            assert!(first.take().is_none(), "{family}");
        }
    }
}
