//! `put`, the server's side: files appear whole, or not at all.

use super::many::not_told;
use super::protocol::{accepted, get, gets, hear_reply, message, put, put_header, refused};
use super::site::{ENDED_INSIDE, Site, ends, random};
use crate::bench::{Bench, Entries};
use crate::finding::{Finding, Outcome, because, skip};
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("stores-files", "stores files of any size before it sends ok", stores_files),
    server!("replaces-a-file", "replaces a file as a whole", replaces_a_file),
    server!("wrong-hash", "refuses a body whose hash is wrong, and keeps DIR as it was", wrong_hash),
    server!("put-is-cut", "keeps DIR as it was when a put is cut, at ten places", put_is_cut)
        .after(&["wrong-hash"]),
    server!("put-under-way", "shows nothing of a put that is under way", put_under_way).after(&[
        "serves-files",
        "lists-files",
        "beside-silent-clients",
    ]),
    server!("two-puts", "lets one of two puts of a name win, whole", two_puts)
        .after(&["replaces-a-file", "beside-silent-clients"]),
    server!("get-beside-put", "gives the old or the new file, never a mix", get_beside_put).after(&[
        "replaces-a-file",
        "serves-files",
        "beside-silent-clients",
    ]),
    server!("other-file-system", "stores files when DIR is on another file system", other_file_system),
];

/// The sizes around the buffers that programs use.
pub const SIZES: [usize; 5] = [0, 1, 65_535, 65_536, 65_537];

fn stores_files(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    let mut wanted = site.dir.entries();
    for size in SIZES {
        let (name, bytes) = (format!("file-{size}.bin"), random(bench, size));
        site.puts(bench, &mut peer, &name, &bytes)?;
        wanted = wanted.with(&name, &bytes);
        site.shows(&wanted)?;
    }
    Ok(())
}

fn replaces_a_file(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    for size in [5000, 70_000, 10, 0] {
        let bytes = random(bench, size);
        because(
            site.puts(bench, &mut peer, "one", &bytes),
            "a put over a file replaces it: the file then has the new bytes only",
        )?;
        let wanted = Entries::default().with("one", &bytes);
        site.shows(&wanted)?;
    }
    Ok(())
}

fn wrong_hash(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "the hash is not that of the body: refuse it, remove what came, and leave what stood under the name";
    let mut site = Site::open(bench)?;
    site.dir.write("old", b"the old file")?;
    let before = site.dir.entries();
    let mut peer = site.connect(bench)?;
    for (name, size) in [("new", 1), ("old", 70_000), ("new", 0), ("old", 12)] {
        let hash = bench.hash(b"another file")?;
        let bytes = random(bench, size);
        let request = message(&put_header(name, size as u64, &hash), &bytes);
        refused(&site.server, &mut peer, &request, "a `put` with a wrong hash", CAUSE)?;
        site.is(&before, "before the put that was refused", CAUSE)?;
    }
    let bytes = random(bench, 100);
    site.puts(bench, &mut peer, "new", &bytes)
}

fn put_is_cut(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "the connection ended inside a put: remove what came of it, and leave what stood under the name";
    let mut site = Site::open(bench)?;
    site.dir.write("old", b"the old file")?;
    let before = site.dir.entries();
    let bytes = random(bench, 100_000);
    for (n, name) in (0..20).zip(["new", "old", "old", "new"].into_iter().cycle()) {
        let request = put(bench, name, &bytes)?;
        let start = request.len() - bytes.len();
        let places =
            [2, start / 2, start, start + 1, start + 4096, start + 8192, start + 50_000, start + 65_536]
                .into_iter()
                .chain([request.len() - 8192, request.len() - 1]);
        let place = places.clone().nth(n / 2).unwrap_or(start);
        let mut peer = site.connect(bench)?;
        let _ = peer.say(&request[..place]);
        peer.wait_taken();
        let addresses = peer.ends().ok();
        if n % 2 == 0 {
            peer.half_close();
            ends(&mut peer, "its client has ended inside a put", ENDED_INSIDE)?;
        } else {
            peer.reset();
            if let Some(ends) = addresses {
                let after = "a client that reset its connection inside a put";
                site.server.lets_go_of(ends, after).or_else(not_told)?;
            }
        }
        site.server.alive("a put that was cut")?;
        site.is(&before, "before the put that was cut", CAUSE)?;
    }
    let mut peer = site.connect(bench)?;
    site.puts(bench, &mut peer, "old", &bytes)
}

fn put_under_way(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "while a put is under way, its temporary file has a name that begins with `.`, or is outside \
                         DIR: rename it when all is there and verified";
    let mut site = Site::open(bench)?;
    site.dir.write("old", b"the old file")?;
    let before = site.dir.entries().visible();
    let bytes = random(bench, 300_000);
    let (mut first, mut other) = (site.connect(bench)?, site.connect(bench)?);
    for name in ["new", "old"] {
        let request = put(bench, name, &bytes)?;
        let half = request.len() - bytes.len() / 2;
        let _ = first.say(&request[..half]);
        first.wait_taken();
        site.server.rests("a put that is under way")?;
        if let Some(change) = before.change(&site.dir.entries().visible()) {
            let expected = "DIR shows nothing of a put that is under way";
            return Finding::new(expected, change, CAUSE).broken();
        }
        site.lists(&mut other, "12 old\n", "list neither a put that is under way nor its temporary file")?;
        because(gets(bench, &site.server, &mut other, "old", b"the old file", None), CAUSE)?;
        let what = format!("`put` of {} bytes in two parts", bytes.len());
        accepted(
            &site.server,
            &mut first,
            &request[half..],
            &what,
            "the second part of the body has come, all of it",
        )?;
        site.holds(name, &bytes, "after the reply the file stands under its name, whole: reply last")?;
        site.dir.remove("new");
    }
    site.dir.write("old", b"the old file")?;
    site.shows(&before)
}

/// Two clients put a file of the same name at once, part by part.
fn two_puts(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "two puts of one name mixed their bytes: each put needs a temporary file with a name of its \
                         own, which becomes the file in one step (`rename`)";
    let mut site = Site::open(bench)?;
    for round in 0..3 {
        let both = [random(bench, 400_000), random(bench, 400_000 - round * 50_000)];
        let mut requests = Vec::new();
        for bytes in &both {
            requests.push(put(bench, "one", bytes)?);
        }
        let mut peers = [site.connect(bench)?, site.connect(bench)?];
        for part in 0..4 {
            for (peer, request) in peers.iter_mut().zip(&requests) {
                let place = |part: usize| request.len() * part / 4;
                let _ = peer.say(&request[place(part)..place(part + 1)]);
                peer.wait_taken();
            }
        }
        let mut stored = Vec::new();
        for (peer, bytes) in peers.iter_mut().zip(&both) {
            // Both may win, one after the other; one may be refused.
            if because(hear_reply(&site.server, peer, "one of two puts of a name"), CAUSE)?.error.is_none() {
                stored.push(bytes);
            }
        }
        let found = site.dir.read("one");
        if stored.is_empty() || !stored.iter().any(|bytes| found.as_ref() == Some(bytes)) {
            let got = match found {
                None => "it is not there".to_string(),
                Some(_) if stored.is_empty() => "both were refused".to_string(),
                Some(found) => format!("its {} bytes are neither", found.len()),
            };
            return Finding::new("the file holds what one of the two put, whole", got, CAUSE).broken();
        }
        let wanted = Entries::default().with("one", found.as_deref().unwrap_or_default());
        site.shows(&wanted)?;
    }
    Ok(())
}

/// A client reads the old file slowly while another one puts a new file.
fn get_beside_put(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a reader sees the old or the new file, never a mix: write the new one under another name, and \
                         rename it (what is open stays the old file)";
    let mut site = Site::open(bench)?;
    let files = [random(bench, 6 << 20), random(bench, 6 << 20)];
    site.dir.write("one", &files[0])?;
    let mut slow = bench.connect_narrow(&mut site.server)?;
    let _ = slow.say(&get("one"));
    let reply = hear_reply(&site.server, &mut slow, "`get` of 6 MiB")?;
    let start = slow.hear(100_000);
    let mut other = site.connect(bench)?;
    because(site.puts(bench, &mut other, "one", &files[1]), CAUSE)?;
    let rest = slow.hear(files[0].len() - start.bytes.len());
    let bytes = [start.bytes, rest.bytes].concat();
    let hashes = [bench.hash(&files[0])?, bench.hash(&files[1])?];
    let said = reply.header.get("sha256").and_then(serde_json::Value::as_str).unwrap_or_default();
    let whole = (0..2).find(|n| files[*n] == bytes);
    if whole.is_some_and(|n| said.eq_ignore_ascii_case(&hashes[n])) {
        return gets(bench, &site.server, &mut other, "one", &files[1], None);
    }
    let got = match (whole, bytes.len() == files[0].len()) {
        (Some(_), _) => "the bytes of one, and the hash of the other",
        (None, true) => "bytes of both",
        (None, false) => "fewer bytes than `data_size` states",
    };
    Finding::new("a `get` beside a `put` brings the old file or the new one", got, CAUSE).broken()
}

fn other_file_system(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "DIR is not on the file system of the temporary files, and a rename does not go from one file \
                         system to another: make the temporary file of a put in DIR itself, with a name that begins \
                         with `.`";
    let Some(folder) = bench.folder_elsewhere() else {
        return skip("this machine has no other file system that the runner can write to");
    };
    let mut site = Site::open_in(bench, folder)?;
    let mut peer = site.connect(bench)?;
    for size in [0, 70_000, 10] {
        let bytes = random(bench, size);
        because(site.puts(bench, &mut peer, "one", &bytes), CAUSE)?;
    }
    Ok(())
}
