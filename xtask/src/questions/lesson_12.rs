//! What a learner predicts in lesson 12.

use super::question::{Question, Seen};
use super::sockets::{can, is_wait, plural};
use crate::bench::Bench;
use crate::finding::{Outcome, unable};
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "empty",
        "A client calls `send` with `one`, then with nothing (0 bytes), then with `three`. The server calls `recv` three \
         times. What does the second one return?",
        &["nothing: it waits", "0 bytes", "`three`"],
        empty,
        "One `send` is one datagram, also an empty one, and one `recv` takes one datagram.",
        "the-idea",
    ),
    Question::choice(
        "too-long",
        "A datagram of 9 bytes comes, and then one of 4. The server's buffer has 5 bytes. What does its second `recv` return?",
        &["the other 4 bytes of the first datagram", "the second datagram", "an error"],
        too_long,
        "The first `recv` returns 5 bytes. The other 4 are gone, and no error reports it.",
        "what-does-not-fit-is-gone",
    ),
    Question::number(
        "lost",
        "The client has one line, and the server's first reply to it is lost. How many datagrams does the client send?",
        lost,
        "After 200 ms without a reply it sends the same datagram again.",
        "the-wait",
    ),
];

/// How long a `recv` waits at most for a datagram that should come.
const LIMIT: Duration = Duration::from_secs(10);

/// Returns two sockets: one that is connected to the other, and the other.
fn two() -> Outcome<(UdpSocket, UdpSocket)> {
    let bind = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    let (client, server) = (can("make a socket", bind())?, can("make a socket", bind())?);
    let addr = can("ask for the address", server.local_addr())?;
    can("connect", client.connect(addr))?;
    can("limit a wait", server.set_read_timeout(Some(LIMIT)))?;
    Ok((client, server))
}

/// Sends these datagrams, and returns what the second `recv` into a buffer of `size` bytes returns.
fn second(datagrams: &[&[u8]], size: usize) -> Outcome<std::io::Result<Vec<u8>>> {
    let (client, server) = two()?;
    for datagram in datagrams {
        can("send", client.send(datagram))?;
    }
    let mut buffer = vec![0; size];
    // What the first one returns is not asked; on Windows it is an error when the datagram does not fit.
    let _ = server.recv(&mut buffer);
    let came = server.recv(&mut buffer);
    Ok(came.map(|n| buffer[..n].to_vec()))
}

fn empty(_: &mut Bench) -> Outcome<Seen> {
    let (answer, what) = match second(&[b"one", b"", b"three"], 100)? {
        Ok(bytes) if bytes.is_empty() => (1, "0 bytes".to_string()),
        Ok(bytes) => (2, format!("\"{}\"", bytes.escape_ascii())),
        Err(error) if is_wait(&error) => (0, "nothing".into()),
        Err(error) => return unable(format!("`recv` returned {error}")),
    };
    Ok(Seen::new(answer, format!("sockets of the runner: the second `recv` returned {what}")))
}

fn too_long(_: &mut Bench) -> Outcome<Seen> {
    let (answer, what) = match second(&[b"too long!", b"next"], 5)? {
        Ok(bytes) if bytes == b"next" => (1, "\"next\"".to_string()),
        Ok(bytes) => (0, format!("\"{}\"", bytes.escape_ascii())),
        Err(error) => (2, error.to_string()),
    };
    let facts = format!(
        "sockets of the runner, with the datagrams \"too long!\" and \"next\": the second `recv` returned {what}"
    );
    Ok(Seen::new(answer, facts))
}

fn lost(bench: &mut Bench) -> Outcome<Seen> {
    let server = can("make a socket", UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)))?;
    can("limit a wait", server.set_read_timeout(Some(LIMIT)))?;
    let addr = can("ask for the address", server.local_addr())?;
    let mut client = bench.client(addr, &[])?;
    client.line("hello");
    client.line("q");
    let mut buffer = [0; 2000];
    // The reply to the first one is lost: it is not sent at all, which the client cannot tell from a loss.
    can("receive a request", server.recv_from(&mut buffer))?;
    let (n, from) = can("receive the request again", server.recv_from(&mut buffer))?;
    can("reply", server.send_to(&buffer[..n].to_ascii_uppercase(), from))?;
    client.exits_well("after `q`")?;
    // All that it has sent is here: it has ended.
    can("not wait", server.set_nonblocking(true))?;
    let more = std::iter::from_fn(|| server.recv_from(&mut buffer).ok()).count();
    let sent = 2 + more;
    Ok(Seen::new(sent, format!("the reference client sent {}", plural(sent, "datagram"))))
}
