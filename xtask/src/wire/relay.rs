//! The relay under every wire: accepts a client, connects to the server, carries each direction in its own thread,
//! and passes on FIN as FIN and RST as RST. The reset of a Unix connection is a close with bytes unread: see
//! [`Stream::reset_at_close`].

use super::lane::{End, Lane};
use super::record::{Direction, Record};
use super::{Kind, Setup, dribble, fault, glue, plain, slice, slow};
use crate::system::endpoint::{Endpoint, Ends, Listener, Stream};
use crate::system::sockets::Taken;
use anyhow::Context;
use std::io;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A running wire. Dropping it ends its connections.
pub struct Wire {
    /// Where clients call.
    pub addr: Endpoint,
    /// What has passed.
    pub record: Record,
    shared: Arc<Shared>,
    listener: Arc<Listener>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    server: Endpoint,
    /// A connection to the server that is there already.
    first: Mutex<Option<Stream>>,
    setup: Setup,
    done: AtomicBool,
    called: AtomicBool,
    /// Not owned: the last thread that carries a connection closes its sockets.
    links: Mutex<Vec<Weak<Pair>>>,
}

/// One connection through the wire: a socket towards each end.
struct Pair {
    client: Stream,
    server: Stream,
    /// One end was reset: the other must be reset, too.
    reset: AtomicBool,
}

impl Wire {
    /// Starts a wire: clients call at `addr`, and the wire connects each of them to `server`.
    ///
    /// # Errors
    /// When `addr` is taken.
    pub fn start(
        setup: Setup,
        addr: impl Into<Endpoint>,
        server: impl Into<Endpoint>,
    ) -> anyhow::Result<Self> {
        let (addr, server) = (addr.into(), server.into());
        let listener = Listener::bind(addr).with_context(|| format!("listen at {addr}"))?;
        Ok(Self::at(setup, listener, server))
    }

    /// Starts a wire: clients call where `listener` listens, and the wire connects each of them to `server`.
    pub fn at(setup: Setup, listener: Listener, server: Endpoint) -> Self {
        let (addr, listener) = (listener.endpoint(), Arc::new(listener));
        let record = Record::new();
        let shared = Arc::new(Shared {
            server,
            first: Mutex::default(),
            setup,
            done: false.into(),
            called: false.into(),
            links: Mutex::default(),
        });
        let (all, passed) = (Arc::clone(&shared), record.clone());
        let calls = Arc::clone(&listener);
        let accepting = thread::spawn(move || {
            for number in 1.. {
                let client = calls.accept();
                if all.done.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(client) = client {
                    all.called.store(true, Ordering::SeqCst);
                    // When the server refuses, a relay can only reset the client's connection.
                    let _ = connect_on(&all, &passed, client, number);
                }
            }
        });
        Self { addr, record, shared, listener, accepting: Some(accepting) }
    }

    /// Gives the first client that calls from now on this connection to the server, in place of a new one.
    pub fn begins_with(&self, first: Option<Stream>) {
        *self.shared.first.lock().unwrap_or_else(PoisonError::into_inner) = first;
    }

    /// Returns whether a client has called.
    pub fn has_client(&self) -> bool {
        self.shared.called.load(Ordering::SeqCst)
    }

    /// Returns whether the client of the first connection has taken `sent` bytes of what passed to it, or is gone.
    /// Where the kernel cannot be asked: whether `sent` bytes have passed.
    pub fn is_taken(&self, sent: u64) -> bool {
        if self.record.carried().1 < sent {
            return false;
        }
        let links = self.shared.links.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(link) = links.first().and_then(Weak::upgrade) else { return true };
        link.client.ends().map_or(true, |ends| link.client.taken(ends, sent) != Taken::NotAll)
    }

    /// Returns whether a `stall` wire has fallen silent: all that it passes has passed and was taken.
    pub fn has_stalled(&self) -> bool {
        match self.shared.setup.kind {
            Kind::Fault(fault) => self.is_taken(fault.after),
            _ => false,
        }
    }

    /// Returns the seed of its cuts.
    pub fn seed(&self) -> u64 {
        self.shared.setup.seed
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.done.store(true, Ordering::SeqCst);
        self.listener.wake();
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join(); // Then its address is free again.
        }
        let links = std::mem::take(&mut *self.shared.links.lock().unwrap_or_else(PoisonError::into_inner));
        for link in links.iter().filter_map(Weak::upgrade) {
            if self.shared.setup.abort_at_end {
                link.reset.store(true, Ordering::SeqCst);
                link.server.reset_at_close();
                let _ = link.server.shutdown(Shutdown::Read);
                let _ = link.client.shutdown(Shutdown::Both);
                continue;
            }
            let _ = link.client.shutdown(Shutdown::Both);
            let _ = link.server.shutdown(Shutdown::Both);
        }
    }
}

fn connect_on(shared: &Arc<Shared>, record: &Record, client: Stream, number: usize) -> io::Result<()> {
    let first = shared.first.lock().unwrap_or_else(PoisonError::into_inner).take();
    let server = match first.map_or_else(|| Stream::connect(shared.server, None), Ok) {
        Ok(server) => server,
        Err(error) => {
            record.refused(number);
            client.reset_at_close();
            return Err(error);
        }
    };
    let link = Arc::new(Pair { client, server, reset: AtomicBool::new(false) });
    shared.links.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&link));
    for direction in [Direction::ClientToServer, Direction::ServerToClient] {
        let (shared, link, record) = (Arc::clone(shared), Arc::clone(&link), record.clone());
        thread::spawn(move || one_way(&shared.setup, &link, &record, direction, number));
    }
    Ok(())
}

fn one_way(setup: &Setup, link: &Pair, record: &Record, direction: Direction, number: usize) {
    let (from, to, turns) = match direction {
        Direction::ClientToServer => (&link.client, &link.server, &setup.client_turns),
        Direction::ServerToClient => (&link.server, &link.client, &setup.server_turns),
    };
    let mut lane = Lane::new(from, to, record, number, direction);
    let end = match setup.kind {
        // A datagram wire has no connections; its kinds are refused before they come here.
        Kind::Plain | Kind::Datagram(_) => plain::carry(&mut lane, setup.taken_first),
        Kind::Glue => glue::carry(&mut lane, turns, setup.deadline),
        Kind::Dribble => dribble::carry(&mut lane),
        Kind::Slice => slice::carry(&mut lane, turns, setup.seed, setup.deadline),
        Kind::Slow(millis) => slow::carry(&mut lane, Duration::from_millis(millis.into())),
        Kind::Fault(end) => fault::carry(&mut lane, end),
    };
    // If the other direction met a reset, it woke this one: there is nothing more to pass on.
    if link.reset.load(Ordering::SeqCst) {
        return;
    }
    if end == End::Rst {
        link.reset.store(true, Ordering::SeqCst);
        for socket in [from, to] {
            // A side that has reset the connection itself is gone.
            let is_there = || matches!(socket.ends(), Ok(Ends::Unix { other: 1.., .. }));
            if !socket.reset_at_close() && is_there() {
                record.lacks_reset();
            }
            // Wakes the other direction without a FIN; its last owner then closes both sockets, with RST.
            let _ = socket.shutdown(Shutdown::Read);
        }
    }
    lane.end(end);
}
