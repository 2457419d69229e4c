//! Whose addresses are whose.

use super::model::Party;
use crate::system::segments::{Flags, Segment, What};
use crate::system::trace::call::{Address, Call, Detail, Socket, Transport};
use std::net::SocketAddr;

/// The addresses of the programs under test. All others are the runner's.
#[derive(Debug, Default)]
pub struct Owners(Vec<(SocketAddr, Party)>);

impl Owners {
    /// Reads the addresses from the calls of the programs. Where a call to `connect` has failed, nobody knows its socket's
    /// own address any more: it is the one from which a connection was opened meanwhile.
    pub fn of_calls<'a>(
        calls: impl Iterator<Item = (Party, &'a Call)> + Clone,
        segments: &[Segment],
    ) -> Self {
        let mut all = Self::default();
        for (party, call) in calls.clone() {
            for socket in [call.socket(), call.made.as_ref()].into_iter().flatten() {
                let inet = matches!(socket.transport, Transport::Tcp | Transport::Udp);
                let local = local(socket).filter(|addr| inet && addr.port() != 0);
                all.0.extend(local.map(|addr| (addr, party)));
            }
        }
        for (party, call) in calls.filter(|(_, call)| call.name == "connect") {
            let Detail::At(Some(Address::Inet(to))) = &call.detail else { continue };
            let meanwhile = |one: &&Segment| call.start <= one.at && call.end.is_none_or(|end| one.at <= end);
            for one in segments.iter().filter(meanwhile).filter(|one| one.to == *to && opens(one)) {
                if all.of(one.from) == Party::Runner {
                    all.0.push((one.from, party));
                }
            }
        }
        all
    }

    /// Guesses from who opens what, where no calls are known: without a wire the client opens a connection to the server.
    /// With one, it opens the first connection to the wire, and the wire those to another address.
    pub fn of_segments(segments: &[Segment], has_wire: bool) -> Self {
        let mut all: Vec<(SocketAddr, Party)> = Vec::new();
        let Some(first) = segments.iter().find(|one| opens(one)).map(|one| one.to) else {
            return Self::default();
        };
        let known = |all: &[(SocketAddr, Party)], addr| all.iter().any(|(other, _)| *other == addr);
        for one in segments.iter().filter(|one| opens(one)) {
            if one.to == first && !known(&all, one.from) {
                all.push((one.from, Party::Client));
            } else if has_wire && one.to != first && !known(&all, one.to) {
                all.push((one.to, Party::Server));
            }
        }
        if !has_wire {
            all.push((first, Party::Server));
        }
        Self(all)
    }

    /// Returns who has this address.
    pub fn of(&self, addr: SocketAddr) -> Party {
        self.0.iter().find(|(own, _)| is_same(*own, addr)).map_or(Party::Runner, |(_, party)| *party)
    }
}

/// Returns whether a segment is the first one of a connection, or a datagram.
fn opens(one: &Segment) -> bool {
    match &one.what {
        What::Tcp(tcp) => tcp.flags.has(Flags::SYN) && !tcp.flags.has(Flags::ACK),
        What::Udp => true,
        What::Unreachable => false,
    }
}

fn local(socket: &Socket) -> Option<SocketAddr> {
    socket.local.as_ref()?.inet()
}

/// Returns whether a socket at `own` may have this address: one that is bound to all addresses has each with its port.
pub fn is_same(own: SocketAddr, addr: SocketAddr) -> bool {
    own == addr || (own.ip().is_unspecified() && own.port() == addr.port())
}
