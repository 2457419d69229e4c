//! Connections and wires of a bench: to the server, through a wire, and between the pair.

use super::bench::Bench;
use super::facts::{can, never_called, of_another_family, progress};
use super::{Client, Peer, Server};
use crate::finding::{Finding, Half, Outcome, Perhaps, Symptom};
use crate::system::endpoint::{Endpoint, listening_at};
use crate::system::patience::{AT_MOST, Patience};
use crate::system::sockets;
use crate::system::waits::{self, WaitsFor};
use crate::wire::{self, Direction, Reading, Record, Setup, Wire};
use std::io;
use std::time::{Duration, Instant};

impl Bench<'_> {
    /// Connects the runner to the server.
    ///
    /// # Errors
    /// The finding that nobody accepts there.
    pub fn connect(&mut self, server: &mut Server) -> Outcome<Peer> {
        match server.first.take() {
            Some(stream) => Ok(self.begins(server, Peer::new(stream, "server"))),
            None => self.connect_by(server, Peer::connect),
        }
    }

    /// Connects with a small receive queue: see [`Peer::connect_narrow`].
    ///
    /// # Errors
    /// The finding that nobody accepts there.
    pub fn connect_narrow(&mut self, server: &mut Server) -> Outcome<Peer> {
        self.connect_by(server, Peer::connect_narrow)
    }

    /// Connects with the smallest buffers and segments that the kernel gives: see [`Peer::connect_tiny`].
    ///
    /// # Errors
    /// The finding that nobody accepts there.
    pub fn connect_tiny(&mut self, server: &mut Server) -> Outcome<Peer> {
        self.connect_by(server, Peer::connect_tiny)
    }

    fn connect_by(
        &mut self,
        server: &mut Server,
        connect: fn(Endpoint) -> io::Result<Peer>,
    ) -> Outcome<Peer> {
        server.first.end();
        server.wait_room()?;
        let peer = connect(server.addr).or_else(|error| refused(server, &error))?;
        Ok(self.begins(server, peer))
    }

    /// Makes a peer one that talks to this server.
    fn begins(&mut self, server: &Server, mut peer: Peer) -> Peer {
        peer.wait_for(server.program.root());
        peer.abort_at_end = self.programs.server.at.is_some();
        self.remember(&peer);
        peer
    }

    /// Connects the runner to the server through a wire.
    ///
    /// # Errors
    /// When the wire does not accept.
    pub fn connect_through(&mut self, wire: &Wire) -> Outcome<Peer> {
        let mut peer = can("connect to the wire", Peer::connect(wire.addr).map_err(Into::into))?;
        peer.is_behind_wire(self.wire, self.servers.last().copied(), progress(&wire.record));
        self.remember(&peer);
        Ok(peer)
    }

    /// Waits until the client has called at the wire, or has exited with status 0: then that is judged.
    ///
    /// # Errors
    /// The finding that it never did, and runs on or has failed.
    pub fn is_called(&self, wire: &Wire, client: &Client) -> Outcome {
        let _shown = waits::until(WaitsFor::Call);
        let patience = Patience::to_start(client.program.root());
        let called = || (wire.has_client() || client.program.exit().is_some()).then_some(());
        match patience.until(called) {
            Some(()) if client.has_failed() && !self.has_called(wire) => {
                never_called(wire.addr, &client.program, &patience)
            }
            Some(()) => Ok(()),
            None => never_called(wire.addr, &client.program, &patience),
        }
    }

    /// Returns whether the client has called at the wire; a call that waits there for `accept` counts.
    fn has_called(&self, wire: &Wire) -> bool {
        let waits = || listening_at(wire.addr).is_ok_and(|all| all.iter().any(|one| one.waiting > 0));
        let patience = Patience::with(&[]);
        let looked = patience.until(|| match wire.has_client() {
            true => Some(true),
            false => (!waits()).then_some(false),
        });
        // The wire may have accepted the call between the two looks.
        looked != Some(false) || wire.has_client() || !sockets::known()
    }

    /// Returns why the client perhaps did not call at the wire, where it did not; `None` where the wire has its call, or
    /// is at an address of IPv4.
    pub fn why_not_called(&self, wire: &Wire) -> Option<Perhaps<&'static str>> {
        if wire.has_client() { None } else { of_another_family(wire.addr) }
    }

    /// Waits until the wire has carried what `done` asks for, the client has failed, or patience is over. While the wire
    /// carries bytes the wait goes on, up to [`LONGEST`].
    pub fn wait_passed(&self, wire: &Wire, server: &Server, client: &Client, done: impl Fn(&Record) -> bool) {
        let roots = [server.program.root(), client.program.root()];
        while_carried(&wire.record, Patience::with(&roots), || done(&wire.record) || client.has_failed());
    }

    /// Waits until the client has read the first `sent` bytes that the server said, or is gone. Returns whether that came.
    /// Where the kernel does not tell, it waits until the client has printed the first `printed` texts, or for half a second: a
    /// program may keep its output back.
    pub fn wait_read(&self, wire: &Wire, client: &Client, sent: u64, printed: usize) -> bool {
        let patience = Patience::with(&[client.program.root()]).or_sooner();
        let is_gone = || client.program.exit().is_some();
        let read = patience.until(|| (wire.is_taken(sent) || is_gone()).then_some(()));
        if !sockets::known() {
            let patience = Patience::limited(BLIND_PAUSE, &[]);
            patience.until(|| (client.found() >= printed || is_gone()).then_some(()));
        }
        read.is_some()
    }

    /// Returns what the client has read of what passed the wire. Waits until that is known, where the wire asks the kernel.
    pub fn read_by_client(&self, wire: &Wire) -> Reading {
        let reading = || wire.record.reading(Direction::ServerToClient);
        if self.taken_first || matches!(self.wire, wire::Kind::Dribble | wire::Kind::Slice) {
            let is_known =
                |it: &Reading| it.left_unread || it.ignored || it.gone || it.taken >= wire.record.carried().1;
            Patience::with(&[]).until(|| is_known(&reading()).then_some(()));
        }
        reading()
    }

    /// Waits until the client has ended, as long as the wire carries bytes, up to [`LONGEST`]: a wire may need long for a
    /// few of them.
    pub fn wait_while_carried(&self, wire: &Wire, client: &Client) {
        let patience = Patience::with(&[client.program.root()]);
        while_carried(&wire.record, patience, || client.program.exit().is_some());
    }

    /// Returns whether nothing shows when a reader has taken what passed the check's wire.
    pub fn reads_unseen(&self) -> bool {
        !sockets::known()
    }

    /// Starts the check's wire in front of the socket that listens at `server`, with the byte counts of both sides'
    /// turns.
    ///
    /// # Errors
    /// When no address is free.
    pub fn wire_to(
        &mut self,
        server: impl Into<Endpoint>,
        client_turns: Vec<usize>,
        server_turns: Vec<usize>,
    ) -> Outcome<Wire> {
        let seed = self.rng.u64(..);
        self.wire_with(seed, server, client_turns, server_turns)
    }

    /// Does what [`Bench::wire_to`] does, with this seed of the wire's cuts.
    ///
    /// # Errors
    /// When no address is free.
    pub fn wire_with(
        &mut self,
        seed: u64,
        server: impl Into<Endpoint>,
        client_turns: Vec<usize>,
        server_turns: Vec<usize>,
    ) -> Outcome<Wire> {
        // A client with a fixed address calls at the wire there; the runner itself can call at any address.
        let addr = self.address(self.programs.client.at.filter(|_| self.half != Half::Server))?;
        let server = server.into();
        let mut setup = Setup::new(self.wire, seed).with_turns(client_turns, server_turns);
        setup.taken_first = self.taken_first;
        setup.abort_at_end = self.programs.server.at.is_some();
        let wire = can("start the wire", Wire::start(setup, addr, server))?;
        wire.begins_with(self.first_at(server));
        self.servers.iter().for_each(|root| wire.record.is_read_by(Direction::ClientToServer, *root));
        self.records.push(wire.record.clone());
        Ok(wire)
    }
}

/// How long a client may take to read a message, where nothing shows that it has.
const BLIND_PAUSE: Duration = Duration::from_millis(500);
/// How many bytes a wire carries in [`AT_MOST`] only when a program floods it.
const FLOOD: u64 = 1 << 20;
/// How long a wait for a wire lasts at most, however slowly it carries bytes on a busy machine.
const LONGEST: Duration = Duration::from_secs(300);

/// Waits until `is_over`, or patience is over. Each byte that the wire carries renews it, up to [`LONGEST`], and up to
/// [`AT_MOST`] where a program floods it.
fn while_carried(record: &Record, mut patience: Patience, is_over: impl Fn() -> bool) {
    let start = Instant::now();
    loop {
        let before = record.carried();
        let moved = patience.until(|| (is_over() || record.carried() != before).then_some(()));
        let limit = if before.0 + before.1 > FLOOD { AT_MOST } else { LONGEST };
        if moved.is_none() || is_over() || start.elapsed() >= limit {
            return;
        }
        patience.renew();
    }
}

/// Returns the finding that a connection to a listening server failed.
fn refused<T>(server: &Server, error: &io::Error) -> Outcome<T> {
    // A server that dies resets the connections that wait for `accept`; to close a connection with RST is another
    // fault.
    server.wait_rest();
    if error.kind() == io::ErrorKind::ConnectionReset && server.program.exit().is_none() {
        return Finding::new(
            "the server accepts the connection",
            "it reset the connection (RST) at once",
            "the connection was broken off (RST) instead of ended (FIN): close it normally, without SO_LINGER",
        )
        .seen(Symptom::Refused)
        .broken();
    }
    let got = match server.program.exit() {
        Some(exit) => format!("the server {exit}"),
        None => format!("connecting failed: {error}"),
    };
    let cause = match server.addr.path() {
        Some(path) if error.kind() == io::ErrorKind::NotFound && !path.exists() => {
            "the socket file is gone, and nobody finds the server any more: the file must stay while the server listens"
        }
        Some(_) if is_other_type(error) => {
            "the server's socket is of another type: a stream socket is SOCK_STREAM, in this family as in the others"
        }
        _ => "what one client does must end its connection only, never the server",
    };
    let symptom = match (server.program.exit(), error.kind()) {
        (Some(_), _) => Symptom::EndedForAll,
        (None, io::ErrorKind::ConnectionRefused) => Symptom::Refused,
        (None, _) => Symptom::Other,
    };
    Finding::new(format!("the server accepts a connection at {}", server.addr), got, cause)
        .seen(symptom)
        .broken()
}

/// Returns whether `connect` says that a Unix socket is there, but not one for streams.
fn is_other_type(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(nix::errno::Errno::EPROTOTYPE as i32);
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}
