//! The uppercase server: sends back every byte that a client sends, with ASCII letters in upper case.
//!
//! Run it alone: `cargo run -p lesson-02-uppercase --bin lesson-02-server -- 127.0.0.1:8888`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// How long the server waits after `accept` has failed. With no file descriptor free it fails again at once, and the loop
/// would spin.
const BREATH: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
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

/// Serves one client after another, as long as the process lives.
fn serve(listener: &TcpListener) -> ! {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
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

/// Answers one client until it ends its side: sends one reply for each read, made by [`upper`].
///
/// Returns the number of reads without the last one (of 0 bytes), or the error of the call that failed. An RST from
/// the client is such an error: `read` or `write_all` returns it.
fn answer(mut stream: TcpStream) -> io::Result<u64> {
    // TODO: read, upper-case what was read, write it back, until read returns 0
    todo!("read, upper-case what was read, write it back, until read returns 0")
}

/// Turns the ASCII letters a to z into A to Z, in place, and leaves every other byte as it is.
///
/// `bytes` are the bytes of one `read`: they need not be text, and they may begin or end in the middle of a
/// character. That is why this works on bytes: making a `str` of them first would fail, or change them.
fn upper(bytes: &mut [u8]) {
    // TODO: upper-case the ASCII letters among the bytes
    todo!("upper-case the ASCII letters among the bytes")
}
