//! The line server: returns each line with its ASCII letters upper-cased.
//!
//! Run it alone: `cargo run -p solution-09-lines --bin solution-09-server -- 127.0.0.1:8888`

use solution_09_lines::{Line, read_line, say_last};
use std::env;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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
        Ok(lines) => println!("{peer} done, {lines} lines answered"),
        Err(error) => println!("{peer} gone: {error}"),
    }
}

/// Answers the lines of one client, one after the other, and returns how many there were.
///
/// A reply is the line with its ASCII letters upper-cased, and `\n`. A `\r` at the end of a line belongs to the line end
/// and is dropped, but only one. A line that the end of the stream cuts off is answered like any other.
///
/// It returns when the stream ends. It also returns after a line that is exactly `exit`, with [`say_last`] of
/// `Byebye!\n`, and after a line that is too long, with [`say_last`] of `line too long\n`: what follows these two gets no
/// answer. An error is that of the call that failed.
fn answer(mut stream: &TcpStream) -> io::Result<u64> {
    // BEGIN SOLUTION: read lines and reply to each, until the end, `exit` or a line that is too long
    let mut reader = BufReader::new(stream);
    let mut lines = 0;
    loop {
        let mut line = match read_line(&mut reader)? {
            Line::Whole(line) | Line::Unfinished(line) => line,
            Line::TooLong => {
                say_last(stream, b"line too long\n")?;
                return Ok(lines);
            }
            Line::End => return Ok(lines),
        };
        lines += 1;
        line.pop_if(|last| *last == b'\r');
        if line == b"exit" {
            say_last(stream, b"Byebye!\n")?;
            return Ok(lines);
        }
        line.make_ascii_uppercase();
        line.push(b'\n');
        stream.write_all(&line)?;
    }
    // END SOLUTION
}
