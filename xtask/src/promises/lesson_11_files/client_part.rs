//! `get`, the client's side, when it ends early or goes on from a FILE.part.

use super::client::{Called, is_as_before, prints_error, start};
use super::client_get::asks_from;
use super::protocol::{MIB, found, message, refusal};
use super::site::{holds, is, random};
use crate::bench::{Bench, Dir, Entries};
use crate::finding::{Finding, Half, Outcome, because};
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};
use serde_json::json;

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("get-is-cut", "keeps FILE.part when the connection ends inside the body", get_is_cut)
        .after(&["opens-late"]),
    client!("goes-on-from-part", "goes on from the length of FILE.part", goes_on_from_part)
        .after(&["get-is-cut"]),
    client!("part-is-wrong", "deletes a FILE.part whose bytes are not those of the file", part_is_wrong)
        .after(&["goes-on-from-part", "get-wrong-hash"]),
    client!("part-is-too-long", "exits with 1 or begins again when FILE.part is too long", part_is_too_long)
        .after(&["goes-on-from-part"]),
];

fn get_is_cut(bench: &mut Bench) -> Outcome {
    const KEEP: &str = "keep FILE.part when the connection ends inside the body, with all that came except at most \
                        the last MiB: the next `get` goes on from there";
    const ERROR: &str =
        "the connection ended inside the body: report it and exit with 1, and do not rename FILE.part";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = random(bench, 4 << 20);
    let hash = bench.hash(&bytes)?;
    for (n, (part, sent)) in [
        (0, 0),
        (0, 1),
        (0, 100_000),
        (0, (3 << 20) + 5),
        (0, (3 << 20) + 5),
        (MIB, 2 << 20),
        (0, (4 << 20) - 1),
    ]
    .into_iter()
    .enumerate()
    {
        let old = (n % 2 == 1).then_some(&b"the old file"[..]);
        old.map_or(Ok(()), |old| dir.write("file", old))?;
        if part > 0 {
            dir.write("file.part", &bytes[..part])?;
        }
        let before = dir.entries().without("file.part");
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["get", "file"], &[])?;
        asks_from(&mut peer, "file", part as u64)?;
        let reply = found(bytes.len() as u64, &hash, &bytes[part..]);
        let header = reply.len() - (bytes.len() - part);
        let _ = peer.say(&reply[..header + sent]);
        peer.wait_taken();
        if n == 4 {
            peer.reset()
        } else {
            peer.close()
        }
        because(client.exits_with_error("when the connection ends inside the body"), ERROR)?;
        let all = part + sent;
        let kept = dir.read("file.part").unwrap_or_default();
        let got = match () {
            () if kept.len() + MIB < all => format!("of {all} bytes it has {}", kept.len()),
            () if !bytes.starts_with(&kept) => "it has bytes that are not those of the file".into(),
            () if dir.size("file.part").is_none() && all > MIB => "it is not there".into(),
            () => String::new(),
        };
        if !got.is_empty() {
            return Finding::new("file.part holds what came", got, KEEP).of(Half::Client).broken();
        }
        let now = dir.entries().without("file.part");
        if let Some(change) = before.change(&now) {
            return Finding::new("all other files are as they were", change, ERROR).of(Half::Client).broken();
        }
        dir.remove("file.part");
        dir.remove("file");
    }
    Ok(())
}

fn goes_on_from_part(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "FILE.part holds the start of the file: ask for the rest from its length, append what comes, \
                         verify the hash of the whole file, and rename it";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = random(bench, 100_000);
    for (part, file) in [(1, "file"), (50_000, "file"), (99_999, "copy"), (100_000, "file"), (0, "file")] {
        dir.write(format!("{file}.part"), &bytes[..part])?;
        let words = if file == "copy" { vec!["get", "file", "copy"] } else { vec!["get", "file"] };
        let Called { mut client, mut peer, .. } = start(bench, &dir, &words, &[])?;
        asks_from(&mut peer, "file", part as u64)?;
        let _ = peer.say(&found(100_000, &bench.hash(&bytes)?, &bytes[part..]));
        because(client.exits_well("when the rest of the file has come and the hash is right"), CAUSE)?;
        holds(Half::Client, &dir, file, &bytes, CAUSE)?;
        is(Half::Client, &dir, &Entries::default().with(file, &bytes), "but for the new file", CAUSE)?;
        dir.remove(file);
    }
    Ok(())
}

/// The bytes of the part are other ones: only the hash of the whole file shows that.
fn part_is_wrong(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "FILE.part held other bytes, as the hash of the whole file shows: delete it, leave \
                         FILE as it was, report it and exit with 1";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = random(bench, 100_000);
    for (part, old) in [(1000, None), (70_000, Some(&b"the old file"[..])), (100_000, None)] {
        old.map_or(Ok(()), |old| dir.write("file", old))?;
        let before = dir.entries();
        dir.write("file.part", &random(bench, part))?;
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["get", "file"], &[])?;
        asks_from(&mut peer, "file", part as u64)?;
        let _ = peer.say(&found(100_000, &bench.hash(&bytes)?, &bytes[part..]));
        because(client.exits_with_error("when the hash of the whole file is wrong"), CAUSE)?;
        is_as_before(&dir, &before, "after a file whose hash was wrong", CAUSE)?;
        dir.remove("file");
    }
    Ok(())
}

/// The server refuses the offset. The client may exit with 1, or begin again at 0, on this connection or a new one.
fn part_is_too_long(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "FILE.part is longer than the file, so the server refuses the offset: print that and exit \
                         with 1, or begin again at 0";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = random(bench, 5000);
    for old in [None, Some(&b"the old file"[..])] {
        old.map_or(Ok(()), |old| dir.write("file", old))?;
        let before = dir.entries();
        dir.write("file.part", &random(bench, 6000))?;
        let error = format!("because {}", random_word(bench, 8));
        let Called { mut client, mut peer, host } = start(bench, &dir, &["get", "file"], &[])?;
        asks_from(&mut peer, "file", 6000)?;
        let _ = peer.say(&refusal(&error));
        let again = match peer.hear_some(1).bytes.first() {
            Some(byte) => {
                peer.unhear(&[*byte]);
                Some(peer)
            }
            None => bench.accept_again(&host, &client)?,
        };
        if let Some(mut peer) = again {
            asks_from(&mut peer, "file", 0)?;
            let header = json!({"ok": true, "size": 5000, "sha256": bench.hash(&bytes)?, "data_size": 5000});
            let _ = peer.say(&message(&header, &bytes));
            because(client.exits_well("when it has begun again and the whole file has come"), CAUSE)?;
            is(Half::Client, &dir, &Entries::default().with("file", &bytes), "but for the new file", CAUSE)?;
        } else {
            prints_error(&mut client, &error, "when the server refuses the offset")?;
            let now = dir.entries().without("file.part");
            if let Some(change) = before.change(&now) {
                return Finding::new("FILE is as it was", change, CAUSE).of(Half::Client).broken();
            }
        }
        dir.remove("file");
        dir.remove("file.part");
    }
    Ok(())
}
