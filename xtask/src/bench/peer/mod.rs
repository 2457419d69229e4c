//! The runner's own side of a connection: says and hears with a deadline, and keeps what happened as evidence.

mod hear;
mod host;
mod kernel_view;
mod log;
mod pieces;
mod say;

pub use host::Host;
pub use kernel_view::Staying;
pub use log::{Ending, Heard, Meanwhile, SharedLog, What, lock};

use super::Given;
use crate::system::endpoint::{Endpoint, Ends, Stream};
use crate::system::patience::{PATIENCE, Patience};
#[cfg(target_os = "linux")]
use crate::system::portable;
use crate::system::processes::Pid;
use crate::wire::Kind;
use log::Log;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a peer waits in total for the bytes that it wants, even while some still come.
const IN_ALL: Duration = Duration::from_secs(60);

/// One connection of the runner to a program under test.
pub struct Peer {
    stream: Stream,
    log: SharedLog,
    patience: Patience,
    in_all: Duration,
    /// Whether an open connection is reset at the end, not closed: the server's fixed address is needed again at
    /// once.
    pub abort_at_end: bool,
    /// The process below which the other side runs, once it is known.
    other: Option<Pid>,
    /// The process below which the program runs that sends to this peer, perhaps through a wire, once it is known.
    program: Option<Pid>,
    /// How many bytes the wire in between has carried. While this number grows, the wanted bytes are on their way.
    carried: Option<Box<dyn Fn() -> u64 + Send>>,
    /// Bytes read from the socket that were not asked for yet.
    ahead: Vec<u8>,
}

impl Peer {
    /// Takes over a connected stream; `other` names the program at its other end.
    pub fn new(stream: Stream, other: &'static str) -> Self {
        let log = Log {
            start: Instant::now(),
            other,
            events: Vec::new(),
            said: 0,
            heard: 0,
            kept: 0,
            meanwhile: None,
            waits_for_us: None,
            reset: false,
            given: Given::default(),
        };
        Self {
            stream,
            log: Arc::new(Mutex::new(log)),
            patience: Patience::with(&[]),
            in_all: IN_ALL,
            abort_at_end: false,
            other: None,
            program: None,
            carried: None,
            ahead: Vec::new(),
        }
    }

    /// Tells this peer that a wire lies between it and the program below `root`, if there is one. The peer keeps
    /// waiting while the wire carries bytes or the program gets no CPU time.
    pub fn is_behind_wire(
        &mut self,
        kind: Kind,
        root: Option<Pid>,
        carried: impl Fn() -> u64 + Send + 'static,
    ) {
        if let Some(root) = root {
            let patience = Patience::with(&[root]);
            // A wire that waits for something has more for the program.
            self.patience = if kind == Kind::Plain { patience.or_sooner() } else { patience };
            self.program = Some(root);
        }
        self.carried = Some(Box::new(carried));
    }

    /// Names the process below which the other side runs: the peer waits longer while that gets no CPU time.
    pub fn wait_for(&mut self, root: Pid) {
        self.patience = Patience::with(&[root]).or_sooner();
        self.other = Some(root);
        self.program = Some(root);
    }

    /// Waits longer for the other side while it computes, for instance the hash of a long file: up to 300 s.
    pub fn computes(&mut self) {
        self.patience = Patience::computing(self.other.as_slice());
        self.in_all = Duration::from_secs(300);
    }

    /// Waits for each piece of what it hears up to `limit`, and longer while the other side gets no CPU time.
    pub fn waits_for(&mut self, limit: Duration) {
        let roots: Vec<Pid> = self.other.into_iter().collect();
        self.patience = Patience::limited(limit, &roots);
    }

    /// Connects to a server.
    ///
    /// # Errors
    /// When nobody accepts there.
    pub fn connect(addr: Endpoint) -> io::Result<Self> {
        Ok(Self::new(Stream::connect(addr, Some(PATIENCE))?, "server"))
    }

    /// Connects with a small receive queue, so that an unread reply soon fills it.
    ///
    /// # Errors
    /// When nobody accepts there.
    pub fn connect_narrow(addr: Endpoint) -> io::Result<Self> {
        let stream =
            Stream::connect_with(addr, Some(PATIENCE), |socket| socket.set_recv_buffer_size(16 * 1024))?;
        Ok(Self::new(stream, "server"))
    }

    /// Connects with a receive queue and segments so small that the sender's buffer stays small, too. Some tens
    /// of thousands of bytes fill both: a `write` of more must wait, or takes only a part. [`Peer::widen`] then
    /// enlarges the buffer. The segments (TCP_MAXSEG, see tcp(7)) are small on Linux only. A Unix socket has neither:
    /// there the sender's buffer alone decides (SO_SNDBUF).
    ///
    /// # Errors
    /// When nobody accepts there.
    pub fn connect_tiny(addr: Endpoint) -> io::Result<Self> {
        let stream = Stream::connect_with(addr, Some(PATIENCE), |socket| {
            socket.set_recv_buffer_size(2048)?;
            #[cfg(target_os = "linux")]
            if addr.inet().is_some() && portable::asks_kernel() {
                socket.set_tcp_mss(536)?;
            }
            Ok(())
        })?;
        Ok(Self::new(stream, "server"))
    }

    /// Enlarges the receive queue again.
    pub fn widen(&self) {
        let _ = self.stream.options().set_recv_buffer_size(1 << 20);
    }

    /// Returns the evidence so far.
    pub fn log(&self) -> SharedLog {
        Arc::clone(&self.log)
    }

    /// Returns the two ends of the connection: the peer's own and the other one.
    ///
    /// # Errors
    /// As [`Stream::ends`].
    pub fn ends(&self) -> io::Result<Ends> {
        self.stream.ends()
    }

    /// Closes the connection as a program does at its end: FIN (or RST, if it left bytes unread).
    pub fn close(mut self) {
        let mut log = lock(&self.log);
        log.push(What::Closed(false));
        // Only the side that ended first stays in TIME_WAIT. If that is the runner, no reset is needed.
        let ended = log.events.iter().any(|event| matches!(event.what, What::Ended(Ending::Fin)));
        drop(log);
        self.abort_at_end &= ended;
    }

    /// Resets the connection (RST). A Unix connection on which the other side has said nothing cannot be reset: it is
    /// closed, and the other side sees its end.
    pub fn reset(self) {
        let resets = self.stream.reset_at_close();
        lock(&self.log).push(What::Closed(resets));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if self.abort_at_end {
            self.stream.reset_at_close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::address::{self, Fresh};
    use crate::system::endpoint::Listener;
    use crate::system::family::{FAMILIES, Family};
    use crate::system::patience::AT_MOST;
    use std::io::{Read, Write};
    use std::thread;

    /// Returns a peer and the stream at its other end, with what they need.
    fn pair(family: Family) -> (Peer, Stream, Fresh) {
        let place = address::fresh(family).unwrap();
        let listener = Listener::bind(place.endpoint).unwrap();
        let peer = Peer::connect(listener.endpoint()).unwrap();
        (peer, listener.accept().unwrap(), place)
    }

    fn families() -> impl Iterator<Item = Family> {
        FAMILIES.iter().copied().filter(|family| address::lacks(*family).is_none())
    }

    #[test]
    fn the_five_endings_are_told_apart() {
        for family in families() {
            let (mut peer, other, _place) = pair(family);
            drop(other);
            assert_eq!(peer.hear(1).ending, Some(Ending::Fin), "{family}");

            // Patience is short only where nothing will come: elsewhere a busy machine could use it up.
            let (mut peer, _other, _place) = pair(family);
            peer.patience = Patience::limited(Duration::from_millis(50), &[]);
            assert!(matches!(peer.hear(1).ending, Some(Ending::Silence(_))), "{family}");

            let (mut peer, _other, _place) = pair(family);
            peer.patience = Patience::limited(Duration::from_millis(50), &[]);
            assert!(matches!(peer.say(&vec![0; 64 << 20]), Err(Ending::NotTaken(_))), "{family}");

            let (mut peer, other, _place) = pair(family);
            peer.patience = Patience::limited(AT_MOST, &[]);
            peer.in_all = Duration::from_millis(200);
            let drip = thread::spawn(move || {
                while (&other).write_all(b".").is_ok() {
                    thread::sleep(Duration::from_millis(1));
                }
            });
            assert!(matches!(peer.hear(1 << 30).ending, Some(Ending::TimedOut(_))), "{family}");
            drop(peer);
            drip.join().unwrap();
        }
    }

    /// Both sides have heard all that the other one said: a Unix socket has nothing unread then but what the runner's
    /// sockets leave.
    #[test]
    fn a_reset_is_a_reset_in_both_directions() {
        for family in families().filter(|family| *family != Family::Unix || cfg!(target_os = "linux")) {
            for from_peer in [true, false] {
                let (mut peer, other, _place) = pair(family);
                let mut buffer = [0; 16];
                peer.say(b"question").unwrap();
                (&other).read_exact(&mut buffer[..8]).unwrap();
                (&other).write_all(b"answer").unwrap();
                assert_eq!(peer.hear(6).bytes, b"answer");
                if from_peer {
                    peer.reset();
                    let error = (&other).read(&mut buffer).unwrap_err();
                    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{family}");
                } else {
                    assert!(other.reset_at_close());
                    drop(other);
                    assert_eq!(peer.hear(1).ending, Some(Ending::Rst), "{family}");
                }
            }
            // And an end is an end.
            let (mut peer, other, _place) = pair(family);
            (&other).write_all(b"word").unwrap();
            assert_eq!(peer.hear(4).bytes, b"word");
            peer.close();
            assert_eq!((&other).read(&mut [0; 16]).unwrap(), 0, "{family}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_next_write_after_a_received_reset_fails() {
        for family in families() {
            let (mut peer, other, _place) = pair(family);
            (&other).write_all(b"request").unwrap();
            assert_eq!(peer.hear(7).bytes, b"request");
            assert!(!peer.has_left(), "{family}");
            peer.reset_until_received(|| false).unwrap();
            assert!((&other).write(b"next").is_err(), "{family}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_tells_what_the_other_end_has_taken() {
        for family in families() {
            let (mut peer, other, place) = pair(family);
            peer.say(b"taken").unwrap();
            assert!(!peer.is_taken(), "{family}");
            (&other).read_exact(&mut [0; 4]).unwrap();
            assert!(!peer.is_taken(), "{family}");
            (&other).read_exact(&mut [0; 1]).unwrap();
            peer.wait_taken();
            assert!(peer.is_taken(), "{family}");
            let ends = peer.ends().unwrap();
            assert!(
                ends.other_side().unwrap().is_some_and(|side| side.is_held() && side.is_open()),
                "{family}"
            );
            drop(other);
            let patience = Patience::with(&[]);
            let gone = || ends.other_side().unwrap().is_none_or(|side| !side.is_held()).then_some(());
            assert!(patience.until(gone).is_some(), "{family}");

            // What is said before `accept` is not taken.
            let listener = Listener::bind(place.endpoint).unwrap();
            let mut peer = Peer::connect(listener.endpoint()).unwrap();
            peer.say(b"x").unwrap();
            assert!(!peer.is_taken(), "{family}");
            let accepted = listener.accept().unwrap();
            assert!(!peer.is_taken(), "{family}");
            (&accepted).read_exact(&mut [0; 1]).unwrap();
            peer.wait_taken();
            assert!(peer.is_taken(), "{family}");
        }
    }

    #[test]
    fn saying_and_hearing_at_once_cannot_lock_up() {
        for family in families() {
            let (mut peer, other, _place) = pair(family);
            peer.patience = Patience::limited(AT_MOST, &[]); // Whatever the machine does meanwhile.
            let echo = thread::spawn(move || {
                let copied = io::copy(&mut &other, &mut &other).unwrap();
                other.shutdown(std::net::Shutdown::Write).unwrap();
                copied
            });
            let megabytes = vec![7; 16 << 20];
            assert!(peer.say_and_hear(&megabytes, true, megabytes.len()).bytes == megabytes, "{family}");
            assert_eq!(echo.join().unwrap(), 16 << 20);
        }
    }
}
