//! The datagram client: sends each line of standard input until its reply comes, and prints the reply.
//!
//! Run it against the server: `cargo run -p lesson-12-udp --bin lesson-12-client -- 127.0.0.1:8888`

use lesson_12_udp::{MAX_DATAGRAM, MAX_TEXT, datagram, parse};
use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    match open(&addr).and_then(|socket| converse(&socket)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns a socket that sends to `addr` and hears nobody else.
///
/// `connect` sends nothing here: the kernel only notes the address, and drops what comes from another.
fn open(addr: &str) -> io::Result<UdpSocket> {
    let server = addr.to_socket_addrs()?.next().ok_or(ErrorKind::AddrNotAvailable)?;
    // Port 0: the kernel chooses one.
    let any: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0; 16], 0).into() };
    let socket = UdpSocket::bind(any)?;
    socket.connect(server)?;
    Ok(socket)
}

/// Asks for each line of standard input that is not empty, until `q` or the end of the input.
fn converse(socket: &UdpSocket) -> io::Result<()> {
    let mut stdout = io::stdout();
    let mut number = 0;
    prompt()?;
    for line in io::stdin().lines() {
        let line = line?;
        if line == "q" {
            break;
        }
        if line.len() > MAX_TEXT {
            return Err(io::Error::other(format!("the line has {} bytes, more than {MAX_TEXT}", line.len())));
        }
        if !line.is_empty() {
            number += 1;
            let reply = ask(socket, number, line.as_bytes())?;
            // Bytes, not text: what came back need not be UTF-8.
            stdout.write_all(&reply)?;
            stdout.write_all(b"\n")?;
        }
        prompt()?;
    }
    Ok(())
}

/// How many times a request is sent at most.
const TRIES: u32 = 5;
/// How long the client waits for a reply before it sends the request again.
const WAIT: Duration = Duration::from_millis(200);

/// Sends the request `number` with this text, at most [`TRIES`] times, and returns the text of its reply.
///
/// Waits [`WAIT`] after each time it sends. What comes meanwhile and is not the reply does not make that wait longer or
/// shorter: a datagram that [`parse`] refuses, and a reply with another number, which is an old one that came late or
/// twice. "Connection refused" (ICMP) does not either: it means that no server is there yet, and counts as a wait. Other
/// errors are returned. After the last wait, the error is `no reply`.
fn ask(socket: &UdpSocket, number: u32, text: &[u8]) -> io::Result<Vec<u8>> {
    // TODO: send, wait for the reply with this number until the time is over, and try again
    todo!("send, wait for the reply with this number until the time is over, and try again")
}

/// Takes the errors that only mean "not yet" for `None`.
fn unless_refused(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(n) => Ok(Some(n)),
        Err(error) => match error.kind() {
            // Time is over: `WouldBlock` on Unix, `TimedOut` on Windows. Nobody has bound the port: the other two.
            ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset => Ok(None),
            ErrorKind::Interrupted => Ok(None),
            _ => Err(error),
        },
    }
}

/// Shows `>> ` to a person; a program that feeds standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}
