//! The runner's own side of a socket: says and hears against a deadline, and keeps what happened as evidence.

mod host;
mod log;

pub use host::Host;
pub use log::{Ending, Heard, Meanwhile, SharedLog, lock};

use self::log::{Log, What};
use crate::bench::given::Given;
use crate::system::patience::{PATIENCE, Patience};
use crate::system::processes;
use crate::system::processes::{Activity, Pid};
use crate::system::sockets;
use crate::system::sockets::Taken;
use socket2::{Domain, SockRef, Socket, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long a peer waits in all for what it wants, however steadily bytes drip.
const IN_ALL: Duration = Duration::from_secs(60);

/// One connection of the runner to a program under test.
pub struct Peer {
    stream: TcpStream,
    log: SharedLog,
    patience: Patience,
    in_all: Duration,
    /// What is open at the end is reset, not closed: the server's fixed address is needed again at once.
    pub abort_at_end: bool,
    /// The process below which the other side runs, once it is known.
    other: Option<Pid>,
    /// How many bytes the wire in between has carried: as long as they become more, what is waited for is on its way.
    carried: Option<Box<dyn Fn() -> u64 + Send>>,
    /// Read from the socket, but beyond what was asked for.
    ahead: Vec<u8>,
}

impl Peer {
    /// Takes over a connected stream; `other` is who is at its other end.
    ///
    /// # Errors
    /// When the socket's options cannot be set.
    pub fn new(stream: TcpStream, other: &'static str) -> io::Result<Self> {
        // One `say` is one segment or more, but never held back for an acknowledgement.
        stream.set_nodelay(true)?;
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
        Ok(Self {
            stream,
            log: Arc::new(Mutex::new(log)),
            patience: Patience::with(&[]),
            in_all: IN_ALL,
            abort_at_end: false,
            other: None,
            carried: None,
            ahead: Vec::new(),
        })
    }

    /// A wire stands in between, and the program below `root`, where there is one, behind it: it is not given up while the
    /// wire carries bytes, or that is starved.
    pub fn is_behind_wire(&mut self, root: Option<Pid>, carried: impl Fn() -> u64 + Send + 'static) {
        if let Some(root) = root {
            self.patience = Patience::with(&[root]);
        }
        self.carried = Some(Box::new(carried));
    }

    /// Waits longer for a program that is starved of the processor: `root` is the process below which it runs.
    pub fn wait_for(&mut self, root: Pid) {
        self.patience = Patience::with(&[root]);
        self.other = Some(root);
    }

    /// Connects to a server.
    ///
    /// # Errors
    /// When nobody accepts there.
    pub fn connect(addr: SocketAddr) -> io::Result<Self> {
        Self::new(TcpStream::connect_timeout(&addr, PATIENCE)?, "server")
    }

    /// Connects with a receive buffer as small as the kernel gives, so that an unread reply soon fills it.
    ///
    /// # Errors
    /// When nobody accepts there.
    pub fn connect_narrow(addr: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        socket.set_recv_buffer_size(16 * 1024)?;
        socket.connect_timeout(&addr.into(), PATIENCE)?;
        Self::new(socket.into(), "server")
    }

    /// Connects with a receive buffer and segments so small that the sender's buffer stays small, too: a few ten thousand
    /// bytes fill both, and a `write` of more has to wait or to fall short. [`Peer::widen`] then opens the buffer. The
    /// segments (TCP_MAXSEG, see tcp(7)) are small on Linux only.
    ///
    /// # Errors
    /// When nobody accepts there.
    pub fn connect_tiny(addr: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        socket.set_recv_buffer_size(2048)?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_mss(536)?;
        socket.connect_timeout(&addr.into(), PATIENCE)?;
        Self::new(socket.into(), "server")
    }

    /// Gives the receive buffer room again.
    pub fn widen(&self) {
        let _ = SockRef::from(&self.stream).set_recv_buffer_size(1 << 20);
    }

    /// The evidence so far.
    pub fn log(&self) -> SharedLog {
        Arc::clone(&self.log)
    }

    /// The two ends' addresses: the peer's own and the other's.
    ///
    /// # Errors
    /// When the socket is no longer connected.
    pub fn ends(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.stream.local_addr()?, self.stream.peer_addr()?))
    }

    /// Says all of `bytes`, in one write when the kernel takes it.
    ///
    /// # Errors
    /// How the connection ended, or that the other side does not read.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        say(&self.stream, &self.log, self.patience.clone(), bytes)
    }

    /// Says `bytes` and hears `n` bytes at the same time; ends its own direction after the last one said when
    /// `half_close`. Neither waits for the other, so that full buffers cannot lock the two together.
    pub fn say_and_hear(&mut self, bytes: &[u8], half_close: bool, n: usize) -> Heard {
        let log = Arc::clone(&self.log);
        let patience = self.patience.clone();
        let Ok(writer) = self.stream.try_clone() else { return self.hear(0) };
        thread::scope(|scope| {
            let saying = scope.spawn(move || {
                let said = say(&writer, &log, patience, bytes);
                if said.is_ok() && half_close {
                    end_direction(&writer, &log);
                }
                said
            });
            let mut heard = self.hear(n);
            if heard.ending.is_some() {
                // Nothing that is still said could mend it; this also frees a blocked writer.
                let _ = self.stream.shutdown(Shutdown::Both);
            }
            match saying.join() {
                Ok(Err(ending)) if heard.ending.is_none() => heard.ending = Some(ending),
                _ => {}
            }
            heard
        })
    }

    /// Says as much of `bytes` as is taken while nothing is heard: until all is said, or until the kernel takes no
    /// more and `other_stuck` says that the other side sleeps too. The answer is how many bytes were said.
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

    /// Hears exactly `n` bytes, if they come.
    pub fn hear(&mut self, n: usize) -> Heard {
        self.hear_while(n, |bytes| bytes.len() < n)
    }

    /// Hears until `delimiter` has come, at most `max` bytes; the delimiter is part of the answer.
    pub fn hear_until(&mut self, delimiter: u8, max: usize) -> Heard {
        let mut heard = self.hear_while(max, |bytes| !bytes.contains(&delimiter));
        if let Some(at) = heard.bytes.iter().position(|byte| *byte == delimiter) {
            self.ahead = heard.bytes.split_off(at + 1);
            heard.ending = None;
        }
        heard
    }

    /// Hears until the other side ends the connection, at most `max` bytes; the ending is always told.
    pub fn hear_to_end(&mut self, max: usize) -> Heard {
        let mut heard = self.hear_while(max + 1, |_| true);
        heard.ending = heard.ending.or(Some(Ending::TooMuch));
        heard
    }

    /// Hears whatever comes next, at least one byte, at most `max`.
    pub fn hear_some(&mut self, max: usize) -> Heard {
        self.hear_while(max, |bytes| bytes.is_empty())
    }

    /// What has come already and was not heard yet; it stays to be heard.
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

    /// Whether the other side ends now, with nothing more said: waits for one or the other.
    pub fn is_at_end(&mut self) -> bool {
        let heard = self.hear_some(1);
        let at_end = heard.bytes.is_empty() && heard.ending == Some(Ending::Fin);
        self.ahead.splice(0..0, heard.bytes);
        at_end
    }

    /// In how many segments everything came that has been received so far; `None` where the kernel does not tell.
    pub fn segments(&self) -> Option<u32> {
        let (own, other) = self.ends().ok()?;
        sockets::between(own, other).ok()??.segments
    }

    /// Whether the other side has taken everything that was said, or is gone.
    pub fn is_taken(&self) -> bool {
        let said = lock(&self.log).said;
        self.ends().map_or(true, |(own, other)| sockets::taken(other, own, said) != Taken::NotAll)
    }

    /// Waits until the other side has taken everything that was said, or is gone. Where the kernel cannot be asked, it
    /// waits a little.
    pub fn wait_taken(&self) {
        let Ok((own, other)) = self.ends() else { return };
        let said = lock(&self.log).said;
        let mut patience = self.patience.clone();
        patience.renew();
        loop {
            match sockets::taken(other, own, said) {
                Taken::All | Taken::Gone => return,
                Taken::NotAll if patience.is_over() => return,
                Taken::NotAll => thread::sleep(Duration::from_micros(200)), // The interval at which to look again.
                Taken::Unknown => return thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Acknowledges late, as a kernel does that hopes to send the acknowledgement along with an answer: what another
    /// side's Nagle algorithm makes of that then shows. Only Linux can be asked for it (tcp(7), TCP_QUICKACK).
    pub fn delay_acknowledgements(&self) {
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&self.stream).set_tcp_quickack(false);
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

    /// What the other side is doing, as far as the kernel tells.
    fn meanwhile(&self) -> Option<Meanwhile> {
        let (own, other) = self.ends().ok()?;
        let root = self.other?;
        let entry = sockets::between(other, own).ok()??;
        match processes::activity(root) {
            // A socket that no process holds waits in the queue of the listening one.
            _ if entry.inode == 0 => Some(Meanwhile::NotAccepted),
            Activity::Busy if !processes::all_sleep(root) => Some(Meanwhile::Busy),
            Activity::Asleep(call) => match entry.unread {
                unread @ 1.. if entry.received == Some(unread.into()) => {
                    Some(Meanwhile::ReadsNothing { call, unread })
                }
                unread => Some(Meanwhile::Waits { call, unread }),
            },
            _ => None,
        }
    }

    /// Ends this direction (FIN) and stays to hear.
    pub fn half_close(&mut self) {
        end_direction(&self.stream, &self.log);
    }

    /// Closes the connection as a program does that is done: FIN (or RST, if it left bytes unread).
    pub fn close(mut self) {
        let mut log = lock(&self.log);
        log.push(What::Closed(false));
        // Where the other side has ended first, it is that side that would be left in TIME_WAIT.
        let ended = log.events.iter().any(|event| matches!(event.what, What::Ended(Ending::Fin)));
        drop(log);
        self.abort_at_end &= ended;
    }

    /// Resets the connection: RST, by SO_LINGER with a time of 0 (socket(7)).
    pub fn reset(self) {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        lock(&self.log).push(What::Closed(true));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if self.abort_at_end {
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

fn say(stream: &TcpStream, log: &SharedLog, mut patience: Patience, bytes: &[u8]) -> Result<(), Ending> {
    let mut stream = stream;
    patience.renew();
    let mut rest = bytes;
    while !rest.is_empty() {
        let _ = stream.set_write_timeout(Some(patience.slice()));
        // In pieces, so that the evidence tells when each was taken.
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
                    _ => Ending::Rst,
                };
                return Err(lock(log).ended(ending));
            }
        }
    }
    Ok(())
}

fn end_direction(stream: &TcpStream, log: &SharedLog) {
    let _ = stream.shutdown(Shutdown::Write);
    lock(log).push(What::HalfClosed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A peer on one side, a plain stream on the other.
    fn pair() -> (Peer, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Peer::connect(listener.local_addr().unwrap()).unwrap();
        (peer, listener.accept().unwrap().0)
    }

    #[test]
    fn the_five_endings_are_told_apart() {
        let (mut peer, other) = pair();
        drop(other);
        assert_eq!(peer.hear(1).ending, Some(Ending::Fin));

        let (mut peer, other) = pair();
        SockRef::from(&other).set_linger(Some(Duration::ZERO)).unwrap();
        drop(other);
        assert_eq!(peer.hear(1).ending, Some(Ending::Rst));

        // Only where nothing is to come is patience short: elsewhere a busy machine could use it up.
        let (mut peer, _other) = pair();
        peer.patience = Patience::limited(Duration::from_millis(50), &[]);
        assert!(matches!(peer.hear(1).ending, Some(Ending::Silence(_))));

        let (mut peer, _other) = pair();
        peer.patience = Patience::limited(Duration::from_millis(50), &[]);
        assert!(matches!(peer.say(&vec![0; 64 << 20]), Err(Ending::NotTaken(_))));

        let (mut peer, mut other) = pair();
        peer.in_all = Duration::from_millis(200);
        let drip = thread::spawn(move || {
            while other.write_all(b".").is_ok() {
                thread::sleep(Duration::from_millis(1));
            }
        });
        assert!(matches!(peer.hear(1 << 30).ending, Some(Ending::TimedOut(_))));
        drop(peer);
        drip.join().unwrap();
    }

    #[test]
    fn a_delimiter_splits_what_came_in_one_read() {
        let (mut peer, mut other) = pair();
        other.write_all(b"one\ntwo\nrest").unwrap();
        assert_eq!(peer.hear_until(b'\n', 100).bytes, b"one\n");
        assert_eq!(peer.hear_until(b'\n', 100).bytes, b"two\n");
        drop(other);
        let rest = peer.hear_to_end(100);
        assert_eq!((rest.bytes.as_slice(), rest.ending), (&b"rest"[..], Some(Ending::Fin)));
    }

    #[test]
    fn saying_and_hearing_at_once_cannot_lock_up() {
        let (mut peer, mut other) = pair();
        let echo = thread::spawn(move || io::copy(&mut other.try_clone().unwrap(), &mut other).unwrap());
        let megabytes = vec![7; 16 << 20];
        assert!(peer.say_and_hear(&megabytes, true, megabytes.len()).bytes == megabytes);
        assert_eq!(echo.join().unwrap(), 16 << 20);
    }
}
