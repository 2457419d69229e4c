//! What a check may ask of a program under test: start, end, say, lines, exit, facts. Never the operating system.

use crate::address;
use crate::check::{Finding, Half, Outcome, Stop, broken};
use crate::kernel::processes::{self, Activity};
use crate::kernel::sockets::{self, TcpState};
use crate::output::Output;
use crate::patience::Patience;
use crate::peer::{Ending, Host, Peer, SharedLog};
use crate::program::{Exit, Link, Program, Spec};
use crate::ribbon::Ribbon;
use crate::wire::{self, Record, Setup, Wire};
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// CPU time used with nothing to do that counts as spinning.
const SPIN: Duration = Duration::from_millis(200);

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
        let spec = self.programs.server.spec(addr, words);
        let program = unable("start the server", Program::start(&spec, &[]))?;
        self.ends.push((Half::Server, program.stderr.clone(), program.watch()));
        Ok(Server { program, addr, first: None })
    }

    /// Starts the client, to call at `addr`; `wanted` is looked for in its output, in this order.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn client(&mut self, addr: SocketAddr, wanted: &[Vec<u8>]) -> Outcome<Client> {
        let spec = self.programs.client.spec(addr, &[]);
        let program = unable("start the client", Program::start(&spec, wanted))?;
        self.ends.push((Half::Client, program.stderr.clone(), program.watch()));
        Ok(Client { program })
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

    fn connect_by(
        &mut self,
        server: &mut Server,
        connect: fn(SocketAddr) -> io::Result<Peer>,
    ) -> Outcome<Peer> {
        let peer = match server.first.take() {
            Some(peer) => peer,
            None => connect(server.addr).or_else(|error| {
                // A server that dies resets those who wait to be accepted; that is another fault than a hasty reset.
                server.ends_soon();
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
        self.logs.push(peer.log());
        Ok(peer)
    }

    /// Connects the runner to the server through a wire.
    ///
    /// # Errors
    /// When the wire does not accept.
    pub fn connect_through(&mut self, wire: &Wire) -> Outcome<Peer> {
        let peer = unable("connect to the wire", Peer::connect(wire.addr).map_err(Into::into))?;
        self.logs.push(peer.log());
        Ok(peer)
    }

    /// Takes the client's connection at the runner's own socket.
    ///
    /// # Errors
    /// The finding that it never came.
    pub fn accept(&mut self, host: &Host, client: &Client) -> Outcome<Peer> {
        let patience = Patience::with(&[client.program.root()]);
        let gone = || client.program.exit().is_some() || patience.is_over();
        match unable("accept the client", host.accept(gone).map_err(Into::into))? {
            Some(mut peer) => {
                peer.wait_for(client.program.root());
                self.logs.push(peer.log());
                Ok(peer)
            }
            None => broken(
                format!("the client connects to {}", host.addr),
                match client.program.exit() {
                    Some(exit) => format!("it {exit} without connecting"),
                    None => format!("it did not connect; {patience}"),
                },
                "the client must connect to the address in its first argument",
            ),
        }
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
        self.records.push(wire.record.clone());
        Ok(wire)
    }
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

/// A server under test.
pub struct Server {
    /// Its process.
    pub program: Program,
    /// Where it was told to listen.
    pub addr: SocketAddr,
    /// Where the platform cannot tell readiness: the connection that told it, to be used as the first.
    first: Option<Peer>,
}

impl Server {
    /// Waits until a socket of the server's process tree listens at its port.
    ///
    /// # Errors
    /// The finding that it ended, or did not listen in time.
    pub fn ready(mut self) -> Outcome<Self> {
        let patience = Patience::with(&[self.program.root()]);
        let expected = format!("the server listens at {}", self.addr);
        loop {
            let exit = self.program.exit();
            if self.listens()? {
                return Ok(self);
            }
            if let Some(exit) = exit {
                self.program.end();
                let stderr = self.program.stderr.kept();
                let cause = match memchr::memmem::find(&stderr, b"in use") {
                    Some(_) => {
                        "it says that an address is in use, but the one that it was given is free: it binds another \
                         one; the address must come from the first argument"
                    }
                    None => {
                        "it ended before it listened: what it said (below) tells why. A server binds the address in its first \
                         argument, and accepts clients in a loop"
                    }
                };
                return broken(expected, format!("it {exit} before it listened"), cause);
            }
            if patience.is_over() {
                let elsewhere = self.listening_addresses();
                let got = match elsewhere.first() {
                    Some(addr) => format!("it listens at {addr}"),
                    None => format!("nothing listens there; {}; {patience}", self.program.doing()),
                };
                let cause = match elsewhere.first() {
                    Some(_) => "the address must come from the first argument, not from the program",
                    None => "no socket of it listens there: is `listen` reached, and `bind` before it?",
                };
                return broken(expected, got, cause);
            }
            thread::sleep(Duration::from_millis(1)); // Only the interval at which to look again.
        }
    }

    fn listens(&mut self) -> Outcome<bool> {
        if !sockets::KNOWN {
            self.first = Peer::connect(self.addr).ok();
            return Ok(self.first.is_some());
        }
        let entries =
            unable("read the socket table", sockets::listening(Some(self.addr.port())).map_err(Into::into))?;
        if entries.is_empty() {
            return Ok(false);
        }
        let held = processes::socket_inodes(self.program.root());
        let here = |entry: &sockets::Entry| {
            (entry.local.ip() == self.addr.ip() || entry.local.ip().is_unspecified())
                && held.contains(&entry.inode)
        };
        Ok(entries.iter().any(here))
    }

    /// Every address at which the server's process tree listens.
    pub fn listening_addresses(&self) -> Vec<SocketAddr> {
        let held = processes::socket_inodes(self.program.root());
        let entries = sockets::listening(None).unwrap_or_default();
        entries.into_iter().filter(|entry| held.contains(&entry.inode)).map(|entry| entry.local).collect()
    }

    /// Waits until every thread of the server sleeps in a call that waits, having nothing to do; elsewhere than on
    /// Linux it does not wait.
    pub fn wait_idle(&self) {
        wait_idle(&self.program);
    }

    /// Gives a server that is just ending the time to be gone; only for telling more of what is decided already.
    pub fn ends_soon(&self) {
        self.program.wait_exit(Instant::now() + Duration::from_millis(500));
    }

    /// Holds that the server listens at the address it was given and at no other.
    ///
    /// # Errors
    /// The finding that lists where it listens.
    pub fn listens_only_there(&self) -> Outcome {
        let addresses = self.listening_addresses();
        if !sockets::KNOWN || addresses == [self.addr] {
            return Ok(()); // That it can be reached there is all that other platforms tell.
        }
        let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        broken(
            format!("the server listens at {} and no other address", self.addr),
            match list.len() {
                0 => "it listens nowhere any more, while a client is connected".to_string(),
                _ => format!("it listens at {}", list.join(", ")),
            },
            "binding 0.0.0.0 or another address than the one given opens the server to the whole network",
        )
    }

    /// The call in which the server waits for a connection to bring something, when it does nothing else.
    pub fn waits_to_read(&self) -> Option<&'static str> {
        processes::waits_to_read(self.program.root())
    }

    /// Whether every thread of the server sleeps, in a call that waits or in one that writes.
    pub fn is_stuck(&self) -> bool {
        processes::all_sleep(self.program.root())
    }

    /// Holds that the server still runs.
    ///
    /// # Errors
    /// The finding that it ended.
    pub fn alive(&self, after: &str) -> Outcome {
        match self.program.exit() {
            None => Ok(()),
            Some(exit) => broken(
                format!("the server goes on after {after}"),
                format!("it {exit}"),
                "what one client does must end its connection only, never the server",
            ),
        }
    }

    /// Waits until the server has let go of a client that left: its socket towards the peer at `peer` is out of the
    /// kernel's table or past closing, and every thread sleeps in a call that waits.
    ///
    /// # Errors
    /// The finding that it spins (200 ms of CPU time with nothing arriving) or that it still holds the socket.
    pub fn lets_go_of(&self, peer: SocketAddr, after: &str) -> Outcome {
        if !sockets::KNOWN {
            return skip("this platform does not tell what other programs' sockets and threads do");
        }
        let root = self.program.root();
        let before = processes::cpu_time(root).unwrap_or_default();
        let patience = Patience::with(&[root]);
        loop {
            let entry = sockets::between(self.addr, peer).map_err(Into::into);
            let state = unable("read the socket table", entry)?.map(|entry| entry.state);
            let held = matches!(state, Some(TcpState::Established | TcpState::CloseWait));
            let activity = self.program.activity();
            if !held && activity != Activity::Busy {
                return Ok(());
            }
            let used = processes::cpu_time(root).unwrap_or_default().saturating_sub(before);
            if used >= SPIN {
                return broken(
                    format!("the server waits for the next client after {after}"),
                    format!("it used {} ms of CPU time with nothing to do: it spins", used.as_millis()),
                    "a `read` at the end of the stream returns 0 at once, every time: leave the loop, or it spins for ever",
                );
            }
            if patience.is_over() {
                if !held {
                    let text =
                        format!("cannot tell what the server does: neither at rest nor spinning; {patience}");
                    return Err(Box::new(Stop::Unable(text)));
                }
                return broken(
                    format!("the server closes its socket after {after}"),
                    format!(
                        "the socket is still there, in state {}; {patience}",
                        state.map_or("?", TcpState::name)
                    ),
                    "CLOSE_WAIT means: the client's FIN has come and the server has not closed; a `read` of 0 bytes \
                     must end the loop, and the stream must be dropped",
                );
            }
            thread::sleep(Duration::from_micros(500)); // Only the interval at which to look again.
        }
    }
}

fn wait_idle(program: &Program) {
    let patience = Patience::with(&[program.root()]);
    while program.activity() == Activity::Busy && !patience.is_over() {
        thread::sleep(Duration::from_micros(500)); // Only the interval at which to look again.
    }
}

/// Nothing to judge here.
fn skip<T>(why: &str) -> Outcome<T> {
    Err(Box::new(Stop::Skip(why.into())))
}

/// A client under test.
pub struct Client {
    /// Its process.
    pub program: Program,
}

impl Client {
    /// Types one line.
    pub fn line(&mut self, line: &str) {
        self.program.input(format!("{line}\n").as_bytes());
    }

    /// Types these bytes as they are.
    pub fn input(&mut self, bytes: &[u8]) {
        self.program.input(bytes);
    }

    /// Ends the client's standard input.
    pub fn end_input(&mut self) {
        self.program.end_input();
    }

    /// Waits until every thread of the client sleeps in a call that waits.
    pub fn wait_idle(&self) {
        wait_idle(&self.program);
    }

    /// Lets the client, as it is now, take no more than [`MORE_MEMORY`] beside what it has: an attempt to allocate more
    /// fails. Only on Linux.
    pub fn limit_memory(&self) {
        processes::limit_memory(self.program.root(), MORE_MEMORY);
    }

    /// Holds that the client, once `silent` says that nothing more will come, waits for it: neither gone nor spinning.
    ///
    /// # Errors
    /// The finding that it ended, or that it spins.
    pub fn waits_at_rest(&self, silent: impl Fn() -> bool, when: &str) -> Outcome {
        let expected = format!("the client waits when {when}");
        let root = self.program.root();
        let mut patience = Patience::with(&[root]);
        while !silent() && self.program.exit().is_none() && !patience.is_over() {
            thread::sleep(Duration::from_micros(500)); // Only the interval at which to look again.
        }
        let before = processes::cpu_time(root).unwrap_or_default();
        patience.renew();
        loop {
            if let Some(exit) = self.program.exit() {
                return broken(
                    expected,
                    format!("it {exit}"),
                    "silence is not the end: only a `read` of 0 bytes is, and an error is an error",
                );
            }
            match self.program.activity() {
                Activity::Asleep(_) => return Ok(()),
                Activity::Unknown => {
                    return skip("this platform does not tell what other programs' threads do");
                }
                Activity::Busy | Activity::Gone => {}
            }
            let used = processes::cpu_time(root).unwrap_or_default().saturating_sub(before);
            if used >= SPIN {
                return broken(
                    expected,
                    format!("it used {} ms of CPU time with nothing to do: it spins", used.as_millis()),
                    "a loop that asks again and again whether bytes have come keeps a processor busy: let `read` wait",
                );
            }
            if patience.is_over() {
                let text =
                    format!("cannot tell what the client does: neither at rest nor spinning; {patience}");
                return Err(Box::new(Stop::Unable(text)));
            }
            thread::sleep(Duration::from_micros(500)); // Only the interval at which to look again.
        }
    }

    /// Waits for the client's end and holds that its status is 0.
    ///
    /// # Errors
    /// The finding that it ended otherwise, or not at all.
    pub fn exits_well(&mut self, after: &str) -> Outcome {
        let expected = format!("the client exits with status 0 {after}");
        match self.exit(&expected)? {
            Exit::Code(0) => Ok(()),
            exit => {
                self.program.end();
                let cause = match backtrace(&self.program.stderr.kept()) {
                    true => {
                        "an error went unhandled where nothing was wrong: the message on standard error says which"
                    }
                    false => "nothing went wrong, so the status must be 0",
                };
                broken(expected, format!("it {exit}"), cause)
            }
        }
    }

    /// Waits for the client's end and holds that it says what went wrong and exits with status 1.
    ///
    /// # Errors
    /// The finding that it ended otherwise, silently, or not at all.
    pub fn exits_with_error(&mut self, after: &str) -> Outcome {
        let expected = format!("the client says so on standard error and exits with status 1 {after}");
        let exit = self.exit(&expected)?;
        self.program.end();
        let stderr = self.program.stderr.kept();
        let backtrace = backtrace(&stderr);
        match exit {
            Exit::Code(1) if backtrace => broken(
                expected,
                "it exited with status 1, but with a backtrace",
                "the error went unhandled: a person needs one clear line, not a backtrace",
            ),
            Exit::Code(1) if stderr.iter().all(u8::is_ascii_whitespace) => broken(
                expected,
                "it exited with status 1, but said nothing on standard error",
                "print what went wrong with `eprintln!` before exiting",
            ),
            Exit::Code(1) => Ok(()),
            Exit::Code(0) => broken(
                expected,
                "it exited with status 0",
                "the error, or a `read` of 0 bytes, was taken for success",
            ),
            exit => broken(
                expected,
                format!("it {exit}"),
                "the error was not handled: no `unwrap` on what the network decides",
            ),
        }
    }

    fn exit(&mut self, expected: &str) -> Outcome<Exit> {
        match self.program.wait_exit_patiently() {
            Ok(exit) => Ok(exit),
            Err(patience) => {
                let doing = self.program.doing();
                broken(
                    expected,
                    format!("{doing}; {patience}"),
                    "the client's loop does not end there: look at what ends it, and at a `read` of 0 bytes",
                )
            }
        }
    }

    /// Waits for the end of everything the client prints, and holds that all that was wanted is in it, in order;
    /// `cause` explains what was printed instead.
    ///
    /// # Errors
    /// The finding that names the first of it that is missing.
    pub fn printed_all(&mut self, wanted: &[Vec<u8>], cause: impl Fn(&str) -> String) -> Outcome {
        self.program.end();
        let found = self.program.stdout.found();
        let Some(missing) = wanted.get(found) else { return Ok(()) };
        let printed = self.program.stdout.kept();
        let shown = &printed[printed.len().saturating_sub(160)..];
        broken(
            match found {
                0 => format!("the client prints \"{}\"", missing.escape_ascii()),
                n => format!(
                    "the client prints \"{}\", after the {n} before it that were found",
                    missing.escape_ascii()
                ),
            },
            match printed.len() {
                0 => "it printed nothing".to_string(),
                _ => format!("it is not there; the output ends \"{}\"", shown.escape_ascii()),
            },
            cause(&String::from_utf8_lossy(&printed)),
        )
    }
}

/// Whether a program has died with what only its author can read.
fn backtrace(stderr: &[u8]) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(stderr, mark).is_some();
    has(b"panicked at") || has(b"Traceback (most recent call last)")
}

/// A failed `say` as a finding.
///
/// # Errors
/// Always: the finding.
pub fn not_taken<T>(who: &str, ending: Ending, cause: &str) -> Outcome<T> {
    let finding = Finding::new(format!("the {who} takes what is said to it"), format!("it {ending}"), cause);
    finding.broken()
}
