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
    // On Unix `TcpListener::bind` sets SO_REUSEADDR, which lesson 07 did by hand.
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

/// Accepts clients as long as the process lives, and serves each one in its own thread with [`handle`].
///
/// Counts each client ([`Connected::new`]) before its thread starts. Waits for no thread: what one client does must not
/// delay the next `accept`. When `accept` fails, or no thread can start, prints the error, sleeps for [`BREATH`], and
/// goes on: the server is full now, and may have room then.
fn serve(listener: &TcpListener) -> ! {
    // TODO: accept in a loop, and start a thread that handles the connection
    todo!("accept in a loop, and start a thread that handles the connection")
}

/// How long a server without free file descriptors or threads waits before it tries again: else `accept` would fail at
/// once, and the loop would spin.
const BREATH: Duration = Duration::from_millis(50);

/// Answers one client until it ends its side, and prints how it ended.
fn handle(stream: TcpStream, client: &Connected) {
    match answer(stream) {
        Ok(reads) => println!("{} done, {reads} reads answered", client.peer),
        // An error of one client ends its connection, not the server.
        Err(error) => println!("{} gone: {error}", client.peer),
    }
}

/// Answers one client until it ends its side: sends back each read with its ASCII letters in upper case.
fn answer(mut stream: TcpStream) -> io::Result<u64> {
    // Replies must leave at once: Nagle's algorithm would delay a short one behind another.
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

/// One connected client. Its `drop` takes the client out of the count, however the thread ends: a panic drops it, too.
struct Connected {
    peer: SocketAddr,
}

impl Connected {
    /// Adds the client to the count, and prints the count.
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
