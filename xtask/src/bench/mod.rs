//! What a check may ask of a program under test: start, end, say, lines, exit, facts. Never the operating system.

mod client;
mod expect;
pub mod given;
pub mod peer;
mod server;

pub use client::Client;
pub use expect::{fin_next, same_bytes};
pub use server::Server;

use crate::bench::given::Given;
use crate::bench::peer::{Ending, Host, Peer, SharedLog, lock};
use crate::finding::{Finding, Half, Outcome, Stop, broken};
use crate::system::address;
use crate::system::output::Output;
use crate::system::patience::Patience;
use crate::system::processes::{Activity, Pid};
use crate::system::program::{Link, Program, Spec};
use crate::system::sockets;
use crate::system::sockets::TcpState;
use crate::wire;
use crate::wire::Ribbon;
use crate::wire::{Direction, Record, Setup, Wire};
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// CPU time used with nothing to do that counts as spinning.
const SPIN: Duration = Duration::from_millis(200);
/// The same while another thread of the program waits for input.
const SPIN_BESIDE: Duration = Duration::from_secs(1);

/// Memory that a client may still take, in bytes, when it is told of sizes that it must refuse.
const MORE_MEMORY: u64 = 512 << 20;

/// How to start one program under test; the address is filled in for each start.
#[derive(Clone, Debug)]
pub struct Command {
    /// Program and arguments, with `{addr}`, `{host}`, `{port}` to be filled in; with none of them the address
    /// is appended.
    pub argv: Vec<String>,
    /// Working directory; the runner's own when `None`.
    pub dir: Option<PathBuf>,
    /// Variables set in addition to the runner's own environment.
    pub env: Vec<(String, String)>,
    /// The one address at which a server always listens, or that a client always calls, whatever it is told.
    pub at: Option<SocketAddr>,
}

impl From<Vec<String>> for Command {
    /// A program that takes its address from the command line.
    fn from(argv: Vec<String>) -> Self {
        Self { argv, dir: None, env: Vec::new(), at: None }
    }
}

impl Command {
    /// Fills in the address; `extra` words come after everything else.
    pub fn spec(&self, addr: SocketAddr, extra: &[String]) -> Spec {
        let (host, port) = (addr.ip().to_string(), addr.port().to_string());
        let mut argv: Vec<OsString> = Vec::new();
        let mut filled = false;
        for word in &self.argv {
            let done = word.replace("{addr}", &addr.to_string()).replace("{host}", &host);
            let done = done.replace("{port}", &port);
            filled |= done != *word;
            argv.push(done.into());
        }
        if !filled && self.at.is_none() {
            argv.push(addr.to_string().into());
        }
        argv.extend(extra.iter().map(OsString::from));
        let mut env: Vec<(OsString, OsString)> = vec![("RUST_BACKTRACE".into(), "0".into())];
        env.extend(self.env.iter().map(|(name, value)| (name.into(), value.into())));
        Spec { argv, env, dir: self.dir.clone() }
    }
}

/// The two programs of a lesson.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The server.
    pub server: Command,
    /// The client.
    pub client: Command,
}

/// The programs of a lesson among what was built: `kind` is `solution` or `lesson`. `None` when one did not compile.
pub fn programs(kind: &str, number: &str, built: &HashMap<String, PathBuf>) -> Option<Programs> {
    let one = |half: &str| {
        let path = built.get(&format!("{kind}-{number}-{half}"))?;
        Some(Command::from(vec![path.to_string_lossy().into_owned()]))
    };
    Some(Programs { server: one("server")?, client: one("client")? })
}

/// What a server makes of the bytes that it is sent.
pub type Answer = fn(&[u8]) -> Vec<u8>;

/// What one check works on: the programs, its own random numbers, and the evidence that gathers.
pub struct Bench<'a> {
    programs: &'a Programs,
    /// What the lesson's server makes of the bytes that it is sent.
    pub answer: Answer,
    /// Random inputs, the same for the same seed and check.
    pub rng: fastrand::Rng,
    /// The half that the check is about.
    half: Half,
    /// The wire that the check asks for.
    pub wire: wire::Kind,
    /// On `plain`, a piece is passed on only when the one before was taken: see [`Setup::taken_first`].
    pub taken_first: bool,
    /// Every peer's events, in the order in which they connected.
    pub logs: Vec<SharedLog>,
    /// Each program's standard error, and how it ended.
    pub ends: Vec<(Half, Output, Arc<Link>)>,
    /// Things to say beside the verdict.
    pub notes: Vec<String>,
    /// The picture of writes, pieces on the wire, and reads, where the check draws one.
    pub ribbon: Option<Ribbon>,
    /// What passed the wires that the check stood up.
    pub records: Vec<Record>,
    /// The processes below which servers run.
    servers: Vec<Pid>,
    /// The start of what the program under test was given.
    pub given: Given,
    /// What people see of the pair: who, and what they said.
    pub scene: Vec<(Role, String)>,
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
    /// A bench for one check.
    pub fn new(programs: &'a Programs, answer: Answer, seed: u64, half: Half, wire: wire::Kind) -> Self {
        Self {
            programs,
            answer,
            rng: fastrand::Rng::with_seed(seed),
            half,
            wire,
            taken_first: false,
            logs: Vec::new(),
            ends: Vec::new(),
            notes: Vec::new(),
            ribbon: None,
            records: Vec::new(),
            servers: Vec::new(),
            given: Given::default(),
            scene: Vec::new(),
        }
    }

    /// Starts the server at an address of its own and waits until it listens there.
    ///
    /// # Errors
    /// The finding that it ended, or did not listen in time.
    pub fn server(&mut self) -> Outcome<Server> {
        self.server_with(&[])
    }

    /// The same, with these words after the address.
    ///
    /// # Errors
    /// As [`Bench::server`].
    pub fn server_with(&mut self, words: &[String]) -> Outcome<Server> {
        let Some(fixed) = self.programs.server.at else {
            let addr = unable("find a free address", address::free())?;
            return self.server_at(addr, words)?.ready();
        };
        let taken = sockets::listening(Some(fixed.port())).unwrap_or_default();
        if taken.iter().any(|entry| entry.local.ip() == fixed.ip() || entry.local.ip().is_unspecified()) {
            return Err(Box::new(Stop::Unable(format!(
                "the server's fixed address {fixed} is taken by another program: end that one first"
            ))));
        }
        match self.server_at(fixed, words)?.ready() {
            // A server that does not set SO_REUSEADDR has to wait for connections of the check before.
            Err(_) if wait_time_wait(fixed) => self.server_at(fixed, words)?.ready(),
            outcome => outcome,
        }
    }

    /// This fixed address of a program or, where it has none, a free one.
    fn address(&self, fixed: Option<SocketAddr>) -> Outcome<SocketAddr> {
        match fixed {
            Some(addr) => Ok(addr),
            None => unable("find a free address", address::free()),
        }
    }

    /// Whether the two programs leave room for a wire between them: not when both are fixed to one address.
    pub fn has_room(&self) -> bool {
        let (server, client) = (self.programs.server.at, self.programs.client.at);
        server.is_none() || server != client
    }

    /// Starts the server at `addr` without waiting for anything.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn server_at(&mut self, addr: SocketAddr, words: &[String]) -> Outcome<Server> {
        words.iter().for_each(|word| self.given.add(word.as_bytes()));
        let spec = self.programs.server.spec(addr, words);
        let program = unable("start the server", Program::start(&spec, &[]))?;
        self.ends.push((Half::Server, program.stderr.clone(), program.watch()));
        self.servers.push(program.root());
        self.records.iter().for_each(|record| record.is_read_by(Direction::ClientToServer, program.root()));
        Ok(Server { program, addr, first: None, spins: Cell::default() })
    }

    /// Starts the client, to call at `addr`; `wanted` is looked for in its output, in this order.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn client(&mut self, addr: SocketAddr, wanted: &[Vec<u8>]) -> Outcome<Client> {
        let spec = self.programs.client.spec(addr, &[]);
        let program = unable("start the client", Program::start(&spec, wanted))?;
        self.ends.push((Half::Client, program.stderr.clone(), program.watch()));
        self.records.iter().for_each(|record| record.is_read_by(Direction::ServerToClient, program.root()));
        Ok(Client { program, given: self.given.clone() })
    }

    /// A listening socket of the runner's own, for a client.
    ///
    /// # Errors
    /// When no address is free.
    pub fn host(&mut self) -> Outcome<Host> {
        let addr = self.address(self.programs.client.at)?;
        unable("listen for the client", Host::listen(addr).map_err(Into::into))
    }

    /// The same behind a wire, which is what the client will call.
    ///
    /// # Errors
    /// When no address is free.
    pub fn host_behind_wire(&mut self) -> Outcome<Host> {
        let addr = self.address(None)?;
        unable("listen for the client", Host::listen(addr).map_err(Into::into))
    }

    /// An address at which nobody listens, to be given to this half.
    ///
    /// # Errors
    /// When no address is free.
    pub fn nobody(&mut self, half: Half) -> Outcome<SocketAddr> {
        self.address(match half {
            Half::Server => self.programs.server.at,
            _ => self.programs.client.at,
        })
    }

    /// Connects the runner to the server.
    ///
    /// # Errors
    /// The finding that nobody accepts there.
    pub fn connect(&mut self, server: &mut Server) -> Outcome<Peer> {
        self.connect_by(server, Peer::connect)
    }

    /// The same with a small receive buffer: see [`Peer::connect_narrow`].
    ///
    /// # Errors
    /// The finding that nobody accepts there.
    pub fn connect_narrow(&mut self, server: &mut Server) -> Outcome<Peer> {
        self.connect_by(server, Peer::connect_narrow)
    }

    /// The same with the smallest buffers and segments that the kernel gives: see [`Peer::connect_tiny`].
    ///
    /// # Errors
    /// The finding that nobody accepts there.
    pub fn connect_tiny(&mut self, server: &mut Server) -> Outcome<Peer> {
        self.connect_by(server, Peer::connect_tiny)
    }

    fn connect_by(
        &mut self,
        server: &mut Server,
        connect: fn(SocketAddr) -> io::Result<Peer>,
    ) -> Outcome<Peer> {
        if server.first.is_none() {
            server.wait_room()?;
        }
        let peer = match server.first.take() {
            Some(peer) => peer,
            None => connect(server.addr).or_else(|error| {
                // A server that dies resets those who wait to be accepted; that is another fault than a hasty reset.
                server.wait_rest();
                if error.kind() == io::ErrorKind::ConnectionReset && server.program.exit().is_none() {
                    return broken(
                        "the server accepts the connection",
                        "it reset the connection (RST) at once",
                        "the connection was broken off (RST) instead of ended (FIN): close it normally, without SO_LINGER",
                    );
                }
                let got = match server.program.exit() {
                    Some(exit) => format!("the server {exit}"),
                    None => format!("connecting failed: {error}"),
                };
                broken(
                    format!("the server accepts a connection at {}", server.addr),
                    got,
                    "what one client does must end its connection only, never the server",
                )
            })?,
        };
        let mut peer = peer;
        peer.wait_for(server.program.root());
        peer.abort_at_end = self.programs.server.at.is_some();
        self.remember(&peer);
        Ok(peer)
    }

    /// Connects the runner to the server through a wire.
    ///
    /// # Errors
    /// When the wire does not accept.
    pub fn connect_through(&mut self, wire: &Wire) -> Outcome<Peer> {
        let mut peer = unable("connect to the wire", Peer::connect(wire.addr).map_err(Into::into))?;
        peer.is_behind_wire(self.servers.last().copied(), progress(&wire.record));
        self.remember(&peer);
        Ok(peer)
    }

    /// Waits until the client has called at the wire; one that has exited is judged by that.
    ///
    /// # Errors
    /// The finding that it never did.
    pub fn is_called(&self, wire: &Wire, client: &Client) -> Outcome {
        let patience = Patience::to_start(client.program.root());
        while !wire.has_client() && client.program.exit().is_none() {
            if patience.is_over() {
                return never_called(wire.addr, client, &patience);
            }
            patience.pause();
        }
        Ok(())
    }

    /// Takes the client's connection at the runner's own socket.
    ///
    /// # Errors
    /// The finding that it never came.
    pub fn accept(&mut self, host: &Host, client: &Client) -> Outcome<Peer> {
        let patience = Patience::to_start(client.program.root());
        let gone = || client.program.exit().is_some() || patience.is_over();
        match unable("accept the client", host.accept(gone).map_err(Into::into))? {
            Some(mut peer) => {
                peer.wait_for(client.program.root());
                if let Some(record) = self.records.last() {
                    peer.is_behind_wire(Some(client.program.root()), progress(record));
                }
                self.remember(&peer);
                Ok(peer)
            }
            None => never_called(host.addr, client, &patience),
        }
    }

    /// Keeps what this peer says and hears as evidence.
    fn remember(&mut self, peer: &Peer) {
        lock(&peer.log()).given = self.given.clone();
        self.logs.push(peer.log());
    }

    /// Stands the check's wire up in front of whoever listens at `server`, with the byte counts of both sides' turns.
    ///
    /// # Errors
    /// When no address is free.
    pub fn wire_to(
        &mut self,
        server: SocketAddr,
        client_turns: Vec<usize>,
        server_turns: Vec<usize>,
    ) -> Outcome<Wire> {
        let seed = self.rng.u64(..);
        self.wire_with(seed, server, client_turns, server_turns)
    }

    /// The same with this seed of its cuts.
    ///
    /// # Errors
    /// When no address is free.
    pub fn wire_with(
        &mut self,
        seed: u64,
        server: SocketAddr,
        client_turns: Vec<usize>,
        server_turns: Vec<usize>,
    ) -> Outcome<Wire> {
        // Who calls the wire: the runner, or the client.
        let addr = self.address(self.programs.client.at.filter(|_| self.half != Half::Server))?;
        let mut setup = Setup::new(self.wire, seed).with_turns(client_turns, server_turns);
        setup.taken_first = self.taken_first;
        setup.abort_at_end = self.programs.server.at.is_some();
        let wire = unable("stand up the wire", Wire::start(setup, addr, server))?;
        self.servers.iter().for_each(|root| wire.record.is_read_by(Direction::ClientToServer, *root));
        self.records.push(wire.record.clone());
        Ok(wire)
    }
}

/// How many bytes a wire has carried, both ways together.
fn progress(record: &Record) -> impl Fn() -> u64 + Send + 'static {
    let record = record.clone();
    move || record.carried().0 + record.carried().1
}

/// How long connections of an earlier check may keep a fixed address (TIME_WAIT takes 60 s on Linux).
const TIME_WAIT: Duration = Duration::from_secs(70);

/// Waits until no connection keeps this address any more; `false` when there was none, or too long.
fn wait_time_wait(addr: SocketAddr) -> bool {
    let kept = || {
        let entries = sockets::all().unwrap_or_default();
        entries.iter().any(|entry| entry.local.port() == addr.port() && entry.state != TcpState::Listen)
    };
    let until = Instant::now() + TIME_WAIT;
    if !kept() {
        return false;
    }
    while kept() {
        if Instant::now() >= until {
            return false;
        }
        thread::sleep(Duration::from_millis(50)); // Only the interval at which to look again.
    }
    true
}

fn unable<T>(what: &str, result: anyhow::Result<T>) -> Outcome<T> {
    result.map_err(|error| Box::new(Stop::Unable(format!("cannot {what}: {error:#}"))))
}

/// CPU time after which a program that has nothing to do spins. Where one of its threads does wait for input, as it should,
/// what the others do may be the runtime's (a compiler, a garbage collector) for a while.
fn spin(root: Pid) -> Duration {
    if crate::system::processes::one_waits(root) { SPIN_BESIDE } else { SPIN }
}

fn wait_idle(program: &Program) {
    let patience = Patience::with(&[program.root()]);
    while program.activity() == Activity::Busy && !patience.is_over() {
        patience.pause();
    }
}

/// The finding that the client did not call at `addr`.
fn never_called<T>(addr: SocketAddr, client: &Client, patience: &Patience) -> Outcome<T> {
    let asleep = client.program.activity();
    broken(
        format!("the client connects to {addr}"),
        match client.program.exit() {
            Some(exit) => format!("it {exit} without connecting"),
            None => format!("it did not connect; {}; {patience}", client.program.doing()),
        },
        match asleep {
            Activity::Asleep(call) if call.contains("standard input") => {
                "it reads its standard input before it connects: connect first"
            }
            _ => "the client must connect to the address in its first argument",
        },
    )
}

/// Nothing to judge here.
///
/// # Errors
/// Always: the reason.
pub fn skip<T>(why: &str) -> Outcome<T> {
    Err(Box::new(Stop::Skip(why.into())))
}

/// A failed `say` as a finding.
///
/// # Errors
/// Always: the finding.
pub fn not_taken<T>(who: &str, ending: Ending, cause: &str) -> Outcome<T> {
    let finding = Finding::new(format!("the {who} takes what is said to it"), format!("it {ending}"), cause);
    finding.broken()
}
