//! The two ends of a connection, and what the kernel's tables tell about them. They outlive the connection: what the
//! other side does is also asked after this one has closed.

use crate::system::sockets::{self, TcpState, unix};
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// The two ends of a connection: this one and the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The addresses of a TCP connection.
    Inet {
        /// This end's.
        own: SocketAddr,
        /// The other end's.
        other: SocketAddr,
    },
    /// The inodes of a Unix connection's sockets.
    Unix {
        /// This end's.
        own: u64,
        /// The other end's; 0 when no process held it at the time: it was not accepted yet.
        other: u64,
    },
}

impl fmt::Display for Ends {
    /// Writes the other end, an arrow, and this end.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ends::Inet { own, other } => write!(out, "{other} → {own}"),
            Ends::Unix { own, other } => write!(out, "socket:[{other}] → socket:[{own}]"),
        }
    }
}

/// One end of a connection, as the kernel's tables show it.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its socket's inode; 0 when no process holds it.
    pub inode: u64,
    /// Bytes that have arrived and were not read yet.
    pub unread: u32,
    /// Bytes received in total, as far as the kernel tells; never for a Unix socket.
    pub received: Option<u64>,
    /// Segments with data received in total; known when `received` is.
    pub segments: Option<u32>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Tcp(TcpState),
    Unix { ended: bool },
}

impl Ends {
    /// Returns this end.
    ///
    /// # Errors
    /// When the kernel cannot be asked.
    pub fn own_side(self) -> io::Result<Option<Side>> {
        match self {
            Ends::Inet { own, other } => Ok(sockets::between(own, other)?.map(Side::from)),
            Ends::Unix { own, .. } => Ok(unix::of(own)?.map(Side::from)),
        }
    }

    /// Returns the other end, as long as the kernel has it.
    ///
    /// # Errors
    /// When the kernel cannot be asked.
    pub fn other_side(self) -> io::Result<Option<Side>> {
        let (own, other) = match self {
            Ends::Inet { own, other } => return Ok(sockets::between(other, own)?.map(Side::from)),
            Ends::Unix { own, other: 0 } => (Some(own), 0),
            Ends::Unix { other, .. } => (None, other),
        };
        let own = own.map_or(Ok(None), unix::of)?;
        match own {
            None if other == 0 => Ok(None),
            // Nobody holds it: it waits in the queue of the listening socket, or it is gone.
            Some(own) if own.peer == 0 => {
                let waits = Side {
                    inode: 0,
                    unread: 0,
                    received: None,
                    segments: None,
                    state: State::Unix { ended: false },
                };
                Ok((!own.hears_end).then_some(waits))
            }
            Some(own) => Ok(unix::of(own.peer)?.map(Side::from)),
            None => Ok(unix::of(other)?.map(Side::from)),
        }
    }
}

impl Side {
    /// Returns whether a process still holds its socket, and has not closed it.
    pub fn is_held(&self) -> bool {
        match self.state {
            State::Tcp(state) => self.inode != 0 && state != TcpState::TimeWait,
            State::Unix { .. } => self.inode != 0,
        }
    }

    /// Returns whether it has not ended its direction, while the other end may have.
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Tcp(state) => matches!(state, TcpState::Established | TcpState::CloseWait),
            State::Unix { ended } => !ended,
        }
    }

    /// Returns whether it has ended its direction and is still there.
    pub fn has_ended(&self) -> bool {
        match self.state {
            State::Tcp(state) => {
                use TcpState::*;
                matches!(state, FinWait1 | FinWait2 | Closing | LastAck)
            }
            State::Unix { ended } => ended,
        }
    }

    /// Returns whether the connection is over for it.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Tcp(TcpState::Close | TcpState::TimeWait))
    }

    /// Returns its TCP state; `None` for a Unix socket.
    pub fn tcp_state(&self) -> Option<TcpState> {
        if let State::Tcp(state) = self.state { Some(state) } else { None }
    }

    /// Returns its state in words: for TCP by its name in RFC 9293.
    pub fn state_name(&self) -> &'static str {
        match self.state {
            State::Tcp(state) => state.name(),
            State::Unix { ended: false } => "connected",
            State::Unix { ended: true } => "half-closed",
        }
    }
}

impl From<sockets::Entry> for Side {
    fn from(entry: sockets::Entry) -> Self {
        let sockets::Entry { inode, unread, received, segments, state, .. } = entry;
        Self { inode, unread, received, segments, state: State::Tcp(state) }
    }
}

impl From<unix::Entry> for Side {
    fn from(entry: unix::Entry) -> Self {
        let unix::Entry { inode, unread, said_end, .. } = entry;
        Self { inode, unread, received: None, segments: None, state: State::Unix { ended: said_end } }
    }
}
