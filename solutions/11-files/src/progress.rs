//! Progress: a line on standard error, for a person who waits. A program that reads standard error gets nothing.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// The least time between two lines.
const PAUSE: Duration = Duration::from_millis(100);

/// A writer that passes on what is written to it, and shows how much of `total` bytes that is by now.
///
/// It counts the bytes of this transfer, and not those that an earlier one has brought. The line is written over itself,
/// at most once in [`PAUSE`], and never where standard error is no terminal. The last line, when the value is dropped,
/// shows how far it came.
pub struct Progress<W> {
    inner: W,
    total: u64,
    done: u64,
    start: Instant,
    /// When the line was shown last; at first the beginning, so that a short transfer shows nothing.
    shown: Instant,
    terminal: bool,
}

impl<W: Write> Progress<W> {
    /// Passes on to `inner`, and expects `total` bytes.
    pub fn new(inner: W, total: u64) -> Self {
        let start = Instant::now();
        Self { inner, total, done: 0, start, shown: start, terminal: io::stderr().is_terminal() }
    }
}

impl<W> Progress<W> {
    /// Writes the line, and then `end`.
    fn show(&self, end: &str) {
        let line = line(self.done, self.total, self.start.elapsed());
        // The blanks cover what is left of a longer line. A terminal that has gone is no reason to stop.
        let _ = write!(io::stderr(), "\r{line:<60}{end}");
    }
}

impl<W: Write> Write for Progress<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.done += n as u64;
        if self.terminal && self.shown.elapsed() >= PAUSE {
            self.shown = Instant::now();
            self.show("");
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W> Drop for Progress<W> {
    /// Shows the last line and ends it, so that what is printed next begins a new one.
    fn drop(&mut self) {
        if self.shown > self.start {
            self.show("\n");
        }
    }
}

/// Returns, for example, `12.0 of 256.0 MiB this time, 4.0 MiB/s, 61 s left`. The rate is that since the beginning.
fn line(done: u64, total: u64, elapsed: Duration) -> String {
    let mib = |bytes: u64| bytes as f64 / f64::from(1024 * 1024);
    let rate = mib(done) / elapsed.as_secs_f64().max(0.001);
    let left = mib(total.saturating_sub(done));
    let left = (left / rate).ceil();
    format!("{:.1} of {:.1} MiB this time, {rate:.1} MiB/s, {left:.0} s left", mib(done), mib(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line() {
        let mib = 1024 * 1024;
        let shown = line(12 * mib, 256 * mib, Duration::from_secs(3));
        assert_eq!(shown, "12.0 of 256.0 MiB this time, 4.0 MiB/s, 61 s left");
        let shown = line(256 * mib, 256 * mib, Duration::from_secs(64));
        assert_eq!(shown, "256.0 of 256.0 MiB this time, 4.0 MiB/s, 0 s left");
    }

    #[test]
    fn every_byte_is_passed_on() {
        let mut to = Vec::new();
        Progress::new(&mut to, 3).write_all(b"abc").unwrap();
        assert_eq!(to, b"abc");
    }
}
