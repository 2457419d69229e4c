//! How a peer hears bytes, with a deadline.

use super::log::lock;
use super::{Ending, Heard, Peer};
use crate::bench::spins::SpinWatch;
use crate::system::patience::{PATIENCE, Patience};
use crate::system::processes::{self, Activity};
use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

/// How long nothing comes from a side that has sent all that it wants to send. It is longer than the kernel holds back a
/// small segment (Nagle's algorithm) for an acknowledgement that comes late (40 ms, at most 200 ms).
const QUIET: Duration = Duration::from_millis(300);

impl Peer {
    /// Hears exactly `n` bytes, if they come. Where the connection ends before, the other side then rests or has ended.
    pub fn hear(&mut self, n: usize) -> Heard {
        let heard = self.hear_while(n, |bytes| bytes.len() < n);
        self.lets_die(&heard);
        heard
    }

    /// Hears until the other side ends the connection, at most `max` bytes; always returns an ending.
    pub fn hear_to_end(&mut self, max: usize) -> Heard {
        let mut heard = self.hear_while(max + 1, |_| true);
        if heard.ending == Some(Ending::Rst) {
            self.lets_die(&heard);
        }
        heard.ending = heard.ending.or(Some(Ending::TooMuch));
        heard
    }

    /// Hears what comes next: at least one byte, at most `max`. Where the connection ends before, the other side then
    /// rests or has ended.
    pub fn hear_some(&mut self, max: usize) -> Heard {
        let heard = self.hear_next(max);
        self.lets_die(&heard);
        heard
    }

    fn hear_next(&mut self, max: usize) -> Heard {
        self.hear_while(max, |bytes| bytes.is_empty())
    }

    /// Waits, where the connection has ended too early, until the program rests or has ended. One that dies of an error of
    /// its own closes its sockets first, then prints the error, and ends last: the check must not end it before that.
    /// Does not wait for a program that spins.
    fn lets_die(&self, heard: &Heard) {
        let Some(root) = self.program.filter(|_| matches!(heard.ending, Some(Ending::Fin | Ending::Rst)))
        else {
            return;
        };
        let spins = SpinWatch::below(root);
        Patience::with(&[root]).until(|| {
            let rests = processes::at_rest(root) || processes::descendants(root).is_empty();
            (rests || spins.seen().is_some()).then_some(())
        });
    }

    /// Hears what comes next, at most `max` bytes: all of it, or what has come when the other side sleeps, perhaps because it
    /// waits for a reply, and nothing more comes for [`QUIET`]. No verdict depends on that time: a reply may come at
    /// any moment.
    pub fn hear_turn(&mut self, max: usize) -> Heard {
        let mut heard = self.hear_some(max);
        let start = Instant::now();
        let mut last = start;
        while heard.ending.is_none() && heard.bytes.len() < max && start.elapsed() < PATIENCE {
            let came = self.pending().len().min(max - heard.bytes.len());
            if came > 0 {
                heard.bytes.extend(self.hear(came).bytes);
                last = Instant::now();
            } else if self.other.is_some_and(|root| processes::activity(root) == Activity::Busy) {
                last = Instant::now();
            } else if last.elapsed() > QUIET {
                break;
            }
            std::thread::sleep(Duration::from_millis(1)); // Only the interval at which to look again.
        }
        heard
    }

    /// Waits for a byte or an ending; returns whether the other side has broken off: ended or reset, with nothing more
    /// sent.
    pub fn is_broken_off(&mut self) -> bool {
        let heard = self.hear_next(1);
        self.unhear(&heard.bytes);
        heard.bytes.is_empty() && matches!(heard.ending, Some(Ending::Fin | Ending::Rst))
    }

    /// Returns what has come and was not heard yet; later calls still hear it.
    pub fn pending(&mut self) -> Vec<u8> {
        let _ = self.stream.set_nonblocking(true);
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = (&self.stream).read(&mut buffer) {
            lock(&self.log).heard(&buffer[..n]);
            self.ahead.extend(&buffer[..n]);
            if self.ahead.len() > buffer.len() {
                break;
            }
        }
        let _ = self.stream.set_nonblocking(false);
        self.ahead.clone()
    }

    /// Returns whether the other side has ended the connection already; later calls hear the bytes that came before.
    pub fn has_left(&mut self) -> bool {
        self.pending();
        let _ = self.stream.set_nonblocking(true);
        let mut buffer = [0; 1];
        let ending = match (&self.stream).read(&mut buffer) {
            Ok(0) => Some(Ending::Fin),
            Ok(n) => {
                lock(&self.log).heard(&buffer[..n]);
                self.ahead.extend(&buffer[..n]);
                None
            }
            Err(error) => match error.kind() {
                ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut => None,
                _ => Some(Ending::Rst),
            },
        };
        let _ = self.stream.set_nonblocking(false);
        ending.map(|ending| lock(&self.log).ended(ending)).is_some()
    }

    /// Says nothing for this time. Returns how the other side ended meanwhile, or `None` if it did not; later calls
    /// hear the bytes that came.
    pub fn stays_silent(&mut self, time: Duration) -> Option<Ending> {
        let until = Instant::now() + time;
        let mut buffer = [0; 4096];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let _ = self.stream.set_read_timeout(Some(left));
            let ending = match (&self.stream).read(&mut buffer) {
                Ok(0) => Ending::Fin,
                Ok(n) => {
                    lock(&self.log).heard(&buffer[..n]);
                    self.ahead.extend(&buffer[..n]);
                    continue;
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut => continue,
                    _ => Ending::Rst,
                },
            };
            return Some(lock(&self.log).ended(ending));
        }
    }

    /// Takes back bytes that were heard: the next call hears them again.
    pub fn unhear(&mut self, bytes: &[u8]) {
        self.ahead.splice(0..0, bytes.iter().copied());
    }

    /// Waits for a byte or an ending; returns whether the other side ended (FIN) and said nothing more.
    pub fn is_at_end(&mut self) -> bool {
        let heard = self.hear_next(1);
        let at_end = heard.bytes.is_empty() && heard.ending == Some(Ending::Fin);
        self.unhear(&heard.bytes);
        at_end
    }

    fn hear_while(&mut self, max: usize, more: impl Fn(&[u8]) -> bool) -> Heard {
        let mut bytes = std::mem::take(&mut self.ahead);
        if bytes.len() > max {
            self.ahead = bytes.split_off(max);
        }
        let start = Instant::now();
        self.patience.renew();
        let mut seen = self.carried.as_ref().map(|carried| carried());
        let mut buffer = vec![0; (max - bytes.len().min(max)).min(64 * 1024)];
        while bytes.len() < max && more(&bytes) {
            let _ = self.stream.set_read_timeout(Some(self.patience.slice()));
            let room = buffer.len().min(max - bytes.len());
            let ending = match (&self.stream).read(&mut buffer[..room]) {
                Ok(0) => Ending::Fin,
                Ok(n) => {
                    lock(&self.log).heard(&buffer[..n]);
                    bytes.extend(&buffer[..n]);
                    if start.elapsed() < self.in_all {
                        self.patience.renew();
                        continue;
                    }
                    Ending::TimedOut(start.elapsed())
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => continue,
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        let now = self.carried.as_ref().map(|carried| carried());
                        if now != seen && start.elapsed() < self.in_all {
                            seen = now;
                            self.patience.renew();
                        }
                        if !self.patience.is_over() {
                            continue;
                        }
                        let meanwhile = self.meanwhile();
                        let mut log = lock(&self.log);
                        log.meanwhile = meanwhile;
                        if log.said + log.heard == 0 {
                            log.waits_for_us = self.other.and_then(processes::waits_to_read);
                        }
                        Ending::Silence(self.patience.waited())
                    }
                    _ => Ending::Rst,
                },
            };
            let ending = lock(&self.log).ended(ending);
            return Heard { bytes, ending: Some(ending) };
        }
        Heard { bytes, ending: None }
    }
}
