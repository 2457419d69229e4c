//! What a client does with an address: it calls that one, and no other.

use super::paths::{NAMES, TOO_LONG};
use super::place::{Place, with_address};
use crate::bench::{Bench, Client, Endpoint, Family, Host, same_bytes, taken};
use crate::finding::{Finding, Half, Outcome, unable};
use crate::promises::asking::Ask;
use crate::promises::inputs::random_word;
use crate::promises::lesson_02_uppercase::Uppercase;
use crate::promises::{Check, client};
use std::slice;

/// The rows.
pub const ROWS: &[Check] = &[
    client!("calls-no-other", "calls the address it was given and no other", calls_no_other)
        .over(&[Family::V4, Family::V6]),
    client!("calls-any-path", "takes all that follows `unix:` as the path, `@` too", calls_any_path)
        .over(&[Family::Unix]),
    client!("calls-100-bytes", "calls a path of 100 bytes", calls_100_bytes).over(&[Family::Unix]),
    client!("nobody-at-path", "says so and exits with 1 when no server is at PATH", nobody_at_path)
        .over(&[Family::Unix]),
    client!("refuses-a-bad-path", "says that a path is empty or too long, and exits", refuses_a_bad_path)
        .over(&[Family::Unix]),
];

/// Listens at `[::1]` while the client is given 127.0.0.1 on the same port, or the other way round.
fn calls_no_other(bench: &mut Bench) -> Outcome {
    let (six, four) = bench.one_port(Half::Client)?;
    let (given, other) = if bench.family == Family::V6 { (six, four) } else { (four, six) };
    let Some(host) = bench.hold(other) else {
        return unable(format!("{other} was taken by another program meanwhile"));
    };
    let mut client = bench.client(given, &[])?;
    client.line("hello");
    client.end_input();
    let ends = client.exits_with_error(&format!("when nobody listens at {given}"));
    not_called(bench, &host, &mut client, &given.to_string())?;
    ends
}

/// Checks that the client, which has ended, did not call here.
fn not_called(bench: &mut Bench, host: &Host, client: &mut Client, given: &str) -> Outcome {
    client.end();
    if bench.accept_again(host, client)?.is_none() {
        return Ok(());
    }
    let at = host.addr;
    Finding::new(
        format!("a client that was given {given:?} calls no other address"),
        format!("it called {at}"),
        "whoever listens at another address is another program: connect to the address in the first argument only, and \
         when that fails, say so",
    )
    .of(Half::Client)
    .broken()
}

/// Starts the client in the folder with `unix:NAME`, and listens at the absolute path.
fn calls_any_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.dir.folder("below")?;
    for name in NAMES.iter().chain(&["below/s"]) {
        let word = format!("unix:{name}");
        called_at(bench, &place, name, Some(word))?;
    }
    Ok(())
}

fn calls_100_bytes(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    called_at(bench, &place, &place.name_of_length(100), None)
}

/// Talks to a client at the socket of this name; `word` is how the client is given it, from the folder.
fn called_at(bench: &mut Bench, place: &Place, name: &str, word: Option<String>) -> Outcome {
    let at: Endpoint = place.at(name)?;
    let host = bench.host_at(at)?;
    let dir = word.as_ref().map(|_| &place.dir);
    let with = with_address(dir, word.unwrap_or_else(|| at.to_string()));
    let line = random_word(bench, 8);
    let reply = Uppercase::reply(line.as_bytes());
    let mut client = bench.client_as(at, &with, slice::from_ref(&reply))?;
    let mut peer = bench.accept(&host, &client)?;
    client.line(&line);
    let heard = peer.hear(line.len());
    same_bytes(Half::Client, line.as_bytes(), &heard, Uppercase::cause_of_request)?;
    let cause = "the client has gone before it read the reply";
    taken(Half::Client, peer.say(&reply), cause)?;
    client.end_input();
    client.exits_well("at the end of its input")?;
    client.printed_all(slice::from_ref(&reply), Uppercase::cause_of_printed)
}

/// Gives the client a path at which nothing stands, and several at which something else than a server does.
fn nobody_at_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let dir = &place.dir;
    calls_nobody(bench, &place, "absent", "nothing stands there")?;
    dir.stale_socket("stale")?;
    calls_nobody(bench, &place, "stale", "the socket file there is stale")?;
    dir.write("file", b"what somebody needs\n")?;
    calls_nobody(bench, &place, "file", "a regular file stands there")?;
    dir.folder("folder")?;
    calls_nobody(bench, &place, "folder", "a folder stands there")?;
    let datagrams = dir.datagram_socket("datagrams")?;
    let outcome = calls_nobody(bench, &place, "datagrams", "a datagram socket is there");
    drop(datagrams);
    outcome
}

/// Starts the client at the path of this name, where no server is, and checks that it leaves everything as it was.
fn calls_nobody(bench: &mut Bench, place: &Place, name: &str, when: &str) -> Outcome {
    let before = place.dir.standing(name);
    let mut client = bench.client(place.at(name)?, &[])?;
    client.line("hello");
    client.end_input();
    let ends = client.exits_with_error(&format!("when {when}"));
    client.end();
    match &before {
        Some(before) => place.is_untouched(Half::Client, name, before, ONLY_CALLS)?,
        None if place.dir.standing(name).is_some() => {
            return Finding::new("a client makes no file at PATH", "a file is there", ONLY_CALLS)
                .of(Half::Client)
                .broken();
        }
        None => {}
    }
    ends
}

const ONLY_CALLS: &str = "a client calls, and nothing else: what stands at the path is not its own";

/// Gives the client an empty path, and paths that are too long, while the runner listens where a cut one would lead.
fn refuses_a_bad_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let folder = place.dir.path().display().to_string();
    let name = |bytes| place.name_of_length(bytes);
    // A path that is cut to fit leads here: 107 bytes and a 0 fill `sockaddr_un` on Linux, 103 on macOS.
    let room = if cfg!(target_os = "linux") { 107 } else { 103 };
    let host = bench.host_at(place.at(&name(room))?)?;
    let long = TOO_LONG.iter().map(|bytes| format!("{folder}/{}", name(*bytes)));
    for path in [String::new()].into_iter().chain(long) {
        let word = format!("unix:{path}");
        let mut client = bench.client_as(host.addr, &with_address(None, word.clone()), &[])?;
        client.line("hello");
        client.end_input();
        let what = match path.len() {
            0 => "that the path after `unix:` is empty".to_string(),
            bytes => format!("that a path of {bytes} bytes is too long"),
        };
        let ends = client.refuses_its_address(&format!(
            "the client says {what} on standard error, and exits with a status other than 0"
        ));
        not_called(bench, &host, &mut client, &word)?;
        ends?;
    }
    Ok(())
}
