//! What happened on a connection, kept as evidence.

use crate::bench::given::Given;
use crate::system::processes::Call;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Why hearing or saying stopped before it was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The other side ended its direction: end of stream.
    Fin,
    /// The connection was reset.
    Rst,
    /// Nothing came for this long; the connection is still open.
    Silence(Duration),
    /// Bytes came, but what was waited for was not complete after this long.
    TimedOut(Duration),
    /// For this long the other side took nothing of what was said.
    NotTaken(Duration),
    /// More came than the limit allows.
    TooMuch,
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = |after: &Duration| after.as_secs_f32();
        match self {
            Ending::Fin => write!(out, "ended the connection (FIN)"),
            Ending::Rst => write!(out, "reset the connection (RST)"),
            Ending::Silence(after) => {
                write!(
                    out,
                    "sent nothing more and kept the connection open; gave up after {:.0} s",
                    secs(after)
                )
            }
            Ending::TimedOut(after) => {
                write!(out, "kept sending but was not done; gave up after {:.0} s", secs(after))
            }
            Ending::NotTaken(after) => {
                write!(out, "did not read what was sent to it; gave up after {:.0} s", secs(after))
            }
            Ending::TooMuch => write!(out, "sent more than could be right; the runner stopped reading"),
        }
    }
}

/// What came, and why no more came; `ending` is `None` when everything wanted came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The bytes, in order.
    pub bytes: Vec<u8>,
    /// What cut it short.
    pub ending: Option<Ending>,
}

/// What the other side does while nothing comes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meanwhile {
    /// It has not accepted the connection.
    NotAccepted {
        /// The calls in which its threads wait.
        calls: Vec<Call>,
    },
    /// It uses the processor.
    Busy {
        /// Whether the kernel has told it that this connection has ended: a `read` of it returns 0 at once.
        at_end: bool,
    },
    /// It waits, with bytes unread on this connection, or none.
    Waits {
        /// The call in which it waits for this connection; `None` when no thread of it does.
        call: Option<Call>,
        /// The calls in which its threads wait.
        calls: Vec<Call>,
        /// Bytes that have arrived and were not read.
        unread: u32,
    },
    /// It waits, and has read nothing at all from this connection.
    ReadsNothing {
        /// The call in which it waits, for this connection or with its only thread.
        call: Option<Call>,
        /// The calls in which its threads wait.
        calls: Vec<Call>,
        /// Bytes that have arrived.
        unread: u32,
    },
}

impl Meanwhile {
    /// Returns whether one of its threads waits for another: for a lock, a channel, or a thread's end.
    pub fn waits_for_thread(&self) -> bool {
        let (Self::NotAccepted { calls } | Self::Waits { calls, .. } | Self::ReadsNothing { calls, .. }) =
            self
        else {
            return false;
        };
        calls.iter().any(|call| call.waits_for_thread())
    }
}

/// Returns the calls in words: `waits in …`, or `its threads wait in … and …`; empty where none is known.
fn waiting(calls: &[Call]) -> String {
    let names: Vec<String> = calls.iter().map(ToString::to_string).collect();
    match &names[..] {
        [] => String::new(),
        [one] => format!(": it waits in {one}"),
        [rest @ .., last] => format!(": its threads wait in {} and {last}", rest.join(", ")),
    }
}

impl fmt::Display for Meanwhile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Meanwhile::NotAccepted { calls } => {
                write!(out, "has not accepted the connection{}", waiting(calls))
            }
            Meanwhile::Busy { .. } => write!(out, "is busy: it spins, or computes"),
            Meanwhile::Waits { call: Some(call), unread: 0, .. } => {
                write!(out, "waits in {call}, having read everything")
            }
            Meanwhile::Waits { call: Some(call), unread, .. } => {
                write!(out, "waits in {call}, with {unread} bytes unread")
            }
            Meanwhile::Waits { call: None, unread: 0, calls } => {
                write!(out, "has read everything, and no thread of it waits for more{}", waiting(calls))
            }
            Meanwhile::Waits { call: None, unread, calls } => {
                write!(
                    out,
                    "has left {unread} bytes unread, and no thread of it reads this connection{}",
                    waiting(calls)
                )
            }
            Meanwhile::ReadsNothing { call: Some(call), unread, .. } => {
                write!(out, "has read nothing: it waits in {call}, with all {unread} bytes unread")
            }
            Meanwhile::ReadsNothing { call: None, unread, calls } => {
                write!(
                    out,
                    "has read nothing, with all {unread} bytes unread, and no thread of it reads this connection{}",
                    waiting(calls)
                )
            }
        }
    }
}

/// One thing that happened at the peer.
#[derive(Clone, Debug)]
pub struct Event {
    /// Time since the connection was made.
    pub at: Duration,
    /// What it was.
    pub what: What,
}

/// The kinds of [`Event`].
#[derive(Clone, Debug)]
pub enum What {
    /// Bytes given to the kernel to send.
    Said(Span),
    /// Bytes received in one read.
    Heard(Span),
    /// This side ended its direction (FIN).
    HalfClosed,
    /// This side closed the connection (FIN), or reset it (RST) when `true`.
    Closed(bool),
    /// What the other side did, or failed to do.
    Ended(Ending),
}

/// Bytes of one direction's stream.
#[derive(Clone, Debug)]
pub struct Span {
    /// How many.
    pub len: usize,
    /// The bytes: all of them, or the first, once the log holds [`KEPT`] bytes.
    pub bytes: Vec<u8>,
}

/// The most bytes that one log keeps.
pub const KEPT: usize = 1 << 20;

/// Everything that happened at one peer.
pub struct Log {
    pub(super) start: Instant,
    /// Who is at the other end: `server` or `client`.
    pub other: &'static str,
    /// In order of time.
    pub events: Vec<Event>,
    pub(super) said: u64,
    pub(super) heard: u64,
    pub(super) kept: usize,
    /// What the other side did while nothing came, when patience was over.
    pub meanwhile: Option<Meanwhile>,
    /// The call in which the other side waited for this one to speak, when nothing was said or heard.
    pub waits_for_us: Option<Call>,
    /// The connection was reset: the end that a later `read` returns is no FIN.
    pub(super) reset: bool,
    /// The first bytes that this check has said, on any connection.
    pub given: Given,
}

impl Log {
    /// Records bytes that were said. `at` is when the write began, so that no answer to it is earlier.
    pub(super) fn said(&mut self, at: Instant, bytes: &[u8]) {
        self.given.add(bytes);
        let span = self.span(bytes);
        self.said += bytes.len() as u64;
        self.events.push(Event { at: at.duration_since(self.start), what: What::Said(span) });
    }

    /// Records once how the other side ended; returns how it really ended.
    pub(super) fn ended(&mut self, ending: Ending) -> Ending {
        let ending = if self.reset && ending == Ending::Fin { Ending::Rst } else { ending };
        let known = self.events.iter().any(|event| matches!(event.what, What::Ended(old) if old == ending));
        self.reset |= ending == Ending::Rst;
        if !known {
            self.push(What::Ended(ending));
        }
        ending
    }

    pub(super) fn heard(&mut self, bytes: &[u8]) {
        let span = self.span(bytes);
        self.heard += bytes.len() as u64;
        self.push(What::Heard(span));
    }

    fn span(&mut self, bytes: &[u8]) -> Span {
        let kept = bytes.len().min(KEPT - self.kept);
        self.kept += kept;
        Span { len: bytes.len(), bytes: bytes[..kept].to_vec() }
    }

    /// Returns when the connection was made: the times of its events count from then.
    pub fn started(&self) -> Instant {
        self.start
    }

    /// Returns whether this side has ended its direction or the connection.
    pub fn has_ended(&self) -> bool {
        self.events.iter().any(|event| matches!(event.what, What::HalfClosed | What::Closed(_)))
    }

    /// Returns the first bytes of what this side has said, and of what it has heard, as far as they are kept.
    pub fn so_far(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut said, mut heard) = (Vec::new(), Vec::new());
        for event in &self.events {
            match &event.what {
                What::Said(span) => said.extend(&span.bytes),
                What::Heard(span) => heard.extend(&span.bytes),
                _ => {}
            }
        }
        (said, heard)
    }

    /// Returns the first bytes of what this side has said, if it has not left: closed or reset the connection.
    pub fn said_and_stayed(&self) -> Option<Vec<u8>> {
        let has_left = self.events.iter().any(|event| matches!(event.what, What::Closed(_)));
        (!has_left).then(|| self.so_far().0)
    }

    /// Returns the lengths of this side's writes, in order.
    pub fn writes(&self) -> Vec<usize> {
        self.events
            .iter()
            .filter_map(|event| if let What::Said(span) = &event.what { Some(span.len) } else { None })
            .collect()
    }

    pub(super) fn push(&mut self, what: What) {
        self.events.push(Event { at: self.start.elapsed(), what });
    }
}

impl Log {
    /// Returns the whole connection in about a dozen lines: what was said, what was heard, how it ended, and when.
    pub fn summary(&self) -> Vec<String> {
        let mut lines: Vec<Line> = Vec::new();
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.at);
        for event in events {
            // An RST at the same time as the FIN answers what came after it.
            if let (What::Ended(Ending::Rst), Some(last)) = (&event.what, lines.last_mut())
                && last.text == format!("{} {}", self.other, Ending::Fin)
            {
                last.text += ", and reset what still came (RST)";
                continue;
            }
            let (text, span) = match &event.what {
                What::Said(span) => ("runner sent".into(), Some(span)),
                What::Heard(span) => ("runner received".into(), Some(span)),
                What::HalfClosed => ("runner ended its direction (FIN)".into(), None),
                What::Closed(false) => ("runner closed the connection".into(), None),
                What::Closed(true) => ("runner reset the connection (RST)".into(), None),
                What::Ended(ending) => (format!("{} {ending}", self.other), None),
            };
            if lines.last().is_none_or(|last| last.len == 0 || last.text != text) {
                lines.push(Line { at: event.at, text, len: 0, start: Vec::new() });
            }
            if let (Some(last), Some(span)) = (lines.last_mut(), span) {
                last.add(span);
            }
        }
        let left_out = lines.len().saturating_sub(12);
        let mut shown: Vec<String> = lines.iter().map(ToString::to_string).collect();
        if left_out > 0 {
            shown.splice(6..6 + left_out, [format!("            … {left_out} more turns …")]);
        }
        shown
    }
}

/// One line of a summary: an event, or several of the same kind in a row.
struct Line {
    at: Duration,
    text: String,
    len: usize,
    start: Vec<u8>,
}

impl Line {
    fn add(&mut self, span: &Span) {
        self.len += span.len;
        let room = SHOWN.saturating_sub(self.start.len()).min(span.bytes.len());
        self.start.extend(&span.bytes[..room]);
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:>7.1} ms  {}", self.at.as_secs_f64() * 1e3, self.text)?;
        if self.len > 0 {
            let more = if self.start.len() < self.len { "…" } else { "" };
            let unit = if self.len == 1 { "byte" } else { "bytes" };
            write!(out, " {} {unit}", self.len)?;
            // Of what comes after the first mebibyte no bytes are kept.
            if !self.start.is_empty() {
                write!(out, " \"{}\"{more}", self.start.escape_ascii())?;
            }
        }
        Ok(())
    }
}

/// How many bytes one line of a summary shows.
const SHOWN: usize = 12;

/// A [`Log`] that outlives its peer.
pub type SharedLog = Arc<Mutex<Log>>;

/// Locks a log, even if the thread that wrote it panicked.
pub fn lock(log: &SharedLog) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
