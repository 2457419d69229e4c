//! What programs do without an argument: they take the default address; and with one: they take no other.

use crate::bench::{Bench, With};
use crate::finding::{Finding, Half, Outcome, Stop, because, skip};
use crate::promises::{Check, client, server};

/// The rows that hold for every server.
pub const SERVER: &[Check] = &[server!(
    "listens-by-default",
    "listens at 127.0.0.1:8888 when it is given no address",
    listens_by_default
)
.over(&[crate::bench::Family::V4])];

/// The rows that hold for every client.
pub const CLIENT: &[Check] = &[
    client!("calls-by-default", "calls 127.0.0.1:8888 when it is given no address", calls_by_default)
        .over(&[crate::bench::Family::V4]),
    client!("calls-nobody-else", "calls nobody else when nobody listens at its address", calls_nobody_else)
        .after(&["nobody-listens"])
        .over(&[crate::bench::Family::V4]),
];

/// Why a program is not at the default address.
pub const CAUSE: &str =
    "without an argument, the address is 127.0.0.1:8888: look at what the program does when it has none";

/// Starts the server without an argument.
fn listens_by_default(bench: &mut Bench) -> Outcome {
    bench.starts_without_address(Half::Server)?;
    let default = bench.default_address(Half::Server)?;
    let kept = default.is_kept();
    match bench.start_server(default.addr, &With::no_address())?.ready() {
        Ok(mut server) => {
            // Looked at when it rests: a server may bind more, or end, after it has begun to listen.
            let alive = because(server.alive("its start without an argument"), CAUSE);
            let outcome = alive.and_then(|()| server.listens_only_there());
            server.end();
            outcome
        }
        Err(stop) => match (*stop, kept) {
            (Stop::Broken(_), Some(why)) => skip(why),
            (stop, _) => because(Err(Box::new(stop)), CAUSE),
        },
    }
}

/// Starts the client without an argument, while the runner listens at the default address.
fn calls_by_default(bench: &mut Bench) -> Outcome {
    bench.starts_without_address(Half::Client)?;
    let default = bench.default_address(Half::Client)?;
    let host = bench.host_at(default.addr)?;
    let mut client = bench.client_as(default.addr, &With::no_address(), &[])?;
    let called = because(bench.accept(&host, &client), CAUSE);
    // A close would leave the address in TIME_WAIT, and no server without SO_REUSEADDR could bind it for a minute.
    called?.reset();
    client.end();
    Ok(())
}

/// Starts the client at an address where nobody listens, while the runner listens at the default address.
fn calls_nobody_else(bench: &mut Bench) -> Outcome {
    let default = bench.default_address(Half::Client)?;
    let host = bench.host_at(default.addr)?;
    let nobody = bench.nobody(Half::Client)?;
    let mut client = bench.client(nobody, &[])?;
    while let Some(peer) = bench.accept_again(&host, &client)? {
        let is_clients = client.holds(&peer);
        peer.reset();
        if is_clients {
            client.end();
            return Finding::new(
                format!("the client reports that nobody listens at {nobody}, and calls no other address"),
                format!("it called {} in place of it", default.addr),
                "whoever listens at another address is another program: when the given one cannot be called, report that \
                 and exit with 1",
            )
            .of(Half::Client)
            .broken();
        }
    }
    client.end();
    Ok(())
}
