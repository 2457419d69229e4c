//! A server under test: whether it listens, rests, still runs, and closes its sockets.

mod commands;
mod descriptors;
mod refusal;
mod rest;
mod sockets_held;

use super::facts::{can, ended, of_another_family, still};
use super::first::First;
use super::stderr::{BINDS_ANOTHER, Said};
use crate::finding::{Cause, Finding, Half, Outcome, Perhaps, Symptom};
use crate::system::endpoint::{Endpoint, listening_at};
use crate::system::family::Family;
use crate::system::output::Output;
use crate::system::patience::Patience;
use crate::system::processes::{self, Call, Pid};
use crate::system::program::{Exit, Program};
use crate::system::sockets;
use crate::system::waits::{self, WaitsFor};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// A server under test.
pub struct Server {
    /// Its process.
    pub(super) program: Program,
    /// Where it must listen.
    pub addr: Endpoint,
    /// Where only connecting shows that a server is ready: that connection, reused as the first.
    pub(super) first: First,
    /// It was seen to spin: nothing waits again until it rests.
    spins: Cell<bool>,
    /// It was seen to listen.
    has_listened: bool,
    /// Where its evidence keeps that it no longer listened when the runner ended it.
    closed_its_listener: Arc<AtomicBool>,
    /// The runner has stopped it: it does nothing, so nothing waits until it rests.
    is_stopped: bool,
}

impl Server {
    pub(super) fn new(program: Program, addr: Endpoint, closed_its_listener: Arc<AtomicBool>) -> Self {
        let (first, spins) = (First::default(), Cell::default());
        Self { program, addr, first, spins, has_listened: false, closed_its_listener, is_stopped: false }
    }

    /// Returns how it ended, or `None` while it runs.
    pub fn exit(&self) -> Option<Exit> {
        self.program.exit()
    }

    /// Returns how many bytes of anonymous memory (heap, stacks) its process tree uses now; `None` where the platform
    /// does not tell.
    pub fn memory(&self) -> Option<u64> {
        processes::memory(self.program.root())
    }

    /// Waits until its process tree uses at most this many bytes of anonymous memory. Returns whether that came, and
    /// `true` where the platform does not tell.
    pub fn memory_falls_to(&self, bytes: u64) -> bool {
        let patience = Patience::with(&[self.program.root()]);
        patience.until(|| self.memory().is_none_or(|now| now <= bytes).then_some(())).is_some()
    }

    /// Returns the processes that have ended and that the server, or what it started, has not reaped.
    pub fn zombies(&self) -> Vec<Pid> {
        processes::zombies(self.program.root())
    }

    /// Ends the connection that has shown that it is ready, if nobody has taken it: somebody else calls now.
    pub fn ends_first(&self) {
        self.first.end();
    }

    /// Ends it and everything that it started. After that its output is complete.
    pub fn end(&mut self) {
        self.first.end();
        self.note_whether_it_listens();
        self.program.end();
    }

    /// Notes for the evidence whether it has listened, goes on, and listens no more. Only where the platform tells, and not for
    /// a Unix socket: that is found by its file, which may be gone while the socket listens.
    fn note_whether_it_listens(&self) {
        let is_known = sockets::known() && self.addr.inet().is_some();
        let goes_on = || self.program.exit().is_none() && self.listening_addresses().is_empty();
        if is_known && self.has_listened && goes_on() {
            // A program that ends may close its sockets some time before it has ended.
            self.wait_rest();
            // What it has started may rest although it has ended itself.
            let rests = processes::at_rest(self.program.root()) && self.program.is_there();
            self.closed_its_listener.store(goes_on() && rests, Relaxed);
        }
    }

    /// Returns what it printed on standard output: the start and the end, at most 1 MiB.
    pub fn printed(&self) -> Vec<u8> {
        self.program.stdout.kept()
    }

    /// Waits until a socket of the server's process tree listens at its address.
    ///
    /// # Errors
    /// The finding that it ended, or did not listen in time.
    pub fn ready(mut self) -> Outcome<Self> {
        let _shown = waits::until(WaitsFor::Listening);
        let patience = Patience::to_start(self.program.root());
        let looked = patience.until(|| {
            let exit = self.program.exit(); // Looked at first: a server that has ended does not begin to listen.
            match self.listens() {
                Ok(false) => exit.map(|exit| Ok(Some(exit))),
                Ok(true) => Some(Ok(None)),
                Err(stop) => Some(Err(stop)),
            }
        });
        let expected = format!("the server listens at {}", self.addr);
        match looked.transpose()? {
            Some(None) => {
                self.has_listened = true;
                return Ok(self);
            }
            Some(Some(exit)) => {
                self.end();
                let said = Said(self.program.stderr.kept());
                let cause = match of_another_family(self.addr) {
                    _ if said.names_address_in_use() => BINDS_ANOTHER.into(),
                    Some(perhaps) => Cause::general(format!(
                        "it ended at its start: its own message states why; {perhaps}"
                    )),
                    None if said.names_invalid_argument() => Perhaps(
                        "it did not call `listen` before `accept`, which then fails: invalid argument \
                         (EINVAL)",
                    )
                    .into(),
                    None => Cause::general(
                        "it ended at its start: its own message states why. A server binds the address in its \
                         first argument, and accepts clients in a loop",
                    ),
                };
                let got = format!("it {exit} at its start, before a client could call");
                let finding = Finding::new(expected, got, cause).seen(ended(exit)).before_it_began();
                return finding.of(Half::Server).broken();
            }
            None => {}
        }
        let (got, cause) = match self.listening_addresses().first() {
            Some(addr) => (
                format!("it listens at {addr}"),
                match of_another_family(self.addr).filter(|_| addr.family() != self.addr.family()) {
                    Some(perhaps) => format!("the address must come from the first argument; {perhaps}"),
                    None => "the address must come from the first argument, not from the program".into(),
                },
            ),
            None => {
                let (_, doing) = still(&self.program);
                // Programs print their address when they have bound it. One that has a socket may have bound that elsewhere.
                let announced = self.addr.to_string();
                let has_announced = || memchr::memmem::find(&self.printed(), announced.as_bytes()).is_some();
                let has_none = sockets::known() && processes::socket_inodes(self.program.root()).is_empty();
                let why = match has_none && has_announced() {
                    true => {
                        "it printed its address, and has no socket any more: most likely it has closed its listener again"
                    }
                    false => {
                        "none of its sockets listens there: it has not called `bind` and `listen` yet, or it has closed \
                         that socket again"
                    }
                };
                let or =
                    of_another_family(self.addr).map_or(String::new(), |perhaps| format!(" Or {perhaps}"));
                (
                    format!("nothing listens there; {doing}; {patience}"),
                    format!(
                        "{why} (in Rust a listener is closed where it is dropped). Keep it open as long as the server runs.{or}"
                    ),
                )
            }
        };
        Finding::new(expected, got, cause).before_it_began().broken()
    }

    fn listens(&self) -> Outcome<bool> {
        if !sockets::known() {
            return Ok(self.first.connect(self.addr));
        }
        let listening = can("read the socket table", listening_at(self.addr).map_err(Into::into))?;
        if listening.is_empty() {
            return Ok(false);
        }
        let held = processes::socket_inodes(self.program.root());
        Ok(listening.iter().any(|one| held.contains(&one.inode)))
    }

    /// Returns every address at which the server's process tree listens: those of TCP, and its own one where that is a
    /// Unix socket. (Other Unix sockets may belong to the language's runtime.)
    pub fn listening_addresses(&self) -> Vec<Endpoint> {
        let held = processes::socket_inodes(self.program.root());
        let entries = sockets::listening(None).unwrap_or_default();
        let inet =
            entries.into_iter().filter(|entry| held.contains(&entry.inode)).map(|entry| entry.local.into());
        let is_own =
            || listening_at(self.addr).is_ok_and(|found| found.iter().any(|one| held.contains(&one.inode)));
        let own = self.addr.inet().is_none() && is_own();
        own.then_some(self.addr).into_iter().chain(inet).collect()
    }

    /// Waits until a server whose address is taken ends. Returns how it ended, or when the runner gave up.
    pub fn wait_refused(&self) -> Result<Exit, String> {
        self.program.wait_exit_alone().map_err(|patience| patience.to_string())
    }

    /// Checks that a server whose address is taken says so and ends with a status other than 0; `exit` is what
    /// [`Server::wait_refused`] returned.
    ///
    /// # Errors
    /// The finding that names what it did instead.
    pub fn is_refused(&mut self, expected: &str, exit: Result<Exit, String>) -> Outcome {
        // No second socket is bound to a path that is taken: its file was removed before.
        let took_it = exit.is_err()
            && sockets::known()
            && self.addr.family() == Family::Unix
            && self.listening_addresses().contains(&self.addr);
        self.end();
        let said = Said(self.program.stderr.kept());
        let silent = |output: &Output| output.total() == 0;
        let silent = silent(&self.program.stderr) && silent(&self.program.stdout);
        let finding = |got: String, cause: &str| Finding::new(expected, got, cause);
        match exit {
            Err(_) if took_it => finding(
                format!("it listens at {}", self.addr),
                "it took the address away from the server that listens there: connect to what stands at the path, and \
                 where that is not refused, leave it, print the error and exit",
            ),
            Err(gave_up) => finding(
                format!("it still runs; {gave_up}"),
                "`bind` or `listen` has failed, so there is nothing to serve: print the error and exit",
            ),
            Ok(Exit::Code(0)) => finding(
                "it exited with status 0".into(),
                match silent {
                    true => "the error of `bind` was ignored",
                    false => "0 means that all went well: after an error exit with a status other than 0",
                },
            ),
            Ok(Exit::Code(_)) if said.panicked() => finding(
                "it panicked".into(),
                "an address that cannot be bound is no bug of the program: return the error and print it, do not panic",
            )
            .seen(Symptom::Panicked),
            Ok(Exit::Code(_)) if silent => {
                finding("it exited and reported nothing".into(), "print the error, with the address, before exiting")
            }
            Ok(Exit::Code(_)) => return Ok(()),
            Ok(exit) => finding(format!("it {exit}"), "the error of `bind` was not handled"),
        }
        .of(Half::Server)
        .broken()
    }

    /// Stops the server while `act` runs, so that the server cannot see the beginning of `act` before its end. Where
    /// the platform cannot stop it, it runs on.
    pub fn while_stopped<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        processes::pause(self.program.root(), true);
        self.is_stopped = true;
        let done = act(self);
        self.is_stopped = false;
        processes::pause(self.program.root(), false);
        done
    }

    /// Returns the call in which the server waits until a connection brings something, when it does nothing else.
    pub fn waits_to_read(&self) -> Option<Call> {
        processes::waits_to_read(self.program.root())
    }

    /// Returns whether every thread of the server sleeps, in a call that waits or in one that writes.
    pub fn is_stuck(&self) -> bool {
        processes::all_sleep(self.program.root())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.first.end();
        self.note_whether_it_listens();
    }
}
