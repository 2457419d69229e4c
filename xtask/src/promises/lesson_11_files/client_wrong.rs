//! Replies that contradict themselves: a client believes none of them.

use super::client::{Called, hears, is_as_before, start};
use super::client_get::asks_from;
use super::protocol::message;
use super::site::random;
use crate::bench::{Bench, Dir};
use crate::finding::{Outcome, because};
use crate::promises::frames::frame_with;
use crate::promises::{Check, client};
use serde_json::{Value, json};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!(
        "contradictions",
        "reports it and exits with 1 when a reply to `get` contradicts itself",
        contradictions
    )
    .after(&["no-reply-at-all"]),
    client!("no-reply-at-all", "reports it and exits with 1 when what comes is no reply", no_reply_at_all)
        .after(&["server-ends"]),
];

/// The size of the file that the replies speak of.
const SIZE: usize = 5000;

fn contradictions(bench: &mut Bench) -> Outcome {
    let bytes = random(bench, SIZE);
    let hash = bench.hash(&bytes)?;
    for part in [0, 2000] {
        let rest = SIZE - part;
        let right = json!({"ok": true, "size": SIZE, "sha256": hash, "data_size": rest});
        let with = |key: &str, value: Value| {
            let mut header = right.clone();
            header[key] = value;
            header
        };
        let without = |key: &str| {
            let mut header = right.clone();
            header.as_object_mut().map(|header| header.remove(key));
            header
        };
        const SIZES: &str = "`data_size` is `size` without the bytes before the offset: refuse every other reply, and \
                             open nothing for it";
        const HASH: &str =
            "without `sha256` nothing can be verified: refuse such a reply, and open nothing for it";
        const OK: &str = "a reply has `ok`, true or false: refuse one that does not";
        const KIND: &str =
            "`size` and `data_size` are non-negative integers: refuse other ones, and open nothing for them";
        let all = [
            (with("data_size", json!(rest + 1)), "`data_size` is one too many", SIZES),
            (with("data_size", json!(rest - 1)), "`data_size` is one too few", SIZES),
            (with("data_size", json!(0)), "`data_size` is 0", SIZES),
            (without("data_size"), "`data_size` is missing", SIZES),
            (with("size", json!(SIZE + 1)), "`size` is one too many", SIZES),
            (with("size", json!(rest - 1)), "`size` is too small", SIZES),
            (without("size"), "`size` is missing", SIZES),
            (without("sha256"), "`sha256` is missing", HASH),
            (with("sha256", Value::Null), "`sha256` is null", HASH),
            (without("ok"), "`ok` is missing", OK),
            (with("data_size", json!(-1)), "`data_size` is negative", KIND),
            (with("data_size", json!(rest.to_string())), "`data_size` is a text", KIND),
            (with("size", json!(-1)), "`size` is negative", KIND),
        ];
        for (header, what, cause) in all {
            is_refused(bench, part, &bytes, &message(&header, &bytes[part..]), what, cause, true)?;
        }
    }
    Ok(())
}

fn no_reply_at_all(bench: &mut Bench) -> Outcome {
    const JSON: &str = "a header is a JSON object: everything else breaks the protocol";
    const LENGTH: &str = "a header has at most 64 KiB: refuse a longer one as soon as its length is there, before you \
                          wait or allocate for it";
    let bytes = random(bench, SIZE);
    for part in [0, 2000] {
        for (reply, what, cause, ends) in [
            (frame_with(b"hello", b""), "the header is no JSON", JSON, true),
            (frame_with(b"[1, 2]", b""), "the header is a list", JSON, true),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "the reply is one of HTTP", LENGTH, false),
            (65_537_u32.to_be_bytes().to_vec(), "the length is 65537", LENGTH, false),
            (u32::MAX.to_be_bytes().to_vec(), "the length is 4 GiB", LENGTH, false),
        ] {
            is_refused(bench, part, &bytes, &reply, what, cause, ends)?;
        }
    }
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    for (reply, what, cause) in [
        (frame_with(b"hello", b""), "the header is no JSON", JSON),
        (message(&json!({"data_size": 0}), b""), "`ok` is missing", "a reply has `ok`, true or false"),
        (
            message(&json!({"ok": true, "data_size": -1}), b""),
            "`data_size` is negative",
            "`data_size` is a non-negative integer",
        ),
        (
            message(&json!({"ok": true, "data_size": 10}), b"1 a\n"),
            "the list stops too early",
            "the list has `data_size` bytes: fewer are an error",
        ),
    ] {
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["list"], &[])?;
        hears(&mut peer, "list", None)?;
        let _ = peer.say(&reply);
        peer.half_close();
        because(client.exits_with_error(&format!("when, in the reply to `list`, {what}")), cause)?;
    }
    Ok(())
}

/// Gets a file of which `part` bytes are there, replies this, and checks that the client refuses it and touches
/// nothing.
fn is_refused(
    bench: &mut Bench,
    part: usize,
    bytes: &[u8],
    reply: &[u8],
    what: &str,
    cause: &str,
    ends: bool,
) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    if part > 0 {
        dir.write("file", b"the old file")?;
        dir.write("file.part", &bytes[..part])?;
    }
    let before = dir.entries();
    let Called { mut client, mut peer, .. } = start(bench, &dir, &["get", "file"], &[])?;
    asks_from(&mut peer, "file", part as u64)?;
    client.limit_memory();
    let _ = peer.say(reply);
    if ends {
        peer.half_close();
    }
    because(client.exits_with_error(&format!("when, in the reply to `get`, {what}")), cause)?;
    is_as_before(&dir, &before, &format!("when, in the reply to `get`, {what}"), cause)
}
