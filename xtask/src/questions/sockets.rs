//! What the experiments share: sockets of the runner's own, with the plain calls of the standard library.

use crate::bench::Server;
use crate::finding::{Outcome, unable};
use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// How long an experiment waits for bytes that should come at once, before it takes them for bytes that do not come.
const LIMIT: Duration = Duration::from_secs(10);

/// Returns the result, or the stop that the experiment could not do this here.
pub fn can<T>(what: &str, result: io::Result<T>) -> Outcome<T> {
    result.or_else(|error| unable(format!("cannot {what} here: {error}")))
}

/// Returns the two ends of a connection over loopback: the one that connected, the one that was accepted.
pub fn two() -> Outcome<(TcpStream, TcpStream)> {
    let listener = can("listen", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let client = can("connect", listener.local_addr().and_then(TcpStream::connect))?;
    let (server, _) = can("accept", listener.accept())?;
    Ok((limited(client)?, limited(server)?))
}

/// Connects to a server under test.
pub fn call(server: &Server) -> Outcome<TcpStream> {
    let Some(addr) = server.addr.inet() else { return unable("the server has no address of IPv4") };
    server.ends_first();
    limited(can("connect to the server", TcpStream::connect(addr))?)
}

fn limited(stream: TcpStream) -> Outcome<TcpStream> {
    can("limit a wait", stream.set_read_timeout(Some(LIMIT)))?;
    can("limit a wait", stream.set_write_timeout(Some(LIMIT)))?;
    can("send at once", stream.set_nodelay(true))?;
    Ok(stream)
}

/// What a `read` returned.
pub enum Came {
    /// These bytes.
    Bytes(Vec<u8>),
    /// 0: FIN.
    End,
    /// This error.
    Error(io::Error),
    /// Nothing: it waits.
    Nothing,
}

impl Came {
    /// Returns what the `read` returned, in words.
    pub fn told(&self) -> String {
        match self {
            Came::Bytes(bytes) => format!("`read` returned {}: \"{}\"", bytes.len(), bytes.escape_ascii()),
            Came::End => "`read` returned 0".into(),
            Came::Error(error) => format!("`read` returned an error: {error}"),
            Came::Nothing => "`read` waited".into(),
        }
    }
}

/// Calls `read` once, with a buffer of 1024 bytes.
pub fn read_once(stream: &mut TcpStream) -> Came {
    let mut buffer = [0; 1024];
    match stream.read(&mut buffer) {
        Ok(0) => Came::End,
        Ok(n) => Came::Bytes(buffer[..n].to_vec()),
        Err(error) if is_wait(&error) => Came::Nothing,
        Err(error) => Came::Error(error),
    }
}

/// Returns whether the call ended only because its wait is limited.
pub fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Ends the own direction (FIN), and returns all that still comes.
pub fn rest(mut stream: TcpStream) -> Outcome<Vec<u8>> {
    can("end the direction", stream.shutdown(Shutdown::Write))?;
    let mut all = Vec::new();
    can("read to the end", stream.read_to_end(&mut all))?;
    Ok(all)
}

/// Returns `1 read`, `2 reads`.
pub fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
