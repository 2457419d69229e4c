//! What every server promises, whatever its protocol.

use crate::bench::{Bench, Peer, Server, With};
use crate::finding::{Half, Outcome, skip};
use crate::promises::{Check, server};

/// The rows that hold for every server.
pub const SERVER: &[Check] = &[server!(
    "says-why-it-cannot-bind",
    "reports it and exits when its address is taken",
    says_why_it_cannot_bind
)
.after(&["leaves-a-file"])];

/// The number of clients that leave, and of those that reset.
const CLIENTS: usize = 4;

/// Checks that a server whose address is taken says so and exits with a status other than 0.
fn says_why_it_cannot_bind(bench: &mut Bench) -> Outcome {
    cannot_bind(bench, &With::default())
}

/// Does what the row says, with what the lesson adds to the server's words.
///
/// # Errors
/// The finding that names what the server did instead.
pub fn cannot_bind(bench: &mut Bench, with: &With) -> Outcome {
    let addr = bench.nobody(Half::Server)?;
    let Some(_holder) = bench.hold(addr) else { return Ok(()) };
    let mut server = bench.start_server(addr, with)?;
    let exit = server.wait_refused();
    server.is_refused(
        "the server reports that the address is taken, and exits with a status other than 0",
        exit,
    )
}

/// Closes the client's side, and checks that the server then closes its own, and rests.
///
/// # Errors
/// The finding that the server keeps the socket, or spins, `after` this. A skip where the platform does not tell.
pub fn rests_after_close(server: &Server, peer: Peer, after: &str) -> Outcome {
    let ends = peer.ends().ok();
    peer.close();
    ends.map_or(Ok(()), |ends| server.lets_go_of(ends, after))
}

/// Checks that the server keeps no socket of clients that leave, nor of clients that reset. `leaves` and `resets` use a
/// new connection before it ends.
///
/// # Errors
/// The finding that the server keeps a socket, or has ended.
pub fn lets_go(
    bench: &mut Bench,
    server: &mut Server,
    leaves: impl Fn(&Server, &mut Peer) -> Outcome,
    resets: impl Fn(&Server, &mut Peer) -> Outcome,
) -> Outcome {
    // A socket that the program makes once, for its first client, is no leak.
    let mut peer = bench.connect(server)?;
    leaves(server, &mut peer)?;
    peer.close();
    let Some(before) = server.sockets() else {
        return skip("this platform does not tell what sockets other programs hold");
    };
    for _ in 0..CLIENTS {
        let mut peer = bench.connect(server)?;
        leaves(server, &mut peer)?;
        peer.close();
    }
    let between = server.sockets().unwrap_or_default();
    let mut comes = || {
        for _ in 0..CLIENTS {
            let mut peer = bench.connect(server)?;
            resets(server, &mut peer)?;
            peer.reset();
        }
        Ok(())
    };
    let came: Outcome = comes();
    server.holds_none_of(CLIENTS, &before, &between)?;
    came?;
    server.alive("clients that are gone")
}
