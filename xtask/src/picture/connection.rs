//! The connections among the segments of a run: who opened each, and what each segment means in it, in numbers that
//! count from 0.

use crate::system::segments::{Flags, Segment, Tcp};
use std::net::SocketAddr;
use std::ops::Range;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that sent the first SYN.
    Client,
    /// The other one.
    Server,
}

impl Side {
    /// Returns the other end.
    pub const fn other(self) -> Self {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// One TCP connection, or the attempt at one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The address that sent the first SYN. When no SYN was seen, the one that sent the first segment.
    pub client: SocketAddr,
    /// The other address.
    pub server: SocketAddr,
    /// Whether its SYN was seen. If not, it is taken to be open at first, its numbers count from the first that was seen,
    /// and its windows are not scaled.
    pub is_whole: bool,
    /// Its segments, in the order of their receipt.
    pub passed: Vec<Passed>,
}

/// A segment of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Its place in the list of all segments.
    pub segment: usize,
    /// Who sent it.
    pub from: Side,
    /// Its sequence number; 0 is the sender's SYN, and 1 the first byte.
    pub seq: u64,
    /// Its acknowledgement number, where it has one: the sequence number of the other side that the sender expects next.
    pub ack: Option<u64>,
    /// The control bits.
    pub flags: Flags,
    /// The bytes that it carries, by their place in the stream that its sender writes; the first byte is 0.
    pub bytes: Range<u64>,
    /// How many bytes the sender would take beyond its acknowledgement number.
    pub window: u64,
    /// What is odd about it.
    pub marks: Vec<Mark>,
}

/// What is odd about a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Some or all of it was sent before.
    Retransmission,
    /// A sequence number before it is missing: it has overtaken another, or that one is lost.
    Gap,
    /// It carries nothing, with a sequence number that is acknowledged already: it asks for an answer. It looks whether a
    /// window has opened, or whether the other side is still there (RFC 9293, sections 3.8.6.1 and 3.8.4).
    Probe,
    /// Its sender takes nothing more.
    ZeroWindow,
    /// Its sender took nothing more before, and does so again.
    WindowOpens,
}

impl Connection {
    /// Returns the address of an end.
    pub fn address(&self, side: Side) -> SocketAddr {
        match side {
            Side::Client => self.client,
            Side::Server => self.server,
        }
    }
}

impl Passed {
    /// Returns the sequence number behind it: SYN and FIN take one, like a byte.
    pub fn end(&self) -> u64 {
        let bits = [Flags::SYN, Flags::FIN].into_iter().filter(|bit| self.flags.has(*bit)).count();
        self.seq + (self.bytes.end - self.bytes.start) + bits as u64
    }

    /// Returns whether it is a SYN that answers none.
    pub fn opens(&self) -> bool {
        self.flags.has(Flags::SYN) && self.ack.is_none()
    }

    /// Returns whether it takes sequence numbers, so that the other side has to acknowledge it.
    pub fn is_counted(&self) -> bool {
        self.end() > self.seq
    }
}

/// Finds the connections among segments that are in the order of their receipt. A SYN between two addresses whose
/// connection has begun with another number begins a new one.
pub fn connections(segments: &[Segment]) -> Vec<Connection> {
    let mut growing: Vec<Growing> = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        let Some(tcp) = segment.tcp() else { continue };
        let known = growing.iter_mut().rev().find(|one| one.side_of(segment).is_some());
        match known {
            Some(one) if !one.is_left_by(segment, tcp) => one.add(place, segment, tcp),
            _ => {
                let mut one = Growing::begin(segment, tcp);
                one.add(place, segment, tcp);
                growing.push(one);
            }
        }
    }
    growing.into_iter().map(|one| one.connection).collect()
}

/// A connection and what is known of its two directions.
struct Growing {
    connection: Connection,
    client: Direction,
    server: Direction,
}

/// What one side has sent.
#[derive(Default)]
struct Direction {
    /// The number of its SYN on the wire, or what it must have been.
    begin: Option<u32>,
    /// The highest sequence number behind a segment.
    next: u64,
    /// The highest number that the other side has acknowledged.
    acknowledged: u64,
    /// The exponent of its windows' factor, from its SYN.
    scale: Option<u8>,
    /// Whether its last window was 0.
    is_shut: bool,
}

impl Direction {
    /// Counts a number of the wire from 0. The wire's numbers begin anew behind 2³²: the count nearest to what was sent last
    /// is right, for a window is far smaller.
    fn count(&self, number: u32) -> u64 {
        let Some(begin) = self.begin else { return 0 };
        let expected = begin.wrapping_add(self.next as u32);
        let distance = i64::from(number.wrapping_sub(expected) as i32);
        self.next.saturating_add_signed(distance)
    }
}

impl Growing {
    fn begin(segment: &Segment, tcp: &Tcp) -> Self {
        let has_syn = tcp.flags.has(Flags::SYN);
        let answers = has_syn && tcp.flags.has(Flags::ACK);
        let (client, server) = if answers { (segment.to, segment.from) } else { (segment.from, segment.to) };
        let connection = Connection { client, server, is_whole: has_syn && !answers, passed: Vec::new() };
        Self { connection, client: Direction::default(), server: Direction::default() }
    }

    fn side_of(&self, segment: &Segment) -> Option<Side> {
        let Connection { client, server, .. } = self.connection;
        match (segment.from, segment.to) {
            ends if ends == (client, server) => Some(Side::Client),
            ends if ends == (server, client) => Some(Side::Server),
            _ => None,
        }
    }

    fn directions(&mut self, from: Side) -> (&mut Direction, &mut Direction) {
        match from {
            Side::Client => (&mut self.client, &mut self.server),
            Side::Server => (&mut self.server, &mut self.client),
        }
    }

    /// Returns whether this segment begins another connection between the same two addresses.
    fn is_left_by(&self, segment: &Segment, tcp: &Tcp) -> bool {
        let own = match self.side_of(segment) {
            Some(Side::Client) => &self.client,
            _ => &self.server,
        };
        let opens = tcp.flags.has(Flags::SYN) && !tcp.flags.has(Flags::ACK);
        opens && own.begin.is_some_and(|begin| begin != tcp.seq)
    }

    fn add(&mut self, place: usize, segment: &Segment, tcp: &Tcp) {
        let from = self.side_of(segment).unwrap_or(Side::Client);
        let flags = tcp.flags;
        let (has_syn, has_rst) = (flags.has(Flags::SYN), flags.has(Flags::RST));
        let (own, other) = self.directions(from);
        if own.begin.is_none() {
            // Without a SYN this segment's first byte is the first that is known. RST may be all that ever comes.
            own.begin = Some(if has_syn || has_rst { tcp.seq } else { tcp.seq.wrapping_sub(1) });
            own.next = u64::from(!has_syn && !has_rst);
        }
        if has_syn {
            own.scale = tcp.options.window_scale;
        }
        let seq = own.count(tcp.seq);
        let ack = flags.has(Flags::ACK).then(|| {
            if other.begin.is_none() {
                (other.begin, other.next) = (Some(tcp.ack.wrapping_sub(1)), 1);
            }
            other.count(tcp.ack)
        });
        let first = seq.saturating_sub(u64::from(!has_syn));
        // RFC 7323, section 2.2: both sides must have offered it, and a SYN's own window is never scaled.
        let scale = if has_syn { None } else { own.scale.zip(other.scale).map(|(own, _)| own.min(14)) };
        let mut passed = Passed {
            segment: place,
            from,
            seq,
            ack,
            flags,
            bytes: first..first + u64::from(segment.len),
            window: u64::from(tcp.window) << scale.unwrap_or(0),
            marks: Vec::new(),
        };
        if passed.is_counted() && seq < own.next {
            passed.marks.push(Mark::Retransmission);
        }
        if seq > own.next && !has_rst {
            passed.marks.push(Mark::Gap);
        }
        if !passed.is_counted() && !has_rst && seq < own.acknowledged {
            passed.marks.push(Mark::Probe);
        }
        if !has_syn && !has_rst {
            let is_shut = passed.window == 0;
            match (own.is_shut, is_shut) {
                (_, true) => passed.marks.push(Mark::ZeroWindow),
                (true, false) => passed.marks.push(Mark::WindowOpens),
                (false, false) => {}
            }
            own.is_shut = is_shut;
        }
        own.next = own.next.max(passed.end());
        other.acknowledged = other.acknowledged.max(ack.unwrap_or(0));
        self.connection.passed.push(passed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::segment;
    use super::*;
    use crate::system::segments::What;

    fn with_window(mut segment: Segment, window: u16) -> Segment {
        if let What::Tcp(tcp) = &mut segment.what {
            tcp.window = window;
        }
        segment
    }

    fn only(segments: &[Segment]) -> Connection {
        let mut all = connections(segments);
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    #[test]
    fn numbers_count_from_the_syn_over_the_end_of_32_bits() {
        let one = only(&[
            segment('c', "S", 0, 0, 0),
            segment('s', "SA", 0, 1, 0),
            segment('c', "A", 1, 1, 0),
            segment('c', "PA", 1, 1, 7),
            segment('s', "PA", 1, 8, 3),
            segment('c', "FA", 8, 4, 0),
            segment('s', "FA", 4, 9, 0),
        ]);
        assert!(one.is_whole && one.client.port() == 50000);
        let told: Vec<_> =
            one.passed.iter().map(|one| (one.from, one.seq, one.ack, one.bytes.clone(), one.end())).collect();
        use Side::{Client, Server};
        let expected = [
            (Client, 0, None, 0..0, 1),
            (Server, 0, Some(1), 0..0, 1),
            (Client, 1, Some(1), 0..0, 1),
            (Client, 1, Some(1), 0..7, 8),
            (Server, 1, Some(8), 0..3, 4),
            (Client, 8, Some(4), 7..7, 9),
            (Server, 4, Some(9), 3..3, 5),
        ];
        assert_eq!(told, expected);
        // The windows of both SYNs are as they are; the others are scaled.
        let windows: Vec<u64> = one.passed.iter().map(|one| one.window).collect();
        assert_eq!(windows[..4], [512, 512, 512 << 7, 512 << 7]);
        assert!(one.passed.iter().all(|one| one.marks.is_empty()), "{one:#?}");
    }

    #[test]
    fn more_than_four_gibibytes_are_counted() {
        let mut all = vec![segment('c', "S", 0, 0, 0), segment('s', "SA", 0, 1, 0)];
        let piece = 1 << 30;
        for n in 0..5u32 {
            let mut data = segment('c', "A", 1u32.wrapping_add(n.wrapping_mul(piece)), 1, 0);
            data.len = piece;
            all.push(data);
        }
        let one = only(&all);
        assert_eq!(one.passed.last().unwrap().bytes, 4 << 30..5 << 30);
        assert!(one.passed.iter().all(|one| one.marks.is_empty()), "{one:#?}");
    }

    #[test]
    fn what_is_odd_is_marked() {
        let one = only(&[
            segment('c', "S", 0, 0, 0),
            segment('c', "S", 0, 0, 0),
            segment('s', "SA", 0, 1, 0),
            segment('c', "A", 1, 1, 10),
            with_window(segment('s', "A", 1, 11, 0), 0),
            segment('c', "A", 10, 1, 0),
            with_window(segment('s', "A", 1, 11, 0), 0),
            segment('s', "A", 1, 11, 0),
            segment('c', "A", 11, 1, 5),
            segment('c', "A", 13, 1, 5),
            segment('c', "A", 20, 1, 5),
            segment('s', "R", 1, 0, 0),
        ]);
        let marks: Vec<Vec<Mark>> = one.passed.iter().map(|one| one.marks.clone()).collect();
        use Mark::*;
        let expected: [&[Mark]; 12] = [
            &[],
            &[Retransmission],
            &[],
            &[],
            &[ZeroWindow],
            &[Probe],
            &[ZeroWindow],
            &[WindowOpens],
            &[],
            &[Retransmission],
            &[Gap],
            &[],
        ];
        assert_eq!(marks, expected);
    }

    #[test]
    fn a_new_syn_between_the_same_addresses_is_a_new_connection() {
        let mut again = segment('c', "S", 0, 0, 0);
        if let What::Tcp(tcp) = &mut again.what {
            tcp.seq = 77;
        }
        let all = [segment('c', "S", 0, 0, 0), segment('s', "RA", 0, 1, 0), again.clone()];
        let found = connections(&all);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].passed.len(), found[1].passed[0].segment, found[1].passed[0].seq), (2, 2, 0));
        // The same one sent again is not.
        assert_eq!(connections(&[again.clone(), again]).len(), 1);
    }

    #[test]
    fn a_refused_connection() {
        // The kernel has no number of its own to begin with: its RST bears 0.
        let mut reset = segment('s', "RA", 0, 1, 0);
        if let What::Tcp(tcp) = &mut reset.what {
            tcp.seq = 0;
        }
        let one = only(&[segment('c', "S", 0, 0, 0), reset]);
        assert_eq!((one.passed[1].seq, one.passed[1].ack), (0, Some(1)));
        assert!(one.passed[1].marks.is_empty());
    }

    #[test]
    fn without_a_syn_numbers_count_from_the_first() {
        let one = only(&[segment('s', "PA", 100, 50, 4), segment('c', "A", 50, 104, 0)]);
        assert!(!one.is_whole);
        let [data, answer] = &one.passed[..] else { panic!() };
        assert_eq!((data.seq, data.ack, data.bytes.clone()), (1, Some(1), 0..4));
        assert_eq!((answer.seq, answer.ack, answer.bytes.clone()), (1, Some(5), 0..0));
        assert!(data.marks.is_empty() && answer.marks.is_empty());
    }
}
