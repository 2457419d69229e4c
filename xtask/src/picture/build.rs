//! Builds a picture from what was seen.

use super::cause;
use super::connection::{Side, connections};
use super::ends::{Ends, Step};
use super::model::{Cause, Change, Link, Made, Party, Picture, Piece, Row, Sent, What};
use super::owners::{Owners, is_same};
use super::waits::waits;
use crate::system::segments::{self, Segment};
use crate::system::sockets::TcpState;
use crate::system::stamp::Stamp;
use crate::system::trace::Traced;
use crate::system::trace::call::{self, Address, Call, Detail, Socket, Transport};
use crate::wire::Fate;
use std::net::SocketAddr;

/// What was seen of one check.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// The programs, with their calls as far as they are known.
    pub programs: &'a [Traced],
    /// What passed loopback; [`None`] where the system refuses to show it.
    pub segments: Option<&'a [Segment]>,
    /// What wires passed on: shown only where the segments are not known.
    pub pieces: Vec<Piece>,
    /// What a wire does with the datagrams of each party, in the order in which they came to it.
    pub fates: Vec<(Party, Fate)>,
    /// Whether a wire of the runner lies between the programs.
    pub has_wire: bool,
}

impl Picture {
    /// Builds the picture of one check.
    pub fn of(seen: Seen) -> Self {
        let told = || seen.programs.iter().filter_map(|program| Some((party(program)?, program)));
        let of_programs = told().flat_map(|(party, program)| shown(program).map(move |call| (party, call)));
        let all_segments = seen.segments.unwrap_or_default();
        let owners = match told().any(|(_, program)| !program.calls.is_empty()) {
            true => Owners::of_calls(of_programs.clone(), all_segments),
            false => Owners::of_segments(all_segments, seen.has_wire),
        };
        let (links, mut segments) = linked(all_segments, &owners);
        let mut calls: Vec<Made> = of_programs
            .map(|(party, call)| {
                let link = link_of(call, party, &links).or_else(|| opened(call, party, &links, &segments));
                Made { party, link, call: call.clone() }
            })
            .collect();
        calls.sort_by_key(|made| made.call.start);
        for one in &mut segments {
            let (link, at) = (&links[one.link], one.segment.at);
            one.cause = match &one.passed {
                Some(passed) => cause::of_segment(link, one.link, passed, at, &calls),
                None if one.segment.what == segments::What::Udp => {
                    let side = if one.segment.from == link.client { Side::Client } else { Side::Server };
                    cause::of_datagram(link, side, &one.segment.payload, at, &calls)
                }
                None => Cause::Kernel,
            };
        }
        for party in [Party::Client, Party::Server] {
            let is_to_wire =
                |one: &&mut Sent| (one.from, one.to) == (party, Party::Runner) && one.passed.is_none();
            let fates = seen.fates.iter().filter(|(from, _)| *from == party).map(|(_, fate)| *fate);
            for (one, fate) in segments.iter_mut().filter(is_to_wire).zip(fates) {
                one.fate = Some(fate).filter(|fate| *fate != Fate::Pass);
            }
        }
        let mut events: Vec<(Stamp, What)> = Vec::new();
        for (place, made) in calls.iter().enumerate() {
            let Call { start, end, .. } = made.call;
            match end {
                Some(end) if waits(made, &segments) => {
                    events.extend([(start, What::Starts(place)), (end, What::Returns(place))]);
                }
                Some(end) if made.call.reads() => events.push((end, What::Call(place))),
                None if !made.call.name.starts_with("exit") => events.push((start, What::Starts(place))),
                _ => events.push((start, What::Call(place))),
            }
        }
        events.extend(segments.iter().enumerate().map(|(n, one)| (one.segment.at, What::Segment(n))));
        if seen.segments.is_none() {
            events.extend(seen.pieces.into_iter().map(|piece| (piece.at, What::Piece(piece))));
        }
        // A process that made no call about a socket is none of the picture: a shell that starts the program, for instance.
        let has_calls = |pid: u32| calls.iter().any(|made| made.call.pid == pid);
        let ends = told().flat_map(|(party, program)| ends_of(party, program));
        events.extend(ends.filter(|(_, what)| matches!(what, What::Ended { pid, .. } if has_calls(*pid))));
        events.sort_by_key(|(at, _)| *at);
        let row = |(at, what)| Row { at, what, changes: Vec::new() };
        let rows = events.into_iter().map(row).collect();
        let mut picture = Self { calls, segments, links, rows, has_segments: seen.segments.is_some() };
        picture.follow();
        picture
    }

    /// Returns the moment of the first row.
    pub fn begin(&self) -> Stamp {
        self.rows.first().map_or(Stamp(0), |row| row.at)
    }

    /// Returns both ends of a connection after each row that is a step of it, with the row's place. `number` is the place of
    /// the link; one of datagrams has no such rows.
    pub fn ends_along(&self, number: usize) -> Vec<(usize, Ends)> {
        let link = &self.links[number];
        let Some(connection) = &link.connection else { return Vec::new() };
        let (mut steps, mut places) = (Vec::new(), Vec::new());
        let mut passed = 0..;
        for (place, row) in self.rows.iter().enumerate() {
            let step = match row.what {
                What::Segment(n) if self.segments[n].link == number => passed.next().map(Step::Segment),
                What::Call(n) | What::Returns(n) => taken(&self.calls[n], number, link),
                _ => None,
            };
            if let Some(step) = step {
                steps.push(step);
                places.push(place);
            }
        }
        places.into_iter().zip(connection.follow(&steps)).collect()
    }

    /// Computes the states and queues of each connection along the rows.
    fn follow(&mut self) {
        for number in 0..self.links.len() {
            let along = self.ends_along(number);
            let link = &self.links[number];
            let Some(connection) = &link.connection else { continue };
            let mut before = connection.begin();
            for (place, ends) in along {
                for side in [Side::Server, Side::Client] {
                    let (party, state) = (link.party(side), ends.of(side).state);
                    if state != before.of(side).state && party != Party::Runner {
                        self.rows[place].changes.push(Change { party, state });
                    }
                }
                if let What::Segment(n) = self.rows[place].what {
                    self.segments[n].ends = Some(ends);
                }
                before = ends;
            }
        }
        for row in &mut self.rows {
            if let What::Call(n) = row.what
                && let Made { party, call, .. } = &self.calls[n]
                && call.name == "listen"
                && call.result == Some(0)
                && call.socket().is_some_and(|socket| socket.transport == Transport::Tcp)
            {
                row.changes.push(Change { party: *party, state: TcpState::Listen });
            }
        }
    }
}

/// Returns what a program is in the check; [`None`] for a helper.
fn party(program: &Traced) -> Option<Party> {
    match program.role {
        "server" => Some(Party::Server),
        "client" => Some(Party::Client),
        _ => None,
    }
}

/// Returns a program's calls from its first one about a socket. The end of a thread, and changes of a descriptor's
/// flags, are left out.
fn shown(program: &Traced) -> impl Iterator<Item = &Call> + Clone {
    let about = |call: &&Call| call.socket().is_none() && call.made.is_none();
    let silent = |call: &&Call| call.name != "exit" && call.name != "fcntl";
    program.calls.iter().skip_while(about).filter(silent)
}

/// Returns the connections and datagrams among the segments, and the segments that belong to one.
fn linked(segments: &[Segment], owners: &Owners) -> (Vec<Link>, Vec<Sent>) {
    let link = |client, server, connection| Link {
        client,
        server,
        caller: owners.of(client),
        called: owners.of(server),
        connection,
    };
    let is_shown = |link: &Link| (link.caller, link.called) != (Party::Runner, Party::Runner);
    let mut links: Vec<(usize, Link)> = Vec::new();
    for connection in connections(segments) {
        let first = connection.passed.first().map_or(0, |passed| passed.segment);
        links.push((first, link(connection.client, connection.server, Some(connection))));
    }
    for (place, one) in segments.iter().enumerate().filter(|(_, one)| one.tcp().is_none()) {
        let ends = [(one.from, one.to), (one.to, one.from)];
        let known = |(_, link): &(usize, Link)| {
            link.connection.is_none() && ends.contains(&(link.client, link.server))
        };
        if !links.iter().any(known) {
            links.push((place, link(one.from, one.to, None)));
        }
    }
    links.retain(|(_, link)| is_shown(link));
    links.sort_by_key(|(first, _)| *first);
    let links: Vec<Link> = links.into_iter().map(|(_, link)| link).collect();
    let mut sent = Vec::new();
    for (number, link) in links.iter().enumerate() {
        let one = |place: usize, passed: Option<_>| {
            let segment = segments[place].clone();
            let is_clients = segment.from == link.client;
            let (from, to) = if is_clients { (link.caller, link.called) } else { (link.called, link.caller) };
            Sent {
                segment,
                place,
                from,
                to,
                link: number,
                passed,
                cause: Cause::Unknown,
                ends: None,
                fate: None,
            }
        };
        match &link.connection {
            Some(connection) => {
                sent.extend(connection.passed.iter().map(|passed| one(passed.segment, Some(passed.clone()))));
            }
            None => {
                let ends = [(link.client, link.server), (link.server, link.client)];
                let of_link =
                    |(_, one): &(usize, &Segment)| one.tcp().is_none() && ends.contains(&(one.from, one.to));
                let all = segments.iter().enumerate().filter(of_link);
                sent.extend(all.map(|(place, _)| one(place, None)));
            }
        }
    }
    sent.sort_by_key(|one: &Sent| one.place);
    (links, sent)
}

/// Returns the link that a call is about.
fn link_of(call: &Call, party: Party, links: &[Link]) -> Option<usize> {
    let socket = call.made.as_ref().or(call.socket())?;
    let (local, peer) = ends_of_socket(socket, call)?;
    let is_it = |link: &Link| {
        let own = |own, other| is_same(local, own) && other == peer;
        (link.caller == party && own(link.client, link.server))
            || (link.called == party && own(link.server, link.client))
    };
    links.iter().position(is_it)
}

/// Returns the connection that a call to `connect` opened, by its time: where it failed, its socket's own address is not
/// known any more.
fn opened(call: &Call, party: Party, links: &[Link], segments: &[Sent]) -> Option<usize> {
    let Detail::At(Some(Address::Inet(to))) = &call.detail else { return None };
    let meanwhile = |at: Stamp| call.start <= at && call.end.is_none_or(|end| at <= end);
    let is_it = |one: &&Sent| one.from == party && one.segment.to == *to && meanwhile(one.segment.at);
    let first = segments.iter().filter(|_| call.name == "connect").find(is_it)?;
    links[first.link].connection.as_ref().map(|_| first.link)
}

fn ends_of_socket(socket: &Socket, call: &Call) -> Option<(SocketAddr, SocketAddr)> {
    let named = match &call.detail {
        Detail::Move { address, .. } | Detail::At(address) => address.as_ref(),
        _ => None,
    };
    let peer = socket.peer.as_ref().or(named.filter(|_| call.name != "bind"))?;
    Some((socket.local.as_ref().and_then(Address::inet)?, peer.inet()?))
}

fn taken(made: &Made, number: usize, link: &Link) -> Option<Step> {
    let took = made.link == Some(number) && made.call.reads() && made.call.moved > 0;
    took.then(|| Step::Taken(link.side(made.party), made.call.moved))
}

/// Returns the ends of a program's processes. One that exits says so by a call; one that a signal ended does not.
fn ends_of(party: Party, program: &Traced) -> Vec<(Stamp, What)> {
    let one = |happening: &call::Happening| {
        let signal = match happening.what {
            call::What::Exited(_) => None,
            call::What::Killed(signal) => Some(signal),
            _ => return None,
        };
        Some((happening.at, What::Ended { party, pid: happening.pid, signal }))
    };
    program.happenings.iter().filter_map(one).collect()
}
