//! A client under test that sends datagrams.

use super::mailbox::Mailbox;
use crate::bench::spins::SpinWatch;
use crate::bench::{Bench, Client};
use crate::finding::Outcome;
use crate::system::patience::Patience;
use crate::system::processes::{self, Activity};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

impl Bench<'_> {
    /// Forgets the programs that have run and what has passed, because the check begins again.
    pub fn begin_again(&mut self) {
        self.datagrams = self.datagrams.anew();
        self.ran.clear();
        self.servers.clear();
        self.scene.clear();
    }

    /// Opens sockets that are not at `addr` and look like it: one with its IP address, and, where there is another loopback
    /// address, one with its port.
    ///
    /// # Errors
    /// When the first one cannot be bound.
    pub fn mailboxes_beside(&mut self, addr: SocketAddr) -> Outcome<Vec<Mailbox>> {
        let mut all = vec![self.mailbox_at(SocketAddr::new(addr.ip(), 0))?];
        let other = SocketAddr::from((Ipv4Addr::LOCALHOST, addr.port()));
        if other != addr {
            all.extend(self.mailbox_at(other).ok());
        }
        Ok(all)
    }
}

impl Client {
    /// Returns whether every thread of its process tree sleeps now; `true` where the platform does not tell.
    pub fn sleeps(&self) -> bool {
        processes::at_rest(self.program.root())
    }

    /// Starts to watch whether it gets a processor. The returned function returns whether it has got one for 10 ms; `false`
    /// where the platform does not tell.
    pub fn runs(&self) -> impl Fn() -> bool + use<> {
        let work = processes::Work::from_now(self.program.root());
        move || work.used().all >= Duration::from_millis(10)
    }

    /// Waits until the client has ended.
    pub fn wait_end(&self) {
        let _ = self.program.wait_exit_patiently();
    }

    /// Waits until the client has ended, or sleeps in another call than one that reads its standard input. Nothing else may
    /// depend on it: a client may wait for its input and its socket in one call.
    pub fn wait_past_input(&self) {
        let patience = Patience::with(&[self.program.root()]);
        let spins = SpinWatch::of(&self.program);
        patience.until(|| {
            let past = match self.program.activity() {
                Activity::Asleep(call) => !call.reads_input(),
                Activity::Gone | Activity::Unknown => true,
                // One that spins has taken it, and never sleeps.
                Activity::Busy => spins.seen().is_some(),
            };
            (past || self.exit().is_some()).then_some(())
        });
    }
}
