//! What a learner predicts in lesson 13.

use super::question::{Question, Seen};
use super::sockets::can;
use crate::bench::Bench;
use crate::finding::{Outcome, skip};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
#[cfg(unix)]
use {
    crate::finding::unable,
    std::os::unix::net::{UnixListener, UnixStream},
};

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "one-port",
        "A server listens at `127.0.0.1`, at some port. Can another one listen at `[::1]`, at the same port, at the same \
         time?",
        &["yes", "no: the address is in use"],
        one_port,
        "They are two addresses of two families.",
        "one-port-two-families",
    ),
    Question::choice(
        "connect",
        "A server at `unix:socket` was killed. What does `connect` return there now?",
        &[
            "an error: there is no such file",
            "an error: the connection is refused",
            "nothing: it waits for a server",
        ],
        connect,
        "The file of the socket is still there, but no socket listens behind it.",
        "the-file-that-stays",
    ),
    Question::choice(
        "bind",
        "And `bind`, which wants to make the file `socket`?",
        &["success: nobody listens there", "an error: the address is in use"],
        bind,
        "`bind` never replaces a file.",
        "the-file-that-stays",
    ),
    Question::choice(
        "name",
        "A client connects to `unix:socket`. What does the server learn as the address of this client?",
        &["`socket`", "a path that the kernel has chosen", "none"],
        name,
        "A client has no address, unless it calls `bind` itself before `connect`.",
        "what-stays-what-differs",
    ),
];

fn one_port(_: &mut Bench) -> Outcome<Seen> {
    let first = can("listen at 127.0.0.1", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let port = can("ask for the port", first.local_addr())?.port();
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(_) => Ok(Seen::new(0, format!("sockets of the runner: both listened at port {port}"))),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Ok(Seen::new(1, format!("sockets of the runner: the second `bind` returned {error}")))
        }
        Err(error) => skip(format!("this machine has no IPv6: {error}")),
    }
}

#[cfg(unix)]
fn connect(bench: &mut Bench) -> Outcome<Seen> {
    let folder = bench.folder()?;
    let path = folder.path().join("socket");
    // A listener that is dropped leaves its file, as one that is killed does.
    drop(can("listen", UnixListener::bind(&path))?);
    let Err(error) = UnixStream::connect(&path) else { return unable("`connect` succeeded") };
    let answer = match error.kind() {
        ErrorKind::NotFound => 0,
        ErrorKind::ConnectionRefused => 1,
        _ => return unable(format!("`connect` returned {error}")),
    };
    Ok(Seen::new(answer, format!("sockets of the runner: `connect` returned {error}")))
}

#[cfg(unix)]
fn bind(bench: &mut Bench) -> Outcome<Seen> {
    let folder = bench.folder()?;
    let path = folder.path().join("socket");
    drop(can("listen", UnixListener::bind(&path))?);
    match UnixListener::bind(&path) {
        Ok(_) => Ok(Seen::new(0, "sockets of the runner: `bind` succeeded")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Ok(Seen::new(1, format!("sockets of the runner: `bind` returned {error}")))
        }
        Err(error) => unable(format!("`bind` returned {error}")),
    }
}

#[cfg(unix)]
fn name(bench: &mut Bench) -> Outcome<Seen> {
    let folder = bench.folder()?;
    let path = folder.path().join("socket");
    let listener = can("listen", UnixListener::bind(&path))?;
    let _client = can("connect", UnixStream::connect(&path))?;
    let (_, addr) = can("accept", listener.accept())?;
    let (answer, what) = match addr.as_pathname() {
        None => (2, "no address".to_string()),
        Some(other) if other == path => (0, "the server's own path".into()),
        Some(other) => (1, other.display().to_string()),
    };
    Ok(Seen::new(answer, format!("sockets of the runner: `accept` returned {what}")))
}

/// Elsewhere Rust's standard library has no sockets at a path.
#[cfg(not(unix))]
fn connect(_: &mut Bench) -> Outcome<Seen> {
    skip("Rust's standard library has no Unix sockets here")
}

#[cfg(not(unix))]
fn bind(bench: &mut Bench) -> Outcome<Seen> {
    connect(bench)
}

#[cfg(not(unix))]
fn name(bench: &mut Bench) -> Outcome<Seen> {
    connect(bench)
}
