//! The uppercase server again, on a listening socket that is made by hand.
//!
//! Run it alone: `cargo run -p lesson-07-reuseaddr --bin lesson-07-server -- 127.0.0.1:8888`

use socket2::{Domain, Protocol, Socket, Type};
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

/// How many connections may wait in the kernel for `accept`. It limits how fast clients come, not how many there are.
const BACKLOG: i32 = 128;

/// How long the server waits after `accept` has failed. With no file descriptor free it fails again at once, and the loop
/// would spin.
const BREATH: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    match listen(&addr) {
        Ok(listener) => {
            println!("listening on {addr}");
            serve(&listener)
        }
        Err(error) => {
            eprintln!("server: listen at {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes a socket that listens at `addr`, for example `127.0.0.1:8888`: what `TcpListener::bind` does, call by call.
///
/// In this order: makes a TCP socket of the address's family (IPv4 or IPv6); sets SO_REUSEADDR, so that connections of
/// an earlier run that are still in TIME_WAIT do not keep the address; calls `bind`, and `listen` with [`BACKLOG`]. On
/// Windows the option means something else: does not set it there. When a call fails, returns its error.
fn listen(addr: &str) -> io::Result<TcpListener> {
    let addr = addr.to_socket_addrs()?.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
    // TODO: make the socket, set SO_REUSEADDR (not on Windows), bind, listen
    todo!("make the socket, set SO_REUSEADDR (not on Windows), bind, listen")
}

/// Serves one client after another, as long as the process lives.
fn serve(listener: &TcpListener) -> ! {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            // EINVAL (accept(2)): the socket does not listen, so `accept` will fail for ever.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                eprintln!("server: accept: {error}: the socket does not listen");
                process::exit(1);
            }
            Err(error) => {
                eprintln!("server: accept: {error}");
                thread::sleep(BREATH);
                continue;
            }
        };
        println!("{peer} connected");
        match answer(stream) {
            Ok(requests) => println!("{peer} done, {requests} reads answered"),
            // An error of one client ends its connection, not the server.
            Err(error) => println!("{peer} gone: {error}"),
        }
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
