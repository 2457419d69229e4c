//! The uppercase server for many clients at once: a thread for each connection.
//!
//! Run it alone: `cargo run -p lesson-08-threads --bin lesson-08-server -- 127.0.0.1:8888`

use std::env;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How many clients are connected now.
static CONNECTED: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    // On Unix `bind` sets SO_REUSEADDR itself: what lesson 07 did by hand.
    match TcpListener::bind(&addr) {
        Ok(listener) => {
            println!("listening on {addr}");
            serve(&listener)
        }
        Err(error) => {
            eprintln!("server: bind {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Accepts clients for as long as the process lives, and has each one served by [`handle`] in a thread of its own.
///
/// Each client is counted in ([`Connected::new`]) before its thread starts, and it waits for no thread: what one client
/// does must not delay the next `accept`. When `accept` fails, or no thread can
/// be started, it says so, lets [`BREATH`] pass and goes on: the server is full now, and may not be full then.
fn serve(listener: &TcpListener) -> ! {
    // TODO: accept in a loop, and start a thread that handles the connection
    todo!("accept in a loop, and start a thread that handles the connection")
}

/// A server that is out of file descriptors or threads waits this long before it tries again: `accept` would fail at
/// once, and the loop would only spin.
const BREATH: Duration = Duration::from_millis(50);

/// Answers one client until it ends its side, and tells how it went.
fn handle(stream: TcpStream, client: &Connected) {
    match answer(stream) {
        Ok(reads) => println!("{} done, {reads} reads answered", client.peer),
        // What one client does, or has done to it, ends its connection and nothing else.
        Err(error) => println!("{} gone: {error}", client.peer),
    }
}

/// Returns each read with its ASCII letters upper-cased, until the client ends its side.
fn answer(mut stream: TcpStream) -> io::Result<u64> {
    // Replies leave at once: Nagle's algorithm would hold a short one back behind another.
    stream.set_nodelay(true)?;
    let mut buffer = [0; 1024];
    let mut reads = 0;
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(reads);
        }
        buffer[..n].make_ascii_uppercase();
        stream.write_all(&buffer[..n])?;
        reads += 1;
    }
}

/// One client that is connected. Dropping it counts the client out, however its thread ends: a panic drops it too.
struct Connected {
    peer: SocketAddr,
}

impl Connected {
    /// Counts the client in, and tells it.
    fn new(peer: SocketAddr) -> Self {
        let connected = CONNECTED.fetch_add(1, Ordering::Relaxed) + 1;
        println!("{peer} connected, {connected} now");
        Self { peer }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let connected = CONNECTED.fetch_sub(1, Ordering::Relaxed) - 1;
        println!("{} left, {connected} now", self.peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_whose_thread_panics_is_counted_out() {
        let peer = SocketAddr::from(([127, 0, 0, 1], 8888));
        let client = Connected::new(peer);
        assert_eq!(CONNECTED.load(Ordering::Relaxed), 1);
        let panicked = thread::spawn(move || {
            let _client = client;
            panic!("a handler may go wrong");
        });
        assert!(panicked.join().is_err());
        assert_eq!(CONNECTED.load(Ordering::Relaxed), 0);
    }
}
