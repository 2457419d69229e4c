//! What the kernel says about a peer's connection, and about the program at its other end.

use super::log::lock;
use super::{Meanwhile, Peer};
use crate::system::processes::{self, Activity};
use crate::system::sockets::{self, Taken};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use std::thread;
use std::time::Duration;

impl Peer {
    /// Returns in how many segments everything so far was received; `None` where the kernel does not tell.
    pub fn segments(&self) -> Option<u32> {
        let (own, other) = self.ends().ok()?;
        sockets::between(own, other).ok()??.segments
    }

    /// Returns whether the other side has taken everything that was said, or is gone.
    pub fn is_taken(&self) -> bool {
        let said = lock(&self.log).said;
        self.ends().map_or(true, |(own, other)| sockets::taken(other, own, said) != Taken::NotAll)
    }

    /// Waits until the other side has taken everything that was said, or is gone. Where the kernel cannot be asked,
    /// it waits 20 ms.
    pub fn wait_taken(&self) {
        let Ok((own, other)) = self.ends() else { return };
        let said = lock(&self.log).said;
        let mut patience = self.patience.clone();
        patience.renew();
        patience.until(|| match sockets::taken(other, own, said) {
            Taken::All | Taken::Gone => Some(()),
            Taken::NotAll => None,
            Taken::Unknown => {
                thread::sleep(Duration::from_millis(20));
                Some(())
            }
        });
    }

    /// Delays acknowledgements, as a kernel does that hopes to send them together with an answer. This shows the
    /// effect of the other side's Nagle algorithm. Only Linux can be asked for it (tcp(7), TCP_QUICKACK).
    pub fn delay_acknowledgements(&self) {
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&self.stream).set_tcp_quickack(false);
    }

    /// Returns what the other side is doing, as far as the kernel tells.
    pub(super) fn meanwhile(&self) -> Option<Meanwhile> {
        let (own, other) = self.ends().ok()?;
        let root = self.other?;
        let entry = sockets::between(other, own).ok()??;
        match processes::activity(root) {
            // A socket that no process holds waits in the queue of the listening socket.
            _ if entry.inode == 0 => Some(Meanwhile::NotAccepted),
            Activity::Busy if !processes::all_sleep(root) => Some(Meanwhile::Busy),
            Activity::Asleep(call) => match entry.unread {
                unread @ 1.. if entry.received == Some(unread.into()) => {
                    Some(Meanwhile::ReadsNothing { call, unread })
                }
                unread => Some(Meanwhile::Waits { call, unread }),
            },
            _ => None,
        }
    }
}
