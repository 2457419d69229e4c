//! A thread that takes packets from the ring and keeps their segments.

use super::decode::decode;
use super::own_network::VARIABLE;
use super::ring::{self, Packet, Ring};
use super::segment::{Captured, Segment, What};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// At most so many bytes of payload are kept of all segments together; of later ones only the headers.
const KEPT: usize = 64 << 20;
/// How long a packet may take from loopback into the list, on a machine under load.
const LIMIT: Duration = Duration::from_secs(5);
/// How often the thread looks whether it shall end, in milliseconds. This is needed only when the packet that tells it
/// so was lost.
const LOOK: u16 = 100;

/// What passes loopback, since the namespace began.
pub struct Capture {
    shared: Arc<Shared>,
    /// Sends itself datagrams, which are in no list: when one is seen, all before it were.
    marker: UdpSocket,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    list: Mutex<List>,
    news: Condvar,
    marker: SocketAddr,
}

#[derive(Default)]
struct List {
    captured: Captured,
    kept: usize,
    /// How many markers were sent, and the last one that was seen.
    sent: u64,
    seen: u64,
    is_over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Capture {
    /// Takes the packet socket that this process was started with. Returns [`None`] when it has none: it was not
    /// started by [`start`](super::own_network::start), or the socket was taken before.
    ///
    /// Call it before there is another thread: it takes the variable away, so that no program of the run sees it.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn inherited() -> Option<io::Result<Self>> {
        let number: RawFd = std::env::var(VARIABLE).ok()?.parse().ok()?;
        // SAFETY: the caller says that no other thread runs, which could read the environment.
        unsafe { std::env::remove_var(VARIABLE) };
        if number < 3 || !ring::is_packet_socket(number) {
            return Some(Err(io::Error::other(format!("{VARIABLE}={number} is no packet socket"))));
        }
        // SAFETY: it is the socket that was handed on, and the variable that named it is gone: nothing else takes it.
        let socket = unsafe { OwnedFd::from_raw_fd(number) };
        Some(Self::of(socket))
    }

    fn of(socket: OwnedFd) -> io::Result<Self> {
        fcntl(&socket, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        let mut ring = Ring::of(socket.as_raw_fd())?;
        let marker = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let shared =
            Arc::new(Shared { list: Mutex::default(), news: Condvar::new(), marker: marker.local_addr()? });
        let thread = {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name("segments".into()).spawn(move || {
                while !shared.lock().is_over {
                    while ring.take(|packet| shared.keep(&packet)) {}
                    shared.lock().captured.lost += ring::lost(socket.as_raw_fd());
                    shared.news.notify_all();
                    let mut wait = [PollFd::new(socket.as_fd(), PollFlags::POLLIN)];
                    let _ = poll(&mut wait, PollTimeout::from(LOOK));
                }
            })?
        };
        Ok(Self { shared, marker, thread: Some(thread) })
    }

    /// Waits until everything that has passed loopback before this call is in the list. Returns whether it is; it is
    /// not when packets were lost, or on a machine under very heavy load.
    pub fn flush(&self) -> bool {
        let mut list = self.shared.lock();
        list.sent += 1;
        let number = list.sent;
        if self.marker.send_to(&number.to_be_bytes(), self.shared.marker).is_err() {
            return false;
        }
        let _ = self.marker.set_nonblocking(true);
        let _ = self.marker.recv(&mut [0; 8]);
        let until = Instant::now() + LIMIT;
        while list.seen < number {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            list = self.shared.news.wait_timeout(list, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Returns what it has seen up to now: first call [`Capture::flush`].
    pub fn so_far(&self) -> Captured {
        self.shared.lock().captured.clone()
    }

    /// Returns what has passed loopback up to now, and sees no more.
    pub fn finish(mut self) -> Captured {
        self.flush();
        self.end();
        std::mem::take(&mut self.shared.lock().captured)
    }

    fn end(&mut self) {
        self.shared.lock().is_over = true;
        let _ = self.marker.send_to(&[], self.shared.marker); // Wakes the thread.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn keep(&self, packet: &Packet<'_>) {
        let Some(seen) = decode(packet.bytes, packet.sent) else { return };
        let (header, rest) = packet.bytes.split_at(seen.header.min(packet.bytes.len()));
        let payload = &rest[..seen.len.min(rest.len())];
        let mut list = self.lock();
        if (seen.from, seen.to, &seen.what) == (self.marker, self.marker, &What::Udp) {
            if let Ok(number) = payload.try_into() {
                list.seen = u64::from_be_bytes(number);
            }
            return;
        }
        let payload = &payload[..payload.len().min(KEPT - list.kept)];
        list.kept += payload.len();
        list.captured.segments.push(Segment {
            at: packet.at,
            from: seen.from,
            to: seen.to,
            what: seen.what,
            len: u32::try_from(seen.len).unwrap_or(u32::MAX),
            payload: payload.to_vec(),
            header: header.to_vec(),
        });
    }
}
