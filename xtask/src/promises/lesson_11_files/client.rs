//! What a client of lesson 11 does with each verb, and the steps that its checks share.

use super::names::wrong_names;
use super::protocol::{Header, came, found, hear_header, message, refusal, shown};
use crate::bench::{Bench, Client, Dir, Endpoint, Entries, Host, Peer, With};
use crate::finding::{Finding, Half, Outcome, because, quoted};
use crate::promises::frames::frame_with;
use crate::promises::inputs::random_word;
use crate::promises::output_fails::{LENGTHS, TITLE};
use crate::promises::{Check, any_client, client};
use crate::wire::Kind::{Dribble, Glue, Slice};
use crate::wire::{Cut, Kind};
use serde_json::{Value, json};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("prints-the-list", "prints the list as it came", prints_the_list),
    client!("prints-refusals", "reports why the server refuses, and exits with 1", prints_refusals),
    client!(
        "refuses-bad-names",
        "refuses a name that breaks the rule before it writes anything",
        refuses_bad_names
    ),
    client!("reply-in-pieces", "understands replies whatever the pieces", reply_in_pieces)
        .after(&["gets-files", "prints-the-list"])
        .on(&[Glue, Dribble, Slice]),
    client!("server-ends", "reports it and exits with 1 when the server ends (FIN)", server_ends),
    client!("server-resets", "reports it and exits with 1 when the server resets (RST)", server_resets)
        .after(&["server-ends"]),
    client!("server-stalls", "waits at rest when the server falls silent", server_stalls).on(&STALLS),
    client!("nobody-listens", "reports it and exits with 1 when nobody listens", nobody_listens),
    client!("output-fails", TITLE, output_fails).after(&["prints-the-list"]),
];

/// Before the reply, and inside its body.
const STALLS: [Kind; 2] = [Kind::ends(Cut::Stall, 0), Kind::ends(Cut::Stall, 300)];

/// A client that has called the runner.
pub struct Called {
    /// The client.
    pub client: Client,
    /// Its connection.
    pub peer: Peer,
    /// Where it called.
    pub host: Host,
}

/// Starts the client with these words in this folder, and accepts its connection.
pub fn start(bench: &mut Bench, dir: &Dir, words: &[&str], wanted: &[Vec<u8>]) -> Outcome<Called> {
    let host = bench.host()?;
    let client = start_at(bench, host.addr, dir, words, wanted)?;
    let peer = bench.accept(&host, &client)?;
    Ok(Called { client, peer, host })
}

/// Does what [`start`] does, for a client that may hash a long file first.
pub fn start_computing(bench: &mut Bench, dir: &Dir, words: &[&str]) -> Outcome<Called> {
    let host = bench.host()?;
    let client = start_at(bench, host.addr, dir, words, &[])?;
    let peer = bench.accept_computing(&host, &client)?;
    Ok(Called { client, peer, host })
}

/// Starts the client with these words in this folder; it must call at `addr`.
pub fn start_at(
    bench: &mut Bench,
    addr: Endpoint,
    dir: &Dir,
    words: &[&str],
    wanted: &[Vec<u8>],
) -> Outcome<Client> {
    let with = With { dir: Some(dir.path().to_path_buf()), ..With::words(words) };
    let mut client = bench.client_as(addr, &with, wanted)?;
    client.end_input();
    Ok(client)
}

/// Hears the header of a request, which must be this one.
///
/// # Errors
/// The finding that another one came, or none.
pub fn hears(peer: &mut Peer, op: &str, name: Option<&str>) -> Outcome<Header> {
    let header = hear_header(peer, Half::Client, &format!("the request to `{op}`"))?;
    let text = |key: &str| header.get(key).and_then(Value::as_str);
    let cause = match () {
        () if text("op") != Some(op) => "`op` states what the first word after the address asks for",
        () if name.is_some() && text("name") != name => {
            "`name` is the word NAME; without one, `put` takes the last part of FILE"
        }
        () => return Ok(header),
    };
    let name = name.map_or(String::new(), |name| format!(" of {}", quoted(name.as_bytes())));
    Finding::new(format!("the client asks to `{op}`{name}"), shown(&header), cause).of(Half::Client).broken()
}

/// Checks that the client exits with status 1 and prints this text, which the server sent, on standard error.
pub fn prints_error(client: &mut Client, error: &str, after: &str) -> Outcome {
    let cause = "a refusal is the server's answer: print its `error` on standard error, and exit with 1";
    because(client.exits_with_error(after), cause)?;
    let said = client.said();
    if said.text().contains(error) {
        return Ok(());
    }
    let expected = format!("the client prints \"{error}\" on standard error {after}");
    Finding::new(expected, format!("it prints {}", quoted(&said.0)), cause).of(Half::Client).broken()
}

/// Checks that a client's folder is as it was.
pub fn is_as_before(dir: &Dir, before: &Entries, when: &str, cause: &str) -> Outcome {
    match before.change(&dir.entries()) {
        None => Ok(()),
        Some(change) => Finding::new(format!("all files are as they were {when}"), change, cause)
            .of(Half::Client)
            .broken(),
    }
}

fn prints_the_list(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let word = random_word(bench, 6);
    let many: Vec<String> = (0..3000).map(|n| format!("{} {word}-{n}", n * 7)).collect();
    for lines in
        [vec![], vec![format!("0 {word}"), format!("12345 b {word}"), "7 \u{e9}\u{1f600}".into()], many]
    {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let wanted: Vec<Vec<u8>> = lines.iter().map(|line| line.clone().into_bytes()).collect();
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["list"], &wanted)?;
        hears(&mut peer, "list", None)?;
        let _ = peer.say(&message(&json!({"ok": true, "data_size": body.len()}), body.as_bytes()));
        client.exits_well("when the whole list has come")?;
        client.printed_all(
            &wanted,
            |_| "print the body of the reply as it came: a line for each file, in order",
        )?;
    }
    Ok(())
}

fn prints_refusals(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    dir.write("file", b"some bytes")?;
    dir.write("old", b"the old file")?;
    let before = dir.entries();
    for words in [&["get", "new"][..], &["get", "old"], &["list"], &["put", "file"]] {
        let error = format!("because {}", random_word(bench, 8));
        let Called { mut client, mut peer, .. } = start(bench, &dir, words, &[])?;
        hears(&mut peer, words[0], None)?;
        if words[0] == "put" {
            let _ = peer.hear(10);
        }
        let _ = peer.say(&refusal(&error));
        prints_error(&mut client, &error, &format!("when the server refuses to `{}`", words[0]))?;
        is_as_before(&dir, &before, "after a refusal", "open nothing before the server's ok")?;
    }
    Ok(())
}

/// The client may refuse before it connects, before it asks, or, for a `get`, before it opens anything.
fn refuses_bad_names(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let around = Dir::of(&folder);
    let dir = around.folder("dir")?;
    dir.write("file", b"some bytes")?;
    dir.write(".hidden", b"some bytes")?;
    dir.folder("sub")?;
    let before = around.entries();
    let names = wrong_names();
    // No empty name: to type one is wrong usage. No NUL: it ends a word.
    let names = || names.iter().map(String::as_str).filter(|name| !name.is_empty() && !name.contains('\0'));
    let mut all: Vec<Vec<&str>> = names().map(|name| vec!["get", name, "copy"]).collect();
    all.extend(names().step_by(4).map(|name| vec!["get", name]));
    all.extend(names().step_by(3).map(|name| vec!["put", "file", name]));
    all.push(vec!["put", ".hidden"]);
    for words in all {
        let name = if words[0] == "put" { words[words.len() - 1] } else { words[1] };
        let cause = format!(
            "{} breaks the rule for names: check the name first, report it and exit with 1; do not leave \
             that to the server",
            quoted(name.as_bytes())
        );
        let host = bench.host()?;
        let mut client = start_at(bench, host.addr, &dir, &words, &[])?;
        // Kept to the end: the client must not take its end for the reason.
        let mut peer = bench.accept_again(&host, &client)?;
        if let Some(peer) = &mut peer {
            let heard = peer.hear(4);
            let length = heard.bytes.first_chunk::<4>().map_or(0, |four| u32::from_be_bytes(*four));
            if length > 0 && words[0] == "put" {
                let expected = format!("the client does not ask to put the name {}", quoted(name.as_bytes()));
                let got = format!("it sends {}", came(&heard, Half::Client));
                return Finding::new(expected, got, cause).of(Half::Client).broken();
            }
            if length > 0 {
                let _ = peer.hear(length.min(65_536) as usize);
                let _ = peer.say(&found(5, &bench.hash(b"bytes")?, b"bytes"));
            }
        }
        let after = format!("for the name {}", quoted(name.as_bytes()));
        because(client.exits_with_error(&after), cause.as_str())?;
        is_as_before(&around, &before, "after a name that was refused", &cause)?;
    }
    Ok(())
}

fn reply_in_pieces(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a reply may come in any number of pieces, and its body with the header: read the length, the \
                         header and the body each until all of its bytes are there";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = super::site::random(bench, 300);
    dir.write("file", b"some bytes")?;
    let listed = message(&json!({"ok": true, "data_size": 8}), b"300 new\n");
    let stored = frame_with(br#"{ "data_size" : 0, "ok" : true }"#, b"");
    let replies = [found(300, &bench.hash(&bytes)?, &bytes), listed, stored];
    for (words, reply) in [&["get", "new"][..], &["list"], &["put", "file"]].into_iter().zip(replies) {
        let host = bench.host_behind_wire()?;
        let wire = bench.wire_to(host.addr, vec![1; 4096], vec![reply.len()])?;
        let wanted = if words[0] == "list" { vec![b"300 new".to_vec()] } else { Vec::new() };
        let mut client = start_at(bench, wire.addr, &dir, words, &wanted)?;
        let mut peer = bench.accept(&host, &client)?;
        hears(&mut peer, words[0], None)?;
        if words[0] == "put" {
            let _ = peer.hear(10);
        }
        let _ = peer.say(&reply);
        bench.wait_while_carried(&wire, &client);
        because(client.exits_well("after the whole reply"), CAUSE)?;
        client.printed_all(&wanted, |_| CAUSE)?;
    }
    super::site::holds(Half::Client, &dir, "new", &bytes, CAUSE)
}

/// Ends the connection in place of a reply, or inside its header.
fn server_ends(bench: &mut Bench) -> Outcome {
    no_reply(
        bench,
        Peer::close,
        "ends the connection instead of replying",
        "a `read` of 0 bytes is the server's end (FIN): without a whole reply it is an error",
    )
}

fn server_resets(bench: &mut Bench) -> Outcome {
    no_reply(
        bench,
        Peer::reset,
        "resets the connection",
        "the connection was reset: report it and exit with 1",
    )
}

fn no_reply(bench: &mut Bench, end: fn(Peer), what: &str, cause: &str) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    dir.write("file", b"some bytes")?;
    let before = dir.entries();
    let reply = message(&json!({"ok": true, "data_size": 0}), b"");
    for (words, said) in [
        (&["list"][..], 0),
        (&["get", "new"], 0),
        (&["put", "file"], 0),
        (&["list"], 3),
        (&["put", "file"], 9),
    ] {
        let Called { mut client, mut peer, .. } = start(bench, &dir, words, &[])?;
        hears(&mut peer, words[0], None)?;
        if words[0] == "put" {
            let _ = peer.hear(10);
        }
        let _ = peer.say(&reply[..said]);
        peer.wait_taken();
        end(peer);
        because(client.exits_with_error(&format!("when the server {what}")), cause)?;
        is_as_before(&dir, &before, "when no reply came", "open nothing before the server's ok")?;
    }
    Ok(())
}

/// Falls silent in place of the reply, or inside the body, as the wire says.
fn server_stalls(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = super::site::random(bench, 3000);
    let reply = found(3000, &bench.hash(&bytes)?, &bytes);
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let client = start_at(bench, wire.addr, &dir, &["get", "new"], &[])?;
    let mut peer = bench.accept(&host, &client)?;
    hears(&mut peer, "get", Some("new"))?;
    if bench.wire == STALLS[0] {
        client.waits_at_rest(|| wire.has_stalled(), "the server falls silent instead of replying")?;
        let cause = "open nothing before the server's ok";
        return is_as_before(&dir, &Entries::default(), "while no reply has come", cause);
    }
    let _ = peer.say(&reply);
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent inside the body")
}

fn nobody_listens(bench: &mut Bench) -> Outcome {
    any_client::calls_nobody(bench, &With::words(["list"]))
}

/// Sends the list to a client whose standard output takes nothing.
fn output_fails(bench: &mut Bench) -> Outcome {
    bench.can_fill_output()?;
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    for length in LENGTHS {
        let body = format!("7 {}\n", random_word(bench, 5)).repeat(length.div_ceil(8));
        let host = bench.host()?;
        let with = With { dir: Some(dir.path().to_path_buf()), full_output: true, ..With::words(["list"]) };
        let mut client = bench.client_as(host.addr, &with, &[])?;
        client.end_input();
        // A client may print something before it calls, and give up then.
        if let Some(mut peer) = bench.accept_again(&host, &client)? {
            let _ = hears(&mut peer, "list", None);
            let _ = peer.say(&message(&json!({"ok": true, "data_size": body.len()}), body.as_bytes()));
            let _ = peer.hear_to_end(1024);
        }
        client.fails_to_print()?;
    }
    Ok(())
}
