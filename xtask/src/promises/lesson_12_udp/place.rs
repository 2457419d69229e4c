//! Where the server is bound.

use super::steps::{asks, nothing_more};
use crate::bench::Bench;
use crate::finding::{Half, Outcome};
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("bound-only-there", "binds its address and no other", bound_only_there),
    server!("from-its-address", "replies from the address that was asked", from_its_address),
    server!(
        "says-why-it-cannot-bind",
        "reports it and exits when its address is taken",
        says_why_it_cannot_bind
    ),
];

const CAUSE: &str = "each datagram gets its reply at once, from the socket that received it";

fn bound_only_there(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    server.is_bound_only_there()?;
    let mut mailbox = bench.mailbox()?;
    // The second look finds a socket that a server opens for its first client. What comes from it is another promise.
    mailbox.say(server.bound_at(), b"\0\0\0\x01hello")?;
    server.settles();
    server.is_bound_only_there()
}

fn from_its_address(bench: &mut Bench) -> Outcome {
    let server = bench.bound_server()?;
    let mut mailbox = bench.mailbox()?;
    for number in 1..=3 {
        asks(&server, &mut mailbox, number, b"where from?", &format!("request {number}"), CAUSE)?;
    }
    nothing_more(&server, &mut [&mut mailbox], "one reply for each request", CAUSE)
}

fn says_why_it_cannot_bind(bench: &mut Bench) -> Outcome {
    let addr = bench.datagram_address(Half::Server)?;
    let _holder = bench.mailbox_at(addr)?;
    let mut server = bench.server_at(addr, &[])?;
    server.is_refused_its_address()
}
