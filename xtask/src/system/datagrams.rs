//! UDP sockets: when the kernel received a datagram, and what its table says of them.

use crate::system::portable;
use socket2::SockRef;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// How many bytes the kernel is asked to keep for a socket.
const QUEUE: usize = 4 << 20;

/// Returns whether the kernel tells which datagram sockets there are, and when a datagram came.
pub fn known() -> bool {
    portable::asks_kernel()
}

/// One datagram as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Stamped {
    /// How many bytes it has.
    pub len: usize,
    /// Where it came from.
    pub from: SocketAddr,
    /// How long ago the kernel received it; `None` where it does not tell.
    pub ago: Option<Duration>,
    /// When it was received: by the kernel, or, where that does not tell, by the caller.
    pub at: Instant,
}

/// A UDP socket in the kernel's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is bound.
    pub local: SocketAddr,
    /// Its number among the kernel's sockets.
    pub inode: u64,
    /// Bytes that lie unread in its queue, with the kernel's own overhead.
    pub unread: u32,
    /// How many datagrams were dropped there, because its queue was full or they were damaged.
    pub drops: u64,
}

/// Gives the socket a long queue, and asks for the time stamps that [`receive`] returns.
pub fn prepare(socket: &UdpSocket) {
    let _ = SockRef::from(socket).set_recv_buffer_size(QUEUE);
    imp::prepare(socket);
}

/// Receives one datagram, with the time stamp that the kernel gave it.
///
/// # Errors
/// As recvfrom(2); `WouldBlock` or `TimedOut` when the socket's time limit is over.
pub fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Stamped> {
    imp::receive(socket, buffer)
}

/// Returns every UDP socket, IPv4 and IPv6.
///
/// # Errors
/// When `/proc/net/udp` cannot be read. On other systems than Linux: `Unsupported`.
pub fn sockets() -> io::Result<Vec<Entry>> {
    imp::sockets()
}

/// Returns the UDP sockets that take what is sent to `addr`: bound there, or to its port at every address.
///
/// # Errors
/// As [`sockets`].
pub fn taking(addr: SocketAddr) -> io::Result<Vec<Entry>> {
    let mut entries = sockets()?;
    entries.retain(|Entry { local, .. }| {
        local.port() == addr.port() && (local.ip() == addr.ip() || local.ip().is_unspecified())
    });
    Ok(entries)
}

/// Returns how many datagrams the kernel has dropped at the sockets that are bound to these addresses.
///
/// # Errors
/// As [`sockets`].
pub fn drops_at(addrs: &[SocketAddr]) -> io::Result<u64> {
    let entries = sockets()?;
    Ok(entries.iter().filter(|entry| addrs.contains(&entry.local)).map(|entry| entry.drops).sum())
}

#[cfg(target_os = "linux")]
mod imp {
    use super::{Entry, Stamped, portable};
    use crate::system::sockets::address_of;
    use std::fs;
    use std::io;
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;
    use std::time::{Duration, Instant, SystemTime};

    /// Asks for the time at which the datagram that was read last came in (socket(7), SIOCGSTAMP). libc lacks it.
    const SIOCGSTAMPNS: libc::c_ulong = 0x8907;

    pub fn prepare(socket: &UdpSocket) {
        if portable::asks_kernel() {
            let _ = stamp(socket); // The kernel keeps the times from the first question on.
        }
    }

    pub fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Stamped> {
        let (len, from) = socket.recv_from(buffer)?;
        let (now, since_1970) = both_clocks();
        let ago = portable::asks_kernel()
            .then(|| stamp(socket))
            .flatten()
            .map(|stamp| since_1970.saturating_sub(stamp));
        Ok(Stamped { len, from, ago, at: now.checked_sub(ago.unwrap_or_default()).unwrap_or(now) })
    }

    /// Reads both clocks at one moment: when this thread loses the processor between the two, it reads them again.
    fn both_clocks() -> (Instant, Duration) {
        loop {
            let now = Instant::now();
            let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            if now.elapsed() < Duration::from_millis(1) {
                return (now, since_1970);
            }
        }
    }

    /// Returns when the datagram that was read last came in, since 1970.
    fn stamp(socket: &UdpSocket) -> Option<Duration> {
        let mut stamp = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the request writes a `timespec`, and the pointer is that of a live one.
        let status = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGSTAMPNS as _, &raw mut stamp) };
        (status == 0).then(|| Duration::new(stamp.tv_sec as u64, stamp.tv_nsec as u32))
    }

    pub fn sockets() -> io::Result<Vec<Entry>> {
        portable::may_ask()?;
        let mut table = fs::read_to_string("/proc/net/udp")?;
        // Without IPv6 the second table is missing.
        table.push_str(&fs::read_to_string("/proc/net/udp6").unwrap_or_default());
        Ok(table.lines().filter_map(entry).collect())
    }

    /// Parses `sl: local remote st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops`; a heading gives `None`.
    fn entry(line: &str) -> Option<Entry> {
        let words: Vec<&str> = line.split_ascii_whitespace().skip(1).collect();
        let local = address_of(words.first()?)?;
        let (_, unread) = words.get(3)?.split_once(':')?;
        Some(Entry {
            local,
            inode: words.get(8)?.parse().ok()?,
            unread: u32::from_str_radix(unread, 16).ok()?,
            drops: words.get(11)?.parse().ok()?,
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::{Entry, Stamped};
    use std::io;
    use std::net::UdpSocket;
    use std::time::Instant;

    pub fn prepare(_: &UdpSocket) {}

    pub fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Stamped> {
        let (len, from) = socket.recv_from(buffer)?;
        Ok(Stamped { len, from, ago: None, at: Instant::now() })
    }

    pub fn sockets() -> io::Result<Vec<Entry>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_has_its_sender_and_its_time() {
        let (here, there) =
            (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        prepare(&here);
        there.send_to(b"seven b", here.local_addr().unwrap()).unwrap();
        let mut buffer = [0; 100];
        let received = receive(&here, &mut buffer).unwrap();
        assert_eq!((received.len, received.from), (7, there.local_addr().unwrap()));
        assert_eq!(received.ago.is_some(), cfg!(target_os = "linux"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_table_counts_what_was_dropped() {
        let (here, there) =
            (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        let addr = here.local_addr().unwrap();
        let find = || sockets().unwrap().into_iter().find(|entry| entry.local == addr).unwrap();
        assert_eq!((find().drops, find().unread), (0, 0));
        (0..2000).for_each(|_| assert_eq!(there.send_to(&[0; 1000], addr).unwrap(), 1000));
        assert!(find().drops > 0 && find().unread > 0);
    }
}
