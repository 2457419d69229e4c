//! `[::1]` and `127.0.0.1` are two addresses: a port of one is not the port of the other.

use super::place::listens_unlike;
use crate::bench::{Bench, Endpoint, Family};
use crate::finding::{Half, Outcome, broken};
use crate::promises::asking::server::{asks, next_is_served};
use crate::promises::inputs::random_bytes;
use crate::promises::lesson_02_uppercase::Uppercase;
use crate::promises::{Check, server};

/// The rows.
pub const ROWS: &[Check] = &[
    server!("leaves-ipv4-alone", "does not answer at 127.0.0.1 when it listens at [::1]", leaves_ipv4_alone)
        .over(&[Family::V6]),
    server!("shares-a-port", "listens at [::1] and, again, at 127.0.0.1 on one port", shares_a_port)
        .over(&[Family::V6]),
];

const BOTH: &str = "the socket listens at every address, and so for IPv4, too: bind `[::1]`, the address that was given, \
                    and set IPV6_V6ONLY before `bind`";

/// Starts the server at `[::1]`, and looks whether 127.0.0.1 is still free.
fn leaves_ipv4_alone(bench: &mut Bench) -> Outcome {
    let (six, four) = bench.one_port(Half::Server)?;
    let mut server = bench.server_at(six, &[])?.ready()?;
    next_is_served::<Uppercase>(bench, &mut server, "its start")?;
    if bench.hold(four).is_some() {
        return Ok(());
    }
    let held: Vec<String> = server.listening_addresses().iter().map(ToString::to_string).collect();
    broken(
        format!("nothing of the server listens at {four} while it listens at {six}"),
        format!("{four} is taken; the server listens at {}", held.join(" and ")),
        BOTH,
    )
}

/// Starts two servers on one port, `[::1]` first and then 127.0.0.1 first.
fn shares_a_port(bench: &mut Bench) -> Outcome {
    let (six, four) = bench.one_port(Half::Server)?;
    both(bench, six, four)?;
    let (six, four) = bench.one_port(Half::Server)?;
    both(bench, four, six)
}

fn both(bench: &mut Bench, first: Endpoint, second: Endpoint) -> Outcome {
    let mut one = bench.server_at(first, &[])?.ready()?;
    next_is_served::<Uppercase>(bench, &mut one, "its start")?;
    let other = bench.server_at(second, &[])?;
    let expected = format!("another server listens at {second} while one listens at {first}");
    let mut other = listens_unlike(bench, other, &expected, BOTH, |bench| alone(bench, second))?;
    let bytes = random_bytes(&mut bench.rng, 40);
    for server in [&mut one, &mut other] {
        let mut peer = bench.connect(server)?;
        asks::<Uppercase>(&mut peer, &bytes)?;
    }
    // Each address has a server of its own: the end of one does not end the other.
    one.end();
    next_is_served::<Uppercase>(bench, &mut other, "the end of the server at the other address")
}

/// Starts the server alone at another port of the address, and waits until it listens.
fn alone(bench: &mut Bench, like: Endpoint) -> Outcome {
    let (six, four) = bench.one_port(Half::Server)?;
    let at = if like.family() == Family::V6 { six } else { four };
    bench.server_at(at, &[])?.ready().map(drop)
}
