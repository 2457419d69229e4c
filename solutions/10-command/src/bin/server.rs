//! The command server: runs each line with `sh` and replies with its status and its output.
//!
//! Every program that reaches it can do on this computer what you can do. So it listens at loopback addresses only.
//!
//! Run it alone: `cargo run -p solution-10-command --bin solution-10-server -- 127.0.0.1:8888`

use solution_10_command::{LIMITS, Reply, cd, run, write_reply};

use solution_09_lines::{Line, read_line, say_last};
use std::env;
use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    match bind(&addr) {
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

// ANCHOR: bind
/// Binds `addr`, if it is a loopback address and nothing else.
fn bind(addr: &str) -> io::Result<TcpListener> {
    // Looked up once: what is checked here is what is bound.
    let addrs: Vec<SocketAddr> = addr.to_socket_addrs()?.collect();
    if let Some(other) = addrs.iter().find(|addr| !addr.ip().is_loopback()) {
        return Err(io::Error::other(format!("{} is no loopback address", other.ip())));
    }
    TcpListener::bind(&addrs[..])
}
// ANCHOR_END: bind

/// A server that is out of file descriptors or threads waits this long before it tries again.
const BREATH: Duration = Duration::from_millis(50);

/// Accepts clients for as long as the process lives, and has each one served in a thread of its own.
fn serve(listener: &TcpListener) -> ! {
    loop {
        let started = listener
            .accept()
            .and_then(|(stream, peer)| thread::Builder::new().spawn(move || handle(&stream, peer)));
        if let Err(error) = started {
            eprintln!("server: no more clients for now: {error}");
            thread::sleep(BREATH);
        }
    }
}

/// Answers one client and prints how it went.
fn handle(stream: &TcpStream, peer: SocketAddr) {
    // Replies leave at once: Nagle's algorithm would hold a short one back behind another.
    match stream.set_nodelay(true).and_then(|()| answer(stream)) {
        Ok(replies) => println!("{peer} done, {replies} commands answered"),
        Err(error) => println!("{peer} gone: {error}"),
    }
}

/// Answers the commands of one client, one after the other, and returns how many replies there were.
///
/// A command is a line; one `\r` at its end is dropped. It runs in the directory of this connection, which is at first
/// that of the server, with [`run`] and [`LIMITS`]. Four kinds of lines are not run:
/// - a line with a NUL byte, and one that is not UTF-8: the reply ([`Reply::not_run`]) states it. NUL is looked for
///   first.
/// - `cd`, and what begins with `cd` and a space: [`cd`] gets what follows it.
/// - exactly `exit`: ends the connection with [`say_last`] of nothing.
/// - a line that is too long: ends the connection with [`say_last`] of its reply, which states it.
///
/// A line that the end of the stream cuts off is dropped without a reply, because half a command may be a dangerous
/// one.
/// An error is that of the call that failed.
fn answer(mut stream: &TcpStream) -> io::Result<u64> {
    // BEGIN SOLUTION: read lines; reply to each, until the end, `exit` or a line that is too long
    let mut reader = BufReader::new(stream);
    let mut dir = env::current_dir()?;
    let mut replies = 0;
    loop {
        let mut line = match read_line(&mut reader)? {
            Line::Whole(line) => line,
            Line::Unfinished(_) | Line::End => return Ok(replies),
            Line::TooLong => {
                let mut last = Vec::new();
                write_reply(&mut last, &Reply::not_run("the line is too long"))?;
                say_last(stream, &last)?;
                return Ok(replies + 1);
            }
        };
        line.pop_if(|last| *last == b'\r');
        let reply = match str::from_utf8(&line) {
            _ if line.contains(&0) => Reply::not_run("the line has a NUL byte"),
            Err(_) => Reply::not_run("the line is not UTF-8"),
            Ok("exit") => {
                say_last(stream, b"")?;
                return Ok(replies);
            }
            Ok("cd") => cd(&mut dir, ""),
            Ok(line) => match line.strip_prefix("cd ") {
                Some(target) => cd(&mut dir, target),
                None => run(line, &dir, &LIMITS),
            },
        };
        write_reply(&mut stream, &reply)?;
        replies += 1;
    }
    // END SOLUTION
}
