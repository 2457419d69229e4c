//! What the programs do without an argument: they take the default address.

use super::client::ended;
use crate::bench::{Bench, Missing, With};
use crate::finding::{Finding, Half, Outcome, Symptom, because};
use crate::promises::default_address::CAUSE;
use crate::promises::inputs::random_word;
use crate::promises::{Check, client, server};

/// The server's row.
pub const SERVER: &[Check] =
    &[server!("listens-by-default", "binds 127.0.0.1:8888 when it is given no address", listens_by_default)];

/// The client's row.
pub const CLIENT: &[Check] =
    &[client!("calls-by-default", "sends to 127.0.0.1:8888 when it is given no address", calls_by_default)];

/// Starts the server without an argument.
fn listens_by_default(bench: &mut Bench) -> Outcome {
    bench.starts_without_address(Half::Server)?;
    let default = bench.default_datagram_address(Half::Server)?;
    let bound = bench.start_server(default.addr, &With::no_address())?.bound();
    let mut server = because(bound, CAUSE)?;
    // Looked at when it rests: a server may bind more, or end, after that.
    let alive = because(server.alive("its start without an argument"), CAUSE);
    let outcome = alive.and_then(|()| server.is_bound_only_there());
    server.end();
    outcome
}

/// Starts the client without an argument, while the runner's socket has the default address.
fn calls_by_default(bench: &mut Bench) -> Outcome {
    bench.starts_without_address(Half::Client)?;
    let default = bench.default_datagram_address(Half::Client)?;
    let Some(addr) = default.addr.inet() else { return Ok(()) };
    let mut mailbox = bench.mailbox_back_at(addr)?;
    let mut client = bench.client_as(default.addr, &With::no_address(), &[])?;
    let line = random_word(bench, 12);
    client.line(&line);
    let missing = loop {
        match mailbox.hear_first(&client) {
            // What the datagram is like is judged by other checks; one without the line is another program's.
            Ok(got) if memchr::memmem::find(&got.bytes, line.as_bytes()).is_some() => {
                client.end();
                return Ok(());
            }
            Ok(_) => {}
            Err(missing) => break missing,
        }
    };
    let symptom = match &missing {
        Missing::Ended(exit) => ended(*exit),
        Missing::Silent(_) => Symptom::Silent,
    };
    client.end();
    Finding::new(format!("the client sends its first request to {addr}"), missing.to_string(), CAUSE)
        .seen(symptom)
        .of(Half::Client)
        .broken()
}
