//! What the server refuses, and what ends a connection.

use super::names::bad_requests;
use super::protocol::{MAX_BODY, accepted, body, came, hear_reply, message, put_header, refused};
use super::site::{ENDED_INSIDE, Site, ends};
use crate::bench::{Bench, Ending, Peer, Server};
use crate::finding::{Half, Outcome, because, broken, quoted};
use crate::promises::frames::{MAX_HEADER, frame_with};
use crate::promises::{Check, server};
use serde_json::json;
use std::time::{Duration, Instant};

/// The rows.
pub const SERVER: &[Check] = &[
    server!(
        "refuses-and-goes-on",
        "refuses what it cannot do, drops the body, and goes on",
        refuses_and_goes_on
    ),
    server!("reads-every-body", "reads a body that its request does not need", reads_every_body)
        .after(&["refuses-and-goes-on", "lists-files"]),
    server!("too-large", "refuses over 1 GiB at once, and ends the connection", too_large).takes(2),
    server!("as-large-as-allowed", "waits for the body of a put of exactly 1 GiB", as_large_as_allowed)
        .after(&["too-large"]),
    server!("broken-framing", "ends a connection whose messages cannot be told apart", broken_framing),
    server!("longest-header", "reads a header of 64 KiB, the longest", longest_header).after(&["good-names"]),
];

fn refuses_and_goes_on(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    site.dir.write("old", b"the old file")?;
    let before = site.dir.entries();
    let mut peer = site.connect(bench)?;
    for (request, what, cause) in bad_requests(bench)? {
        refused(&site.server, &mut peer, &request, &what, cause)?;
        site.is(&before, &format!("before {what}, which was refused"), cause)?;
    }
    Ok(())
}

/// Neither `list` nor `get` needs a body. One that comes is a part of the message, also when the server refuses it.
fn reads_every_body(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "every message may have a body, `data_size` states its size: read it and drop it, \
                         and the next message begins behind it";
    let mut site = Site::open(bench)?;
    site.dir.write("one", b"1")?;
    let mut peer = site.connect(bench)?;
    let inner = message(&put_header("inner", 0, &bench.hash(b"")?), b"");
    for (header, what) in [
        (json!({"op": "list", "data_size": inner.len()}), "`list` with a body"),
        (json!({"op": "get", "name": "one", "data_size": inner.len()}), "`get` with a body"),
        (json!({"op": "get", "name": "none", "data_size": inner.len()}), "`get` of no file, with a body"),
    ] {
        let _ = peer.say(&message(&header, &inner));
        let reply = because(hear_reply(&site.server, &mut peer, what), CAUSE)?;
        because(body(&mut peer, &reply), CAUSE)?;
        site.lists(&mut peer, "1 one\n", CAUSE)?;
    }
    Ok(())
}

fn too_large(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a `data_size` over 1 GiB is refused as soon as the header is there, without the body, and the \
                         connection ends";
    let mut site = Site::open(bench)?;
    site.dir.write("old", b"the old file")?;
    let before = site.dir.entries();
    let hash = bench.hash(b"")?;
    let mut peers = Vec::new();
    for (n, size) in [MAX_BODY + 1, 1 << 32, 1 << 63, u64::MAX].into_iter().enumerate() {
        site.serves_another(bench, "the client before")?;
        let mut peer = site.connect(bench)?;
        let request = message(&put_header(["new", "old"][n % 2], size, &hash), b"");
        let what = format!("`put` of {size} bytes");
        let asked = Instant::now();
        let _ = peer.say(&request);
        if n % 2 == 1 {
            // A part of the body lies unread at the server when it refuses: that must not destroy the refusal.
            let body = vec![b'x'; 4 << 20];
            peer.say_until_stuck(&body, || site.server.is_stuck());
        }
        let reply = because(hear_reply(&site.server, &mut peer, &what), CAUSE)?;
        if reply.error.is_none() {
            return broken(format!("the server refuses {what}"), "it has `ok` true", CAUSE);
        }
        if n % 2 == 1 {
            // Counted from before the request, so that no delay of this machine can make it too short.
            farewell(&mut peer, asked + FAREWELL)?;
        }
        ends(&mut peer, &what, CAUSE)?;
        site.is(&before, &format!("before {what}"), CAUSE)?;
        peers.push(peer);
    }
    // The clients stay: the server discards what they say for about a second, and all of them at once.
    for peer in &peers {
        lets_go(&site.server, peer)?;
    }
    site.serves_another(bench, "a put that was too large")
}

/// How long after its last reply a server discards what still comes, at least: half a second, less 50 ms for the
/// clocks.
const FAREWELL: Duration = Duration::from_millis(450);

/// Goes on writing after the server's last reply, and checks that no reset comes.
fn farewell(peer: &mut Peer, until: Instant) -> Outcome {
    match peer.say_until(until) {
        Err(ending @ Ending::Rst) => broken(
            "the server reads on for a while after its last reply",
            format!("the server {ending} while the client was still sending"),
            "to close with bytes unread sends RST, which destroys a reply that is still on its way: send the reply, \
             half-close (`shutdown`), and discard what comes until the client ends, or for a second",
        ),
        _ => Ok(()),
    }
}

/// Checks that the server closes its socket in the end, although the client's direction stays open.
fn lets_go(server: &Server, peer: &Peer) -> Outcome {
    let Ok(ends) = peer.ends() else { return Ok(()) };
    server.drops(
        ends,
        "it has refused a put that was too large, and its client stays",
        "after its last reply a server discards what still comes for about a second, and then closes the connection, \
         also when its client stays",
    )
}

fn as_large_as_allowed(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "1 GiB is allowed, only more is refused: wait for the body";
    let mut site = Site::open(bench)?;
    let before = site.dir.entries();
    let mut peer = site.connect(bench)?;
    let request = message(&put_header("new", MAX_BODY, &bench.hash(b"")?), &[b'x'; 5000]);
    let _ = peer.say(&request);
    peer.wait_taken();
    site.server.rests("a put of 1 GiB whose body has not come")?;
    let said = peer.pending();
    if !said.is_empty() || peer.ends().is_err() {
        return broken("the server waits for the body of a put of 1 GiB", quoted(&said), CAUSE);
    }
    peer.half_close();
    ends(&mut peer, "its client has ended inside a put", ENDED_INSIDE)?;
    site.is(&before, "before the put that was cut", "remove what came of a put that was cut")
}

fn broken_framing(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    site.dir.write("old", b"the old file")?;
    let before = site.dir.entries();
    let length = |n: u32| n.to_be_bytes().to_vec();
    // The body is as long as a server takes it to be that does not look at the kind of the number.
    let mut sized = Vec::new();
    for (size, taken) in [(json!(-1), 0), (json!(1.5), 1), (json!("5"), 5), (json!([5]), 0), (json!({}), 0)] {
        let body = vec![b'x'; taken];
        let header = json!({"op": "put", "name": "new", "data_size": size, "sha256": bench.hash(&body)?});
        sized.push((message(&header, &body), format!("a `data_size` of {size}")));
    }
    const LENGTH: &str = "a length over 64 KiB is no message of this protocol: end the connection as soon as the \
                          length is there, before you wait or allocate for the header";
    const JSON: &str =
        "the header is no JSON object, so nothing states how many bytes follow: end the connection";
    const SIZE: &str = "`data_size` is no non-negative integer, so nothing states where the next message \
                        begins: end the connection";
    let all: Vec<(Vec<u8>, &str, &str)> = vec![
        (length(MAX_HEADER as u32 + 1), "a length of 65537", LENGTH),
        (length(1 << 31), "a length of 2 GiB", LENGTH),
        (length(u32::MAX), "a length of 4294967295", LENGTH),
        (b"PUT /file HTTP/1.1\r\n\r\n".to_vec(), "a request of HTTP", LENGTH),
        (frame_with(b"hello", b""), "a header that is no JSON", JSON),
        (frame_with(b"", b""), "an empty header", JSON),
        (frame_with(b"[]", b""), "a header that is a list", JSON),
        (frame_with(b"\"list\"", b""), "a header that is a text", JSON),
        (frame_with(b"5", b""), "a header that is a number", JSON),
        (frame_with(b"null", b""), "a header that is null", JSON),
        (frame_with(b"{\"op\":\"list\"", b""), "a header that stops too early", JSON),
        (frame_with(b"{\"op\":\"list\"} {}", b""), "a header with something behind its object", JSON),
    ];
    let sized = sized.iter().map(|(bytes, what)| (bytes.clone(), what.as_str(), SIZE));
    for (bytes, what, cause) in all.into_iter().chain(sized) {
        let mut peer = site.connect(bench)?;
        let _ = peer.say(&bytes);
        let heard = ends(&mut peer, what, cause)?;
        if !is_refusal(&heard.bytes) {
            let expected =
                format!("the server ends the connection after {what}, with a refusal before or with nothing");
            return broken(expected, came(&heard, Half::Server), cause);
        }
        site.server.alive(what)?;
        site.is(&before, &format!("before {what}"), cause)?;
    }
    site.serves_another(bench, "messages that could not be told apart")
}

/// Returns whether these bytes are nothing, or begin with a refusal.
fn is_refusal(bytes: &[u8]) -> bool {
    let Some(length) = bytes.first_chunk::<4>() else { return bytes.is_empty() };
    let header = bytes.get(4..4 + u32::from_be_bytes(*length) as usize).unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(header).is_ok_and(|header| header["ok"] == false)
}

fn longest_header(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a header of exactly 64 KiB is allowed: JSON takes blanks between its parts";
    let mut site = Site::open(bench)?;
    site.dir.write("one", b"1")?;
    let mut peer = site.connect(bench)?;
    for _ in 0..2 {
        let mut header = br#"{"op":"list""#.to_vec();
        header.resize(MAX_HEADER - 1, b' ');
        header.push(b'}');
        let what = "`list` with a header of 65536 bytes";
        let reply = accepted(&site.server, &mut peer, &frame_with(&header, b""), what, CAUSE)?;
        because(body(&mut peer, &reply), CAUSE)?;
    }
    refused(
        &site.server,
        &mut peer,
        &super::protocol::get("none"),
        "`get` of a file that is not there",
        CAUSE,
    )
}
