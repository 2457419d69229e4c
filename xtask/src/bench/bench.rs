//! The bench of one check: starts programs, hosts and peers, and keeps what they did as evidence.

use super::facts::{can, lost, never_called, progress, starts};
use super::first::First;
use super::named::Named;
use super::ran::Ran;
use super::stderr::Said;
use super::{
    Client, Datagrams, Folder, Given, Host, Peer, Programs, Server, SharedLog, Start, With, fixed_address,
    lock,
};
use crate::finding::{Half, Hindrance, Outcome, hindered, skip};
use crate::system::address;
use crate::system::endpoint::{Endpoint, Stream};
use crate::system::family::Family;
use crate::system::patience::Patience;
use crate::system::processes::Pid;
use crate::system::program::{Program, Spec};
use crate::system::waits::{self, WaitsFor};
use crate::wire::{self, Direction, Record, Ribbon};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// What one check works on: the programs, its own random numbers, and the evidence so far.
pub struct Bench<'a> {
    pub(super) programs: &'a Programs,
    /// Random inputs, the same for the same seed and check.
    pub rng: fastrand::Rng,
    /// The half that the check is about.
    pub(super) half: Half,
    /// The wire that the check asks for.
    pub wire: wire::Kind,
    /// The family of the addresses at which its programs, hosts and wires listen.
    pub family: Family,
    /// On `plain`, a piece is passed on only when the one before was taken: see [`wire::Setup::taken_first`].
    pub taken_first: bool,
    /// Every peer's events, in the order in which the peers connected.
    pub logs: Vec<SharedLog>,
    /// The programs that were started, in this order.
    pub ran: Vec<Ran>,
    /// Notes that the report shows beside the verdict.
    pub notes: Vec<String>,
    /// The picture of writes, pieces on the wire, and reads, where the check draws one.
    pub ribbon: Option<Ribbon>,
    /// The datagrams that the runner's own sockets and wire have seen.
    pub datagrams: Datagrams,
    /// What passed the wires that the check started.
    pub records: Vec<Record>,
    /// The folder with the sources of the server, and its name for a learner; `None` where cargo did not build the server.
    pub sources: Option<(PathBuf, String)>,
    /// The processes below which servers run.
    pub(super) servers: Vec<Pid>,
    /// The connections that have shown that the servers at these addresses are ready.
    pub(super) firsts: Vec<(Endpoint, First)>,
    /// The first input bytes of the program under test.
    pub given: Given,
    /// The conversation of the pair that a run shows: who speaks, and what.
    pub scene: Vec<(Role, String)>,
    /// What the check has named so far: ports and folders.
    pub(super) named: Rc<RefCell<Named>>,
    /// The folders of the Unix sockets that were handed out.
    sockets: RefCell<Vec<Folder>>,
    /// The empty folder in which programs start that have no other one.
    pub(super) own_folder: Arc<OnceLock<Folder>>,
}

/// Who speaks in the conversation that a run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The server's own output.
    Server,
    /// The client's own output, and what is typed for it.
    Client,
    /// What passes between them.
    Wire,
}

impl<'a> Bench<'a> {
    /// Returns a bench for one check.
    pub fn new(programs: &'a Programs, seed: u64, half: Half, wire: wire::Kind) -> Self {
        Self {
            programs,
            rng: fastrand::Rng::with_seed(seed),
            half,
            wire,
            family: Family::V4,
            taken_first: false,
            logs: Vec::new(),
            ran: Vec::new(),
            notes: Vec::new(),
            ribbon: None,
            datagrams: Datagrams::new(),
            records: Vec::new(),
            sources: None,
            servers: Vec::new(),
            firsts: Vec::new(),
            given: Given::default(),
            scene: Vec::new(),
            named: Rc::default(),
            sockets: RefCell::default(),
            own_folder: Arc::default(),
        }
    }

    /// Starts the server at an address of its own and waits until it listens there.
    ///
    /// # Errors
    /// The finding that it ended, or did not listen in time.
    pub fn server(&mut self) -> Outcome<Server> {
        self.server_with(&[])
    }

    /// Starts the server with these words after the address and waits until it listens.
    ///
    /// # Errors
    /// As [`Bench::server`].
    pub fn server_with(&mut self, words: &[String]) -> Outcome<Server> {
        self.server_as(&With::words(words))
    }

    /// Starts the server with what the check adds and waits until it listens.
    ///
    /// # Errors
    /// As [`Bench::server`].
    pub fn server_as(&mut self, with: &With) -> Outcome<Server> {
        let Some(fixed) = self.programs.server.at else {
            let addr = self.free()?;
            let ready = self.start_server(addr, with)?.ready();
            return self.unless_it_binds_elsewhere(addr, with, ready);
        };
        if fixed_address::is_taken(fixed) {
            return hindered(
                Hindrance::AddressTaken,
                format!("the server's fixed address {fixed} is taken by another program: end that one first"),
            );
        }
        match self.start_server(fixed, with)?.ready() {
            // Without SO_REUSEADDR, a server must wait until connections of the check before are gone.
            Err(_) if fixed_address::wait_time_wait(fixed) => self.start_server(fixed, with)?.ready(),
            outcome => outcome,
        }
    }

    /// Makes a trial beside the check: what its connections and programs show is no evidence of the check.
    pub fn aside<T>(&mut self, trial: impl FnOnce(&mut Self) -> T) -> T {
        let (logs, ran) = (self.logs.len(), self.ran.len());
        self.ran.iter_mut().for_each(Ran::before_trial);
        let found = trial(self);
        self.logs.truncate(logs);
        self.ran.truncate(ran);
        found
    }

    /// Returns this fixed address of a program or, where it has none, a free one.
    pub(super) fn address(&self, fixed: Option<SocketAddr>) -> Outcome<Endpoint> {
        match fixed {
            Some(addr) => {
                self.names(addr.into());
                Ok(addr.into())
            }
            None => self.free(),
        }
    }

    /// Returns a free address of the bench's family.
    fn free(&self) -> Outcome<Endpoint> {
        if let Some(why) = address::lacks(self.family) {
            return skip(why);
        }
        let fresh = can("find a free address", address::fresh(self.family))?;
        self.names(fresh.endpoint);
        fresh.folder.iter().for_each(|folder| self.names_folder(folder));
        self.sockets.borrow_mut().extend(fresh.folder);
        Ok(fresh.endpoint)
    }

    /// Starts the server at `addr` without waiting for anything.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn server_at(&mut self, addr: impl Into<Endpoint>, words: &[String]) -> Outcome<Server> {
        self.start_server(addr, &With::words(words))
    }

    /// Starts the server at `addr` with what the check adds, without waiting for anything.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn start_server(&mut self, addr: impl Into<Endpoint>, with: &With) -> Outcome<Server> {
        let addr = addr.into();
        has_room(&self.programs.server, addr)?;
        with.words.iter().for_each(|word| self.given.add(word.as_encoded_bytes()));
        self.launch_server(addr, with)
    }

    /// Starts the server, whose words are noted as given.
    pub(super) fn launch_server(&mut self, addr: Endpoint, with: &With) -> Outcome<Server> {
        let spec = self.spec(&self.programs.server, addr, with)?;
        self.serves(addr);
        let program = starts("server", &spec, Program::start(&spec, &[], &[]))?;
        program.plays("server");
        let ran = Ran::of(Half::Server, &program);
        let closed_its_listener = Arc::clone(&ran.closed_its_listener);
        self.ran.push(ran);
        self.servers.push(program.root());
        self.records.iter().for_each(|record| record.is_read_by(Direction::ClientToServer, program.root()));
        let server = Server::new(program, addr, closed_its_listener);
        self.firsts.push((addr, server.first.clone()));
        Ok(server)
    }

    /// Returns the connection that has shown that the server at `addr` is ready, for its next client; `None` where there is
    /// none, or it is used.
    pub(super) fn first_at(&self, addr: Endpoint) -> Option<Stream> {
        self.firsts.iter().filter(|(at, _)| *at == addr).find_map(|(_, first)| first.take())
    }

    /// Starts the client, which must call at `addr`, and looks for `wanted` in its output, in this order.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn client(&mut self, addr: impl Into<Endpoint>, wanted: &[Vec<u8>]) -> Outcome<Client> {
        self.client_as(addr, &With::default(), wanted)
    }

    /// Starts the client with what the check adds, as [`Bench::client`].
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn client_as(
        &mut self,
        addr: impl Into<Endpoint>,
        with: &With,
        wanted: &[Vec<u8>],
    ) -> Outcome<Client> {
        self.start_client(addr.into(), with, wanted, &[])
    }

    /// Starts the client, and looks for `wanted` in its standard output and for `errors` in its standard error.
    pub(super) fn start_client(
        &mut self,
        addr: Endpoint,
        with: &With,
        wanted: &[Vec<u8>],
        errors: &[Vec<u8>],
    ) -> Outcome<Client> {
        has_room(&self.programs.client, addr)?;
        // The client itself is to be the server's first one.
        drop(self.first_at(addr));
        with.words.iter().for_each(|word| self.given.add(word.as_encoded_bytes()));
        let spec = self.spec(&self.programs.client, addr, with)?;
        let start = if with.unread { Program::start_unread } else { Program::start };
        let program = starts("client", &spec, start(&spec, wanted, errors))?;
        program.plays("client");
        self.ran.push(Ran::of(Half::Client, &program));
        self.records.iter().for_each(|record| record.is_read_by(Direction::ServerToClient, program.root()));
        let is_alone = self.half == Half::Client && self.wire == wire::Kind::Plain;
        Ok(Client::new(program, self.given.clone(), self.datagrams.clone(), is_alone))
    }

    /// Returns what to start: a program that cargo built starts in a folder that is empty at the start of the check.
    fn spec(&self, start: &Start, addr: Endpoint, with: &With) -> Outcome<Spec> {
        let mut with = with.clone();
        if with.dir.is_none() && self.starts_in_own_folder(start) {
            with.dir = Some(can("make a folder for the programs", self.own_folder())?);
        }
        let mut spec = start.spec(addr, &with);
        self.confines(start, addr, &mut spec)?;
        Ok(spec)
    }

    /// Returns that folder; both programs of a check share it.
    pub(super) fn own_folder(&self) -> anyhow::Result<PathBuf> {
        if self.own_folder.get().is_none() {
            // Only the check's own thread starts programs.
            let _ = self.own_folder.set(Folder::new()?);
        }
        Ok(self.own_folder.get().map(|folder| folder.path().to_path_buf()).unwrap_or_default())
    }

    /// Makes an empty folder for temporary files. Dropping it removes it: keep it longer than the programs that use it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self) -> Outcome<Folder> {
        can("make a folder for the check", Folder::new()).inspect(|folder| self.names_folder(folder))
    }

    /// Returns the directory in which the server starts when the check asks for no other one.
    ///
    /// # Errors
    /// When the folder of the check cannot be made.
    pub fn server_dir(&self) -> Outcome<PathBuf> {
        match self.starts_in_own_folder(&self.programs.server) {
            true => can("make a folder for the programs", self.own_folder()),
            false => Ok(self.programs.server.usual_dir()),
        }
    }

    /// Opens a listening socket of the runner for a client.
    ///
    /// # Errors
    /// When no address is free.
    pub fn host(&mut self) -> Outcome<Host> {
        let addr = self.address(self.programs.client.at)?;
        can("listen for the client", Host::listen(addr).map_err(Into::into))
    }

    /// Opens a listening socket of the runner behind a wire: the client calls at the wire.
    ///
    /// # Errors
    /// When no address is free.
    pub fn host_behind_wire(&mut self) -> Outcome<Host> {
        let addr = self.address(None)?;
        can("listen for the client", Host::listen(addr).map_err(Into::into))
    }

    /// Listens at `addr`, so that no program can; `None` where the address is taken already.
    pub fn hold(&self, addr: Endpoint) -> Option<Host> {
        self.names(addr);
        self.is_about_binding();
        Host::listen(addr).ok()
    }

    /// Returns an address at which nobody listens, for this half.
    ///
    /// # Errors
    /// When no address is free.
    pub fn nobody(&mut self, half: Half) -> Outcome<Endpoint> {
        self.address(self.programs.fixed_of(half))
    }

    /// Returns addresses that are open to other machines, all with the port of a free loopback address: the unspecified
    /// addresses `0.0.0.0` and `::`, and the address of another interface, where there is one. Empty for a server that
    /// is fixed to one address.
    ///
    /// # Errors
    /// When no address is free.
    pub fn open_addresses(&self) -> Outcome<Vec<SocketAddr>> {
        if self.programs.server.at.is_some() {
            return Ok(Vec::new());
        }
        let free = can("find a free address", address::free())?;
        self.names(free.into());
        self.is_about_binding();
        let port = free.port();
        let every = [IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::UNSPECIFIED)];
        Ok(every.into_iter().chain(address::outward()).map(|ip| SocketAddr::new(ip, port)).collect())
    }

    /// Accepts the client's connection at the runner's own socket.
    ///
    /// # Errors
    /// The finding that it never came.
    pub fn accept(&mut self, host: &Host, client: &Client) -> Outcome<Peer> {
        self.accept_within(host, client, &Patience::to_start(client.program.root()))
    }

    /// Accepts the connection of a client that may compute for long before it calls, up to 300 s.
    ///
    /// # Errors
    /// The finding that it never came.
    pub fn accept_computing(&mut self, host: &Host, client: &Client) -> Outcome<Peer> {
        let mut peer = self.accept_within(host, client, &Patience::computing(&[client.program.root()]))?;
        peer.computes();
        Ok(peer)
    }

    fn accept_within(&mut self, host: &Host, client: &Client, patience: &Patience) -> Outcome<Peer> {
        let _shown = waits::until(WaitsFor::Call);
        match self.accept_if_called(host, client, patience)? {
            Some(peer) => Ok(peer),
            None => never_called(host.addr, &client.program, patience),
        }
    }

    /// Accepts the client's next connection, if it makes one; `None` when it ends, or does nothing more.
    ///
    /// # Errors
    /// When `accept` fails.
    pub fn accept_again(&mut self, host: &Host, client: &Client) -> Outcome<Option<Peer>> {
        self.accept_if_called(host, client, &Patience::with(&[client.program.root()]))
    }

    fn accept_if_called(
        &mut self,
        host: &Host,
        client: &Client,
        patience: &Patience,
    ) -> Outcome<Option<Peer>> {
        let gone = || client.program.exit().is_some() || patience.is_over();
        let Some(mut peer) = can("accept the client", host.accept(gone).map_err(Into::into))? else {
            return Ok(None);
        };
        peer.wait_for(client.program.root());
        // The next check needs the client's fixed address at once, and without TIME_WAIT.
        peer.abort_at_end = self.programs.client.at.is_some();
        if let Some(record) = self.records.last() {
            peer.is_behind_wire(self.wire, Some(client.program.root()), progress(record));
        }
        self.remember(&peer);
        Ok(Some(peer))
    }

    /// Keeps what this peer says and hears as evidence.
    pub(super) fn remember(&mut self, peer: &Peer) {
        lock(&peer.log()).given = self.given.clone();
        self.logs.push(peer.log());
    }

    /// Returns whether a wire of this check could not reset an end of a connection that it had to reset: see
    /// [`Record::has_lacked_reset`].
    pub fn has_lacked_reset(&self) -> bool {
        self.records.iter().any(Record::has_lacked_reset)
    }

    /// Returns `FILE:LINE` of the first line of this source file of the server that has `words` and is no comment; `None`
    /// where it has none, or cargo did not build the server.
    pub fn source_line(&self, file: &str, words: &str) -> Option<String> {
        let (folder, shown) = self.sources.as_ref()?;
        let source = std::fs::read_to_string(folder.join(file)).ok()?;
        let has = |line: &str| line.contains(words) && !line.trim_start().starts_with("//");
        source.lines().position(has).map(|at| format!("{shown}/{file}:{}", at + 1))
    }

    /// Returns this outcome, or, where the keeper of a program was killed, that nothing of it can be judged.
    ///
    /// # Errors
    /// Those of `outcome`, and that one.
    pub fn unless_lost(&self, outcome: Outcome) -> Outcome {
        match self.ran.iter().find(|ran| ran.link.is_lost()) {
            Some(ran) => lost(ran.half),
            None => outcome,
        }
    }

    /// Returns what the program that the check started last has said on standard error; empty when it started none.
    pub fn last_said(&self) -> Said {
        Said(self.ran.last().map(|ran| ran.stderr.kept()).unwrap_or_default())
    }
}

/// Checks that the command of a program has room for this address.
fn has_room(start: &Start, addr: Endpoint) -> Outcome {
    if start.takes(addr) {
        return Ok(());
    }
    skip(
        "the command names {host} or {port}, which a Unix socket does not have; {addr} is filled in for every family",
    )
}
