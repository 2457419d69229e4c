//! A server under test: ready, at rest, alive, letting go.

use super::{skip, spin, unable, wait_idle};
use crate::bench::peer::Peer;
use crate::finding::{Outcome, Stop, broken};
use crate::system::patience::Patience;
use crate::system::processes;
use crate::system::processes::Activity;
use crate::system::program::Program;
use crate::system::sockets;
use crate::system::sockets::TcpState;
use std::cell::Cell;
use std::collections::HashSet;
use std::net::SocketAddr;

/// A server under test.
pub struct Server {
    /// Its process.
    pub program: Program,
    /// Where it was told to listen.
    pub addr: SocketAddr,
    /// Where the platform cannot tell readiness: the connection that told it, to be used as the first.
    pub(super) first: Option<Peer>,
    /// It was seen to compute without end: it is not waited for to rest once more.
    pub(super) spins: Cell<bool>,
}

impl Server {
    /// Waits until a socket of the server's process tree listens at its port.
    ///
    /// # Errors
    /// The finding that it ended, or did not listen in time.
    pub fn ready(mut self) -> Outcome<Self> {
        let patience = Patience::to_start(self.program.root());
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
                        "it ended before it listened: what it said tells why. A server binds the address in its first \
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
            patience.pause();
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

    /// Waits until a connection more has room in the queue of those that the server has not accepted yet: with a full one
    /// the kernel drops what would open it, and tries again a second later, or two, or four.
    ///
    /// # Errors
    /// The finding that the server accepts nobody.
    pub fn wait_room(&self) -> Outcome {
        let patience = Patience::with(&[self.program.root()]);
        loop {
            let entries = sockets::listening(Some(self.addr.port())).unwrap_or_default();
            let full = entries.iter().find(|entry| entry.local == self.addr && entry.queue_is_full());
            let Some(entry) = full else { return Ok(()) };
            if self.program.exit().is_some() {
                return Ok(());
            }
            if patience.is_over() {
                return broken(
                    format!("the server accepts a connection at {}", self.addr),
                    format!("{} connections wait in its queue, which is full; {patience}", entry.unread),
                    "one client must not keep the others from being accepted: a thread for each, and back to `accept` at \
                     once",
                );
            }
            patience.pause();
        }
    }

    /// The sockets that the server's process tree holds; `None` where the platform does not tell.
    pub fn sockets(&self) -> Option<HashSet<u64>> {
        sockets::KNOWN.then(|| processes::socket_inodes(self.program.root()))
    }

    /// Holds that `clients` of them, all gone, have not left a socket each: `before` are those that the server held
    /// when they came. One is not blamed: a program may let go of the last one when the next client comes.
    ///
    /// # Errors
    /// The finding that it still holds as many.
    pub fn holds_none_of(&self, clients: usize, before: &HashSet<u64>, how: &str) -> Outcome {
        let patience = Patience::with(&[self.program.root()]);
        while let Some(now) = self.sockets() {
            let more = now.difference(before).count();
            if more < clients {
                break;
            }
            if patience.is_over() {
                return broken(
                    format!("the server closes the socket of each client that {how}"),
                    format!("{clients} such clients later it holds {more} sockets more; {patience}"),
                    "a connection that is over is still to be closed, whatever ended it, an error too: drop the stream; \
                     a server that does not will run out of file descriptors",
                );
            }
            patience.pause();
        }
        Ok(())
    }

    /// Waits until every thread of the server sleeps in a call that waits, having nothing to do; elsewhere than on
    /// Linux it does not wait.
    pub fn wait_idle(&self) {
        wait_idle(&self.program);
    }

    /// Does something while the server stands still, so that it cannot have seen the first of it before the last. Where
    /// the platform cannot stop it, it runs on.
    pub fn while_stopped<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        processes::pause(self.program.root(), true);
        let done = act(self);
        processes::pause(self.program.root(), false);
        done
    }

    /// Waits until whatever the server is doing, dying too, is done: until all its threads sleep, or it has exited. One
    /// that computes without end is not waited for.
    pub fn wait_rest(&self) {
        let root = self.program.root();
        let before = processes::cpu_time(root).unwrap_or_default();
        let patience = Patience::with(&[root]);
        let spins = || processes::cpu_time(root).unwrap_or_default().saturating_sub(before) >= spin(root);
        while self.program.exit().is_none() && !processes::at_rest(root) && !self.spins.get() {
            self.spins.set(spins() || patience.is_over());
            patience.pause();
        }
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
            match list.len() {
                0 => {
                    "the server let go of its listener, or ended: keep it, and `accept` in a loop that never ends"
                }
                _ if addresses.contains(&self.addr) => {
                    "it was given one address: what else it binds opens doors that nobody asked for"
                }
                _ => {
                    "binding 0.0.0.0 or another address than the one given opens the server to the whole network"
                }
            },
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

    /// Holds that the server still runs, once it has done what it was doing.
    ///
    /// # Errors
    /// The finding that it ended.
    pub fn alive(&self, after: &str) -> Outcome {
        self.wait_rest();
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
        self.waits(Some(peer), after)
    }

    /// Waits until every thread sleeps in a call that waits, having nothing to do; elsewhere than on Linux it does not
    /// wait.
    ///
    /// # Errors
    /// The finding that the server spins.
    pub fn rests(&self, beside: &str) -> Outcome {
        if sockets::KNOWN { self.waits(None, beside) } else { Ok(()) }
    }

    fn waits(&self, peer: Option<SocketAddr>, after: &str) -> Outcome {
        let root = self.program.root();
        let before = processes::cpu_time(root).unwrap_or_default();
        let patience = Patience::with(&[root]);
        loop {
            let state = match peer {
                Some(peer) => {
                    let entry = sockets::between(self.addr, peer).map_err(Into::into);
                    unable("read the socket table", entry)?.map(|entry| entry.state)
                }
                None => None,
            };
            let held = matches!(state, Some(TcpState::Established | TcpState::CloseWait));
            let activity = self.program.activity();
            let rests = activity != Activity::Busy || (peer.is_none() && processes::at_rest(root));
            if !held && rests {
                return Ok(());
            }
            let used = processes::cpu_time(root).unwrap_or_default().saturating_sub(before);
            if used >= spin(root) {
                return broken(
                    format!("the server waits for the next client after {after}"),
                    format!("it used {} ms of CPU time with nothing to do: it spins", used.as_millis()),
                    match peer {
                        Some(_) => {
                            "a `read` at the end of the stream returns 0 at once, every time: leave the loop, or it spins \
                             for ever"
                        }
                        None => {
                            "nothing has come, and it asks again and again whether something has: let `read` wait for it"
                        }
                    },
                );
            }
            if patience.is_over() {
                if peer.is_none() {
                    return Ok(()); // Neither asleep nor spinning: no finding.
                }
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
            patience.pause();
        }
    }
}
