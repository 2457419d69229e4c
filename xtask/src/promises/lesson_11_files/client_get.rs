//! `get`, the client's side, when there is no FILE.part.

use super::client::{Called, hears, is_as_before, start};
use super::protocol::{found, message, size_in};
use super::put::SIZES;
use super::site::{holds, is, random};
use crate::bench::{Bench, Dir, Entries};
use crate::finding::{Finding, Half, Outcome, because};
use crate::promises::{Check, client};
use serde_json::json;

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("gets-files", "stores files of any size, verified", gets_files),
    client!("get-names", "stores as FILE, or as NAME in the current folder", get_names)
        .after(&["gets-files"]),
    client!("opens-late", "opens nothing before the server's ok, and writes FILE.part", opens_late)
        .after(&["gets-files"]),
    client!("get-wrong-hash", "deletes what it got when the hash is wrong", get_wrong_hash)
        .after(&["gets-files"]),
];

/// Hears a `get` from this offset.
pub fn asks_from(peer: &mut crate::bench::Peer, name: &str, offset: u64) -> Outcome {
    let header = hears(peer, "get", Some(name))?;
    let asked = if header.contains_key("offset") { size_in(&header, "offset") } else { Some(0) };
    if asked == Some(offset) {
        return Ok(());
    }
    let expected = format!("the client asks from offset {offset}");
    let cause = "`offset` is the length of FILE.part, and 0 (or absent) when there is none";
    Finding::new(expected, super::protocol::shown(&header), cause).of(Half::Client).broken()
}

fn gets_files(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "write what comes to FILE.part, verify the hash of all of it, then rename it to FILE";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    for size in SIZES {
        let bytes = random(bench, size);
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["get", "file"], &[])?;
        asks_from(&mut peer, "file", 0)?;
        let _ = peer.say(&found(size as u64, &bench.hash(&bytes)?, &bytes));
        client.exits_well("when the whole file has come and its hash is right")?;
        holds(Half::Client, &dir, "file", &bytes, CAUSE)?;
        is(Half::Client, &dir, &Entries::default().with("file", &bytes), "but for the new file", CAUSE)?;
    }
    Ok(())
}

fn get_names(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "the file is stored as the word FILE states; without one, as NAME in the current folder";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let sub = dir.folder("sub")?;
    let absolute = sub.at("third").to_string_lossy().into_owned();
    let bytes = random(bench, 3000);
    let odd = "\u{e9} \u{7c98}\u{1f600}";
    for (words, place, name) in [
        (vec!["get", "file", "copy"], &dir, "copy"),
        (vec!["get", "file", "sub/second"], &sub, "second"),
        (vec!["get", "file", &absolute], &sub, "third"),
        (vec!["get", odd], &dir, odd),
    ] {
        let before = place.entries();
        let Called { mut client, mut peer, .. } = start(bench, &dir, &words, &[])?;
        asks_from(&mut peer, words[1], 0)?;
        let _ = peer.say(&found(3000, &bench.hash(&bytes)?, &bytes));
        client.exits_well("when the whole file has come and its hash is right")?;
        holds(Half::Client, place, name, &bytes, CAUSE)?;
        is(Half::Client, place, &before.with(name, &bytes), "but for the new file", CAUSE)?;
    }
    Ok(())
}

/// Looks at the folder before the reply, in the middle of the body, and at the end.
fn opens_late(bench: &mut Bench) -> Outcome {
    const LATE: &str =
        "open nothing before the server's ok: it may refuse, and then all files must be as they were";
    const PART: &str = "while the bytes come they go to FILE.part, and FILE is what it was: a reader sees the old or \
                        the new file, never a part";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = random(bench, 3 << 20);
    for old in [None, Some(&b"the old file"[..])] {
        old.map_or(Ok(()), |old| dir.write("file", old))?;
        let before = dir.entries();
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["get", "file"], &[])?;
        asks_from(&mut peer, "file", 0)?;
        client.wait_idle();
        is_as_before(&dir, &before, "before the server's ok", LATE)?;
        let reply = found(bytes.len() as u64, &bench.hash(&bytes)?, &bytes);
        let _ = peer.say(&reply[..2 << 20]);
        peer.wait_taken();
        let now = client.until_in(&dir, |now| now.0.contains_key(std::ffi::OsStr::new("file.part")));
        let has_part = now.0.contains_key(std::ffi::OsStr::new("file.part"));
        if !has_part || before.change(&now.clone().without("file.part")).is_some() {
            let got = before.change(&now).unwrap_or_else(|| "there is no file.part".into());
            return Finding::new("the bytes go to file.part", got, PART).of(Half::Client).broken();
        }
        let _ = peer.say(&reply[2 << 20..]);
        client.exits_well("when the whole file has come and its hash is right")?;
        because(holds(Half::Client, &dir, "file", &bytes, PART), PART)?;
        dir.remove("file");
    }
    Ok(())
}

fn get_wrong_hash(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "the hash of what came is not the one in the reply: delete FILE.part, leave FILE as \
                         it was, report it and exit with 1";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    for (old, size) in [(None, 5000), (Some(&b"the old file"[..]), 100_000), (None, 0)] {
        old.map_or(Ok(()), |old| dir.write("file", old))?;
        let before = dir.entries();
        let bytes = random(bench, size);
        let hash = bench.hash(b"another file")?;
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["get", "file"], &[])?;
        asks_from(&mut peer, "file", 0)?;
        let header = json!({"ok": true, "size": size, "sha256": hash, "data_size": size});
        let _ = peer.say(&message(&header, &bytes));
        because(client.exits_with_error("when the hash of the file is wrong"), CAUSE)?;
        is_as_before(&dir, &before, "after a file whose hash was wrong", CAUSE)?;
        dir.remove("file");
    }
    Ok(())
}
