//! What a server must not keep of clients that are gone, whatever the protocol.

use crate::bench::peer::Peer;
use crate::bench::{Bench, Server, skip};
use crate::finding::Outcome;

/// How many clients come and go in each way.
const CLIENTS: usize = 4;

/// Clients that are served and leave, and clients that reset: the server is to keep a socket of neither. `leaves` and
/// `resets` do with a new connection what comes before the end.
pub fn keeps_no_sockets(
    bench: &mut Bench,
    server: &mut Server,
    leaves: impl Fn(&Bench, &Server, &mut Peer) -> Outcome,
    resets: impl Fn(&Bench, &Server, &mut Peer) -> Outcome,
) -> Outcome {
    // What a program makes once, for its first client, is no leak.
    let mut peer = bench.connect(server)?;
    leaves(bench, server, &mut peer)?;
    peer.close();
    let Some(before) = server.sockets() else {
        return skip("this platform does not tell what sockets other programs hold");
    };
    for _ in 0..CLIENTS {
        let mut peer = bench.connect(server)?;
        leaves(bench, server, &mut peer)?;
        peer.close();
    }
    server.holds_none_of(CLIENTS, &before, "left")?;
    let before = server.sockets().unwrap_or_default();
    for _ in 0..CLIENTS {
        let mut peer = bench.connect(server)?;
        resets(bench, server, &mut peer)?;
        peer.reset();
    }
    server.holds_none_of(CLIENTS, &before, "reset the connection (RST)")?;
    server.alive("clients that are gone")
}
