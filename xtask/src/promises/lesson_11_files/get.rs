//! `get` and `list`, the server's side.

use super::protocol::{MIB, accepted, body, get, get_from, gets, has_found_as, list, refused};
use super::put::SIZES;
use super::site::{Site, random};
use crate::bench::Bench;
use crate::finding::{Outcome, because};
use crate::promises::{Check, server};
use crate::wire::Kind::{Dribble, Glue, Plain, Slice};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("serves-files", "serves files of any size with the hash of the whole", serves_files),
    server!("serves-from-offset", "serves a file from an offset, also from its end", serves_from_offset)
        .after(&["serves-files"]),
    server!("offset-over-size", "refuses an offset over the file's size", offset_over_size)
        .after(&["serves-from-offset"]),
    server!("lists-files", "lists each file with its size, names in byte order", lists_files),
    server!("any-pieces", "answers the same whatever the pieces", any_pieces)
        .after(&["serves-files", "lists-files"])
        .on(&[Glue, Dribble, Slice]),
    server!("several-at-once", "answers each of several messages that come at once", several_at_once)
        .after(&["serves-files", "lists-files"])
        .on(&[Plain]),
];

fn serves_files(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    for size in SIZES {
        let bytes = random(bench, size);
        site.dir.write("a file", &bytes)?;
        gets(bench, &site.server, &mut peer, "a file", &bytes, None)?;
    }
    Ok(())
}

fn serves_from_offset(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    for size in [0, 1, 100_000, 70_001] {
        let bytes = random(bench, size);
        site.dir.write("a file", &bytes)?;
        for offset in [0, size / 2, size.saturating_sub(1), size] {
            gets(bench, &site.server, &mut peer, "a file", &bytes, Some(offset as u64))?;
        }
    }
    Ok(())
}

fn offset_over_size(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "an offset over the size of the file is refused: there is nothing from there on";
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    site.dir.write("a file", b"twelve bytes")?;
    site.dir.write("empty", b"")?;
    for (name, offset) in
        [("a file", 13), ("empty", 1), ("a file", 1 << 31), ("a file", 1 << 32), ("a file", 1 << 62)]
    {
        let what = format!("`get` from offset {offset} of a smaller file");
        refused(&site.server, &mut peer, &get_from(name, offset), &what, CAUSE)?;
    }
    Ok(())
}

/// Names whose byte order is neither that of a locale (letters of either case side by side, marks ignored) nor that of
/// UTF-16 (U+1F600 before U+FF5E), nor that of the folder.
const NAMES: [&str; 14] =
    ["a-b", "\u{1f600}", "B", "zeta", "~", "\u{ff5e}", "10", "ab", "a b", "a", "\u{e9}", "9", "a.b", "Z"];

fn lists_files(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    site.lists(&mut peer, "", "in an empty DIR the list is empty: ok, and a body of 0 bytes")?;
    let mut lines: Vec<(&str, usize)> = Vec::new();
    for (n, name) in NAMES.into_iter().enumerate() {
        let size = [0, 7, 12_345, 100][n % 4];
        site.dir.write(name, &random(bench, size))?;
        lines.push((name, size));
    }
    lines.sort();
    let expected: String = lines.iter().map(|(name, size)| format!("{size} {name}\n")).collect();
    site.lists(
        &mut peer,
        &expected,
        "the list has a line `SIZE NAME\\n` for each file, sorted by the bytes of the names (not by a locale, not by \
         UTF-16, not by the lines)",
    )
}

/// Puts, lists and gets a small file through the check's wire.
fn any_pieces(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a message may come in any number of pieces, and the body with its header: read the length, \
                         the header and the body each until all of its bytes are there, and nothing past it";
    let site = Site::open(bench)?;
    let bytes = random(bench, 300);
    let put = super::protocol::put(bench, "a file", &bytes)?;
    let requests = [put, list(), get("no such file"), get_from("a file", 100), list()];
    // After a refusal comes another `list`.
    let turns = [0, 1, 2, 1, 3, 4].map(|n: usize| requests[n].len()).to_vec();
    // Only the requests are joined: how long the replies are is the server's business.
    let wire = bench.wire_to(site.server.addr, turns, vec![1; 4096])?;
    let mut peer = bench.connect_through(&wire)?;
    let what = ["`put` in pieces", "`list` in pieces", "", "`get` in pieces", "`list` in pieces"];
    for (request, what) in requests.iter().zip(what) {
        if what.is_empty() {
            refused(&site.server, &mut peer, request, "a `get` of a file that is not there", CAUSE)?;
            continue;
        }
        let reply = accepted(&site.server, &mut peer, request, what, CAUSE)?;
        because(body(&mut peer, &reply), CAUSE)?;
    }
    site.holds("a file", &bytes, CAUSE)
}

/// Says several messages in one write, and the client's end behind them: all of them are answered.
fn several_at_once(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "several messages may come at once, and the client's end behind them: read exactly one \
                         message, answer it, then read the next; the end is an end only between two messages";
    let mut site = Site::open(bench)?;
    let files = [random(bench, 3000), random(bench, 0)];
    let mut all = Vec::new();
    for (name, bytes) in ["one", "two"].iter().zip(&files) {
        all.extend(super::protocol::put(bench, name, bytes)?);
    }
    all.extend([get("one"), list(), get_from("two", 0)].concat());
    let mut peer = site.connect(bench)?;
    let _ = peer.say(&all);
    peer.half_close();
    for n in 1..=5 {
        let what = format!("message {n} of 5 that came at once");
        let reply = because(super::protocol::hear_reply(&site.server, &mut peer, &what), CAUSE)?;
        let bytes = because(body(&mut peer, &reply), CAUSE)?;
        match n {
            3 => has_found_as(&reply, 3000, &bench.hash(&files[0])?, 0, &what)?,
            4 if bytes != b"3000 one\n0 two\n" => {
                return crate::finding::broken(
                    "the list of the two files that were put before it",
                    crate::finding::quoted(&bytes),
                    CAUSE,
                );
            }
            _ => {}
        }
    }
    let more = peer.hear_to_end(MIB);
    crate::bench::fin_next(
        &more,
        "a `read` of 0 bytes between two messages is the client's end: end the connection, too",
    )
}
