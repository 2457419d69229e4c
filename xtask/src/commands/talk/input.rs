//! What is typed, line by line, for one connection after another.

use std::io::{BufRead, IsTerminal, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// The most bytes of a line that are sent at once: of a longer one, the rest is the next line.
const LONGEST: u64 = 64 * 1024;
/// How many lines may wait to be sent; then typing waits.
const WAITING: usize = 16;

/// Something that a conversation waits for.
pub enum News {
    /// A line was typed: its bytes as they are sent.
    Line(Vec<u8>),
    /// The input has ended.
    End,
    /// A connection receives nothing more.
    Over,
    /// Nothing in the given time.
    Nothing,
}

/// What is typed, and what wakes the one who waits for it.
pub struct Input {
    /// The lines.
    pub typed: Typed,
    /// Wakes the one who waits.
    pub wake: Wake,
}

/// The lines that were typed.
pub struct Typed {
    news: Receiver<News>,
    /// The input has ended for good: it is no terminal.
    has_ended: bool,
    is_terminal: bool,
}

/// Wakes the one who waits for a line.
pub struct Wake(SyncSender<News>);

impl Wake {
    /// Tells that a connection receives nothing more. Where many lines wait, nobody need be woken.
    pub fn wake(&self) {
        let _ = self.0.try_send(News::Over);
    }
}

impl Input {
    /// Begins to read standard input. `newline` is whether a line is sent with its line end.
    pub fn read(newline: bool) -> Self {
        let (send, news) = sync_channel(WAITING);
        let wake = Wake(send.clone());
        let is_terminal = std::io::stdin().is_terminal();
        thread::spawn(move || read_on(&send, newline, is_terminal));
        Self { typed: Typed { news, has_ended: false, is_terminal }, wake }
    }
}

impl Typed {
    /// Waits at most `limit` for what comes next. `open` is whether the end of the input is still to be told: an input
    /// that is no terminal has ended for the next connections, too.
    pub fn next(&mut self, limit: Duration, open: bool) -> News {
        if self.has_ended && open {
            return News::End;
        }
        match self.news.recv_timeout(limit) {
            Ok(News::End) => {
                self.has_ended = !self.is_terminal;
                News::End
            }
            Ok(news) => news,
            Err(RecvTimeoutError::Timeout) => News::Nothing,
            Err(RecvTimeoutError::Disconnected) => News::End,
        }
    }
}

fn read_on(send: &SyncSender<News>, newline: bool, is_terminal: bool) {
    let mut input = std::io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let read = (&mut input).take(LONGEST).read_until(b'\n', &mut line);
        let news = match read {
            Ok(1..) => News::Line(as_sent(line, newline)),
            Ok(0) | Err(_) => News::End,
        };
        // A terminal can go on after Ctrl-D.
        let is_last = matches!(news, News::End) && (!is_terminal || read.is_err());
        if send.send(news).is_err() || is_last {
            return;
        }
    }
}

/// Returns a line as it is sent: with `\n`, or without its line end. On Windows the keyboard ends a line with `\r\n`.
fn as_sent(mut line: Vec<u8>, newline: bool) -> Vec<u8> {
    if line.pop_if(|byte| *byte == b'\n').is_some() {
        if cfg!(windows) {
            line.pop_if(|byte| *byte == b'\r');
        }
        if newline {
            line.push(b'\n');
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_sent_with_its_line_end_or_without() {
        assert_eq!(as_sent(b"hi\n".to_vec(), true), b"hi\n");
        assert_eq!(as_sent(b"hi\n".to_vec(), false), b"hi");
        assert_eq!(as_sent(b"hi".to_vec(), true), b"hi");
        assert_eq!(as_sent(b"\n".to_vec(), false), b"");
    }
}
