//! One connection, in any family.

use super::ends::Ends;
use super::name::Endpoint;
#[cfg(target_os = "linux")]
use super::{
    kernel,
    last_byte::{LastByte, OtherEnd},
    reader::Reader,
};
#[cfg(target_os = "linux")]
use crate::system::portable;
use crate::system::sockets::{self, Taken};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// One connection. Its clones are the same connection, which the last of them closes.
#[derive(Clone)]
pub struct Stream {
    inner: Arc<Inner>,
}

struct Inner {
    socket: Socket,
    /// It is to be closed with a reset.
    resets: AtomicBool,
    /// On a Unix socket: what is left in its queue.
    #[cfg(target_os = "linux")]
    last: Option<LastByte>,
    #[cfg(target_os = "linux")]
    other: OtherEnd,
    #[cfg(target_os = "linux")]
    reader: Reader,
}

impl Stream {
    /// Connects to `to`, and waits at most `limit` until the other side's queue takes the connection.
    ///
    /// # Errors
    /// When nobody listens there, or `limit` is over.
    pub fn connect(to: Endpoint, limit: Option<Duration>) -> io::Result<Self> {
        Self::connect_with(to, limit, |_| Ok(()))
    }

    /// Connects as [`Stream::connect`] does, on a socket that `prepare` has set up.
    ///
    /// # Errors
    /// As [`Stream::connect`], and those of `prepare`.
    pub fn connect_with(
        to: Endpoint,
        limit: Option<Duration>,
        prepare: impl FnOnce(&Socket) -> io::Result<()>,
    ) -> io::Result<Self> {
        let socket = Socket::new(domain(to), Type::STREAM, None)?;
        prepare(&socket)?;
        let addr = address(to)?;
        match (to, limit) {
            (Endpoint::Inet(_), Some(limit)) => socket.connect_timeout(&addr, limit)?,
            // A Unix socket connects at once, or waits for room in the queue as a `write` waits for room.
            (Endpoint::Unix(_), Some(_)) => {
                socket.set_write_timeout(limit)?;
                socket.connect(&addr)?;
                socket.set_write_timeout(None)?;
            }
            (_, None) => socket.connect(&addr)?,
        }
        Self::new(socket)
    }

    /// Takes over a connected socket.
    ///
    /// # Errors
    /// When its options cannot be set.
    pub(super) fn new(socket: Socket) -> io::Result<Self> {
        let is_unix = socket.local_addr()?.domain() == Domain::UNIX;
        if !is_unix {
            // What is written leaves at once, and not when what was written before is acknowledged.
            socket.set_tcp_nodelay(true)?;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                resets: AtomicBool::new(false),
                #[cfg(target_os = "linux")]
                last: (is_unix && portable::asks_kernel()).then(|| LastByte::of(&socket).ok()).flatten(),
                #[cfg(target_os = "linux")]
                other: OtherEnd::default(),
                #[cfg(target_os = "linux")]
                reader: Reader::default(),
                socket,
            }),
        })
    }

    /// Limits how long a `read` waits; `None` is no limit.
    ///
    /// # Errors
    /// When the limit is 0, or the socket is gone.
    pub fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.inner.socket.set_read_timeout(whole(limit))
    }

    /// Limits how long a `write` waits; `None` is no limit.
    ///
    /// # Errors
    /// When the limit is 0, or the socket is gone.
    pub fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.inner.socket.set_write_timeout(whole(limit))
    }

    /// Lets `read` and `write` wait, or not.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.inner.socket.set_nonblocking(nonblocking)
    }

    /// Returns whether something has come that was not read yet: bytes, the end, or a reset.
    pub fn has_news(&self) -> bool {
        let socket = &self.inner.socket;
        if socket.set_nonblocking(true).is_err() {
            return true;
        }
        let looked = socket.peek(&mut [MaybeUninit::uninit()]);
        let is_usable = socket.set_nonblocking(false).is_ok();
        !is_usable || !looked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Ends a direction, or both.
    ///
    /// # Errors
    /// When the connection is over.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.inner.socket.shutdown(how)
    }

    /// Returns the socket, to set its options.
    pub fn options(&self) -> SockRef<'_> {
        SockRef::from(&self.inner.socket)
    }

    /// Returns whether it is a Unix socket.
    pub fn is_unix(&self) -> bool {
        self.inner.socket.local_addr().is_ok_and(|addr| addr.domain() == Domain::UNIX)
    }

    /// Makes the close a reset of the connection. Returns `false` when it cannot be one: a Unix socket resets by leaving
    /// bytes unread, so the other side must have said something.
    pub fn reset_at_close(&self) -> bool {
        if !self.is_unix() {
            // RST, by SO_LINGER with a time of 0 (socket(7)).
            return self.inner.socket.set_linger(Some(Duration::ZERO)).is_ok();
        }
        self.inner.resets.store(true, Ordering::SeqCst);
        #[cfg(target_os = "linux")]
        return portable::asks_kernel() && kernel::unread(&self.inner.socket).is_ok_and(|unread| unread > 0);
        #[cfg(not(target_os = "linux"))]
        false
    }

    /// Takes the byte that the last `read` of a Unix socket has left in its queue. Then the other side sees that all is
    /// read, as after a `read` of any program, but the close cannot be a reset.
    pub fn takes_last_byte(&self) {
        #[cfg(target_os = "linux")]
        if let Some(last) = &self.inner.last {
            last.take_it(&self.inner.socket);
        }
    }

    /// Returns the two ends of the connection.
    ///
    /// # Errors
    /// When the socket is no longer connected, or the kernel cannot be asked for the inodes of a Unix socket's ends.
    pub fn ends(&self) -> io::Result<Ends> {
        let socket = &self.inner.socket;
        if let (Some(own), Some(other)) = (socket.local_addr()?.as_socket(), socket.peer_addr()?.as_socket())
        {
            return Ok(Ends::Inet { own, other });
        }
        #[cfg(target_os = "linux")]
        if portable::asks_kernel() {
            let own = kernel::inode(socket)?;
            let entry = sockets::unix::of(own)?.ok_or(io::ErrorKind::NotConnected)?;
            return Ok(Ends::Unix { own, other: entry.peer });
        }
        Ok(Ends::Unix { own: 0, other: 0 })
    }

    /// Returns whether the reader at the other end has taken all of the `sent` bytes that were written so far. `ends` are
    /// those of this connection.
    ///
    /// With [`Taken::All`] the reader's `recv` that took the last byte is over: see [`sockets::taken`], and for Unix
    /// sockets `reader.rs`, where the kernel lets the runner look.
    pub fn taken(&self, ends: Ends, sent: u64) -> Taken {
        match ends {
            Ends::Inet { own, other } => sockets::taken(other, own, sent),
            Ends::Unix { own, .. } => self.unix_taken(own, sent),
        }
    }

    #[cfg(target_os = "linux")]
    fn unix_taken(&self, own: u64, sent: u64) -> Taken {
        match kernel::unsent(&self.inner.socket) {
            _ if !portable::asks_kernel() => Taken::Unknown,
            Err(_) => Taken::Unknown,
            Ok(0) => {
                self.inner.reader.wait_recv_over(&self.inner.socket, own);
                Taken::All
            }
            Ok(_) => {
                let other = || sockets::unix::of(own).ok()?.map(|entry| entry.peer);
                match self.inner.other.heard(other) {
                    Some(heard) if heard >= sent => Taken::All,
                    _ => Taken::NotAll,
                }
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn unix_taken(&self, _: u64, _: u64) -> Taken {
        Taken::Unknown
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        #[cfg(target_os = "linux")]
        if let Some(last) = self.last.as_ref().filter(|_| !self.resets.load(Ordering::SeqCst)) {
            last.take_it(&self.socket);
        }
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(target_os = "linux")]
        if let Some(last) = &self.inner.last {
            return last.read(&self.inner.socket, buffer);
        }
        (&self.inner.socket).read(buffer)
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.inner.socket).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns a limit of whole milliseconds, rounded up: Windows counts in these, and takes 0 for no limit at all.
fn whole(limit: Option<Duration>) -> Option<Duration> {
    limit.map(|limit| Duration::from_millis(limit.as_nanos().div_ceil(1_000_000) as u64))
}

/// Returns the domain of an endpoint, as `socket` takes it.
pub(super) fn domain(endpoint: Endpoint) -> Domain {
    endpoint.inet().map_or(Domain::UNIX, Domain::for_address)
}

/// Returns the endpoint as `bind` and `connect` take it.
pub(super) fn address(endpoint: Endpoint) -> io::Result<SockAddr> {
    match endpoint {
        Endpoint::Inet(addr) => Ok(addr.into()),
        Endpoint::Unix(_) => SockAddr::unix(endpoint.path().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_never_becomes_none() {
        for (micros, millis) in [(1, 1), (999, 1), (1000, 1), (1001, 2), (5_000_000, 5000)] {
            assert_eq!(whole(Some(Duration::from_micros(micros))), Some(Duration::from_millis(millis)));
        }
        assert_eq!((whole(None), whole(Some(Duration::ZERO))), (None, Some(Duration::ZERO)));
    }
}
