//! The sockets that a server holds: those of clients that are gone, its listener, and its queue.

use super::Server;
use crate::bench::facts::can;
use crate::finding::{Outcome, broken, unable};
use crate::system::endpoint::{Ends, Side, listening_at};
use crate::system::family::Family;
use crate::system::patience::Patience;
use crate::system::processes;
use crate::system::sockets::{self, TcpState};
use std::collections::HashSet;

impl Server {
    /// Waits until the queue of connections that the server has not accepted yet has room for one more. With a full
    /// queue the kernel drops what would open a TCP connection, and the next try comes only after 1, 2 or 4 s; at a Unix
    /// socket `connect` waits.
    ///
    /// # Errors
    /// The finding that the server accepts nobody.
    pub fn wait_room(&self) -> Outcome {
        let patience = Patience::with(&[self.program.root()]);
        // How many wait, when that are too many.
        let full = || {
            let listening = listening_at(self.addr).unwrap_or_default();
            listening.into_iter().find(|one| one.is_full).map(|one| one.waiting)
        };
        let room = || (full().is_none() || self.program.exit().is_some()).then_some(());
        if patience.until(room).is_some() {
            return Ok(());
        }
        let waiting = full().unwrap_or(0);
        broken(
            format!("the server accepts a connection at {}", self.addr),
            format!("{waiting} connections wait in its queue, which is full; {patience}"),
            "one client must not keep the others from being accepted: a thread for each, and back to `accept` at \
             once",
        )
    }

    /// Returns the sockets that the server's process tree holds; `None` where the platform does not tell.
    pub fn sockets(&self) -> Option<HashSet<u64>> {
        sockets::known().then(|| processes::socket_inodes(self.program.root()))
    }

    /// Checks that `clients` clients that left, and then as many that reset, have not left one socket each: `before` are those
    /// that the server held when the first came, and `between` when the first reset. One socket less is enough: a program may
    /// close the last one when the next client comes.
    ///
    /// # Errors
    /// The finding that it still holds one for each.
    pub fn holds_none_of(&self, clients: usize, before: &HashSet<u64>, between: &HashSet<u64>) -> Outcome {
        // Those clients are gone: only the server itself, or a clock, could still close them.
        let patience = Patience::with(&[self.program.root()]).or_sooner();
        let mut kept = None;
        patience.until(|| {
            let held = self.sockets().unwrap_or_default();
            // One wait for both: a server may take its time.
            let (left, reset): (Vec<&u64>, _) =
                held.difference(before).partition(|one| between.contains(one));
            let both = [(left.len(), "left"), (reset.len(), "reset the connection (RST)")];
            kept = both.into_iter().find(|(more, _)| *more >= clients);
            kept.is_none().then_some(())
        });
        let Some((more, how)) = kept else { return Ok(()) };
        broken(
            format!("the server closes the socket of each client that {how}"),
            format!("after {clients} such clients it holds {more} more sockets; {patience}"),
            "the server must close every connection that is over, also after an error: drop the stream; a server \
             that does not will run out of file descriptors",
        )
    }

    /// Waits until no process holds the server's socket of the connection with these ends, whose other side, the client's,
    /// stays open.
    ///
    /// # Errors
    /// The finding that the server still holds it; `cause` says why.
    pub fn drops(&self, client: Ends, when: &str, cause: &str) -> Outcome {
        if !sockets::known() {
            return Ok(());
        }
        let patience = Patience::with(&[self.program.root()]);
        let mut state = "?";
        let dropped = patience.until(|| {
            let held = client.other_side().ok()?.filter(Side::is_held);
            state = held.as_ref().map_or("?", Side::state_name);
            held.is_none().then_some(())
        });
        if dropped.is_some() {
            return Ok(());
        }
        let got = format!("its socket is still there, in state {state}; {patience}");
        broken(format!("the server closes the connection when {when}"), got, cause)
    }

    /// Checks that the server listens at the address it was given and at no other.
    ///
    /// # Errors
    /// The finding that lists where it listens.
    pub fn listens_only_there(&self) -> Outcome {
        let addresses = self.listening_addresses();
        if !sockets::known() || addresses == [self.addr] {
            return Ok(()); // Other platforms tell only that it can be reached there.
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
                    "it was given one address: each other address that it binds opens a door that nobody asked for"
                }
                _ if self.addr.family() == Family::V6 => {
                    "binding [::], 0.0.0.0 or another address than the one given opens the server to the whole network"
                }
                _ => {
                    "binding 0.0.0.0 or another address than the one given opens the server to the whole network"
                }
            },
        )
    }

    /// Waits until the server's end of the connection with these ends is in TIME_WAIT, after the server has ended; returns
    /// `false` where the platform does not tell.
    ///
    /// # Errors
    /// The stop that nothing can be judged, because no such socket was left.
    pub fn wait_time_wait(&self, client: Ends) -> Outcome<bool> {
        if !sockets::known() {
            return Ok(false);
        }
        let patience = Patience::with(&[]);
        let waits = patience.until(|| {
            let side = can("read the socket table", client.other_side().map_err(Into::into));
            match side.map(|side| side.and_then(|side| side.tcp_state())) {
                Ok(Some(TcpState::TimeWait)) => Some(Ok(true)),
                Ok(_) => None,
                Err(stop) => Some(Err(stop)),
            }
        });
        waits.unwrap_or_else(|| {
            unable(format!("no socket of {} was left in TIME_WAIT; {patience}", self.addr))
        })
    }

    /// Returns whether the kernel still has the server's end of this connection, which is of an earlier run; `true` where
    /// it does not tell.
    pub fn is_beside_time_wait(&self, client: Ends) -> bool {
        !sockets::known() || client.other_side().is_ok_and(|side| side.is_some())
    }
}
