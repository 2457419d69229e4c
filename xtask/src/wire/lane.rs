//! One direction of one connection, as a wire sees it: take bytes in, pass pieces on, ask whether they were taken.

use super::record::{Direction, Passed, Reading, Record};
use crate::system::endpoint::{Ends, Stream};
use crate::system::patience::{Patience, wait_blindly};
use crate::system::sockets::Taken;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

/// How long a reader may leave bytes unread before the next piece is passed on and marked as a wait; longer while the
/// reader gets no CPU time.
const UNREAD: Duration = Duration::from_secs(1);

/// What [`Lane::take`] brought.
pub enum Came {
    /// This many new bytes.
    Bytes(usize),
    /// Nothing until the time was over.
    Nothing,
    /// The speaking side has ended.
    End(End),
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The speaking side ended its direction.
    Fin,
    /// One of the two sides is reset.
    Rst,
    /// The reader of a Unix connection takes no more: it has closed, or ended this direction. The speaking side must
    /// notice that as without a wire, by an error of its next `write` (EPIPE). What the reader has said still passes.
    Deaf,
    /// The end is not passed on: a fault wire keeps it to itself.
    Silent,
}

/// One direction of one connection.
pub struct Lane<'a> {
    from: &'a Stream,
    to: &'a Stream,
    /// The two ends of the connection to the reader.
    ends: Option<Ends>,
    record: &'a Record,
    connection: usize,
    direction: Direction,
    sent: u64,
    /// The next piece is passed on because time ran out, not because of a fact.
    waited: bool,
    /// The reader went away, not the speaking side.
    reader_left: bool,
}

impl<'a> Lane<'a> {
    pub(super) fn new(
        from: &'a Stream,
        to: &'a Stream,
        record: &'a Record,
        connection: usize,
        direction: Direction,
    ) -> Self {
        let ends = to.ends().ok();
        Self { from, to, ends, record, connection, direction, sent: 0, waited: false, reader_left: false }
    }

    /// Returns its direction.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Returns the number of its connection in the wire, from 1.
    pub fn connection(&self) -> usize {
        self.connection
    }

    /// Returns how many bytes were passed on so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Takes in what the speaking side has said. Waits for it without a limit, or as long as `patience` lasts.
    pub fn take(&mut self, buffer: &mut [u8], patience: Option<&Patience>) -> Came {
        loop {
            match self.read(buffer, patience.map(Patience::slice)) {
                Came::Nothing if !patience.is_some_and(Patience::is_over) => {}
                came => return came,
            }
        }
    }

    /// Takes in what the speaking side has said. Waits for it without a limit, or until `until`.
    pub fn take_until(&mut self, buffer: &mut [u8], until: Option<Instant>) -> Came {
        let left =
            until.map(|until| until.saturating_duration_since(Instant::now()).max(Duration::from_micros(1)));
        self.read(buffer, left)
    }

    fn read(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> Came {
        if self.from.set_read_timeout(limit).is_err() {
            return Came::End(End::Rst);
        }
        loop {
            let mut from = self.from;
            match from.read(buffer) {
                Ok(0) => return Came::End(End::Fin),
                Ok(n) => return Came::Bytes(n),
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Came::Nothing,
                    _ => return Came::End(End::Rst),
                },
            }
        }
    }

    /// Starts a wait of `deadline` for what is still missing; it lasts longer while a program at either end gets no
    /// CPU time.
    pub fn patience(&self, deadline: Duration) -> Patience {
        let mut roots = self.record.readers(self.direction);
        roots.extend(self.record.readers(self.direction.back()));
        Patience::limited(deadline, &roots)
    }

    /// Marks the next piece as passed on because time ran out.
    pub fn mark_wait(&mut self) {
        self.waited = true;
    }

    /// Passes `bytes` on in one write (more only when the kernel takes less at once).
    ///
    /// # Errors
    /// When the reader is gone: [`End::Rst`], because TCP tells so by an RST; [`End::Deaf`] for a Unix socket.
    pub fn pass(&mut self, bytes: &[u8]) -> Result<(), End> {
        // Recorded first: what the reader has seen must already be in the record.
        let waited = std::mem::take(&mut self.waited);
        self.record.bytes(self.connection, self.direction, self.sent, bytes, waited);
        let mut to = self.to;
        if to.write_all(bytes).is_err() {
            self.reader_left = true;
            self.note(|reading, _| reading.gone = true);
            return Err(if to.is_unix() { End::Deaf } else { End::Rst });
        }
        self.sent += bytes.len() as u64;
        Ok(())
    }

    /// Waits until the reader has taken everything passed on so far.
    pub fn drain(&mut self) {
        let mut patience: Option<Patience> = None;
        let Some(ends) = self.ends else { return };
        for tries in 0.. {
            match self.to.taken(ends, self.sent) {
                Taken::All => return self.note(|reading, sent| reading.taken = sent),
                Taken::Gone => return self.note(|reading, _| reading.left_unread = true),
                Taken::NotAll => {
                    let readers = || Patience::limited(UNREAD, &self.record.readers(self.direction));
                    if patience.get_or_insert_with(readers).is_over() {
                        self.note(|reading, _| reading.ignored = true);
                        return self.mark_wait();
                    }
                }
                Taken::Unknown => {
                    wait_blindly();
                    return self.mark_wait();
                }
            }
            // Only the interval at which to ask again: a reader that runs takes a byte within microseconds.
            match tries {
                0..20 => thread::yield_now(),
                20..200 => thread::sleep(Duration::from_micros(50)),
                _ => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Notes what the reader did with the bytes that were passed on so far.
    fn note(&self, note: impl FnOnce(&mut Reading, u64)) {
        self.record.reads(self.connection, self.direction, |reading| note(reading, self.sent));
    }

    pub(super) fn end(&mut self, end: End) {
        let what = match end {
            End::Fin => Passed::Fin,
            End::Rst => Passed::Rst,
            End::Deaf => {
                let _ = self.from.shutdown(Shutdown::Read);
                // What is there already would make the close a reset.
                let (mut from, mut rest) = (self.from, [0; 4096]);
                while let Ok(1..) = from.read(&mut rest) {}
                return;
            }
            End::Silent => return,
        };
        // A reset comes from one side: it is recorded under the direction in which that side spoke.
        let direction = if self.reader_left { self.direction.back() } else { self.direction };
        self.record.ended(self.connection, direction, what);
        if end == End::Fin {
            let _ = self.to.shutdown(Shutdown::Write);
        }
    }
}
