//! The address families of lesson 13.

use std::fmt;
use std::net::SocketAddr;

/// A family of addresses (socket(2), address_families(7)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// `127.0.0.1:PORT`: AF_INET.
    #[default]
    V4,
    /// `[::1]:PORT`: AF_INET6.
    V6,
    /// `unix:PATH`: AF_UNIX.
    Unix,
}

/// Every family, in the order of reports.
pub const FAMILIES: &[Family] = &[Family::V4, Family::V6, Family::Unix];

impl Family {
    /// Returns the family of an address of the Internet.
    pub const fn of(addr: SocketAddr) -> Self {
        match addr {
            SocketAddr::V4(_) => Family::V4,
            SocketAddr::V6(_) => Family::V6,
        }
    }

    /// Returns the word that the command line and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Family::V4 => "ipv4",
            Family::V6 => "ipv6",
            Family::Unix => "unix",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
