//! Lesson 07: as lesson 02 on a socket made by hand, which may be bound again at once.

use super::answering::{asks, next_is_served};
use super::common::random_bytes;
use super::lesson_02_uppercase::{any_pieces, only_ascii_letters, pair_talks};
use crate::bench::peer::Ending;
use crate::bench::{Bench, Server};
use crate::finding::{Outcome, Stop, broken};
use crate::promises::Check;
use crate::system::patience::Patience;
use crate::system::program::Exit;
use crate::system::sockets;
use crate::system::sockets::TcpState;
use crate::wire::Kind::{Glue, Slice};
use std::net::SocketAddr;
use std::time::Duration;

/// The promises of lesson 07 beside those that every answering server and every exact client makes.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-talks", "talk to each other", pair_talks),
    Check::pair("pair-talks", "talk to each other", pair_talks).on(Glue),
    Check::server("restarts-at-once", "restarts on the port that it just left", restarts_at_once),
    Check::server(
        "restarts-again",
        "restarts again and again, with clients left in TIME_WAIT",
        restarts_again,
    ),
    Check::server("second-is-refused", "is refused a port on which another one listens", second_is_refused),
    Check::server("only-ascii-letters", "upper-cases a to z and leaves every other byte", only_ascii_letters),
    Check::server("any-pieces", "answers the same whatever the pieces", any_pieces).on(Glue),
    Check::server("any-pieces", "answers the same whatever the pieces", any_pieces).on(Slice),
];

/// Ends the server while a client is connected that has read everything: the server's side closes first, and so it is
/// the server's address that stays behind in TIME_WAIT.
fn end_with_a_client(bench: &mut Bench, server: &mut Server) -> Outcome<SocketAddr> {
    let bytes = random_bytes(bench, 40);
    let mut peer = bench.connect(server)?;
    asks(bench, &mut peer, &bytes)?;
    let own = peer.ends().map(|ends| ends.0).unwrap_or(server.addr);
    // Asleep in `read`, it has nothing unread: what ends it sends FIN, not RST.
    server.wait_idle();
    server.program.end();
    if peer.hear_to_end(1).ending == Some(Ending::Rst) {
        return broken(
            "the server's end closes its connections (FIN)",
            "the connection was reset (RST) when the server ended, with nothing unread",
            "SO_LINGER with a time of 0 avoids TIME_WAIT by resetting: that destroys what is still on its way; leave it \
             as it is",
        );
    }
    peer.close();
    if !sockets::KNOWN {
        return Ok(own);
    }
    let patience = Patience::with(&[]);
    loop {
        let entry = sockets::between(server.addr, own);
        let state =
            entry.map_err(|error| Box::new(Stop::Unable(format!("read the socket table: {error}"))))?;
        match state.map(|entry| entry.state) {
            Some(TcpState::TimeWait) => return Ok(own),
            _ if patience.is_over() => {
                let text = format!("no socket of {} was left in TIME_WAIT; {patience}", server.addr);
                return Err(Box::new(Stop::Unable(text)));
            }
            _ => std::thread::sleep(Duration::from_micros(500)), // Only the interval at which to look again.
        }
    }
}

/// Starts the server again at the address that another run of it has just left, with `client` in TIME_WAIT.
fn restart(bench: &mut Bench, addr: SocketAddr, client: SocketAddr) -> Outcome<Server> {
    let again = bench.server_at(addr, &[])?.ready();
    let waits = || sockets::between(addr, client).is_ok_and(|entry| entry.is_some());
    if again.is_ok() && sockets::KNOWN && !waits() {
        let text = "TIME_WAIT was over before the server had started again, so that its start shows nothing";
        return Err(Box::new(Stop::Unable(text.into())));
    }
    again.or_else(|stop| {
        let expected = format!("the server listens at {addr} again, at once");
        let stderr = bench.ends.last().map(|(_, output, _)| output.kept()).unwrap_or_default();
        let in_use = [&b"in use"[..], b"EADDRINUSE", b"errno 98", b"os error 98"]
            .iter()
            .any(|words| memchr::memmem::find(&stderr.to_ascii_lowercase(), &words.to_ascii_lowercase()).is_some());
        match *stop {
            Stop::Broken(finding) => broken(
                expected,
                match in_use {
                    true => "`Address already in use`".to_string(),
                    false => finding.got,
                },
                "a connection of the run before is still in TIME_WAIT and keeps the address: set SO_REUSEADDR before \
                 `bind` (on every run: the socket that left must have had it, too)",
            ),
            other => Err(Box::new(other)),
        }
    })
}

fn restarts_at_once(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let client = end_with_a_client(bench, &mut server)?;
    if sockets::KNOWN {
        bench.notes.push(format!("the kernel's table: {} → {client} is in TIME_WAIT", server.addr));
    }
    let mut again = restart(bench, server.addr, client)?;
    next_is_served(bench, &mut again, "its restart")
}

fn restarts_again(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    for _ in 0..3 {
        let client = end_with_a_client(bench, &mut server)?;
        server = restart(bench, server.addr, client)?;
    }
    next_is_served(bench, &mut server, "three restarts")
}

/// A second server of the same kind on the same port, while the first one serves.
fn second_is_refused(bench: &mut Bench) -> Outcome {
    let mut first = bench.server()?;
    let bytes = random_bytes(bench, 40);
    let mut peer = bench.connect(&mut first)?;
    asks(bench, &mut peer, &bytes)?;
    let mut second = bench.server_at(first.addr, &[])?;
    let expected =
        "a second server on this port says that the address is in use, and exits with a status other than 0";
    let exit = second.program.wait_exit_patiently();
    let shares = second.listening_addresses().contains(&first.addr);
    second.program.end();
    let said = second.program.stderr.total() + second.program.stdout.total() > 0;
    match exit {
        Err(_) if shares && !first.listening_addresses().contains(&first.addr) => {
            return broken(
                expected,
                "it listens there, and the first one does not any more",
                "the first server has closed its listening socket while it serves a client: keep it open, and `accept` \
                 from it again",
            );
        }
        Err(_) if shares => {
            return broken(
                expected,
                "it listens there, too",
                "SO_REUSEPORT lets any number of sockets listen at one address, and the kernel deals the clients out \
                 among them: SO_REUSEADDR is enough",
            );
        }
        Err(patience) => {
            return broken(
                expected,
                format!("it still runs; {patience}"),
                "`bind` or `listen` has failed, so there is nothing to serve: print the error and exit",
            );
        }
        Ok(Exit::Code(0)) => {
            return broken(
                expected,
                "it exited with status 0",
                match said {
                    true => "0 means that all went well: after an error exit with a status other than 0",
                    false => "the error of `bind` was ignored",
                },
            );
        }
        Ok(Exit::Code(101)) => {
            return broken(
                expected,
                "it panicked",
                "no `unwrap` on `bind`: the address is the user's choice, so the error is an answer for the user",
            );
        }
        Ok(Exit::Code(_)) if !said => {
            return broken(
                expected,
                "it exited without a word",
                "print the error, with the address, before exiting",
            );
        }
        Ok(_) => {}
    }
    asks(bench, &mut peer, &bytes)?;
    drop(peer);
    next_is_served(bench, &mut first, "a second server that was refused")
}
