//! Lesson 07: as lesson 02, on a socket made by hand that can be bound again at once.

use super::asking::server::{asks, next_is_served};
use super::asking::{client, exact, odd_input, pair, server, waits, writes};
use super::inputs::random_bytes;
use super::lesson_02_uppercase::{self, Uppercase};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails, server};
use crate::bench::{Bench, Ending, Endpoint, Ends, Server};
use crate::finding::{Outcome, Stop, broken, unable};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    lesson_02_uppercase::LETTERS,
    OWN,
    <Uppercase as server::Rows>::SERVER,
    <Uppercase as writes::Rows>::REPLIES,
    <Uppercase as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Uppercase as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Uppercase as client::Rows>::CLIENT,
    <Uppercase as exact::Rows>::EXACT,
    <Uppercase as writes::Rows>::ASKS,
    <Uppercase as writes::Rows>::PRINTS,
    <Uppercase as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Uppercase as odd_input::Rows>::ODD_INPUT,
    <Uppercase as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];

const OWN: &[Check] = &[
    server!("restarts-at-once", "restarts on the port that it just left", restarts_at_once),
    server!("restarts-again", "restarts again and again, with clients left in TIME_WAIT", restarts_again)
        .after(&["restarts-at-once"]),
    server!("second-is-refused", "does not start on a port where another server listens", second_is_refused)
        .after(&["binds-its-address", "says-why-it-cannot-bind"]),
];

/// Ends the server while a client is connected and has read everything. The server's side closes first, so the server's
/// address stays in TIME_WAIT. Returns the ends of the client's connection.
pub fn end_with_a_client(bench: &mut Bench, server: &mut Server) -> Outcome<Ends> {
    let bytes = random_bytes(&mut bench.rng, 40);
    let mut peer = bench.connect(server)?;
    let ends = peer.ends();
    asks::<Uppercase>(&mut peer, &bytes)?;
    // It sleeps in `read`, so nothing is unread: its end sends FIN, not RST.
    server.wait_idle();
    server.end();
    if peer.hear_to_end(1).ending == Some(Ending::Rst) {
        return broken(
            "the server's end closes its connections (FIN)",
            "the connection was reset (RST) when the server ended, with nothing unread",
            "SO_LINGER with a time of 0 avoids TIME_WAIT by resetting: that destroys what is still on its way; leave \
             it as it is",
        );
    }
    peer.close();
    let Ok(ends) = ends else { return unable("the connection was over before anything was sent") };
    server.wait_time_wait(ends)?;
    Ok(ends)
}

/// Starts the server again at the address that its last run has just left, while `client` is in TIME_WAIT.
fn restart(bench: &mut Bench, addr: Endpoint, client: Ends) -> Outcome<Server> {
    let stop = match bench.server_at(addr, &[])?.ready() {
        Ok(again) if again.is_beside_time_wait(client) => return Ok(again),
        Ok(_) => {
            return unable(
                "TIME_WAIT was over before the server had started again, so that its start shows nothing",
            );
        }
        Err(stop) => stop,
    };
    let Stop::Broken(finding) = *stop else { return Err(stop) };
    broken(
        format!("the server listens at {addr} again, at once"),
        match bench.last_said().names_address_in_use() {
            true => "`Address already in use`".into(),
            false => finding.got,
        },
        "a connection of the run before is still in TIME_WAIT and keeps the address: set SO_REUSEADDR before \
         `bind` (on every run: the socket that left must have had it, too)",
    )
}

/// Ends the server beside a client, and starts it again at once.
pub fn restarts_at_once(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let client = end_with_a_client(bench, &mut server)?;
    if server.wait_time_wait(client)? {
        bench.notes.push(format!("the kernel's table: {client} is in TIME_WAIT"));
    }
    // The sockets of the two look the same, so only the source tells, and no more than "perhaps".
    if let Some(place) = bench.source_line("src/bin/server.rs", "TcpListener::bind") {
        bench.notes.push(format!(
            "{place} has `TcpListener::bind`. Perhaps the server listens with it: that makes the calls of this lesson by \
             itself, and is right. Write them once by hand"
        ));
    }
    let mut again = restart(bench, server.addr, client)?;
    next_is_served::<Uppercase>(bench, &mut again, "its restart")
}

fn restarts_again(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    for _ in 0..3 {
        let client = end_with_a_client(bench, &mut server)?;
        server = restart(bench, server.addr, client)?;
    }
    next_is_served::<Uppercase>(bench, &mut server, "three restarts")
}

/// Starts a second server on the same port while the first one serves a client.
pub fn second_is_refused(bench: &mut Bench) -> Outcome {
    let mut first = bench.server()?;
    let bytes = random_bytes(&mut bench.rng, 40);
    let mut peer = bench.connect(&mut first)?;
    asks::<Uppercase>(&mut peer, &bytes)?;
    let mut second = bench.server_at(first.addr, &[])?;
    let expected = "a second server on this port reports that the address is in use, and exits with a \
                    status other than 0";
    let exit = second.wait_refused();
    let shares = second.listening_addresses().contains(&first.addr);
    if exit.is_err() && shares {
        second.end();
        let (got, cause) = match first.listening_addresses().contains(&first.addr) {
            true => (
                "it listens there, too",
                "SO_REUSEPORT lets any number of sockets listen at one address, and the kernel deals the clients out \
                 among them: SO_REUSEADDR is enough",
            ),
            false => (
                "it listens there, and the first one does not any more",
                "the first server has closed its listening socket while it serves a client: keep it open, and `accept` \
                 from it again",
            ),
        };
        return broken(expected, got, cause);
    }
    second.is_refused(expected, exit)?;
    asks::<Uppercase>(&mut peer, &bytes)?;
    drop(peer);
    next_is_served::<Uppercase>(bench, &mut first, "a second server that was refused")
}
