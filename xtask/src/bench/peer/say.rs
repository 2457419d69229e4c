//! How a peer says bytes.

use super::log::{SharedLog, What, lock};
use super::{Ending, Heard, Peer};
use crate::system::endpoint::Stream;
use crate::system::patience::Patience;
use std::io::{ErrorKind, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

impl Peer {
    /// Ends this direction (FIN); the peer can still hear.
    pub fn half_close(&mut self) {
        end_direction(&self.stream, &self.log);
    }

    /// Says all of `bytes`: up to 64 KiB in one write, when the kernel takes it.
    ///
    /// # Errors
    /// How the connection ended, or that the other side does not read.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        say(&self.stream, &self.log, self.patience.clone(), bytes)
    }

    /// Says 64 bytes every 5 ms until this moment.
    ///
    /// # Errors
    /// How the connection ended before that, or that the other side does not read.
    pub fn say_until(&mut self, until: Instant) -> Result<(), Ending> {
        while Instant::now() < until {
            self.say(&[b'x'; 64])?;
            thread::sleep(Duration::from_millis(5)); // Only the interval at which to say more.
        }
        Ok(())
    }

    /// Says `bytes` and hears `n` bytes at the same time; with `half_close` it ends its direction after the last
    /// byte. Neither waits for the other, so that full buffers cannot block both.
    pub fn say_and_hear(&mut self, bytes: &[u8], half_close: bool, n: usize) -> Heard {
        self.say_while(bytes, half_close, |peer| peer.hear(n))
    }

    /// Does what [`Peer::say_and_hear`] does; `hear` decides how much is heard.
    pub fn say_while(
        &mut self,
        bytes: &[u8],
        half_close: bool,
        hear: impl FnOnce(&mut Self) -> Heard,
    ) -> Heard {
        let log = Arc::clone(&self.log);
        let patience = self.patience.clone();
        let writer = self.stream.clone();
        thread::scope(|scope| {
            let saying = scope.spawn(move || {
                let said = say(&writer, &log, patience, bytes);
                if said.is_ok() && half_close {
                    end_direction(&writer, &log);
                }
                said
            });
            let mut heard = hear(self);
            if heard.ending.is_some() {
                // More bytes cannot change the ending; this also frees a blocked writer.
                let _ = self.stream.shutdown(Shutdown::Both);
            }
            match saying.join() {
                Ok(Err(ending)) if heard.ending.is_none() => heard.ending = Some(ending),
                _ => {}
            }
            heard
        })
    }

    /// Says `bytes` and hears nothing, until all are said, or until the kernel takes no more and `other_stuck` says
    /// that the other side sleeps, too. Returns how many bytes were said.
    pub fn say_until_stuck(&mut self, bytes: &[u8], other_stuck: impl Fn() -> bool) -> usize {
        let _ = self.stream.set_nonblocking(true);
        self.patience.renew();
        let mut said = 0;
        // Asked several times in a row: the other side may just have been woken.
        let mut stuck = 0;
        while said < bytes.len() && stuck < 20 && !self.patience.is_over() {
            let at = Instant::now();
            match (&self.stream).write(&bytes[said..bytes.len().min(said + 64 * 1024)]) {
                Ok(n) => {
                    lock(&self.log).said(at, &bytes[said..said + n]);
                    said += n;
                    stuck = 0;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    stuck = if other_stuck() { stuck + 1 } else { 0 };
                    thread::sleep(Duration::from_millis(1)); // Only the interval at which to look again.
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = self.stream.set_nonblocking(false);
        said
    }
}

fn say(stream: &Stream, log: &SharedLog, mut patience: Patience, bytes: &[u8]) -> Result<(), Ending> {
    let mut stream = stream;
    patience.renew();
    let mut rest = bytes;
    while !rest.is_empty() {
        let _ = stream.set_write_timeout(Some(patience.slice()));
        // In pieces, so that the evidence shows when each was taken.
        let at = Instant::now();
        match stream.write(&rest[..rest.len().min(64 * 1024)]) {
            Ok(n) => {
                lock(log).said(at, &rest[..n]);
                rest = &rest[n..];
                patience.renew();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let ending = match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut if !patience.is_over() => continue,
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => Ending::NotTaken(patience.waited()),
                    // A Unix socket takes nothing more as soon as the other side has closed, or ended both directions.
                    ErrorKind::BrokenPipe if stream.is_unix() => Ending::Fin,
                    _ => Ending::Rst,
                };
                return Err(lock(log).ended(ending));
            }
        }
    }
    Ok(())
}

fn end_direction(stream: &Stream, log: &SharedLog) {
    let _ = stream.shutdown(Shutdown::Write);
    lock(log).push(What::HalfClosed);
}
