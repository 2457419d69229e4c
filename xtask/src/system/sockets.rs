//! The kernel's table of TCP sockets.

use std::io;
use std::net::SocketAddr;

/// The state of a TCP socket (RFC 9293, section 3.3.2), by the numbers of Linux's `tcp_states.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TcpState {
    /// Open in both directions.
    Established = 1,
    /// SYN sent, no answer yet.
    SynSent,
    /// SYN received and answered.
    SynRecv,
    /// Our FIN is sent, not yet acknowledged.
    FinWait1,
    /// Our FIN is acknowledged, the peer's has not come.
    FinWait2,
    /// Both FINs have passed; the port is held for a while.
    TimeWait,
    /// Gone.
    Close,
    /// The peer's FIN has come; this side has not closed.
    CloseWait,
    /// Both FINs are sent, the last acknowledgement is missing.
    LastAck,
    /// Waits for callers.
    Listen,
    /// Both ends closed at once.
    Closing,
    /// SYN received, no socket made yet.
    NewSynRecv,
}

impl TcpState {
    /// Its name as RFC 9293 and `ss` write it.
    pub fn name(self) -> &'static str {
        use TcpState::*;
        match self {
            Established => "ESTABLISHED",
            SynSent => "SYN_SENT",
            SynRecv | NewSynRecv => "SYN_RECEIVED",
            FinWait1 => "FIN_WAIT_1",
            FinWait2 => "FIN_WAIT_2",
            TimeWait => "TIME_WAIT",
            Close => "CLOSED",
            CloseWait => "CLOSE_WAIT",
            LastAck => "LAST_ACK",
            Listen => "LISTEN",
            Closing => "CLOSING",
        }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn from_number(number: u8) -> Option<Self> {
        use TcpState::*;
        const ALL: [TcpState; 12] = [
            Established,
            SynSent,
            SynRecv,
            FinWait1,
            FinWait2,
            TimeWait,
            Close,
            CloseWait,
            LastAck,
            Listen,
            Closing,
            NewSynRecv,
        ];
        ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// One TCP socket as the kernel's table has it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its state.
    pub state: TcpState,
    /// Its own address; IPv4-mapped IPv6 addresses are given as IPv4.
    pub local: SocketAddr,
    /// The other end's address.
    pub remote: SocketAddr,
    /// Bytes that have arrived and were not read yet; of a listening socket, the connections that wait for `accept`.
    pub unread: u32,
    /// Bytes written and not yet acknowledged by the other end; of a listening socket, the backlog, where netlink told it.
    pub unacked: u32,
    /// The socket's inode, which `/proc/PID/fd` names too; 0 when no process holds it.
    pub inode: u64,
    /// Bytes received in all, in order; known only of one socket that netlink was asked for.
    pub received: Option<u64>,
    /// Segments with data received in all; known as `received` is.
    pub segments: Option<u32>,
}

impl Entry {
    /// Whether this socket listens and has more connections waiting than its backlog. (The kernel takes one more.)
    pub fn queue_is_full(&self) -> bool {
        self.state == TcpState::Listen && self.unacked > 0 && self.unread > self.unacked
    }
}

/// Whether this platform's kernel can be asked at all.
pub const KNOWN: bool = cfg!(target_os = "linux");

/// Every listening TCP socket, IPv4 and IPv6, or only those of `port` when one is given.
///
/// # Errors
/// When neither netlink nor `/proc/net` can be read. On other systems than Linux: `Unsupported`.
pub fn listening(port: Option<u16>) -> io::Result<Vec<Entry>> {
    imp::select(&[TcpState::Listen], port)
}

/// Every TCP socket, whatever its state.
///
/// # Errors
/// As [`listening`].
pub fn all() -> io::Result<Vec<Entry>> {
    imp::select(&[], None)
}

/// The socket between exactly these two addresses, if the kernel still has it.
///
/// # Errors
/// As [`listening`].
pub fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Entry>> {
    imp::between(local, remote)
}

/// How far the reader at one end of a connection is.
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

/// Whether the reader, whose socket has the address `reader`, has taken all of the `sent` bytes that the socket at
/// `sender` has sent it since the connection stood.
///
/// When the answer is [`Taken::All`], the reader's `recv` that took the last byte is over: the kernel fills in
/// `tcp_info` under the socket's lock, which `recv` holds, so that what is sent next cannot slip into that `recv`.
pub fn taken(reader: SocketAddr, sender: SocketAddr, sent: u64) -> Taken {
    let Ok(entry) = imp::between(reader, sender) else { return Taken::Unknown };
    match entry {
        None => Taken::Gone,
        Some(entry) if entry.state == TcpState::Close => Taken::Gone,
        Some(Entry { unread: 1.., .. }) => Taken::NotAll,
        Some(Entry { received: Some(received), .. }) if received >= sent => Taken::All,
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
    use crate::system::{netlink, procnet};

    pub fn select(states: &[TcpState], port: Option<u16>) -> io::Result<Vec<Entry>> {
        netlink::select(states, port).or_else(|_| procnet::select(states, port))
    }

    pub fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Entry>> {
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
