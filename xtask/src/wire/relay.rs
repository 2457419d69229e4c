//! The relay under every wire: accepts a client, connects to the server, carries each direction in its own thread,
//! and passes on FIN as FIN and RST as RST.

use super::lane::{End, Lane};
use super::record::{Direction, Record};
use super::{Kind, Setup, dribble, fault, glue, plain, slice, slow};
use crate::system::sockets;
use crate::system::sockets::Taken;
use anyhow::Context;
use socket2::SockRef;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A running wire. Dropping it ends its connections.
pub struct Wire {
    /// Where clients call.
    pub addr: SocketAddr,
    /// What has passed.
    pub record: Record,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    server: SocketAddr,
    setup: Setup,
    done: AtomicBool,
    called: AtomicBool,
    /// Not owned: the last thread that carries a connection closes its sockets.
    links: Mutex<Vec<Weak<Pair>>>,
}

/// One connection through the wire: a socket towards each end.
struct Pair {
    client: TcpStream,
    server: TcpStream,
    /// One end was reset: the other must be reset, too.
    reset: AtomicBool,
}

impl Wire {
    /// Starts a wire: clients call at `addr`, and the wire connects each of them to `server`.
    ///
    /// # Errors
    /// When `addr` is taken.
    pub fn start(setup: Setup, addr: SocketAddr, server: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(addr).with_context(|| format!("listen at {addr}"))?;
        let addr = listener.local_addr()?;
        let record = Record::new();
        let shared = Arc::new(Shared {
            server,
            setup,
            done: false.into(),
            called: false.into(),
            links: Mutex::default(),
        });
        let (all, passed) = (Arc::clone(&shared), record.clone());
        let accepting = thread::spawn(move || {
            for (client, number) in listener.incoming().zip(1..) {
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
        Ok(Self { addr, record, shared, accepting: Some(accepting) })
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
        let ends = links
            .first()
            .and_then(Weak::upgrade)
            .and_then(|link| Some((link.client.peer_addr().ok()?, link.client.local_addr().ok()?)));
        ends.is_none_or(|(client, own)| sockets::taken(client, own, sent) != Taken::NotAll)
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
        let _ = TcpStream::connect(self.addr); // Wakes `accept`.
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join(); // Then its address is free again.
        }
        let links = std::mem::take(&mut *self.shared.links.lock().unwrap_or_else(PoisonError::into_inner));
        for link in links.iter().filter_map(Weak::upgrade) {
            if self.shared.setup.abort_at_end {
                link.reset.store(true, Ordering::SeqCst);
                let _ = SockRef::from(&link.server).set_linger(Some(Duration::ZERO));
                let _ = link.server.shutdown(Shutdown::Read);
                let _ = link.client.shutdown(Shutdown::Both);
                continue;
            }
            let _ = link.client.shutdown(Shutdown::Both);
            let _ = link.server.shutdown(Shutdown::Both);
        }
    }
}

fn connect_on(shared: &Arc<Shared>, record: &Record, client: TcpStream, number: usize) -> io::Result<()> {
    let server = match TcpStream::connect(shared.server) {
        Ok(server) => server,
        Err(error) => {
            SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
            return Err(error);
        }
    };
    for socket in [&client, &server] {
        // A piece leaves when it is passed on, not when the last one is acknowledged.
        socket.set_nodelay(true)?;
    }
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
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
            // Wakes the other direction without a FIN; its last owner then closes both sockets, with RST.
            let _ = socket.shutdown(Shutdown::Read);
        }
    }
    lane.end(end);
}
