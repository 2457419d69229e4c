//! How much time two small writes in a row cost when the writer then waits for an answer, measured on this machine.

use crate::system::address;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// From this many milliseconds per message on, a run says that it is slow, and why. This is no verdict.
pub const SLOW_MILLIS: f64 = 20.0;
/// How many questions are asked. On a new connection the first answers come sooner than the rest.
const ROUNDS: u32 = 8;

/// Returns how long the answer to a question in two writes takes, without TCP_NODELAY: the median of a few. `None`
/// when it cannot be measured.
pub fn cost() -> Option<Duration> {
    let listener = TcpListener::bind(address::free().ok()?).ok()?;
    let mut asker = TcpStream::connect(listener.local_addr().ok()?).ok()?;
    let (mut answerer, _) = listener.accept().ok()?;
    for stream in [&asker, &answerer] {
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    }
    let answering = thread::spawn(move || -> io::Result<()> {
        for _ in 0..ROUNDS {
            let mut question = [0; 20];
            answerer.read_exact(&mut question)?;
            answerer.write_all(b"!")?;
        }
        Ok(())
    });
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        asker.write_all(b"size").ok()?;
        asker.write_all(b"the message itself"[..16].as_ref()).ok()?;
        asker.read_exact(&mut [0]).ok()?;
        times.push(start.elapsed());
    }
    answering.join().ok()?.ok()?;
    times.sort();
    Some(times[times.len() / 2])
}
