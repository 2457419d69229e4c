//! What the kernel says about a peer's connection, and about the program at its other end.

use super::log::lock;
use super::{Meanwhile, Peer};
use crate::finding::{Outcome, skip, unable};
use crate::system::patience::{Patience, wait_blindly};
use crate::system::processes::{self, Activity};
use crate::system::sockets::{self, Taken, TcpState};
use std::thread;
use std::time::{Duration, Instant};

/// What a program has done with its end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OtherEnd {
    /// It has not ended its direction.
    Open,
    /// It has ended its direction (FIN), and still holds the socket.
    HalfClosed,
    /// No process holds the socket any more, or the connection is gone.
    LetGo,
}

/// How long a program stayed on a connection.
#[derive(Clone, Copy, Debug)]
pub enum Staying {
    /// It let go of the connection at some moment between these two.
    Until {
        /// The last look at which it held its socket.
        held: Instant,
        /// The first look at which it did not.
        gone: Instant,
    },
    /// It still held its socket after this time.
    Longer(Duration),
}

/// Time between two bytes of a peer that goes on talking.
const BETWEEN_BYTES: Duration = Duration::from_millis(300);
/// How often [`Peer::is_reset_by_bytes`] looks, and how far apart.
const RESET_LOOKS: u32 = 5;
const RESET_LOOK: Duration = Duration::from_millis(100);
/// For how long [`Peer::say_until_let_go`] talks.
const TALKS: Duration = Duration::from_secs(1);

impl Peer {
    /// Returns in how many segments everything so far was received; `None` where the kernel does not tell.
    pub fn segments(&self) -> Option<u32> {
        self.ends().ok()?.own_side().ok()??.segments
    }

    /// Returns whether the other side has taken everything that was said, or is gone.
    pub fn is_taken(&self) -> bool {
        let said = lock(&self.log).said;
        self.ends().map_or(true, |ends| self.stream.taken(ends, said) != Taken::NotAll)
    }

    /// Returns whether the kernel shows that the other side has read no byte of what has come to it.
    pub fn has_nothing_read(&self) -> bool {
        let side = self.ends().ok().and_then(|ends| ends.other_side().ok().flatten());
        side.is_some_and(|side| {
            side.is_held() && side.unread > 0 && side.received == Some(u64::from(side.unread))
        })
    }

    /// Waits until the other side has taken everything that was said, or is gone. Where the kernel cannot be asked,
    /// it waits 20 ms: see [`wait_blindly`].
    pub fn wait_taken(&self) {
        let Ok(ends) = self.ends() else { return };
        let said = lock(&self.log).said;
        let mut patience = self.patience.clone();
        patience.renew();
        patience.until(|| match self.stream.taken(ends, said) {
            Taken::All | Taken::Gone => Some(()),
            Taken::NotAll => None,
            Taken::Unknown => {
                wait_blindly();
                Some(())
            }
        });
    }

    /// Resets the connection (RST), and waits until the other side's kernel has received that: its socket is no longer in the
    /// kernel's table, or, for a Unix socket, can send no more. Stops waiting when `has_ended` says that the program at the
    /// other end has ended.
    ///
    /// # Errors
    /// A skip where the platform does not tell; that the runner cannot tell when this peer's patience is over.
    pub fn reset_until_received(self, has_ended: impl Fn() -> bool) -> Outcome {
        if !sockets::known() {
            return skip("this platform does not tell when the other side has received a reset");
        }
        let mut patience = self.patience.clone();
        patience.renew();
        // A connection that has no ends any more is over already.
        let ends = self.ends();
        self.reset();
        let Ok(ends) = ends else { return Ok(()) };
        let is_over = || match ends.other_side() {
            Ok(side) => {
                side.is_none_or(|side| side.is_over() || (side.tcp_state().is_none() && side.has_ended()))
            }
            Err(_) => false,
        };
        match patience.until(|| (has_ended() || is_over()).then_some(())) {
            Some(()) => Ok(()),
            None => unable(format!("cannot tell whether the other side has received the reset; {patience}")),
        }
    }

    /// Delays acknowledgements, as a kernel does that hopes to send them together with an answer. This shows the
    /// effect of the other side's Nagle algorithm. Only Linux can be asked for it (tcp(7), TCP_QUICKACK).
    pub fn delay_acknowledgements(&self) {
        #[cfg(target_os = "linux")]
        if sockets::known() {
            let _ = self.stream.options().set_tcp_quickack(false);
        }
    }

    /// Returns what the other side is doing, as far as the kernel tells.
    pub(super) fn meanwhile(&self) -> Option<Meanwhile> {
        let ends = self.ends().ok()?;
        let root = self.other?;
        let entry = ends.other_side().ok()??;
        // Of a Unix socket the kernel tells how much is unread, and not how much has come: that is what was said.
        let received = entry.received.unwrap_or_else(|| lock(&self.log).said);
        match processes::activity(root) {
            // A socket that no process holds waits in the queue of the listening socket.
            _ if entry.inode == 0 => Some(Meanwhile::NotAccepted { calls: processes::calls(root) }),
            Activity::Busy if !processes::all_sleep(root) => {
                Some(Meanwhile::Busy { at_end: entry.tcp_state() == Some(TcpState::CloseWait) })
            }
            Activity::Asleep(_) => {
                let call = processes::call_for(root, entry.inode);
                let calls = processes::calls(root);
                match entry.unread {
                    unread @ 1.. if received == u64::from(unread) => {
                        Some(Meanwhile::ReadsNothing { call, calls, unread })
                    }
                    unread => Some(Meanwhile::Waits { call, calls, unread }),
                }
            }
            _ => None,
        }
    }

    /// Returns whether the other side has not ended its direction, nor let go of the connection; `true` where the kernel does
    /// not tell.
    pub fn other_is_open(&self) -> bool {
        matches!(self.other_end(), Some(OtherEnd::Open) | None)
    }

    /// Returns what the other side has done with its end of the connection; `None` where the kernel does not tell.
    fn other_end(&self) -> Option<OtherEnd> {
        // A reset connection has no ends any more.
        let Ok(ends) = self.ends() else { return Some(OtherEnd::LetGo) };
        let Some(side) = ends.other_side().ok()? else { return Some(OtherEnd::LetGo) };
        Some(match side.has_ended() {
            _ if side.is_over() => OtherEnd::LetGo,
            // A socket that no process holds any more keeps its state until its last bytes have arrived.
            true if side.inode == 0 => OtherEnd::LetGo,
            true => OtherEnd::HalfClosed,
            false => OtherEnd::Open,
        })
    }

    /// Waits, and reads nothing, until the other side has ended its direction and sleeps, or has let go of the
    /// connection, or sleeps because its buffers are full. Gives up when this peer's patience is over.
    pub fn wait_ended_unheard(&self) {
        let mut patience = self.patience.clone();
        patience.renew();
        let sleeps = || self.other.is_none_or(processes::all_sleep);
        // Asked several times in a row: the other side may just have been woken.
        let mut stuck = 0;
        patience.until(|| match self.other_end() {
            Some(OtherEnd::LetGo) | None => Some(()),
            Some(OtherEnd::HalfClosed) => sleeps().then_some(()),
            Some(OtherEnd::Open) => {
                stuck = if sleeps() { stuck + 1 } else { 0 };
                (stuck > 20).then_some(())
            }
        });
    }

    /// Waits until the other side has let go of the connection, for at most `limit` (longer while it gets no CPU time).
    /// For the first second it says a byte every 300 ms; then it is silent, because a limit may be one for each read.
    /// Where the kernel does not tell that the other side has let go, an RST does.
    pub fn say_until_let_go(&mut self, limit: Duration) -> Staying {
        let patience = Patience::limited(limit, &Vec::from_iter(self.other));
        let start = Instant::now();
        let (mut held, mut said) = (start, start);
        let gone = patience.until(|| {
            let now = Instant::now();
            match self.other_end() {
                Some(OtherEnd::LetGo) => return Some(Instant::now()),
                Some(_) => held = now,
                None => {}
            }
            if now.duration_since(start) < TALKS && now.duration_since(said) >= BETWEEN_BYTES {
                said = now;
                if self.say(b"-").is_err() {
                    return Some(Instant::now());
                }
                if self.other_end().is_none() {
                    held = now;
                }
            }
            None
        });
        match gone {
            Some(at) => Staying::Until { held, gone: at },
            None if self.other_end().is_none() && self.is_reset_by_bytes() => {
                Staying::Until { held, gone: Instant::now() }
            }
            None => Staying::Longer(patience.waited()),
        }
    }

    /// Says a few bytes, and returns whether the other side has answered them with RST: then its socket is gone.
    fn is_reset_by_bytes(&mut self) -> bool {
        (0..RESET_LOOKS).any(|n| {
            if n > 0 {
                thread::sleep(RESET_LOOK); // On loopback the answer comes at once.
            }
            self.say(b"-").is_err()
        })
    }
}
