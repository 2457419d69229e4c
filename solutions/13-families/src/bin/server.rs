//! The uppercase server of lesson 08 at an address of any family: nothing in this file knows which one.
//!
//! Run it alone: `cargo run -p solution-13-families --bin solution-13-server -- unix:socket`

use solution_13_families::Address;

use socket2::{SockAddr, Socket};
use std::env;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How many clients are connected now.
static CONNECTED: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let text = env::args_os().nth(1).unwrap_or_else(|| "127.0.0.1:8888".into());
    match listen(&text) {
        Ok(listener) => serve(&listener),
        Err(error) => {
            eprintln!("server: listen at {}: {error}", text.display());
            ExitCode::FAILURE
        }
    }
}

/// Listens at the address that `text` stands for. Of several it takes the first, and prints which one that is.
fn listen(text: &OsStr) -> io::Result<Socket> {
    let address = &Address::parse(text)?[0];
    let listener = address.listen()?;
    println!("listening on {address}");
    Ok(listener)
}

// ANCHOR: serve
/// Accepts clients as long as the process lives, and serves each one in its own thread with [`handle`].
fn serve(listener: &Socket) -> ! {
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            let client = Connected::new(&peer);
            thread::Builder::new().spawn(move || handle(stream, &client))
        });
        if let Err(error) = started {
            eprintln!("server: no more clients for now: {error}");
            thread::sleep(BREATH);
        }
    }
}
// ANCHOR_END: serve

/// How long a server without free file descriptors or threads waits before it tries again: else `accept` would fail at
/// once, and the loop would spin.
const BREATH: Duration = Duration::from_millis(50);

/// Answers one client until it ends its side, and prints how it ended.
fn handle(stream: Socket, client: &Connected) {
    match answer(stream) {
        Ok(reads) => println!("{} done, {reads} reads answered", client.peer),
        // An error of one client ends its connection, not the server.
        Err(error) => println!("{} gone: {error}", client.peer),
    }
}

/// Answers one client until it ends its side: sends back each read with its ASCII letters in upper case.
fn answer(mut stream: Socket) -> io::Result<u64> {
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

/// One connected client. Its `drop` takes the client out of the count, however the thread ends.
struct Connected {
    peer: String,
}

impl Connected {
    /// Adds the client to the count, and prints the count.
    fn new(peer: &SockAddr) -> Self {
        // A client of a Unix socket has no address: nothing has bound its socket, and the kernel gives it no name.
        let peer =
            peer.as_socket().map_or_else(|| "a client without a name".to_string(), |addr| addr.to_string());
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
