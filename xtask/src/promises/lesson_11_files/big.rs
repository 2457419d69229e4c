//! Long files, both ways: 64 MiB, then 256 MiB. Neither side may hold a file in its memory. The runner does not
//! hold one, either.

use super::client::{Called, start_computing};
use super::protocol::{MIB, accepted, get, get_from, has_found_as, hear_reply, message, put_header, size_in};
use super::site::Site;
use crate::bench::{Bench, Dir, Peer, same_bytes};
use crate::finding::{Cause, Finding, Half, Outcome, broken};
use crate::promises::{Check, client, server};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The rows of servers.
pub const SERVER: &[Check] = &[
    server!("stores-a-long-file", "stores 256 MiB without holding them in memory", stores_a_long_file)
        .after(&["replaces-a-file"])
        .works(4),
    server!("serves-a-long-file", "serves 256 MiB without holding them in memory", serves_a_long_file)
        .after(&["serves-from-offset"])
        .works(5),
];

/// The rows of clients.
pub const CLIENT: &[Check] = &[
    client!("puts-a-long-file", "sends 256 MiB without holding them in memory", puts_a_long_file)
        .after(&["put-names"])
        .works(4),
    client!("gets-a-long-file", "stores 256 MiB without holding them in memory", gets_a_long_file)
        .after(&["get-names"])
        .works(3),
];

/// The two sizes, in MiB.
const SIZES: [u64; 2] = [64, 256];
/// How much more memory a program may take for the second size, in bytes.
const MORE: u64 = 64 << 20;
/// When a resumed `get` waits longer than this for its header, the run notes how long.
const SLOW: Duration = Duration::from_millis(20);

/// Returns block `n` of a long file: a mebibyte, in which only the first bytes are not 0.
fn block(n: u64) -> Vec<u8> {
    let mut block = vec![0; MIB];
    block[..8].copy_from_slice(&mark(n));
    block
}

fn mark(n: u64) -> [u8; 8] {
    (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()
}

/// Makes a sparse file of this many MiB.
fn make(dir: &Dir, name: &str, mebibytes: u64) -> Outcome {
    let marks: Vec<(u64, [u8; 8])> = (0..mebibytes).map(|n| (n * MIB as u64, mark(n))).collect();
    dir.sparse(name, mebibytes * MIB as u64, &marks)
}

/// Returns the hash of a long file. The runner computes it once for each size.
fn hash(bench: &Bench, mebibytes: u64) -> Outcome<String> {
    static KNOWN: Mutex<Option<HashMap<u64, String>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(hash) = known.get(&mebibytes) {
        return Ok(hash.clone());
    }
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    make(&dir, "file", mebibytes)?;
    let hash = bench.hash_file(&dir.at("file"))?;
    known.insert(mebibytes, hash.clone());
    Ok(hash)
}

/// The most memory that a program had, in bytes, for each size.
#[derive(Default)]
struct Peaks(Vec<u64>);

impl Peaks {
    fn begin(&mut self) {
        self.0.push(0);
    }

    fn sample(&mut self, memory: Option<u64>) {
        if let (Some(peak), Some(memory)) = (self.0.last_mut(), memory) {
            *peak = (*peak).max(memory);
        }
    }

    /// Checks that the second file did not take more memory than the first.
    fn are_alike(&self, half: Half) -> Outcome {
        let [first, .., last] = self.0[..] else { return Ok(()) };
        if last < first + MORE {
            return Ok(());
        }
        let who = half.word();
        let expected = format!(
            "the {who}'s memory grows by less than 64 MiB between a file of 64 MiB and one of 256 MiB"
        );
        let got = format!("{} MiB with the first, {} MiB with the second", first >> 20, last >> 20);
        let cause = "the whole file lies in memory: read a block, write it, and take the next; hash block by block, \
                     too";
        Finding::new(expected, got, Cause::certain(cause)).of(half).broken()
    }
}

/// Says a long body, block by block.
fn say(peer: &mut Peer, mebibytes: u64, mut passed: impl FnMut()) {
    for n in 0..mebibytes {
        if peer.say(&block(n)).is_err() {
            return; // What the program replies, or its status, says more.
        }
        passed();
    }
}

/// Hears a long body, block by block, from block `from` on.
fn hear(peer: &mut Peer, half: Half, from: u64, mebibytes: u64, mut passed: impl FnMut()) -> Outcome {
    for n in from..mebibytes {
        let heard = peer.hear(MIB);
        same_bytes(half, &block(n), &heard, |_, heard| {
            let what =
                if heard.ending.is_some() { "the body stops too early" } else { "the body is not the file" };
            format!("{what}, in the block after the first {n} MiB: send the file as it is, all of it").into()
        })?;
        passed();
    }
    Ok(())
}

/// Checks the file that a program wrote, block by block.
fn is_whole(half: Half, dir: &Dir, name: &str, mebibytes: u64) -> Outcome {
    let size = dir.size(name);
    let expected = format!("the file has the {mebibytes} MiB that were sent");
    let cause = "write every block as it came, in order";
    let Some(size) = size else {
        return Finding::new(expected, "it is not there", cause).of(half).broken();
    };
    let same = dir.blocks(name, MIB, |n, bytes| bytes == block(n))?;
    if same == mebibytes && size == mebibytes * MIB as u64 {
        return Ok(());
    }
    Finding::new(expected, format!("it has {size} bytes; the first {same} MiB are right"), cause)
        .of(half)
        .broken()
}

fn stores_a_long_file(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peaks = Peaks::default();
    for mebibytes in SIZES {
        let hash = hash(bench, mebibytes)?;
        let mut peer = site.connect(bench)?;
        peer.computes();
        let _ = peer.say(&message(&put_header("long", mebibytes * MIB as u64, &hash), b""));
        peaks.begin();
        say(&mut peer, mebibytes, || peaks.sample(site.server.memory()));
        let what = format!("`put` of {mebibytes} MiB");
        let cause = "a `put` whose hash is right is stored, however long it is";
        let reply = hear_reply(&site.server, &mut peer, &what);
        peaks.sample(site.server.memory());
        peaks.are_alike(Half::Server)?;
        if let Some(error) = reply?.error {
            return broken(format!("the server accepts {what}"), format!("it refuses: {error}"), cause);
        }
        is_whole(Half::Server, &site.dir, "long", mebibytes)?;
        site.dir.remove("long");
    }
    Ok(())
}

fn serves_a_long_file(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peaks = Peaks::default();
    for mebibytes in SIZES {
        let hash = hash(bench, mebibytes)?;
        let size = mebibytes * MIB as u64;
        make(&site.dir, "long", mebibytes)?;
        let mut peer = site.connect(bench)?;
        peer.computes();
        let what = format!("`get` of {mebibytes} MiB");
        let cause = "a file is served, however long it is";
        let reply = accepted(&site.server, &mut peer, &get("long"), &what, cause)?;
        has_found_as(&reply, size, &hash, 0, &what)?;
        peaks.begin();
        let pieces = peer.count_pieces();
        hear(&mut peer, Half::Server, 0, mebibytes, || peaks.sample(site.server.memory()))?;
        peaks.are_alike(Half::Server)?;
        if mebibytes == SIZES[1] {
            bench.notes.extend(peer.came_in_small_pieces("a file", size, &pieces));
            resumes(bench, &site, &mut peer, &hash, size)?;
        }
    }
    Ok(())
}

/// Gets the last block of the long file, and notes how long that took when it is long.
fn resumes(bench: &mut Bench, site: &Site, peer: &mut Peer, hash: &str, size: u64) -> Outcome {
    let from = size - MIB as u64;
    let what = "`get` of the last MiB of 256";
    let start = Instant::now();
    let reply =
        accepted(&site.server, peer, &get_from("long", from), what, "a file is served from any offset")?;
    let waited = start.elapsed();
    has_found_as(&reply, size, hash, from, what)?;
    hear(peer, Half::Server, size / MIB as u64 - 1, size / MIB as u64, || {})?;
    if waited > SLOW {
        bench.notes.push(format!(
            "right, but slow: a `get` of the last MiB of 256 had to wait until the server had hashed all of the file again \
             (measured now): {} ms",
            waited.as_millis()
        ));
    }
    Ok(())
}

fn puts_a_long_file(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let mut peaks = Peaks::default();
    for mebibytes in SIZES {
        make(&dir, "long", mebibytes)?;
        let Called { mut client, mut peer, .. } = start_computing(bench, &dir, &["put", "long"])?;
        let header = super::client::hears(&mut peer, "put", Some("long"))?;
        let hash = hash(bench, mebibytes)?;
        let right = size_in(&header, "data_size") == Some(mebibytes * MIB as u64)
            && header.get("sha256").and_then(Value::as_str) == Some(hash.as_str());
        if !right {
            let expected = format!("`put` with `data_size` {} and `sha256` {hash}", mebibytes * MIB as u64);
            let cause = "`data_size` and `sha256` are those of the whole file";
            return Finding::new(expected, super::protocol::shown(&header), cause).of(Half::Client).broken();
        }
        peaks.begin();
        hear(&mut peer, Half::Client, 0, mebibytes, || peaks.sample(client.memory()))?;
        let _ = peer.say(&message(&json!({"ok": true, "data_size": 0}), b""));
        client.wait_computing();
        client.exits_well("after the server's ok")?;
        peaks.are_alike(Half::Client)?;
    }
    Ok(())
}

fn gets_a_long_file(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let mut peaks = Peaks::default();
    for mebibytes in SIZES {
        let hash = hash(bench, mebibytes)?;
        let Called { mut client, mut peer, .. } = start_computing(bench, &dir, &["get", "long"])?;
        super::client::hears(&mut peer, "get", Some("long"))?;
        let whole = mebibytes * MIB as u64;
        let _ =
            peer.say(&message(&json!({"ok": true, "size": whole, "sha256": hash, "data_size": whole}), b""));
        peaks.begin();
        say(&mut peer, mebibytes, || peaks.sample(client.memory()));
        client.wait_computing();
        client.exits_well("when the whole file has come and its hash is right")?;
        peaks.are_alike(Half::Client)?;
        is_whole(Half::Client, &dir, "long", mebibytes)?;
        dir.remove("long");
    }
    Ok(())
}
