//! A program that always has the same address: connections of an earlier check may still hold it.

use crate::system::endpoint::listening_at;
use crate::system::patience::Patience;
use crate::system::sockets::{self, TcpState};
use std::net::SocketAddr;
use std::time::Duration;

/// How long connections of an earlier check may hold a fixed address (TIME_WAIT takes 60 s on Linux).
const TIME_WAIT: Duration = Duration::from_secs(70);

/// Returns whether another program listens at this address, or at its port on every address.
pub fn is_taken(addr: SocketAddr) -> bool {
    listening_at(addr.into()).is_ok_and(|found| !found.is_empty())
}

/// Waits until no connection holds this address any more. Returns `false` when there was none, or one held it too
/// long.
pub fn wait_time_wait(addr: SocketAddr) -> bool {
    let free = || {
        let entries = sockets::all().unwrap_or_default();
        let kept =
            entries.iter().any(|entry| entry.local.port() == addr.port() && entry.state != TcpState::Listen);
        (!kept).then_some(())
    };
    free().is_none() && Patience::limited(TIME_WAIT, &[]).until(free).is_some()
}
