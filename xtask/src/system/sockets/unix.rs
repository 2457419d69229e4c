//! The kernel's table of Unix sockets (unix(7)), read with `NETLINK_SOCK_DIAG` (sock_diag(7)).

use std::io;

/// One Unix socket as the kernel's table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// It waits for connections.
    pub listens: bool,
    /// The socket's inode, which `/proc/PID/fd` names too.
    pub inode: u64,
    /// The inode of the socket at the other end; 0 while that is not accepted, and when no process holds it any more.
    pub peer: u64,
    /// The low 32 bits of the inode of the file that it is bound to: the kernel tells no more of it.
    pub file: Option<u32>,
    /// Bytes that have arrived and were not read yet; for a listening socket, the connections that wait for `accept`.
    pub unread: u32,
    /// The memory, in bytes, of what it has sent and the other end has not read; for a listening socket, the backlog.
    pub outgoing: u32,
    /// Nothing more will come: the other end has ended its direction, or is gone.
    pub hears_end: bool,
    /// It has ended its own direction.
    pub said_end: bool,
}

impl Entry {
    /// Returns whether this socket listens and has more connections waiting than its backlog. (The kernel takes one
    /// more.)
    pub fn queue_is_full(&self) -> bool {
        self.listens && self.unread > self.outgoing
    }
}

/// Returns every listening Unix socket.
///
/// # Errors
/// When netlink cannot be asked. On other systems than Linux: `Unsupported`.
pub fn listening() -> io::Result<Vec<Entry>> {
    imp::listening()
}

/// Returns the socket with this inode, if the kernel still has it.
///
/// # Errors
/// As [`listening`].
pub fn of(inode: u64) -> io::Result<Option<Entry>> {
    imp::of(inode)
}

#[cfg(target_os = "linux")]
mod imp {
    use super::super::TcpState;
    use super::super::netlink::{ask_for, attribute, is_none, u32_at};
    use super::Entry;
    use crate::system::portable;
    use std::io;

    // linux/unix_diag.h
    const AF_UNIX: u8 = 1;
    /// UDIAG_SHOW_VFS, UDIAG_SHOW_PEER, UDIAG_SHOW_RQLEN.
    const SHOW: u32 = 2 | 4 | 0x10;
    const UNIX_DIAG_VFS: u16 = 1;
    const UNIX_DIAG_PEER: u16 = 2;
    const UNIX_DIAG_RQLEN: u16 = 4;
    const UNIX_DIAG_SHUTDOWN: u16 = 6;
    /// Size of the fixed part of one `unix_diag_msg`.
    const MESSAGE: usize = 16;
    // RCV_SHUTDOWN and SEND_SHUTDOWN of net/sock.h.
    const HEARS_END: u8 = 1;
    const SAID_END: u8 = 2;

    pub fn listening() -> io::Result<Vec<Entry>> {
        portable::may_ask()?;
        let mut found = Vec::new();
        ask_for(&question(1 << TcpState::Listen as u32, 0), true, |message| found.extend(entry(message)))?;
        found.retain(|entry| entry.listens);
        Ok(found)
    }

    pub fn of(inode: u64) -> io::Result<Option<Entry>> {
        portable::may_ask()?;
        let Ok(number) = u32::try_from(inode) else { return Ok(None) };
        let mut found = None;
        match ask_for(&question(u32::MAX, number), false, |message| found = entry(message)) {
            Err(error) if is_none(&error) => Ok(None),
            other => other.map(|()| found),
        }
    }

    /// Writes one `struct unix_diag_req`.
    fn question(states: u32, inode: u32) -> Vec<u8> {
        let mut question = vec![AF_UNIX, 0, 0, 0];
        for word in [states, inode, SHOW, u32::MAX, u32::MAX] {
            question.extend(word.to_ne_bytes()); // The last two: no cookie.
        }
        question
    }

    /// Reads one `struct unix_diag_msg`.
    fn entry(message: &[u8]) -> Option<Entry> {
        if message.len() < MESSAGE {
            return None;
        }
        let attributes = &message[MESSAGE..];
        let numbers = |kind| attribute(attributes, kind).filter(|bytes| bytes.len() >= 4);
        let queue = numbers(UNIX_DIAG_RQLEN).filter(|bytes| bytes.len() >= 8);
        let ends = attribute(attributes, UNIX_DIAG_SHUTDOWN).and_then(|bytes| bytes.first()).copied();
        Some(Entry {
            listens: message[2] == TcpState::Listen as u8,
            inode: u32_at(message, 4).into(),
            peer: numbers(UNIX_DIAG_PEER).map_or(0, |bytes| u32_at(bytes, 0).into()),
            file: numbers(UNIX_DIAG_VFS).map(|bytes| u32_at(bytes, 0)),
            unread: queue.map_or(0, |bytes| u32_at(bytes, 0)),
            outgoing: queue.map_or(0, |bytes| u32_at(bytes, 4)),
            hears_end: ends.is_some_and(|ends| ends & HEARS_END != 0),
            said_end: ends.is_some_and(|ends| ends & SAID_END != 0),
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::Entry;
    use std::io;

    pub fn listening() -> io::Result<Vec<Entry>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn of(_: u64) -> io::Result<Option<Entry>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
