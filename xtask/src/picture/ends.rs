//! What a connection is like at both ends after each step: the state of each socket by the table of RFC 9293, and the
//! bytes that lie in its receive queue. All of it is computed from what was seen; the kernel is not asked.
//!
//! Segments are seen when they are received. One that was sent before its sender received another may be seen
//! behind that one: both ends can close at once. Its acknowledgement number tells so, and its sender's state follows it.
//!
//! A segment that the receiver's kernel drops counts as received, but for two cases that the later segments tell: a SYN
//! that gets no answer, and the last step of a handshake after which the server still repeats its SYN. Both happen when a
//! listener's queue is full.

use super::connection::{Connection, Passed, Side};
use super::states::{Event, next};
use crate::system::segments::Flags;
use crate::system::sockets::TcpState;
use std::collections::BTreeMap;

/// One end of a connection at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The state of its socket.
    pub state: TcpState,
    /// How many bytes have arrived, in order, and were not taken by a read yet.
    pub unread: u64,
}

/// Both ends of a connection at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The end that opened the connection.
    pub client: End,
    /// The other end.
    pub server: End,
}

impl Ends {
    /// Returns one of them.
    pub fn of(&self, side: Side) -> End {
        match side {
            Side::Client => self.client,
            Side::Server => self.server,
        }
    }
}

/// What happens to a connection, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its segment at this place in [`Connection::passed`] is received.
    Segment(usize),
    /// A read at this end took so many bytes: what read, recv and the like returned, but not what MSG_PEEK did.
    Taken(Side, u64),
    /// `shutdown` of the writing direction, at this end.
    Shutdown(Side),
    /// The last descriptor of the socket at this end was closed.
    Close(Side),
}

impl Connection {
    /// Returns both ends before the first step.
    pub fn begin(&self) -> Ends {
        Following::new(self).ends()
    }

    /// Returns both ends after each step.
    ///
    /// The steps have to name each segment once, in order. Those of calls may be left out: a FIN then ends the direction
    /// when it is received, and all that has arrived lies in the queue.
    pub fn follow(&self, steps: &[Step]) -> Vec<Ends> {
        let mut following = Following::new(self);
        let each = |step: &Step| {
            following.step(*step);
            following.ends()
        };
        steps.iter().map(each).collect()
    }
}

/// What is known of one end.
#[derive(Clone, Default)]
struct Socket {
    state: Option<TcpState>,
    /// Whether it began in LISTEN.
    listened: bool,
    /// What has come from the other side: the numbers up to the first gap, and the pieces behind it.
    received: Received,
    /// How many bytes reads took.
    taken: u64,
    /// The number of its own FIN.
    fin: Option<u64>,
}

impl Socket {
    fn state(&self) -> TcpState {
        self.state.unwrap_or(TcpState::Close)
    }

    fn meet(&mut self, event: Event) {
        let Some(state) = next(self.state(), event) else { return };
        let gives_up = (self.state(), event) == (TcpState::SynRecv, Event::Reset) && !self.listened;
        self.state = Some(if gives_up { TcpState::Close } else { state });
    }
}

/// The sequence numbers that have arrived at one end.
#[derive(Clone, Default)]
struct Received {
    /// The number that is expected next.
    next: u64,
    /// Pieces behind a gap, each from its first number to the one behind its last.
    later: BTreeMap<u64, u64>,
    /// The number of the other side's FIN, as soon as one has come.
    fin: Option<u64>,
}

impl Received {
    fn add(&mut self, from: u64, to: u64) {
        let piece = self.later.entry(from).or_insert(to);
        *piece = to.max(*piece);
        while let Some(first) = self.later.first_entry()
            && *first.key() <= self.next
        {
            self.next = self.next.max(first.remove());
        }
    }

    fn has_fin(&self) -> bool {
        self.fin.is_some_and(|fin| fin < self.next)
    }

    /// Returns how many bytes of the stream have come in order.
    fn bytes(&self) -> u64 {
        self.next.saturating_sub(1 + u64::from(self.has_fin()))
    }
}

struct Following<'a> {
    connection: &'a Connection,
    /// For each segment, those that were sent before it was received: itself, and perhaps later ones.
    sent: Vec<Vec<usize>>,
    client: Socket,
    server: Socket,
    /// The place of the next segment.
    place: usize,
}

impl<'a> Following<'a> {
    fn new(connection: &'a Connection) -> Self {
        let mut new = Self {
            connection,
            sent: sent_before(connection),
            client: Socket::default(),
            server: Socket::default(),
            place: 0,
        };
        if connection.is_whole {
            let answer = connection.passed.iter().find(|one| one.from == Side::Server);
            let refuses = answer.is_some_and(|one| one.flags.has(Flags::RST));
            new.server.listened = !refuses && !answer.is_some_and(Passed::opens);
            new.server.state = new.server.listened.then_some(TcpState::Listen);
        } else {
            for (socket, peer) in [(&mut new.client, Side::Server), (&mut new.server, Side::Client)] {
                socket.state = Some(TcpState::Established);
                let first = connection.passed.iter().find(|one| one.from == peer);
                socket.received.next = first.map_or(1, |one| one.seq);
            }
        }
        new
    }

    fn ends(&self) -> Ends {
        let end = |socket: &Socket| End {
            state: socket.state(),
            unread: socket.received.bytes().saturating_sub(socket.taken),
        };
        Ends { client: end(&self.client), server: end(&self.server) }
    }

    fn socket(&mut self, side: Side) -> &mut Socket {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Segment(place) => {
                self.place = place + 1;
                for sent in self.sent.get(place).cloned().unwrap_or_default() {
                    self.send(sent);
                }
                self.receive(place);
            }
            Step::Taken(side, bytes) => self.socket(side).taken += bytes,
            Step::Shutdown(side) => self.socket(side).meet(Event::Close),
            Step::Close(side) => {
                // With unread bytes, or with SO_LINGER of 0, a close sends RST in place of FIN (RFC 2525, section 2.17;
                // socket(7)).
                let later = self.connection.passed.get(self.place..).unwrap_or_default();
                let resets =
                    later.iter().find(|one| one.from == side).is_some_and(|one| one.flags.has(Flags::RST));
                let socket = self.socket(side);
                let is_open = matches!(socket.state(), TcpState::Established | TcpState::CloseWait);
                socket.meet(if resets && is_open { Event::Abort } else { Event::Close });
            }
        }
    }

    /// The segment at this place goes out.
    fn send(&mut self, place: usize) {
        let Some(one) = self.connection.passed.get(place) else { return };
        let flags = one.flags;
        let socket = self.socket(one.from);
        if flags.has(Flags::SYN) {
            let event = if flags.has(Flags::ACK) { Event::Syn } else { Event::ActiveOpen };
            // A client's own SYN that is sent again, or that acknowledges the other side's SYN, changes nothing here.
            if socket.state() != TcpState::SynSent {
                socket.meet(event);
            }
        }
        if flags.has(Flags::FIN) {
            socket.fin = Some(one.end() - 1);
            if matches!(socket.state(), TcpState::SynRecv | TcpState::Established | TcpState::CloseWait) {
                socket.meet(Event::Close);
            }
        }
        // In SYN-SENT and TIME-WAIT, RST only refuses a segment of another connection.
        if flags.has(Flags::RST) && socket.state() != TcpState::SynSent {
            socket.meet(Event::Abort);
        }
    }

    /// The segment at this place comes in.
    fn receive(&mut self, place: usize) {
        let Some(one) = self.connection.passed.get(place) else { return };
        let (flags, end, to) = (one.flags, one.end(), one.from.other());
        let acknowledges_syn = one.ack.is_some_and(|ack| ack > 0);
        let state = self.socket(to).state();
        if flags.has(Flags::RST) {
            let counts = match state {
                TcpState::SynSent => acknowledges_syn,
                _ => one.seq >= self.socket(to).received.next,
            };
            if counts {
                self.socket(to).meet(Event::Reset);
            }
            return;
        }
        let event = match (state, flags.has(Flags::SYN)) {
            (TcpState::Listen, true) if self.is_answered(place) => Some(Event::Syn),
            (TcpState::SynSent, true) if acknowledges_syn => Some(Event::SynAck),
            (TcpState::SynSent, true) => Some(Event::Syn),
            // Nothing of it is taken.
            (TcpState::Close | TcpState::Listen | TcpState::SynSent, _) => return,
            (TcpState::SynRecv, _) if acknowledges_syn => {
                if self.socket(to).listened && self.repeats_syn(place) {
                    return;
                }
                Some(Event::AckOfSyn)
            }
            _ => None,
        };
        let socket = self.socket(to);
        event.into_iter().for_each(|event| socket.meet(event));
        if let (Some(ack), Some(fin)) = (one.ack, socket.fin)
            && ack > fin
        {
            socket.meet(Event::AckOfFin);
        }
        if flags.has(Flags::FIN) {
            socket.received.fin = Some(end - 1);
        }
        let had_fin = socket.received.has_fin();
        socket.received.add(one.seq, end);
        if socket.received.has_fin() && !had_fin {
            socket.meet(Event::Fin);
        }
    }

    /// Returns whether the other side answers a SYN before it is sent again.
    fn is_answered(&self, place: usize) -> bool {
        let syn = &self.connection.passed[place];
        let later = self.connection.passed.get(place + 1..).unwrap_or_default();
        let first = later.iter().find(|one| one.flags.has(Flags::SYN));
        first.is_some_and(|one| one.from != syn.from)
    }

    /// Returns whether the receiver of a segment sends its SYN behind it: then it has not taken the segment.
    fn repeats_syn(&self, place: usize) -> bool {
        let acknowledgement = &self.connection.passed[place];
        let later = self.connection.passed.get(place + 1..).unwrap_or_default();
        later.iter().any(|one| one.from != acknowledgement.from && one.flags.has(Flags::SYN))
    }
}

/// Returns for each segment which ones were sent before it was received, and not before an earlier one was; but only
/// those that change their sender's state.
fn sent_before(connection: &Connection) -> Vec<Vec<usize>> {
    let passed = &connection.passed;
    // What each end expects after it has received the segment at each place.
    let mut ends = [Received::default(), Received::default()];
    let expected: Vec<u64> = passed
        .iter()
        .map(|one| {
            let received = &mut ends[one.from as usize];
            if !connection.is_whole && received.next == 0 {
                received.next = one.seq;
            }
            received.add(one.seq, one.end());
            received.next
        })
        .collect();
    let mut sent = vec![Vec::new(); passed.len()];
    let changes =
        |one: &Passed| [Flags::SYN, Flags::FIN, Flags::RST].into_iter().any(|bit| one.flags.has(bit));
    for (place, one) in passed.iter().enumerate().filter(|(_, one)| changes(one)) {
        let unknown = |earlier: &usize| {
            let other = &passed[*earlier];
            // A SYN without an acknowledgement was sent before any SYN was received.
            let knows = |ack| ack >= expected[*earlier];
            other.from != one.from
                && other.is_counted()
                && (one.opens() || one.ack.is_some_and(|ack| !knows(ack)))
        };
        let first = (0..place).find(unknown).unwrap_or(place);
        sent[first].push(place);
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::super::connection::connections;
    use super::super::made::segment;
    use super::*;
    use TcpState::{
        Close as Closed, CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynRecv,
        SynSent, TimeWait,
    };

    /// One line of a table: a segment or a call, then both states, then how many bytes lie unread at both ends.
    enum Line {
        Passes(char, &'static str, u32, u32, u32),
        Calls(Step),
    }
    use Line::{Calls, Passes};

    type Row = (Line, [TcpState; 2], [u64; 2]);

    #[track_caller]
    fn holds(rows: &[Row]) {
        let segments: Vec<_> = rows
            .iter()
            .filter_map(|(line, ..)| match line {
                Passes(from, flags, seq, ack, len) => Some(segment(*from, flags, *seq, *ack, *len)),
                Calls(_) => None,
            })
            .collect();
        let found = connections(&segments);
        assert_eq!(found.len(), 1);
        let mut place = 0..;
        let steps: Vec<Step> = rows
            .iter()
            .map(|(line, ..)| match line {
                Passes(..) => Step::Segment(place.next().unwrap()),
                Calls(step) => *step,
            })
            .collect();
        for (number, (ends, (_, states, unread))) in found[0].follow(&steps).iter().zip(rows).enumerate() {
            let seen = ([ends.client.state, ends.server.state], [ends.client.unread, ends.server.unread]);
            assert_eq!(seen, (*states, *unread), "row {number}");
        }
    }

    fn opening() -> Vec<Row> {
        vec![
            (Passes('c', "S", 0, 0, 0), [SynSent, SynRecv], [0, 0]),
            (Passes('s', "SA", 0, 1, 0), [Established, SynRecv], [0, 0]),
            (Passes('c', "A", 1, 1, 0), [Established, Established], [0, 0]),
        ]
    }

    #[track_caller]
    fn after_opening(rows: Vec<Row>) {
        let mut all = opening();
        all.extend(rows);
        holds(&all);
    }

    #[test]
    fn before_the_first_segment() {
        let begin = |segments: &[_]| connections(segments)[0].begin();
        let ends = begin(&[segment('c', "S", 0, 0, 0), segment('s', "SA", 0, 1, 0)]);
        assert_eq!((ends.client.state, ends.server.state), (Closed, Listen));
        let ends = begin(&[segment('c', "S", 0, 0, 0), segment('s', "RA", 0, 1, 0)]);
        assert_eq!((ends.client.state, ends.server.state), (Closed, Closed));
    }

    #[test]
    fn bytes_lie_in_the_queue_until_reads_take_them() {
        after_opening(vec![
            (Passes('c', "PA", 1, 1, 10), [Established; 2], [0, 10]),
            (Calls(Step::Taken(Side::Server, 4)), [Established; 2], [0, 6]),
            (Passes('c', "PA", 11, 1, 10), [Established; 2], [0, 16]),
            (Passes('s', "PA", 1, 21, 3), [Established; 2], [3, 16]),
            (Calls(Step::Taken(Side::Server, 16)), [Established; 2], [3, 0]),
            (Calls(Step::Taken(Side::Client, 3)), [Established; 2], [0, 0]),
        ]);
    }

    #[test]
    fn what_is_sent_again_counts_once_and_what_has_overtaken_waits() {
        after_opening(vec![
            (Passes('c', "A", 1, 1, 10), [Established; 2], [0, 10]),
            (Passes('c', "A", 1, 1, 10), [Established; 2], [0, 10]),
            (Passes('c', "A", 21, 1, 10), [Established; 2], [0, 10]),
            (Passes('c', "FA", 31, 1, 0), [FinWait1, Established], [0, 10]),
            (Passes('c', "A", 11, 1, 10), [FinWait1, CloseWait], [0, 30]),
        ]);
    }

    #[test]
    fn the_client_closes_first_in_four_steps() {
        after_opening(vec![
            (Passes('c', "FA", 1, 1, 0), [FinWait1, CloseWait], [0, 0]),
            (Passes('s', "A", 1, 2, 0), [FinWait2, CloseWait], [0, 0]),
            (Passes('s', "PA", 1, 2, 5), [FinWait2, CloseWait], [5, 0]),
            (Passes('s', "FA", 6, 2, 0), [TimeWait, LastAck], [5, 0]),
            (Passes('c', "A", 2, 7, 0), [TimeWait, Closed], [5, 0]),
        ]);
    }

    #[test]
    fn the_server_closes_first_in_three_segments() {
        after_opening(vec![
            (Passes('s', "FA", 1, 1, 0), [CloseWait, FinWait1], [0, 0]),
            (Passes('c', "FA", 1, 2, 0), [LastAck, TimeWait], [0, 0]),
            (Passes('s', "A", 2, 2, 0), [Closed, TimeWait], [0, 0]),
        ]);
    }

    #[test]
    fn both_close_at_once() {
        // The server's FIN does not know of the client's: it was sent before that was received.
        after_opening(vec![
            (Passes('c', "FA", 1, 1, 0), [FinWait1, Closing], [0, 0]),
            (Passes('s', "FA", 1, 1, 0), [Closing, Closing], [0, 0]),
            (Passes('c', "A", 2, 2, 0), [Closing, TimeWait], [0, 0]),
            (Passes('s', "A", 2, 2, 0), [TimeWait, TimeWait], [0, 0]),
        ]);
    }

    #[test]
    fn both_open_at_once() {
        holds(&[
            (Passes('c', "S", 0, 0, 0), [SynSent, SynRecv], [0, 0]),
            (Passes('s', "S", 0, 0, 0), [SynRecv, SynRecv], [0, 0]),
            (Passes('c', "SA", 0, 1, 0), [SynRecv, Established], [0, 0]),
            (Passes('s', "SA", 0, 1, 0), [Established, Established], [0, 0]),
        ]);
    }

    #[test]
    fn calls_change_the_state_before_the_fin_goes_out() {
        after_opening(vec![
            (Calls(Step::Shutdown(Side::Client)), [FinWait1, Established], [0, 0]),
            (Passes('c', "PA", 1, 1, 5), [FinWait1, Established], [0, 5]),
            (Passes('c', "FA", 6, 1, 0), [FinWait1, CloseWait], [0, 5]),
            (Passes('s', "A", 1, 7, 0), [FinWait2, CloseWait], [0, 5]),
            (Calls(Step::Close(Side::Client)), [FinWait2, CloseWait], [0, 5]),
            (Calls(Step::Close(Side::Server)), [FinWait2, Closed], [0, 5]),
            (Passes('s', "RA", 1, 7, 0), [Closed, Closed], [0, 5]),
        ]);
    }

    #[test]
    fn a_reset_ends_both_ends() {
        after_opening(vec![
            (Passes('c', "PA", 1, 1, 5), [Established; 2], [0, 5]),
            (Calls(Step::Close(Side::Server)), [Established, Closed], [0, 5]),
            (Passes('s', "RA", 1, 6, 0), [Closed, Closed], [0, 5]),
        ]);
        // Data for an end that was closed: RST comes from there.
        after_opening(vec![
            (Passes('c', "FA", 1, 1, 0), [FinWait1, CloseWait], [0, 0]),
            (Passes('s', "A", 1, 2, 0), [FinWait2, CloseWait], [0, 0]),
            (Calls(Step::Close(Side::Client)), [FinWait2, CloseWait], [0, 0]),
            (Passes('s', "PA", 1, 2, 3), [FinWait2, CloseWait], [3, 0]),
            (Passes('c', "R", 2, 0, 0), [Closed, Closed], [3, 0]),
        ]);
        // An old one does not count.
        after_opening(vec![
            (Passes('c', "PA", 1, 1, 5), [Established; 2], [0, 5]),
            (Passes('c', "R", 3, 0, 0), [Closed, Established], [0, 5]),
        ]);
    }

    #[test]
    fn resets_before_the_connection_is_open() {
        holds(&[
            (Passes('c', "S", 0, 0, 0), [SynSent, Closed], [0, 0]),
            (Passes('s', "RA", 0, 1, 0), [Closed, Closed], [0, 0]),
        ]);
        holds(&[
            (Passes('c', "S", 0, 0, 0), [SynSent, SynRecv], [0, 0]),
            (Passes('s', "SA", 0, 1, 0), [Established, SynRecv], [0, 0]),
            (Passes('c', "R", 1, 0, 0), [Closed, Listen], [0, 0]),
        ]);
    }

    #[test]
    fn a_reset_takes_time_wait_away() {
        after_opening(vec![
            (Passes('c', "FA", 1, 1, 0), [FinWait1, CloseWait], [0, 0]),
            (Passes('s', "FA", 1, 2, 0), [TimeWait, LastAck], [0, 0]),
            (Passes('s', "R", 2, 0, 0), [Closed, Closed], [0, 0]),
        ]);
    }

    #[test]
    fn a_full_queue_answers_no_syn_and_no_last_step() {
        holds(&[
            (Passes('c', "S", 0, 0, 0), [SynSent, Listen], [0, 0]),
            (Passes('c', "S", 0, 0, 0), [SynSent, SynRecv], [0, 0]),
            (Passes('s', "SA", 0, 1, 0), [Established, SynRecv], [0, 0]),
            (Passes('c', "A", 1, 1, 0), [Established, SynRecv], [0, 0]),
            (Passes('c', "PA", 1, 1, 5), [Established, SynRecv], [0, 0]),
            (Passes('s', "SA", 0, 1, 0), [Established, SynRecv], [0, 0]),
            (Passes('c', "A", 6, 1, 0), [Established, Established], [0, 0]),
            (Passes('c', "PA", 1, 1, 5), [Established, Established], [0, 5]),
        ]);
    }

    #[test]
    fn a_connection_that_was_open_before() {
        holds(&[
            (Passes('c', "PA", 700, 40, 5), [Established; 2], [0, 5]),
            (Passes('s', "FA", 40, 705, 0), [CloseWait, FinWait1], [0, 5]),
            (Passes('c', "FA", 705, 41, 0), [LastAck, TimeWait], [0, 5]),
        ]);
    }
}
