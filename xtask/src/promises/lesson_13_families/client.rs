//! What a client does with an address: it calls that one, and no other.

use super::paths::{ALL_OF_IT, AS_IT_IS, NAMES, TOO_LONG};
use super::place::{NAME, Place, cause_of, with_address};
use crate::bench::{Bench, Client, Ending, Endpoint, Family, Host, With, same_bytes, taken};
use crate::finding::{Finding, Half, Outcome, Stop, Symptom, Weight, because, unable};
use crate::promises::asking::Ask;
use crate::promises::asking::client::{Asked, SIGPIPE};
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
    client!("calls-a-relative-path", "takes a path relative to its working directory", calls_a_relative_path)
        .over(&[Family::Unix]),
    client!("calls-again", "runs again at the same path, and leaves nothing there", calls_again)
        .over(&[Family::Unix]),
    client!("calls-100-bytes", "calls a path of 100 bytes", calls_100_bytes).over(&[Family::Unix]),
    client!("nobody-at-path", "reports it and exits with 1 when no server is at PATH", nobody_at_path)
        .after(&["nobody-listens"])
        .waits(1)
        .over(&[Family::Unix]),
    client!("refuses-a-bad-path", "reports that a path is empty or too long, and exits", refuses_a_bad_path)
        .over(&[Family::Unix]),
    client!("reply-is-bytes", "prints a reply that is no text as it came", reply_is_bytes),
    client!(
        "ends-between-lines",
        "reports it and exits with 1 when the server ended before a line",
        ends_between_lines
    )
    .after(&["server-ends"]),
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
    let ends = client.gives_up(&format!("when nobody listens at {given}"));
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
        "whoever listens at another address is another program: connect to the address in the first argument \
         only, and when that fails, report it",
    )
    .of(Half::Client)
    .broken()
}

fn calls_any_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    for name in NAMES {
        called(bench, place.at(name)?, &with_address(Some(&place.dir), format!("unix:{name}")), ALL_OF_IT)?;
    }
    Ok(())
}

fn calls_a_relative_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let below = place.dir.folder("below")?;
    called(bench, place.at("below/s")?, &with_address(Some(&place.dir), "unix:below/s".into()), AS_IT_IS)?;
    called(bench, place.at("s")?, &with_address(Some(&below), "unix:../s".into()), AS_IT_IS)?;
    // The whole path is too long for a socket, but the one that is given is short.
    let (deep, way) = place.deep_folder()?;
    called(bench, place.at(&format!("{way}/s"))?, &with_address(Some(&deep), "unix:s".into()), AS_IT_IS)
}

fn calls_100_bytes(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let at = place.at(&place.name_of_length(100))?;
    let room =
        "`sockaddr_un` has room for 108 bytes on Linux and 104 on macOS, with the 0 at the end (unix(7))";
    called(bench, at, &With::default(), room)
}

/// Runs the client twice at one path: what it leaves there the first time stands in its way.
fn calls_again(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    for _ in 0..2 {
        called(bench, place.at(NAME)?, &With::default(), ONLY_CALLS)?;
    }
    match place.dir.entries().0.keys().next() {
        None => Ok(()),
        Some(name) => {
            let got = format!("\"{}\" is there", name.as_encoded_bytes().escape_ascii());
            Finding::new("the client leaves no file beside PATH", got, ONLY_CALLS).of(Half::Client).broken()
        }
    }
}

/// Listens at `at` and talks to the client, which is started as `with` says; `cause` says why it does not call there,
/// when it does call at an ordinary path.
fn called(bench: &mut Bench, at: Endpoint, with: &With, cause: &str) -> Outcome {
    let host = bench.host_at(at)?;
    let line = random_word(bench, 8);
    let reply = Uppercase::reply(line.as_bytes());
    let mut client = bench.client_as(at, with, slice::from_ref(&reply))?;
    let mut peer = match bench.accept(&host, &client) {
        Ok(peer) => peer,
        Err(stop) => {
            client.end();
            return Err(not_there(bench, stop, at, with, cause));
        }
    };
    client.line(&line);
    let heard = peer.hear(line.len());
    same_bytes(Half::Client, line.as_bytes(), &heard, Uppercase::cause_of_request)?;
    let cause = "the client has gone before it read the reply";
    taken(Half::Client, peer.say(&reply), cause)?;
    client.end_input();
    client.exits_well("at the end of its input")?;
    client.printed_all(slice::from_ref(&reply), Uppercase::cause_of_printed)
}

/// Returns the stop that the client did not call at `at`, with the cause that an ordinary call shows to be true.
fn not_there(bench: &mut Bench, mut stop: Box<Stop>, at: Endpoint, with: &With, cause: &str) -> Box<Stop> {
    let Stop::Broken(finding) = &mut *stop else { return stop };
    if let Some(word) = &with.address {
        finding.expected = format!("the client, given {word:?}, connects to {at}").into();
    }
    if finding.cause.weight != Weight::Kept {
        finding.cause = cause_of(bench, std::mem::take(&mut finding.cause), cause, calls_an_ordinary_path);
    }
    stop
}

/// Starts the client at a short path that begins with `/`, and waits until it calls there.
fn calls_an_ordinary_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let at = place.at(NAME)?;
    let host = bench.host_at(at)?;
    let client = bench.client(at, &[])?;
    bench.accept(&host, &client).map(drop)
}

/// Types a line that is no UTF-8, and replies as the server does.
fn reply_is_bytes(bench: &mut Bench) -> Outcome {
    let host = bench.host()?;
    let line: &[u8] = b"caf\xe9 \xff\xfe stra\xc3";
    let reply = Uppercase::reply(line);
    let mut client = bench.client(host.addr, slice::from_ref(&reply))?;
    let mut peer = bench.accept(&host, &client)?;
    client.input(&[line, b"\n"].concat());
    let heard = peer.hear(line.len());
    if heard.bytes.is_empty() && matches!(heard.ending, Some(Ending::Fin | Ending::Rst)) {
        client.end_input();
        return client.exits_with_error("where it does not send a line that is no UTF-8");
    }
    same_bytes(Half::Client, line, &heard, |_, _| {
        "a line is bytes: send it as it is, or report that it is no UTF-8 and exit with 1".into()
    })?;
    taken(Half::Client, peer.say(&reply), "the client has gone before it read the reply")?;
    client.end_input();
    client.exits_well("at the end of its input")?;
    client.printed_all(slice::from_ref(&reply), |_| {
        "a reply is bytes, in every family: print exactly those that came, and do not make them text before"
    })
}

/// Ends the connection while the client waits for its next line.
fn ends_between_lines(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 5), random_word(bench, 6)];
    let mut asked = Asked::<Uppercase>::start(bench, &lines)?;
    asked.exchange(&lines[0])?;
    let Asked { mut client, peer, .. } = asked;
    client.wait_idle();
    peer.close();
    client.line(&lines[1]);
    let outcome = client.exits_with_error("when the server has ended before the next line");
    match &outcome {
        Err(stop) if stop.symptom() == Symptom::Killed && client.was_ended_by_sigpipe() => {
            because(outcome, SIGPIPE)
        }
        _ => outcome,
    }
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
    let _datagrams = dir.datagram_socket("datagrams")?;
    calls_nobody(bench, &place, "datagrams", "a datagram socket is there")
}

/// Starts the client at the path of this name, where no server is, and checks that it leaves everything as it was.
fn calls_nobody(bench: &mut Bench, place: &Place, name: &str, when: &str) -> Outcome {
    let before = place.dir.standing(name);
    let mut client = bench.client(place.at(name)?, &[])?;
    client.line("hello");
    client.end_input();
    let ends = client.gives_up(&format!("when {when}"));
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
            "the client reports {what} on standard error, and exits with a status other than 0"
        ));
        not_called(bench, &host, &mut client, &word)?;
        ends?;
    }
    Ok(())
}
