//! What programs do when the other side is silent for long, and a server when `accept` fails.

use super::client::{Called, hears, start};
use super::protocol::{accepted, body, list, message};
use super::site::Site;
use crate::bench::{Bench, Dir, Peer, Server};
use crate::finding::{Outcome, because};
use crate::promises::accept_fails::{CAUSE, TITLE, comes_meanwhile, that_is_kept};
use crate::promises::limits::{self, client_waits, server_waits};
use crate::promises::{Check, client, server};
use serde_json::json;

/// The server's rows.
pub const SERVER: &[Check] = &[
    server!("waits-for-client", "has no time limit of its own for a client's silence", waits_for_client)
        .after(&["silence-is-no-end", "keeps-no-sockets"])
        .waits(limits::SECONDS),
    server!("accept-fails", TITLE, accept_fails).after(&["beside-silent-clients"]),
];

/// The client's row.
pub const CLIENT: &[Check] =
    &[client!("waits-for-server", "has no time limit of its own for the server's silence", waits_for_server)
        .after(&["prints-the-list", "server-stalls"])
        .waits(limits::SECONDS)];

/// Asks for the list, and takes it.
fn lists(server: &Server, peer: &mut Peer, when: &str) -> Outcome {
    let reply = accepted(server, peer, &list(), &format!("`list` {when}"), "every `list` gets its reply")?;
    body(peer, &reply).map(|_| ())
}

/// Is silent after a reply, at one server, and has no client at all at another one.
fn waits_for_client(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let folder = bench.folder()?;
    let mut idle = bench.idle_server(&[folder.path().to_string_lossy().into_owned()])?;
    let mut peer = site.connect(bench)?;
    lists(&site.server, &mut peer, "of a new client")?;
    server_waits(&site.server, idle.as_ref(), &mut peer, "its client is silent after a reply")?;
    lists(&site.server, &mut peer, "after a long silence")?;
    match &mut idle {
        Some(idle) => {
            let mut peer = bench.connect(idle)?;
            lists(idle, &mut peer, "after a while without clients")
        }
        None => Ok(()),
    }
}

/// Is silent in place of the reply to one client, and inside the body of the reply to another one.
fn waits_for_server(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let text = b"12 one\n34 two\n";
    let reply = message(&json!({"ok": true, "data_size": text.len()}), text);
    let wanted = [b"12 one".to_vec(), b"34 two".to_vec()];
    let Called { client: mut one, peer: mut first, .. } = start(bench, &dir, &["list"], &wanted)?;
    hears(&mut first, "list", None)?;
    let Called { client: mut two, peer: mut second, .. } = start(bench, &dir, &["list"], &wanted)?;
    hears(&mut second, "list", None)?;
    let (begin, rest) = reply.split_at(reply.len() - 7);
    let _ = second.say(begin);
    client_waits(
        [(&one, &mut first), (&two, &mut second)],
        ["the server is silent instead of replying", "the server is silent inside a body"],
    )?;
    let _ = (first.say(&reply), second.say(rest));
    for client in [&mut one, &mut two] {
        client.exits_well("when the whole list has come")?;
        client.printed_all(
            &wanted,
            |_| "print the body of the reply as it came: a line for each file, in order",
        )?;
    }
    Ok(())
}

/// Lets the server have no free descriptor while clients come.
fn accept_fails(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    // What a program opens once, for its first client, is open before the others come.
    site.serves_another(bench, "its start")?;
    site.server.wait_rest();
    let before = site.server.descriptors();
    let mut held = site.connect(bench)?;
    lists(&site.server, &mut held, "of a new client")?;
    let more = site.server.descriptors().more_than(&before);
    held.half_close();
    let _ = held.hear_to_end(1024);
    held.close();
    let ask = |peer: &mut Peer| {
        let _ = peer.say(&list()); // A server that has closed the connection is heard next.
    };
    let last = comes_meanwhile(bench, &mut site.server, more.saturating_sub(1), ask)?;
    let mut last = that_is_kept(bench, &mut site.server, last, ask)?;
    let reply = accepted(&site.server, &mut last, b"", "`list` when `accept` has failed", CAUSE);
    site.server.alive("`accept` failed")?;
    let reply = because(reply, CAUSE)?;
    body(&mut last, &reply).map(|_| ())
}
