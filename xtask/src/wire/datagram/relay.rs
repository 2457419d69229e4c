//! The relay under every datagram wire: one socket for all clients, and for each client one socket towards the server.

use super::MOST;
use super::fate::Fates;
use super::record::{DatagramRecord, Passage, Place};
use crate::system::datagrams::{self, Stamped};
use crate::wire::kind::{Fate, Kind};
use crate::wire::record::Direction;
use anyhow::Context;
use socket2::SockRef;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{Shutdown, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often a thread that waits for a datagram looks whether the wire has ended.
const LOOK: Duration = Duration::from_millis(50);

/// A running datagram wire. Dropping it ends it.
///
/// Where nobody listens at the server's address, the wire is silent: its own socket is there, so a client behind a wire
/// never hears "connection refused" (ICMP).
pub struct DatagramWire {
    /// Where clients send to.
    pub addr: SocketAddr,
    /// What has come, and what became of it.
    pub record: DatagramRecord,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// The lanes of all sockets of the one client: to the server, to the client.
    one_flow: Option<[SharedLane; 2]>,
    kind: Kind,
    seed: u64,
    server: SocketAddr,
    clients: UdpSocket,
    record: DatagramRecord,
    done: AtomicBool,
    /// The wire's own sockets towards the server, one for each client.
    towards_server: Mutex<Vec<Arc<UdpSocket>>>,
}

impl DatagramWire {
    /// Starts a wire: clients send to `addr`, and the wire passes on to `server`.
    ///
    /// # Errors
    /// When `addr` is taken.
    pub fn start(kind: Kind, seed: u64, addr: SocketAddr, server: SocketAddr) -> anyhow::Result<Self> {
        Self::start_for(false, kind, seed, addr, server)
    }

    /// Starts a wire for one client: whatever socket it sends from, its datagrams are one flow. So a client that makes a
    /// new socket for each send meets the same fates as one that keeps its socket.
    ///
    /// # Errors
    /// When `addr` is taken.
    pub fn start_for_one(
        kind: Kind,
        seed: u64,
        addr: SocketAddr,
        server: SocketAddr,
    ) -> anyhow::Result<Self> {
        Self::start_for(true, kind, seed, addr, server)
    }

    fn start_for(
        one_client: bool,
        kind: Kind,
        seed: u64,
        addr: SocketAddr,
        server: SocketAddr,
    ) -> anyhow::Result<Self> {
        let clients = socket(addr).with_context(|| format!("bind {addr}"))?;
        let addr = clients.local_addr()?;
        let record = DatagramRecord::new();
        let lane = |direction| Arc::new(Mutex::new(Lane::new(kind, seed, 1, direction)));
        let lanes = [Direction::ClientToServer, Direction::ServerToClient].map(lane);
        let shared = Arc::new(Shared {
            one_flow: one_client.then_some(lanes),
            kind,
            seed,
            server,
            clients,
            record: record.clone(),
            done: false.into(),
            towards_server: Mutex::default(),
        });
        let requests = Arc::clone(&shared);
        let threads = vec![thread::spawn(move || carry_requests(&requests))];
        Ok(Self { addr, record, shared, threads })
    }

    /// Returns how many datagrams the kernel has dropped at the wire's own sockets, because their queues were full;
    /// `None` where it does not tell.
    pub fn drops(&self) -> Option<u64> {
        let flows = self.shared.towards_server.lock().unwrap_or_else(PoisonError::into_inner);
        let own: Vec<SocketAddr> =
            flows.iter().filter_map(|socket| socket.local_addr().ok()).chain([self.addr]).collect();
        datagrams::drops_at(&own).ok()
    }
}

impl Drop for DatagramWire {
    fn drop(&mut self) {
        self.shared.done.store(true, Ordering::SeqCst);
        // Wakes the threads that wait for a datagram, at once where the system allows it.
        let _ = self.shared.clients.send_to(&[], self.addr);
        for socket in self.shared.towards_server.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = SockRef::from(&**socket).shutdown(Shutdown::Read);
        }
        self.threads.drain(..).for_each(|thread| {
            let _ = thread.join();
        });
        // What is held back holds the sockets, through which it would be passed on.
        self.shared.one_flow.iter().flatten().for_each(|lane| lock(lane).held.clear());
    }
}

/// Binds a socket whose queue is long, and that takes the kernel's time stamps.
fn socket(addr: SocketAddr) -> anyhow::Result<UdpSocket> {
    let socket = UdpSocket::bind(addr)?;
    datagrams::prepare(&socket);
    socket.set_read_timeout(Some(LOOK))?;
    Ok(socket)
}

impl Shared {
    /// Returns the lane of this direction of a flow.
    fn lane(&self, flow: usize, direction: Direction) -> SharedLane {
        match &self.one_flow {
            Some(lanes) => Arc::clone(&lanes[usize::from(direction == Direction::ServerToClient)]),
            None => Arc::new(Mutex::new(Lane::new(self.kind, self.seed, flow, direction))),
        }
    }
}

/// How a datagram is passed on.
type PassOn = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// One direction of one flow, shared where a flow has several sockets.
type SharedLane = Arc<Mutex<Lane>>;

/// One direction of one flow.
struct Lane {
    fates: Fates,
    flow: usize,
    direction: Direction,
    came: u64,
    /// What is late: it is passed on after the next one that passes.
    held: Vec<(Place, Vec<u8>, PassOn)>,
}

impl Lane {
    fn new(kind: Kind, seed: u64, flow: usize, direction: Direction) -> Self {
        let fates = Fates::new(kind, seed, direction);
        Self { fates, flow, direction, came: 0, held: Vec::new() }
    }

    /// Does with one datagram what its fate says.
    fn meets(&mut self, record: &DatagramRecord, came: Duration, bytes: &[u8], pass_on: &PassOn) {
        self.came += 1;
        let fate = self.fates.next();
        let (flow, direction, number, len) = (self.flow, self.direction, self.came, bytes.len());
        let passage = Passage {
            came,
            flow,
            direction,
            number,
            len,
            bytes: Vec::new(),
            fate,
            passed: Vec::new(),
            left: None,
        };
        let place = record.came(passage, bytes);
        let times = match fate {
            Fate::Pass => 1,
            Fate::Double => 2,
            Fate::Lose => 0,
            Fate::Late => {
                self.held.push((place, bytes.to_vec(), Arc::clone(pass_on)));
                0
            }
        };
        for _ in 0..times {
            record.passes(place);
            pass_on(bytes);
            record.has_left(place);
        }
        if times > 0 {
            for (place, bytes, pass_on) in self.held.drain(..) {
                record.passes(place);
                pass_on(&bytes);
                record.has_left(place);
            }
        }
    }
}

/// Locks a lane, even if a thread that used it panicked.
fn lock(lane: &SharedLane) -> MutexGuard<'_, Lane> {
    lane.lock().unwrap_or_else(PoisonError::into_inner)
}

fn carry_requests(shared: &Arc<Shared>) {
    let mut flows: HashMap<SocketAddr, (SharedLane, PassOn)> = HashMap::new();
    let mut replies = Vec::new();
    let mut buffer = vec![0; MOST];
    while !shared.done.load(Ordering::SeqCst) {
        let Ok(Stamped { len, from: client, ago, .. }) = datagrams::receive(&shared.clients, &mut buffer)
        else {
            continue;
        };
        if shared.done.load(Ordering::SeqCst) {
            break; // What came is the call that wakes this thread.
        }
        let came = shared.record.now().saturating_sub(ago.unwrap_or_default());
        let next = flows.len() + 1;
        let (lane, pass_on) = match flows.entry(client) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let Ok(socket) = towards(shared.server) else { continue };
                let socket = Arc::new(socket);
                shared
                    .towards_server
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(Arc::clone(&socket));
                let (all, own) = (Arc::clone(shared), Arc::clone(&socket));
                replies.push(thread::spawn(move || carry_replies(&all, &own, client, next)));
                let pass_on: PassOn = Arc::new(move |bytes| pass(|| socket.send(bytes)));
                new.insert((shared.lane(next, Direction::ClientToServer), pass_on))
            }
        };
        lock(lane).meets(&shared.record, came, &buffer[..len], pass_on);
    }
    replies.into_iter().for_each(|thread| {
        let _ = thread.join();
    });
}

fn carry_replies(shared: &Arc<Shared>, socket: &UdpSocket, client: SocketAddr, flow: usize) {
    let lane = shared.lane(flow, Direction::ServerToClient);
    let back = Arc::clone(shared);
    let pass_on: PassOn = Arc::new(move |bytes| pass(|| back.clients.send_to(bytes, client)));
    let mut buffer = vec![0; MOST];
    while !shared.done.load(Ordering::SeqCst) {
        let Ok(Stamped { len, ago, .. }) = datagrams::receive(socket, &mut buffer) else { continue };
        if shared.done.load(Ordering::SeqCst) {
            break;
        }
        let came = shared.record.now().saturating_sub(ago.unwrap_or_default());
        lock(&lane).meets(&shared.record, came, &buffer[..len], &pass_on);
    }
}

/// Returns a socket that hears only the server.
fn towards(server: SocketAddr) -> anyhow::Result<UdpSocket> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = socket(any.parse()?)?;
    socket.connect(server)?;
    Ok(socket)
}

/// Sends. An error that an earlier datagram left at the socket ("connection refused") comes in place of a send, once.
fn pass(send: impl Fn() -> std::io::Result<usize>) {
    let _ = send().or_else(|_| send());
}
