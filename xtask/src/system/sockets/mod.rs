//! The kernel's tables of TCP sockets and of Unix sockets.

mod entry;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod procnet;
pub mod unix;

pub use entry::{Entry, TcpState};
#[cfg(target_os = "linux")]
pub use procnet::address as address_of;

use crate::system::portable;
use std::io;
use std::net::SocketAddr;

/// Returns whether the kernel can be asked at all.
pub fn known() -> bool {
    portable::asks_kernel()
}

/// Returns every listening TCP socket, IPv4 and IPv6, or only those of `port` when one is given.
///
/// # Errors
/// When neither netlink nor `/proc/net` can be read. On other systems than Linux: `Unsupported`.
pub fn listening(port: Option<u16>) -> io::Result<Vec<Entry>> {
    imp::select(&[TcpState::Listen], port)
}

/// Returns every TCP socket, in any state.
///
/// # Errors
/// As [`listening`].
pub fn all() -> io::Result<Vec<Entry>> {
    imp::select(&[], None)
}

/// Returns the socket between exactly these two addresses, if the kernel still has it.
///
/// # Errors
/// As [`listening`].
pub fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Entry>> {
    imp::between(local, remote)
}

/// How much the reader at one end of a connection has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It has taken everything that was sent to it.
    All,
    /// Some of what was sent has not arrived, or lies unread in its queue.
    NotAll,
    /// Its socket is gone.
    Gone,
    /// This platform does not tell.
    Unknown,
}

/// Returns whether the reader at `reader` has taken all of the `sent` bytes that the socket at `sender` has sent it
/// since the connection was made.
///
/// With [`Taken::All`], the reader's `recv` that took the last byte is over: the kernel fills in `tcp_info` under the
/// socket's lock, which `recv` holds. So bytes that are sent next cannot get into that `recv`.
pub fn taken(reader: SocketAddr, sender: SocketAddr, sent: u64) -> Taken {
    let Ok(entry) = imp::between(reader, sender) else { return Taken::Unknown };
    match entry {
        None => Taken::Gone,
        Some(entry) if entry.state == TcpState::Close => Taken::Gone,
        Some(Entry { unread: 1.., .. }) => Taken::NotAll,
        Some(Entry { received: Some(received), .. }) if received >= sent => {
            // The kernel reads how much is unread before it takes the lock. If the reader held the lock when the last byte
            // came, that byte was not counted yet; once it is received, a second answer counts it.
            match imp::between(reader, sender) {
                Ok(Some(Entry { unread: 1.., .. })) => Taken::NotAll,
                Ok(Some(entry)) if entry.state != TcpState::Close => Taken::All,
                Ok(_) => Taken::Gone,
                Err(_) => Taken::Unknown,
            }
        }
        Some(Entry { received: Some(_), .. }) => Taken::NotAll,
        // Without the count: nothing is unread, and nothing is under way as far as the sender knows.
        Some(_) => match imp::between(sender, reader) {
            Ok(Some(entry)) if entry.unacked > 0 => Taken::NotAll,
            Ok(Some(_)) => Taken::All,
            Ok(None) => Taken::Gone,
            Err(_) => Taken::Unknown,
        },
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use super::*;
    use super::{netlink, procnet};

    pub fn select(states: &[TcpState], port: Option<u16>) -> io::Result<Vec<Entry>> {
        portable::may_ask()?;
        netlink::select(states, port).or_else(|_| procnet::select(states, port))
    }

    pub fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Entry>> {
        portable::may_ask()?;
        netlink::between(local, remote).or_else(|_| procnet::between(local, remote))
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::*;

    pub fn select(_: &[TcpState], _: Option<u16>) -> io::Result<Vec<Entry>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn between(_: SocketAddr, _: SocketAddr) -> io::Result<Option<Entry>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
