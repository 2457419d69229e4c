//! What a learner predicts in lesson 07.

use super::question::{Question, Seen};
use super::sockets::can;
use crate::bench::Bench;
use crate::finding::{Outcome, skip, unable};
use crate::promises::lesson_07_reuseaddr::{end_with_a_client, second_is_refused};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "who-keeps",
        "You stop the server with Ctrl-C while a client is connected. Then the client ends, too. Both processes are gone. \
         Whose end of the connection does the kernel still keep?",
        &["nobody's", "the server's", "the client's", "both"],
        who_keeps,
        "The side that closes first keeps its end, in TIME_WAIT.",
        "why",
    ),
    Question::choice(
        "without",
        "Neither run of a server sets SO_REUSEADDR. You stop the first one like that, and start it again at once at the same \
         address. What does `bind` return?",
        &["success", "an error: the address is in use"],
        without,
        "The connection in TIME_WAIT still has this address. With the option on both runs `bind` succeeds.",
        "why",
    ),
    Question::choice(
        "two",
        "The first server is still running, and you start a second one at the same address. Both set SO_REUSEADDR. What \
         happens?",
        &[
            "both listen there",
            "the second one reports an error and ends",
            "the second one takes the address, and the first one gets no more clients",
        ],
        two_servers,
        "A living listener is protected, whatever the option does.",
        "why",
    ),
    Question::number(
        "backlog",
        "The backlog is 1, and the server does not call `accept`. Six clients connect. How many `connect` calls return at \
         once?",
        backlog,
        "Linux holds one connection more than the backlog. The others wait, and their kernel tries again.",
        "see-the-backlog-by-hand",
    ),
];

fn who_keeps(bench: &mut Bench) -> Outcome<Seen> {
    let mut server = bench.server()?;
    let client = end_with_a_client(bench, &mut server)?;
    if !server.wait_time_wait(client)? {
        return skip("this platform does not tell which connections the kernel keeps");
    }
    let own = can("ask the kernel", client.own_side())?;
    let facts = match &own {
        None => {
            "the kernel's table: the reference server's end is in TIME_WAIT, and the client's end is gone"
                .into()
        }
        Some(own) => format!(
            "the kernel's table: the reference server's end is in TIME_WAIT, and the client's end in {}",
            own.state_name()
        ),
    };
    Ok(Seen::new(if own.is_some() { 3 } else { 1 }, facts))
}

/// Returns a socket that listens at `at`, with this backlog, and without SO_REUSEADDR.
fn listener(at: &SockAddr, backlog: i32) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(at)?;
    socket.listen(backlog)?;
    Ok(socket)
}

/// Returns a listening socket at a free port, and its address.
fn first(backlog: i32) -> Outcome<(Socket, SocketAddr)> {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into();
    let socket = can("listen", listener(&free, backlog))?;
    let addr = can("ask for the address", socket.local_addr())?.as_socket();
    addr.map_or_else(|| unable("the socket has no address"), |addr| Ok((socket, addr)))
}

fn without(_: &mut Bench) -> Outcome<Seen> {
    let (socket, addr) = first(1)?;
    let mut client = can("connect", TcpStream::connect(addr))?;
    let (accepted, _) = can("accept", socket.accept())?;
    // The server ends first, then the client.
    drop((accepted, socket));
    can("read to the end", client.read(&mut [0]))?;
    drop(client);
    match listener(&addr.into(), 1) {
        Ok(_) => Ok(Seen::new(0, "sockets of the runner: the second `bind` succeeded")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Ok(Seen::new(1, format!("sockets of the runner: the second `bind` returned {error}")))
        }
        Err(error) => unable(format!("the second `bind` returned {error}")),
    }
}

fn two_servers(bench: &mut Bench) -> Outcome<Seen> {
    second_is_refused(bench)?;
    Ok(Seen::new(1, "the second reference server exited, and the first one went on serving its clients"))
}

/// How long a `connect` over loopback may take before it counts as one that waits: the kernel answers at once, and it tries
/// again only after a second.
const AT_ONCE: Duration = Duration::from_millis(400);

fn backlog(_: &mut Bench) -> Outcome<Seen> {
    if !cfg!(target_os = "linux") {
        return skip("this is about the kernel of Linux; others have other rules for a full queue");
    }
    let (_listening, addr) = first(1)?;
    let connected: Vec<TcpStream> =
        (0..6).filter_map(|_| TcpStream::connect_timeout(&addr, AT_ONCE).ok()).collect();
    let facts = format!("sockets of the runner: `connect` returned for {} of six clients", connected.len());
    Ok(Seen::new(connected.len(), facts))
}
