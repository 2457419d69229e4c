//! The model of a picture: one list of rows in the order of time, made of calls and segments. How it is drawn is not its
//! business.

use super::connection::{Connection, Passed, Side};
use super::ends::Ends;
use crate::system::segments::Segment;
use crate::system::sockets::TcpState;
use crate::system::stamp::Stamp;
use crate::system::trace::call::Call;
use crate::wire::Fate;
use std::net::SocketAddr;

/// Who makes a call, or sends a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The server under test, with all that it started.
    Server,
    /// The client under test.
    Client,
    /// The runner: its wire, or its own sockets where it plays the other side. Its calls are not known.
    Runner,
}

/// A whole picture.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The calls that are shown, in the order of their starts.
    pub calls: Vec<Made>,
    /// The segments that are shown, in the order of their receipt.
    pub segments: Vec<Sent>,
    /// The connections, and the pairs of addresses between which datagrams pass; in the order in which they began.
    pub links: Vec<Link>,
    /// What happens, in the order of time.
    pub rows: Vec<Row>,
    /// Whether the segments are known. If not, rows may tell what passed a wire.
    pub has_segments: bool,
}

/// A call of a program.
#[derive(Clone, Debug)]
pub struct Made {
    /// The program.
    pub party: Party,
    /// The call.
    pub call: Call,
    /// The connection that it is about, by its place in [`Picture::links`].
    pub link: Option<usize>,
}

/// A segment or a datagram.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What passed.
    pub segment: Segment,
    /// Its place in the list of all that passed loopback.
    pub place: usize,
    /// The sender.
    pub from: Party,
    /// The receiver.
    pub to: Party,
    /// Its connection, by its place in [`Picture::links`].
    pub link: usize,
    /// What it means in its connection; [`None`] for a datagram.
    pub passed: Option<Passed>,
    /// What made its sender send it.
    pub cause: Cause,
    /// Both ends after it; [`None`] for a datagram.
    pub ends: Option<Ends>,
    /// What the wire, which got this datagram, does with it; [`None`] where that is not known, or nothing odd.
    pub fate: Option<Fate>,
}

/// What made a sender send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// This call, by its place in [`Picture::calls`].
    Call(usize),
    /// No call: the kernel does it by itself.
    Kernel,
    /// Nobody knows: the calls of the sender are not known.
    Unknown,
}

/// A connection, or a pair of addresses between which datagrams pass.
#[derive(Clone, Debug)]
pub struct Link {
    /// The address that spoke first.
    pub client: SocketAddr,
    /// The other one.
    pub server: SocketAddr,
    /// Who has the first.
    pub caller: Party,
    /// Who has the other.
    pub called: Party,
    /// The connection; [`None`] for datagrams.
    pub connection: Option<Connection>,
}

impl Link {
    /// Returns the end of a connection that this party has; of one with itself the client's.
    pub fn side(&self, party: Party) -> Side {
        if self.caller == party { Side::Client } else { Side::Server }
    }

    /// Returns who has this end.
    pub fn party(&self, side: Side) -> Party {
        match side {
            Side::Client => self.caller,
            Side::Server => self.called,
        }
    }
}

/// Something that happens at one moment.
#[derive(Clone, Debug)]
pub struct Row {
    /// When.
    pub at: Stamp,
    /// What.
    pub what: What,
    /// The sockets that have another state from now on.
    pub changes: Vec<Change>,
}

/// A socket gets another state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose socket.
    pub party: Party,
    /// The state from now on.
    pub state: TcpState,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A call that returns at once: its place in [`Picture::calls`].
    Call(usize),
    /// A call begins to wait.
    Starts(usize),
    /// A call that has waited returns.
    Returns(usize),
    /// A segment is received: its place in [`Picture::segments`].
    Segment(usize),
    /// A wire passed something on. Only where the segments are not known.
    Piece(Piece),
    /// A process has ended, and its calls with it.
    Ended {
        /// Whose process.
        party: Party,
        /// Its number.
        pid: u32,
        /// The signal that ended it, if one did.
        signal: Option<i32>,
    },
}

/// What a wire passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// When.
    pub at: Stamp,
    /// The sender; the other one is the receiver.
    pub from: Party,
    /// The bytes, or [`None`] for an end.
    pub bytes: Option<Vec<u8>>,
    /// How many there are, beside those that are kept.
    pub len: usize,
    /// Whether the end is a reset.
    pub resets: bool,
}
