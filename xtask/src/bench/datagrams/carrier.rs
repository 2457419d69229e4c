//! The datagram wire between a pair.

use super::picture::Datagrams;
use crate::bench::facts::can;
use crate::bench::{Bench, Client, Server};
use crate::finding::{Half, Outcome};
use crate::system::patience::Patience;
use crate::wire::{DatagramWire, Direction, Passage};
use std::net::SocketAddr;

/// A running datagram wire of a check.
pub struct Carrier {
    /// Where the client sends to.
    pub addr: SocketAddr,
    wire: DatagramWire,
    datagrams: Datagrams,
}

impl Bench<'_> {
    /// Starts the check's wire in front of the socket that is bound at `server`. It takes all sockets of the client for
    /// one flow.
    ///
    /// # Errors
    /// When no address is free.
    pub fn carrier_to(&mut self, server: SocketAddr) -> Outcome<Carrier> {
        let (seed, addr) = (self.rng.u64(..), self.datagram_address(Half::Client)?);
        let started = DatagramWire::start_for_one(self.wire, seed, addr, server);
        let wire = can("start the wire", started)?;
        self.datagrams.add_wire(&wire.record);
        Ok(Carrier { addr: wire.addr, wire, datagrams: self.datagrams.clone() })
    }

    /// Waits until `done` is true of what came to the wire, the client has ended, or patience with both is over. Each
    /// datagram that comes renews it.
    pub fn wait_carried(
        &self,
        carrier: &Carrier,
        server: &Server,
        client: &Client,
        done: impl Fn(&[Passage]) -> bool,
    ) {
        let mut patience = Patience::with(&[server.program.root(), client.program.root()]);
        let mut came = 0;
        loop {
            let moved = patience.until(|| {
                let exit = client.program.exit(); // Looked at first: one that has ended sends nothing more.
                carrier.datagrams.look_at(client.program.root());
                exit.iter().for_each(|_| carrier.datagrams.has_ended());
                let passages = carrier.passages();
                let over = exit.is_some() || done(&passages);
                (over || passages.len() > came).then_some((over, passages.len()))
            });
            match moved {
                Some((false, now)) => came = now,
                Some((true, _)) | None => return,
            }
            patience.renew();
        }
    }
}

impl Carrier {
    /// Returns the datagrams that came so far, in order.
    pub fn passages(&self) -> Vec<Passage> {
        self.wire.record.passages()
    }

    /// Returns the datagrams that came so far this way, in order.
    pub fn came(&self, direction: Direction) -> Vec<Passage> {
        let mut all = self.passages();
        all.retain(|passage| passage.direction == direction);
        all
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.datagrams.add_drops(self.wire.drops().unwrap_or(0));
    }
}
