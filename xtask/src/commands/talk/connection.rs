//! One connection of `talk`: a thread receives, this one sends what is typed, and both print under one lock, so that
//! the lines stand in the order of what happened here.

use super::input::{Input, News, Typed};
use super::show::{self, Way};
use super::stop::stopped;
use crate::commands::wire::words::say_and_flush;
use crate::finding::count;
use crate::system::endpoint::Stream;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The most bytes that one `read` takes.
const BUFFER: usize = 16 * 1024;
/// How long a `write` waits for room before it returns: what has come meanwhile is printed then, and Ctrl-C is noticed.
const WRITE: Duration = Duration::from_millis(200);
/// How often it looks whether it is interrupted, and whether a connection that receives nothing more was reset.
const LOOK: Duration = Duration::from_millis(100);

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// With a FIN each way.
    Fin,
    /// By RST, from here or from the other side.
    Rst,
    /// Here: by Ctrl-C, or because nobody reads what is printed.
    Stopped,
}

/// One connection, and what was printed of it.
struct Talk {
    stream: Stream,
    shown: Mutex<Shown>,
}

/// What has passed, as far as it is printed.
#[derive(Default)]
struct Shown {
    /// When the first byte, or the first end, passed.
    start: Option<Instant>,
    /// Pieces and bytes, for each [`Way`].
    sums: [(usize, u64); 2],
    fin_sent: bool,
    fin_received: bool,
    rst: bool,
    /// Nobody reads what is printed.
    deaf: bool,
}

impl Shown {
    /// Returns the time since the first byte.
    fn at(&mut self) -> Duration {
        self.start.get_or_insert_with(Instant::now).elapsed()
    }

    fn say(&mut self, text: &str) {
        self.deaf |= !say_and_flush(text);
    }

    fn piece(&mut self, way: Way, bytes: &[u8]) {
        let sum = &mut self.sums[way as usize];
        *sum = (sum.0 + 1, sum.1 + bytes.len() as u64);
        let at = self.at();
        self.say(&show::piece(at, way, bytes));
    }

    fn end(&mut self, way: Way, name: &str, meaning: &str) {
        let at = self.at();
        self.say(&show::end(at, way, name, meaning));
    }

    /// Notes that the other side has reset the connection, once.
    fn reset(&mut self) {
        if !std::mem::replace(&mut self.rst, true) {
            self.end(Way::Received, "RST", "the connection is over, both ways, at once");
        }
    }

    /// Returns what was sent and received in all.
    fn sum(&self) -> String {
        let part = |way: Way| {
            let (pieces, bytes) = self.sums[way as usize];
            let unit = if pieces == 1 { "piece" } else { "pieces" };
            format!("{} {} in {pieces} {unit}", way.word(), count(bytes as usize))
        };
        format!("{}, {}", part(Way::Sent), part(Way::Received))
    }
}

/// Sends what is typed and prints what passes, until the connection is over. Prints the sum, too: `name` is what the
/// connection is called there.
pub fn hold(stream: Stream, name: &str, input: &mut Input, resets: bool) -> How {
    if cfg!(unix) {
        // Elsewhere a socket whose `write` ran into a limit must not be used any more.
        let _ = stream.set_write_timeout(Some(WRITE));
    }
    let talk = Talk { stream, shown: Mutex::default() };
    let how = thread::scope(|scope| {
        scope.spawn(|| {
            talk.receive(resets);
            input.wake.wake();
        });
        let how = talk.converse(&mut input.typed, resets);
        // Where the other side has not ended, this ends the `read` of the thread above.
        let is_rst = resets && how == How::Rst;
        let _ = talk.stream.shutdown(if is_rst { Shutdown::Read } else { Shutdown::Both });
        how
    });
    let sum = talk.lock().sum();
    say_and_flush(&format!("{name} is over: {sum}\n"));
    how
}

impl Talk {
    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints what comes, until the other side ends or resets the connection. A Unix connection that is to be reset
    /// needs a byte that is not taken.
    fn receive(&self, resets: bool) {
        let mut buffer = vec![0; BUFFER];
        loop {
            let mut stream = &self.stream;
            let came = stream.read(&mut buffer);
            if !resets {
                stream.takes_last_byte();
            }
            let mut shown = self.lock();
            match came {
                _ if stopped() || shown.rst || shown.deaf => return,
                Ok(0) => {
                    shown.fin_received = true;
                    let more = if shown.fin_sent { "" } else { "; you can still send" };
                    return shown.end(Way::Received, "FIN", &format!("nothing more will come{more}"));
                }
                Ok(n) => shown.piece(Way::Received, &buffer[..n]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return shown.reset(),
            }
        }
    }

    /// Sends what is typed, until the connection is over.
    fn converse(&self, typed: &mut Typed, resets: bool) -> How {
        loop {
            // The lock is not held while this waits.
            let is_open = !self.lock().fin_sent;
            match typed.next(LOOK, is_open) {
                News::Line(_) if !is_open => self.lock().say("not sent: nothing more is sent after FIN\n"),
                News::Line(line) => self.send(&line),
                News::End if resets => return self.reset(),
                News::End => self.half_close(),
                // The facts are looked at below.
                News::Over | News::Nothing => {}
            }
            let mut shown = self.lock();
            if shown.fin_received
                && !shown.fin_sent
                && matches!(self.stream.options().take_error(), Ok(Some(_)))
            {
                shown.reset();
            }
            if stopped() || shown.deaf {
                return How::Stopped;
            }
            if shown.rst {
                return How::Rst;
            }
            if shown.fin_sent && shown.fin_received {
                return How::Fin;
            }
        }
    }

    /// Sends all of a line. A piece is what one `write` took.
    fn send(&self, line: &[u8]) {
        let (mut rest, mut told) = (line, false);
        while !rest.is_empty() && !stopped() {
            let mut shown = self.lock();
            if shown.rst || shown.deaf {
                return;
            }
            // With the lock: an answer to these bytes is printed after them.
            let mut stream = &self.stream;
            match stream.write(rest) {
                Ok(n) => {
                    shown.piece(Way::Sent, &rest[..n]);
                    rest = &rest[n..];
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        if !std::mem::replace(&mut told, true) {
                            shown.say("the buffers are full: the other side does not read; waiting\n");
                        }
                        // Lets the thread that receives have the lock.
                        drop(shown);
                        thread::sleep(Duration::from_millis(1));
                    }
                    _ => return shown.reset(),
                },
            }
        }
    }

    /// Ends this direction.
    fn half_close(&self) {
        let mut shown = self.lock();
        match self.stream.shutdown(Shutdown::Write) {
            _ if shown.fin_sent || shown.rst => {}
            Ok(()) => {
                shown.fin_sent = true;
                let more = if shown.fin_received { "" } else { "; it still receives" };
                shown.end(Way::Sent, "FIN", &format!("nothing more is sent{more}"));
            }
            Err(_) => shown.reset(),
        }
    }

    /// Makes the close of the connection a reset.
    fn reset(&self) -> How {
        let mut shown = self.lock();
        if shown.rst {
            return How::Rst;
        }
        if self.stream.reset_at_close() {
            shown.rst = true;
            shown.end(Way::Sent, "RST", "the connection is over, both ways, at once");
            return How::Rst;
        }
        let text = "a Unix connection is reset by closing it with bytes unread, and none has come: it ends with FIN\n";
        shown.say(text);
        How::Fin
    }
}

/// Returns what an error of `connect` means, in one line.
pub fn refused(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            "nobody listens there: the kernel answers with RST (connection refused)".into()
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            "no answer in 10 s: the server accepts nobody, and the queue of callers is full".into()
        }
        ErrorKind::NotFound => "there is no such file: start the server first".into(),
        _ => error.to_string(),
    }
}
