//! One socket as the kernel's table shows it.

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
    /// Our FIN is acknowledged, the peer's FIN has not come.
    FinWait2,
    /// Both FINs have passed; the port is held for a while.
    TimeWait,
    /// Gone.
    Close,
    /// The peer's FIN has come; this side has not closed.
    CloseWait,
    /// Both FINs are sent, the last acknowledgement is missing.
    LastAck,
    /// Waits for connections.
    Listen,
    /// Both ends closed at once.
    Closing,
    /// SYN received, no socket made yet.
    NewSynRecv,
}

impl TcpState {
    /// Returns its name as in RFC 9293, with `_` in place of `-`.
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

/// One TCP socket as the kernel's table shows it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its state.
    pub state: TcpState,
    /// Its own address; IPv4-mapped IPv6 addresses are given as IPv4.
    pub local: SocketAddr,
    /// The other end's address.
    pub remote: SocketAddr,
    /// Bytes that have arrived and were not read yet; for a listening socket, the connections that wait for `accept`.
    pub unread: u32,
    /// Bytes written and not yet acknowledged by the other end; for a listening socket, the backlog, where netlink
    /// told it.
    pub unacked: u32,
    /// The socket's inode, which `/proc/PID/fd` names too; 0 when no process holds it.
    pub inode: u64,
    /// Bytes received in total, in order; known only when netlink was asked for this one socket.
    pub received: Option<u64>,
    /// Segments with data received in total; known when `received` is.
    pub segments: Option<u32>,
}

impl Entry {
    /// Returns whether this socket listens and has more connections waiting than its backlog. (The kernel takes one
    /// more.)
    pub fn queue_is_full(&self) -> bool {
        self.state == TcpState::Listen && self.unacked > 0 && self.unread > self.unacked
    }
}
