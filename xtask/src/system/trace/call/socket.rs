//! What a descriptor stands for.

use std::fmt;
use std::net::SocketAddr;

/// What a call's descriptor stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// A socket.
    Socket(Socket),
    /// Standard input: descriptor 0, which is no socket.
    Input,
    /// Standard output: descriptor 1, which is no socket.
    Output,
    /// Standard error: descriptor 2, which is no socket.
    Error,
}

/// A socket as it was when a call on it returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Its number in the kernel, the same in each process that holds it.
    pub inode: u64,
    /// What carries its bytes.
    pub transport: Transport,
    /// Its own address, once it has one. After a `connect` that was refused, only the port is known: `0.0.0.0:51354`.
    pub local: Option<Address>,
    /// The other end's address, once it is connected.
    pub peer: Option<Address>,
}

/// What carries the bytes of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A stream over IPv4 or IPv6.
    Tcp,
    /// Datagrams over IPv4 or IPv6.
    Udp,
    /// A stream within this machine (unix(7)).
    Unix,
    /// Datagrams within this machine, or records in order (unix(7)).
    UnixDatagram,
}

/// Where a socket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An address and port; an IPv4 address in IPv6's clothes (`::ffff:…`) is given as IPv4.
    Inet(SocketAddr),
    /// The path of a Unix socket; an abstract name begins with `@`.
    Unix(String),
}

impl Address {
    /// Returns the address and port, if it is one.
    pub fn inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(addr) => Some(*addr),
            Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(addr) => addr.fmt(out),
            Self::Unix(path) => path.fmt(out),
        }
    }
}
