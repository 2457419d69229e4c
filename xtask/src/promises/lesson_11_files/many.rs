//! A server among many clients, and what it holds when they are gone.

use super::protocol::{accepted, body, get, gets, hear_reply, list, put};
use super::site::{Site, random};
use crate::bench::{Bench, Dir, Peer, Server, With, fin_next, same_bytes};
use crate::finding::{Half, Outcome, Stop, because, broken};
use crate::promises::{Check, any_server, server};
use std::time::Duration;

/// The rows.
pub const SERVER: &[Check] = &[
    server!(
        "beside-silent-clients",
        "serves others beside clients that stop anywhere",
        beside_silent_clients
    )
    .after(&["ends-with-its-client", "serves-files"]),
    server!("silence-is-no-end", "waits for a silent client without a limit", silence_is_no_end)
        .after(&["beside-silent-clients"])
        .takes(3),
    server!("beside-a-slow-reader", "serves others while a client reads nothing", beside_a_slow_reader)
        .after(&["beside-silent-clients", "serves-files"])
        .takes(2),
    server!("many-at-once", "serves a hundred clients at once", many_at_once)
        .after(&["beside-silent-clients"]),
    server!("goes-on-after-resets", "goes on serving when clients reset, anywhere", goes_on_after_resets)
        .after(&["beside-silent-clients"]),
    server!(
        "ends-with-its-client",
        "ends the connection when the client does, then serves the next",
        ends_with_its_client
    ),
    server!("keeps-no-sockets", "closes its socket whatever ended the connection", keeps_no_sockets)
        .after(&["goes-on-after-resets"]),
    server!("binds-its-address", "listens at the address it was given and no other", binds_its_address),
    server!(
        "says-why-it-cannot-bind",
        "reports it and exits when its address is taken",
        says_why_it_cannot_bind
    ),
    server!("no-folder", "reports it and exits when DIR is no folder", no_folder),
];

/// Lists, and takes the body.
fn lists(server: &Server, peer: &mut Peer, what: &str, cause: &str) -> Outcome {
    let reply = accepted(server, peer, &list(), what, cause)?;
    because(body(peer, &reply), cause).map(|_| ())
}

fn beside_silent_clients(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "nobody serves this client beside others that send nothing: a thread for each \
                         connection, and no lock and no `join` while you wait for a client";
    let mut site = Site::open(bench)?;
    site.dir.write("one", b"a file")?;
    let bytes = random(bench, 50_000);
    let request = put(bench, "one", &bytes)?;
    let mut silent = Vec::new();
    for n in 0..20 {
        let mut peer = site.connect(bench)?;
        // Without a word, inside the length, the header, before the body, inside it.
        let place = [0, 2, 30, request.len() - bytes.len(), request.len() - 9][n % 5];
        let _ = peer.say(&request[..place]);
        silent.push((peer, place));
    }
    bench.logs.clear(); // They say nothing worth showing.
    let mut peer = site.connect(bench)?;
    lists(&site.server, &mut peer, "`list` beside silent clients", CAUSE)?;
    because(gets(bench, &site.server, &mut peer, "one", b"a file", None), CAUSE)?;
    because(site.puts(bench, &mut peer, "two", &bytes), CAUSE)?;
    // The silent ones are still served.
    for (mut peer, place) in silent {
        accepted(
            &site.server,
            &mut peer,
            &request[place..],
            "`put` of a client that was silent for a while",
            CAUSE,
        )?;
    }
    Ok(())
}

/// Clients that are silent for longer than a time limit that a program may have: between messages, inside a header,
/// inside a body.
fn silence_is_no_end(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "silence was taken for the end: a client that sends nothing is still there, and only \
                         a `read` of 0 bytes is its end";
    const SILENCE: Duration = Duration::from_millis(2500);
    let mut site = Site::open(bench)?;
    let bytes = random(bench, 3000);
    let request = put(bench, "one", &bytes)?;
    let mut peers = Vec::new();
    for place in [0, 20, request.len() - 5] {
        let mut peer = site.connect(bench)?;
        let _ = peer.say(&request[..place]);
        peers.push((peer, place));
    }
    let mut silence = SILENCE;
    for (peer, place) in &mut peers {
        if let Some(ending) = peer.stays_silent(silence) {
            let got = format!("the server {ending}, after {place} bytes of a message");
            return broken("the server waits for a client that is silent for 2.5 s", got, CAUSE);
        }
        silence = Duration::from_millis(1); // All of them are silent at the same time.
    }
    peers.iter_mut().try_for_each(|(peer, place)| {
        accepted(&site.server, peer, &request[*place..], "`put` after 2.5 s of silence", CAUSE).map(|_| ())
    })
}

/// Reads nothing of a long file until the server can write no more: only this client may wait.
fn beside_a_slow_reader(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "nobody serves this client beside one that reads nothing: hold no lock while you write to a client";
    let mut site = Site::open(bench)?;
    let bytes = random(bench, 8 << 20);
    site.dir.write("long", &bytes)?;
    let mut slow = bench.connect_narrow(&mut site.server)?;
    let _ = slow.say(&get("long"));
    let reply = hear_reply(&site.server, &mut slow, "`get` of 8 MiB")?;
    let mut peer = site.connect(bench)?;
    lists(&site.server, &mut peer, "`list` beside a client that reads nothing", CAUSE)?;
    let few = random(bench, 3000);
    because(site.puts(bench, &mut peer, "short", &few), CAUSE)?;
    because(site.puts(bench, &mut peer, "long", &few), CAUSE)?;
    let heard = slow.hear(reply.data_size as usize);
    same_bytes(Half::Server, &bytes, &heard, |_, _| {
        "a client that reads late gets all of the file that was opened for it: `write` may take only a part \
         (`write_all`)"
            .into()
    })
}

fn many_at_once(bench: &mut Bench) -> Outcome {
    const CLIENTS: usize = 100;
    let mut site = Site::open(bench)?;
    let mut all = Vec::new();
    for n in 0..CLIENTS {
        let bytes = random(bench, 2000 + n);
        let request = put(bench, &format!("file {n}"), &bytes)?;
        let mut peer = site.connect(bench)?;
        let _ = peer.say(&request[..request.len() / 2]);
        all.push((peer, bytes, request));
    }
    for (peer, _, request) in &mut all {
        let _ = peer.say(&request[request.len() / 2..]);
    }
    let outcome = all.iter_mut().enumerate().try_for_each(|(n, (peer, bytes, _))| {
        let what = format!("`put` of client {} of {CLIENTS} at once", n + 1);
        let cause = "this client is not served while the others are connected: a thread for each connection, no fixed \
                     number of them, and nothing that two of them share";
        because(accepted(&site.server, peer, b"", &what, cause), cause)?;
        because(site.holds(&format!("file {n}"), bytes, cause), cause)
    });
    // Show one conversation, not a hundred.
    let keep = bench.logs.len().saturating_sub(1);
    bench.logs.drain(..keep);
    outcome
}

fn goes_on_after_resets(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "what one client does must end its connection only: no error of a connection ends the server, \
                         or another connection";
    let mut site = Site::open(bench)?;
    let long = random(bench, 4 << 20);
    site.dir.write("long", &long)?;
    let mut beside = site.connect(bench)?;
    lists(&site.server, &mut beside, "`list`", CAUSE)?;
    let request = put(bench, "new", &long)?;
    for n in 0..6 {
        let mut peer = site.connect(bench)?;
        match n {
            0 => {}
            1 => drop(peer.say(&request[..3])),
            2 => drop(peer.say(&request[..20])),
            3 => drop(peer.say(&request[..1 << 20])),
            4 => drop(peer.say(&get("long"))),
            _ => {
                let _ = peer.say(&get("long"));
                let _ = peer.hear(100_000);
            }
        }
        peer.reset();
        site.serves_another(bench, "a client that reset its connection (RST)")?;
    }
    lists(&site.server, &mut beside, "`list` on a connection from before the resets", CAUSE)
}

fn ends_with_its_client(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "a `read` of 0 bytes between two messages is the client's end: end the connection, too";
    let mut site = Site::open(bench)?;
    for asks in [0, 1, 3] {
        let mut peer = site.connect(bench)?;
        for _ in 0..asks {
            lists(&site.server, &mut peer, "`list`", "a connection serves one message after the other")?;
        }
        peer.half_close();
        fin_next(&peer.hear_to_end(64 * 1024), CAUSE)?;
        any_server::rests_after_close(&site.server, peer, "a client that left").or_else(not_told)?;
    }
    site.serves_another(bench, "a client that left")
}

/// Returns ok when a check cannot look, because the platform does not tell.
pub fn not_told(stop: Box<Stop>) -> Outcome {
    match *stop {
        Stop::Skip(_) => Ok(()),
        _ => Err(stop),
    }
}

fn keeps_no_sockets(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let bytes = random(bench, 5000);
    let request = put(bench, "new", &bytes)?;
    let leaves = |server: &Server, peer: &mut Peer| lists(server, peer, "`list`", "`list` is answered");
    let resets = |server: &Server, peer: &mut Peer| {
        lists(server, peer, "`list`", "`list` is answered")?;
        let _ = peer.say(&request[..4000]);
        Ok(())
    };
    any_server::lets_go(bench, &mut site.server, leaves, resets)
}

fn binds_its_address(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    // A server that has answered has bound all its sockets.
    lists(&site.server, &mut peer, "`list`", "`list` is answered")?;
    site.server.listens_only_there()
}

fn says_why_it_cannot_bind(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    any_server::cannot_bind(bench, &With::words([folder.path()]))
}

fn no_folder(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "look at DIR before you serve: when it is no folder, report it and exit with a status other than 0";
    let folder = bench.folder()?;
    let around = Dir::of(&folder);
    around.write("file", b"no folder")?;
    around.link("dangling", "nowhere")?;
    for name in ["missing", "file", "dangling"] {
        let addr = bench.nobody(Half::Server)?;
        let mut server = bench.start_server(addr, &With::words([around.at(name)]))?;
        let exit = server.wait_refused();
        let expected = "the server reports that DIR is no folder, and exits with a status other than 0";
        because(server.is_refused(expected, exit), CAUSE)?;
    }
    Ok(())
}
