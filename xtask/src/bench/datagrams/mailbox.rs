//! A socket of the runner's own: a client's for a server under test, a server's for a client.

use super::picture::Datagrams;
use super::server::holders;
use crate::bench::facts::can;
use crate::bench::{Bench, Client, Given, Server};
use crate::finding::{Half, Hindrance, Outcome, hindered};
use crate::system::address;
use crate::system::datagrams::{self, Stamped};
use crate::system::patience::{Patience, is_crowded};
use crate::system::program::{Exit, Program};
use crate::system::waits::{self, WaitsFor};
use crate::wire::Direction;
use anyhow::Context;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// How long one look at the socket lasts at most.
const LOOK: Duration = Duration::from_millis(5);
/// The most bytes of one datagram.
const MOST: usize = 65_536;

/// A long datagram that this platform still sends. macOS takes no longer ones than 9,216 bytes
/// (`net.inet.udp.maxdgram`).
pub const LONG: usize = if cfg!(target_os = "macos") { 9000 } else { 60_000 };

/// A datagram as it came to the runner.
#[derive(Clone, Debug)]
pub struct Datagram {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it came from.
    pub from: SocketAddr,
    /// When it came, on the clock of the check: by the kernel's time stamp where there is one.
    pub at: Duration,
    /// Whether that is the kernel's time stamp. Without one the time is that of the runner's own read, which may be late.
    pub is_stamped: bool,
    place: Option<usize>,
}

/// Why no datagram came.
pub enum Missing {
    /// The program has ended, and had sent nothing more.
    Ended(Exit),
    /// It runs, and sends nothing.
    Silent(Patience),
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Ended(exit) => write!(out, "nothing came, and it {exit}"),
            Missing::Silent(patience) => write!(out, "nothing came; {patience}"),
        }
    }
}

/// A program under test that sends datagrams.
pub trait Sender {
    /// Its process.
    #[doc(hidden)]
    fn program(&self) -> &Program;
}

impl Sender for Server {
    fn program(&self) -> &Program {
        &self.program
    }
}

impl Sender for Client {
    fn program(&self) -> &Program {
        &self.program
    }
}

/// A socket of the runner's own.
pub struct Mailbox {
    /// Where it is bound.
    pub addr: SocketAddr,
    socket: UdpSocket,
    datagrams: Datagrams,
    flow: usize,
    /// The direction of what the runner says here.
    says: Direction,
    given: Given,
    buffer: Vec<u8>,
    /// What has come here.
    heard: Vec<Vec<u8>>,
}

impl Bench<'_> {
    /// Opens a socket for a client that asks the server under test.
    ///
    /// # Errors
    /// When none can be bound.
    pub fn mailbox(&mut self) -> Outcome<Mailbox> {
        self.mailbox_at((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// Opens a socket for a server that the client under test asks.
    ///
    /// # Errors
    /// When none can be bound.
    pub fn mailbox_for_client(&mut self) -> Outcome<Mailbox> {
        let addr = self.datagram_address(Half::Client)?;
        self.mailbox_back_at(addr) // A client's fixed address had a socket of the check before.
    }

    /// Opens a socket at this address.
    ///
    /// # Errors
    /// When it is taken.
    pub fn mailbox_at(&mut self, addr: SocketAddr) -> Outcome<Mailbox> {
        self.mailbox_on(UdpSocket::bind(addr), addr)
    }

    /// Opens a socket at this address again, which the runner has just closed. A program that is being started at this
    /// moment may still hold a copy of the old one, until it is executed.
    ///
    /// # Errors
    /// When it stays taken.
    pub fn mailbox_back_at(&mut self, addr: SocketAddr) -> Outcome<Mailbox> {
        let opened = Patience::with(&[]).until(|| match UdpSocket::bind(addr) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => None,
            opened => Some(opened),
        });
        self.mailbox_on(opened.unwrap_or_else(|| UdpSocket::bind(addr)), addr)
    }

    fn mailbox_on(&mut self, opened: io::Result<UdpSocket>, addr: SocketAddr) -> Outcome<Mailbox> {
        let opened = opened.with_context(|| format!("bind {addr}"));
        let socket = can("open a socket for datagrams", opened)?;
        datagrams::prepare(&socket);
        let addr = can("read a socket's address", socket.local_addr().map_err(Into::into))?;
        let says = match self.half {
            Half::Server => Direction::ClientToServer,
            Half::Client | Half::Pair => Direction::ServerToClient,
        };
        let (datagrams, given) = (self.datagrams.clone(), self.given.clone());
        let flow = datagrams.flow();
        Ok(Mailbox { addr, socket, datagrams, flow, says, given, buffer: vec![0; MOST], heard: Vec::new() })
    }

    /// Returns the fixed address of a program or, where it has none, one at which no datagram socket is bound.
    ///
    /// # Errors
    /// When none is free.
    pub fn datagram_address(&self, half: Half) -> Outcome<SocketAddr> {
        if let Some(fixed) = self.programs.fixed_of(half) {
            return Ok(fixed);
        }
        loop {
            let addr = can("find a free address", address::free())?;
            if holders(addr).is_empty() {
                return Ok(addr);
            }
        }
    }
}

impl Mailbox {
    /// Sends a datagram. Returns the moment, on the clock of the check, at which it had left: on loopback it then lies in
    /// the receiver's queue.
    ///
    /// # Errors
    /// When the kernel does not take it.
    pub fn say(&mut self, to: SocketAddr, bytes: &[u8]) -> Outcome<Duration> {
        self.given.add(bytes);
        let at = self.datagrams.time_of(Instant::now());
        let place = self.datagrams.add(at, self.flow, self.says, bytes);
        can("send a datagram", self.socket.send_to(bytes, to).map_err(Into::into))?;
        let left = self.datagrams.time_of(Instant::now());
        self.datagrams.has_left(place, left);
        Ok(left)
    }

    /// Waits for the next datagram from this program.
    ///
    /// # Errors
    /// Why none came.
    pub fn hear(&mut self, from: &impl Sender) -> Result<Datagram, Missing> {
        // What a mailbox sends has arrived.
        let patience = Patience::with(&[from.program().root()]).or_sooner();
        self.hear_within(from, patience, None)
    }

    /// Waits for the first datagram of a program that has just started.
    ///
    /// # Errors
    /// Why none came.
    pub fn hear_first(&mut self, from: &impl Sender) -> Result<Datagram, Missing> {
        let _shown = waits::until(WaitsFor::Call);
        let patience = Patience::to_start(from.program().root());
        self.hear_within(from, patience, None)
    }

    /// Waits for the next datagram for `limit`, and longer only while the program gets no processor.
    ///
    /// # Errors
    /// Why none came.
    pub fn hear_for(&mut self, from: &impl Sender, limit: Duration) -> Result<Datagram, Missing> {
        let patience = Patience::limited(limit, &[from.program().root()]);
        self.hear_within(from, patience, None)
    }

    /// Does what [`Mailbox::hear_for`] does, and meanwhile sends `said` to `to` again and again, at this interval.
    ///
    /// # Errors
    /// Why none came.
    pub fn hear_while_saying(
        &mut self,
        from: &impl Sender,
        limit: Duration,
        saying: Saying<'_>,
    ) -> Result<Datagram, Missing> {
        let patience = Patience::limited(limit, &[from.program().root()]);
        self.hear_within(from, patience, Some(saying))
    }

    fn hear_within(
        &mut self,
        from: &impl Sender,
        patience: Patience,
        mut saying: Option<Saying<'_>>,
    ) -> Result<Datagram, Missing> {
        let mut next = Instant::now();
        loop {
            let exit = from.program().exit(); // Looked at first: one that has ended sends nothing more.
            self.datagrams.look_at(from.program().root());
            if let Some(datagram) = self.look(LOOK) {
                return Ok(datagram);
            }
            if let Some(exit) = exit {
                self.datagrams.has_ended();
                return Err(Missing::Ended(exit));
            }
            if patience.is_over() {
                return Err(Missing::Silent(patience));
            }
            if let Some(saying) = &mut saying
                && Instant::now() >= next
            {
                (saying.say)(self);
                next = Instant::now() + saying.every;
            }
        }
    }

    /// Checks that a client which waited from `from` on for `waited` only did not wait for a processor before it sent: then
    /// its own clock may have shown `least`.
    ///
    /// # Errors
    /// That the runner cannot tell.
    pub fn unless_starved(&self, from: Duration, waited: Duration, least: Duration) -> Outcome {
        if !datagrams::known() {
            // Other platforms never tell, also not when a datagram came. On a free machine the runner sees it at once.
            return match is_crowded() {
                true => hindered(
                    Hindrance::TooLate,
                    "the machine is busy: the runner may have seen a send too late",
                ),
                false => Ok(()),
            };
        }
        // From the last look before its send on.
        match self.starved(from, from + waited) {
            Some(starved) if waited + starved < least => Ok(()),
            _ => hindered(
                Hindrance::TooLate,
                "the client waited for a processor, perhaps between a look at its clock and the send that follows",
            ),
        }
    }

    /// Returns for how long the client waited for a processor between these moments; `None` where that is not known.
    pub fn starved(&self, from: Duration, to: Duration) -> Option<Duration> {
        self.datagrams.waited_for_processor(from, to)
    }

    /// Returns what has come and was not heard yet.
    pub fn pending(&mut self) -> Vec<Datagram> {
        std::iter::from_fn(|| self.look(Duration::ZERO)).collect()
    }

    /// Returns whether the same bytes had come here before this datagram, which came last.
    pub fn came_before(&self, datagram: &Datagram) -> bool {
        self.heard.iter().rev().skip(1).any(|bytes| *bytes == datagram.bytes)
    }

    /// Returns whether at most one datagram has passed in this check, over all of the runner's sockets.
    pub fn is_the_first(&self) -> bool {
        !self.datagrams.has_more_than_one()
    }

    /// The runner acts as if this datagram had been lost on its way.
    pub fn lose(&self, datagram: &Datagram) {
        self.datagrams.lose(datagram.place);
    }

    fn look(&mut self, limit: Duration) -> Option<Datagram> {
        let _ = self.socket.set_nonblocking(limit.is_zero());
        if !limit.is_zero() {
            let _ = self.socket.set_read_timeout(Some(limit));
        }
        let Stamped { len, from, ago, at } = datagrams::receive(&self.socket, &mut self.buffer).ok()?;
        let bytes = self.buffer[..len].to_vec();
        let at = self.datagrams.time_of(at);
        let hears = match self.says {
            Direction::ClientToServer => Direction::ServerToClient,
            Direction::ServerToClient => Direction::ClientToServer,
        };
        let place = self.datagrams.add(at, self.flow, hears, &bytes);
        self.heard.push(bytes.clone());
        Some(Datagram { bytes, from, at, is_stamped: ago.is_some(), place })
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.datagrams.add_drops(datagrams::drops_at(&[self.addr]).unwrap_or(0));
    }
}

/// What the runner sends while it waits.
pub struct Saying<'a> {
    /// The interval.
    pub every: Duration,
    /// Sends it.
    pub say: &'a mut dyn FnMut(&mut Mailbox),
}
