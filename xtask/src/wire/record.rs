//! What passed a wire, piece by piece.

use crate::system::processes::Pid;
use crate::wire::Ribbon;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client to the server.
    ClientToServer,
    /// From the server to the client.
    ServerToClient,
}

impl Direction {
    /// Returns the other direction.
    pub fn back(self) -> Self {
        match self {
            Direction::ClientToServer => Direction::ServerToClient,
            Direction::ServerToClient => Direction::ClientToServer,
        }
    }

    /// Returns `client → server` or `server → client`.
    pub fn arrow(self) -> &'static str {
        match self {
            Direction::ClientToServer => "client → server",
            Direction::ServerToClient => "server → client",
        }
    }
}

/// Something that passed a wire.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Time since the wire was started.
    pub at: Duration,
    /// Connection, numbered from 1.
    pub connection: usize,
    /// Its direction.
    pub direction: Direction,
    /// Bytes, or how the direction ended.
    pub what: Passed,
    /// It was passed on because time ran out, not because of a fact.
    pub waited: bool,
}

/// The kinds of [`Piece`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The bytes of one write: where in the direction's stream, how many, and the first of them.
    Bytes {
        /// Offset of the first byte, from 0.
        offset: u64,
        /// How many.
        len: usize,
        /// The first of them: all, as long as the record has room.
        start: Vec<u8>,
    },
    /// End of stream.
    Fin,
    /// A reset.
    Rst,
}

/// What the reader of one direction did, on wires that ask the kernel for it after each piece.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// How many bytes it had read when the wire last saw that it had read all that had passed.
    pub taken: u64,
    /// Whether it left bytes unread for longer than the wire waits.
    pub ignored: bool,
    /// Whether it closed, or was gone, with bytes unread.
    pub left_unread: bool,
    /// Whether it was gone when the next bytes were passed on.
    pub gone: bool,
}

impl Reading {
    /// Returns whether it left without having read a byte, although some had come.
    pub fn is_nothing(self) -> bool {
        self.left_unread && self.taken == 0
    }
}

/// The most pieces that a record keeps; of later ones it counts only the bytes.
const MAX_PIECES: usize = 50_000;
/// The most bytes that a record keeps.
const MAX_BYTES: usize = 256 * 1024;

/// The record of one wire, shared by its threads.
#[derive(Clone)]
pub struct Record {
    start: Instant,
    shared: Arc<(Mutex<Pieces>, Condvar)>,
}

#[derive(Default)]
struct Pieces {
    pieces: Vec<Piece>,
    bytes: usize,
    carried: [u64; 2],
    fins: usize,
    lacks_reset: bool,
    /// The connections whose server could not be reached.
    refused: Vec<usize>,
    /// What the readers of the first connection did, by direction.
    reading: [Reading; 2],
    /// The processes below which the readers run, as far as they are programs under test.
    readers: Vec<(Direction, Pid)>,
}

impl Record {
    /// Returns an empty record, whose time starts now.
    pub fn new() -> Self {
        Self { start: Instant::now(), shared: Arc::default() }
    }

    /// Returns when its wire was started: the times of its pieces count from then.
    pub fn started(&self) -> Instant {
        self.start
    }

    /// Names the process below which the reader of this direction runs: while that gets no CPU time, the wire waits
    /// longer.
    pub fn is_read_by(&self, direction: Direction, root: Pid) {
        self.lock().readers.push((direction, root));
    }

    /// Returns the processes below which the readers of this direction run.
    pub(super) fn readers(&self, direction: Direction) -> Vec<Pid> {
        let pieces = self.lock();
        pieces.readers.iter().filter(|reader| reader.0 == direction).map(|reader| reader.1).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Pieces> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn bytes(
        &self,
        connection: usize,
        direction: Direction,
        offset: u64,
        bytes: &[u8],
        waited: bool,
    ) {
        let mut pieces = self.lock();
        pieces.carried[direction as usize] += bytes.len() as u64;
        let room = MAX_BYTES - pieces.bytes;
        let start = bytes[..bytes.len().min(room)].to_vec();
        pieces.bytes += start.len();
        let what = Passed::Bytes { offset, len: bytes.len(), start };
        self.push(pieces, Piece { at: self.start.elapsed(), connection, direction, what, waited });
    }

    pub(super) fn ended(&self, connection: usize, direction: Direction, what: Passed) {
        let mut pieces = self.lock();
        pieces.fins += usize::from(what == Passed::Fin);
        self.push(pieces, Piece { at: self.start.elapsed(), connection, direction, what, waited: false });
    }

    pub(super) fn reads(&self, connection: usize, direction: Direction, note: impl FnOnce(&mut Reading)) {
        if connection == 1 {
            note(&mut self.lock().reading[direction as usize]);
        }
    }

    /// Returns what the reader of this direction of the first connection did.
    pub fn reading(&self, direction: Direction) -> Reading {
        self.lock().reading[direction as usize]
    }

    /// Notes that one end of a connection saw an end where it should have seen a reset.
    pub(super) fn lacks_reset(&self) {
        self.lock().lacks_reset = true;
    }

    /// Returns whether the wire could not reset one end of a Unix connection: that side had said nothing that could be
    /// left unread, so it saw an end (FIN).
    pub fn has_lacked_reset(&self) -> bool {
        self.lock().lacks_reset
    }

    fn push(&self, mut pieces: MutexGuard<'_, Pieces>, piece: Piece) {
        if pieces.pieces.len() < MAX_PIECES {
            pieces.pieces.push(piece);
        }
        self.shared.1.notify_all();
    }

    /// Returns the pieces so far.
    pub fn pieces(&self) -> Vec<Piece> {
        self.lock().pieces.clone()
    }

    /// Returns how many pieces were passed on because time ran out.
    pub fn waits(&self) -> usize {
        self.lock().pieces.iter().filter(|piece| piece.waited).count()
    }

    /// Notes that this connection's server could not be reached.
    pub(super) fn refused(&self, connection: usize) {
        let mut pieces = self.lock();
        if pieces.refused.len() < MAX_PIECES {
            pieces.refused.push(connection);
        }
        self.shared.1.notify_all();
    }

    /// Returns the pieces, and the connections whose server could not be reached, from these numbers on; waits for the
    /// first one until `until`.
    pub fn news_from(&self, pieces: usize, refused: usize, until: Instant) -> (Vec<Piece>, Vec<usize>) {
        let mut now = self.lock();
        while now.pieces.len() <= pieces && now.refused.len() <= refused {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            now = self.shared.1.wait_timeout(now, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let new = now.pieces.get(pieces..).unwrap_or_default().to_vec();
        (new, now.refused.get(refused..).unwrap_or_default().to_vec())
    }

    /// Returns whether it keeps no more pieces.
    pub fn is_full(&self) -> bool {
        self.lock().pieces.len() == MAX_PIECES
    }

    /// Returns the pieces of one direction as a ribbon, still without its writes and reads.
    pub fn ribbon(&self, direction: Direction) -> Ribbon {
        let mut ribbon = Ribbon { direction: direction.arrow(), ..Ribbon::default() };
        for piece in self.lock().pieces.iter().filter(|piece| piece.direction == direction) {
            if let Passed::Bytes { len, start, .. } = &piece.what {
                ribbon.pieces.push(*len);
                ribbon.bytes.extend(start.iter().take(4096_usize.saturating_sub(ribbon.bytes.len())));
            }
        }
        ribbon
    }

    /// Returns how many bytes were carried so far: to the server, to the client.
    pub fn carried(&self) -> (u64, u64) {
        let carried = self.lock().carried;
        (carried[Direction::ClientToServer as usize], carried[Direction::ServerToClient as usize])
    }

    /// Returns whether this direction of any connection has ended with FIN.
    pub fn has_fin(&self, direction: Direction) -> bool {
        self.lock().pieces.iter().any(|piece| piece.direction == direction && piece.what == Passed::Fin)
    }

    /// Returns how many directions have ended with FIN.
    pub fn fins(&self) -> usize {
        self.lock().fins
    }
}

impl Default for Record {
    fn default() -> Self {
        Self::new()
    }
}
