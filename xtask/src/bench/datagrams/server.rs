//! A server under test whose socket is bound, not listening.

use crate::bench::facts::{ended, still};
use crate::bench::spins::{SpinWatch, Spun};
use crate::bench::stderr::{BINDS_ANOTHER, Said};
use crate::bench::{Bench, Server, With};
use crate::finding::{Cause, Finding, Half, Hindrance, Outcome, Symptom, hindered, unable};
use crate::system::datagrams::{self, Entry};
use crate::system::patience::Patience;
use crate::system::processes::{self, Activity};
use crate::system::program::{Exit, while_none_starts};
use crate::system::waits::{self, WaitsFor};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a server's sockets are looked at again before they are found wrong.
const LOOKS_AGAIN: Duration = Duration::from_millis(500);
/// How many times a server is started again whose address the runner's own trial has held.
const TRIES: u32 = 5;

impl Bench<'_> {
    /// Starts the server at an address of its own and waits until a datagram socket that is bound there is held by its
    /// process tree. Nothing is sent to it for that.
    ///
    /// # Errors
    /// The finding that it ended, or did not bind in time.
    pub fn bound_server(&mut self) -> Outcome<Server> {
        let addr = self.datagram_address(Half::Server)?;
        if self.programs.server.at.is_some() && !holders(addr).is_empty() {
            return hindered(
                Hindrance::AddressTaken,
                format!("the server's fixed address {addr} is taken by another program: end that one first"),
            );
        }
        // Where only a trial shows that an address is taken, it may be in the server's way: that one then starts again.
        for _ in 0..if datagrams::known() { 0 } else { TRIES } {
            let addr = self.datagram_address(Half::Server)?;
            let (ran, server) = (self.ran.len(), self.start_server(addr, &With::default())?.bound());
            if server.is_ok() || !self.last_said().names_address_in_use() {
                return server;
            }
            self.ran.truncate(ran);
        }
        self.start_server(addr, &With::default())?.bound()
    }

    /// Checks that the kernel has dropped no datagram at the runner's own sockets: else nothing can be judged.
    ///
    /// # Errors
    /// Those of `outcome`, or that datagrams were dropped.
    pub fn unless_dropped(&self, outcome: Outcome) -> Outcome {
        match self.datagrams.drops() {
            0 => outcome,
            n => unable(format!(
                "the kernel dropped {n} datagrams at the runner's own sockets, so nothing can be judged: the machine is \
                 overloaded"
            )),
        }
    }
}

/// Returns the datagram sockets that take what is sent to this address; empty where the platform does not tell.
pub(super) fn holders(addr: SocketAddr) -> Vec<Entry> {
    datagrams::taking(addr).unwrap_or_default()
}

impl Server {
    /// Returns the address that it was given.
    ///
    /// # Panics
    /// When that is a Unix socket: [`Bench::bound_server`] gives none.
    pub fn bound_at(&self) -> SocketAddr {
        self.addr.inet().expect("an IP address and a port")
    }

    /// Waits until a datagram socket of the server's process tree is bound at its address.
    ///
    /// On other systems than Linux the kernel does not tell which process holds a socket: there it waits until the
    /// address is taken.
    ///
    /// # Errors
    /// The finding that it ended, or did not bind in time.
    pub fn bound(mut self) -> Outcome<Self> {
        let _shown = waits::until(WaitsFor::Listening);
        let patience = Patience::to_start(self.program.root());
        let looked = patience.until(|| {
            let exit = self.program.exit(); // Looked at first: a server that has ended does not begin to listen.
            if self.is_bound() { Some(None) } else { exit.map(Some) }
        });
        let expected = format!("the server binds a datagram socket at {}", self.addr);
        match looked {
            Some(None) => return Ok(self),
            Some(Some(exit)) => {
                self.end();
                let cause = match Said(self.program.stderr.kept()).names_address_in_use() {
                    true => Cause::from(BINDS_ANOTHER),
                    false => Cause::general(
                        "it ended before its socket was bound: its own message states why. A server binds the \
                         address in its first argument, and receives in a loop",
                    ),
                };
                let got = format!("it {exit} before that");
                let finding = Finding::new(expected, got, cause).seen(ended(exit)).before_it_began();
                return finding.of(Half::Server).broken();
            }
            None => {}
        }
        let streams = self.listening_addresses();
        let (got, cause) = match (self.bound_addresses().first(), streams.first()) {
            (_, Some(addr)) => (
                format!("it listens at {addr} for streams (TCP)"),
                "it opened a TCP socket: datagrams need a UDP socket (SOCK_DGRAM), without `listen` and `accept`",
            ),
            (Some(addr), None) => (
                format!("it is bound at {addr}"),
                "the address must come from the first argument, not from the program",
            ),
            (None, None) => {
                let (_, doing) = still(&self.program);
                (
                    format!("no datagram socket is bound there; {doing}; {patience}"),
                    "none of its sockets is bound there: does the program reach `bind`?",
                )
            }
        };
        Finding::new(expected, got, cause).before_it_began().broken()
    }

    fn is_bound(&self) -> bool {
        if datagrams::known() {
            let held = processes::socket_inodes(self.program.root());
            holders(self.bound_at()).iter().any(|entry| held.contains(&entry.inode))
        } else {
            while_none_starts(|| UdpSocket::bind(self.bound_at()).is_err())
        }
    }

    /// Returns every address at which a datagram socket of the server's process tree is bound; empty where the platform
    /// does not tell.
    pub fn bound_addresses(&self) -> Vec<SocketAddr> {
        let held = processes::socket_inodes(self.program.root());
        let entries = datagrams::sockets().unwrap_or_default();
        entries.into_iter().filter(|entry| held.contains(&entry.inode)).map(|entry| entry.local).collect()
    }

    /// Checks that the server's datagram sockets are bound at its address and nowhere else.
    ///
    /// # Errors
    /// The finding that names the other addresses.
    pub fn is_bound_only_there(&self) -> Outcome {
        if !datagrams::known() {
            return Ok(()); // Other platforms tell only that the address is taken.
        }
        // The table is no snapshot: while sockets come and go, a look may miss one. So one good look is enough.
        let looks_well = || {
            let addresses = self.bound_addresses();
            !addresses.is_empty() && addresses.iter().all(|addr| *addr == self.bound_at())
        };
        let patience = Patience::limited(LOOKS_AGAIN, &[self.program.root()]);
        if patience.until(|| looks_well().then_some(())).is_some() {
            return Ok(());
        }
        let addresses = self.bound_addresses();
        let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let (got, cause) = match addresses.iter().find(|addr| **addr != self.bound_at()) {
            None => (
                "it is bound nowhere any more".to_string(),
                "the server let go of its socket: keep it, and receive in a loop that never ends",
            ),
            Some(addr) if addr.ip().is_unspecified() && addr.port() == self.bound_at().port() => (
                format!("it is bound at {}", list.join(", ")),
                "binding 0.0.0.0 opens the server to the whole network, and the kernel then chooses the address that \
                 replies come from",
            ),
            Some(_) => (
                format!("it is bound at {}", list.join(", ")),
                "it was given one address, and one socket there is enough: it receives from all clients, and replies \
                 to each",
            ),
        };
        let expected = format!("the server is bound at {} and no other address", self.bound_at());
        Finding::new(expected, got, cause).of(Half::Server).broken()
    }

    /// Waits until the server has taken every datagram out of its queue and has nothing to do, or it spins or has ended.
    /// What it sends because of those datagrams has then been sent.
    pub fn settles(&self) {
        let root = self.program.root();
        let spins = SpinWatch::of(&self.program);
        let settled = || {
            self.exit().is_some()
                || (self.has_taken_all()
                    && (self.program.activity() != Activity::Busy
                        || processes::at_rest(root)
                        || spins.seen().is_some()))
        };
        Patience::with(&[root]).until(|| settled().then_some(()));
    }

    /// Returns whether no datagram lies unread in the server's queue; `true` where the platform does not tell.
    pub fn has_taken_all(&self) -> bool {
        let entries = holders(self.bound_at());
        // A look at the table may miss the socket: then nothing is known.
        !datagrams::known() || (!entries.is_empty() && entries.iter().all(|entry| entry.unread == 0))
    }

    /// Returns how many datagrams the kernel has dropped at the server's socket, because its queue was full.
    pub fn dropped_datagrams(&self) -> u64 {
        holders(self.bound_at()).iter().map(|entry| entry.drops).sum()
    }

    /// Waits until the server waits for the next datagram: every thread sleeps in a call that waits, and its queue is
    /// empty. Only on Linux; elsewhere it does not wait.
    ///
    /// # Errors
    /// The finding that the server spins, or has ended.
    pub fn waits_for_datagrams(&self, when: &str) -> Outcome {
        if !datagrams::known() {
            return Ok(());
        }
        let root = self.program.root();
        let expected = format!("the server waits at rest {when}");
        let spins = SpinWatch::of(&self.program);
        let patience = Patience::with(&[root]);
        let found = patience.until(|| {
            if let Some(exit) = self.exit() {
                let finding = Finding::new(&*expected, format!("it {exit}"), "a server serves until it is ended");
                return Some(finding.of(Half::Server).seen(ended(exit)).broken());
            }
            // One that is gone has ended, and its status comes at once.
            let activity = self.program.activity();
            let is_at_rest =
                activity != Activity::Gone && (activity != Activity::Busy || processes::at_rest(root));
            if self.has_taken_all() && is_at_rest {
                return Some(Ok(()));
            }
            let cause =
                "it asks again and again whether a datagram has come, and keeps a processor busy: let `recv_from` wait";
            let finding = |spun: Spun| Finding::new(&*expected, spun.got(), spun.cause(cause));
            spins.seen().map(|spun| finding(spun).of(Half::Server).broken())
        });
        found.unwrap_or(Ok(()))
    }

    /// Checks that the server still runs after `time`, in which nothing comes; `cause` says why not.
    ///
    /// # Errors
    /// The finding that it ended.
    pub fn serves_for(&self, time: Duration, cause: &str) -> Outcome {
        let patience = Patience::limited(time, &[self.program.root()]);
        let Some(exit) = patience.until(|| self.exit()) else { return Ok(()) };
        let got = format!("after {:.1} s without a datagram it {exit}", patience.waited().as_secs_f32());
        // A program of Rust may end so by a panic: the cause says what it panicked at.
        let symptom = if exit == Exit::Code(101) { Symptom::Panicked } else { ended(exit) };
        Finding::new("the server serves until it is ended", got, cause)
            .seen(symptom)
            .of(Half::Server)
            .broken()
    }

    /// Checks that a server whose address is held by another socket ended with a clear word.
    ///
    /// # Errors
    /// The finding that names what it did instead.
    pub fn is_refused_its_address(&mut self) -> Outcome {
        let patience = Patience::with(&[self.program.root()]);
        let looked = patience.until(|| {
            let exit = self.exit();
            if exit.is_none() && self.is_held_by_it() { Some(None) } else { exit.map(Some) }
        });
        if let Some(None) = looked {
            return Finding::new(
                "the server reports that the address is taken, and exits with a status other than 0",
                "it is bound at the address, beside the socket that held it before",
                "with SO_REUSEPORT, or its like, two programs share one address, and each datagram reaches one of \
                 them: bind without it",
            )
            .of(Half::Server)
            .broken();
        }
        if let (None, Some(other)) = (looked.flatten(), self.bound_addresses().first()) {
            return Finding::new(
                "the server reports that the address is taken, and exits with a status other than 0",
                format!("it is bound at {other} instead; {patience}"),
                "it binds another address than the one that it was given, where no client looks for it: \
                 report it, and exit",
            )
            .of(Half::Server)
            .broken();
        }
        let exit = looked.flatten().ok_or_else(|| patience.to_string());
        self.is_refused(
            "the server reports that the address is taken, and exits with a status other than 0",
            exit,
        )
    }

    fn is_held_by_it(&self) -> bool {
        let held = processes::socket_inodes(self.program.root());
        holders(self.bound_at())
            .iter()
            .any(|entry| entry.local == self.bound_at() && held.contains(&entry.inode))
    }
}
