//! `put`, the client's side.

use super::client::{Called, hears, prints_error, start};
use super::protocol::{Header, message, refusal, shown, size_in};
use super::put::SIZES;
use super::site::random;
use crate::bench::{Bench, Dir, Peer, same_bytes};
use crate::finding::{Finding, Half, Outcome, because};
use crate::promises::frames::frame_with;
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};
use serde_json::{Value, json};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("puts-files", "sends the size, the hash and the bytes of a file", puts_files),
    client!("put-names", "puts under NAME, or under the last part of FILE", put_names),
    client!("refused-early", "looks for a reply before it calls a failed write an error", refused_early)
        .after(&["prints-refusals"]),
    client!(
        "put-not-confirmed",
        "reports it and exits with 1 when no ok follows the body",
        put_not_confirmed
    )
    .after(&["server-ends"]),
];

/// Checks the header of a `put` of these bytes.
fn announces(bench: &Bench, header: &Header, bytes: &[u8]) -> Outcome {
    let hash = bench.hash(bytes)?;
    let cause = match () {
        () if size_in(header, "data_size") != Some(bytes.len() as u64) => {
            "`data_size` is how many bytes of body follow: the size of the file"
        }
        () if !header
            .get("sha256")
            .and_then(Value::as_str)
            .is_some_and(|came| came.eq_ignore_ascii_case(&hash)) =>
        {
            "`sha256` is the hash of the file's bytes, in 64 digits of hexadecimal"
        }
        () => return Ok(()),
    };
    let expected = format!("`data_size` {} and `sha256` {hash}", bytes.len());
    Finding::new(expected, shown(header), cause).of(Half::Client).broken()
}

/// Hears the body of a `put`, which must be these bytes.
pub fn sends(peer: &mut Peer, bytes: &[u8]) -> Outcome {
    let heard = peer.hear(bytes.len());
    same_bytes(Half::Client, bytes, &heard, |_, heard| match heard.ending {
        Some(_) => "the body stops too early: send all of the file (`write_all`)".into(),
        None => "the body is the file's bytes as they are".into(),
    })
}

/// Returns the reply to a `put` that was stored.
pub fn stored() -> Vec<u8> {
    message(&json!({"ok": true, "data_size": 0}), b"")
}

fn puts_files(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    for size in SIZES {
        let bytes = random(bench, size);
        dir.write("file", &bytes)?;
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["put", "file"], &[])?;
        let header = hears(&mut peer, "put", Some("file"))?;
        announces(bench, &header, &bytes)?;
        sends(&mut peer, &bytes)?;
        let _ = peer.say(&stored());
        client.exits_well("after the server's ok")?;
    }
    Ok(())
}

fn put_names(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let sub = dir.folder("sub")?;
    let bytes = random(bench, 100);
    sub.write("file.bin", &bytes)?;
    let absolute = sub.at("file.bin").to_string_lossy().into_owned();
    let long = "x".repeat(240);
    for (words, name) in [
        (vec!["put", "sub/file.bin"], "file.bin"),
        (vec!["put", "./sub/../sub/file.bin"], "file.bin"),
        (vec!["put", &absolute], "file.bin"),
        (vec!["put", "sub/file.bin", "other name"], "other name"),
        (vec!["put", "sub/file.bin", "\u{e9} \u{7c98}\u{1f600}"], "\u{e9} \u{7c98}\u{1f600}"),
        (vec!["put", "sub/file.bin", &long], &long),
    ] {
        let Called { mut client, mut peer, .. } = start(bench, &dir, &words, &[])?;
        let header = hears(&mut peer, "put", Some(name))?;
        announces(bench, &header, &bytes)?;
        sends(&mut peer, &bytes)?;
        let _ = peer.say(&stored());
        client.exits_well("after the server's ok")?;
    }
    Ok(())
}

/// Refuses before the body was read, as a server does for a size over its limit: the reply, a half-close, and in some
/// rounds a reset while the client still writes.
fn refused_early(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "the server has sent the reason before it stopped reading: when a write fails, read \
                         its reply first, and print that";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    dir.sparse("file", 16 << 20, &[])?;
    for reset in [true, false, true] {
        let error = format!("because {}", random_word(bench, 8));
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["put", "file"], &[])?;
        hears(&mut peer, "put", Some("file"))?;
        let _ = peer.say(&refusal(&error));
        peer.half_close();
        let after = "when the server refuses before it has read the body";
        if reset {
            // The client writes until nothing more fits, or reads the reply; then its write fails.
            client.wait_rest();
            peer.reset();
            because(prints_error(&mut client, &error, after), CAUSE)?;
        } else {
            let _ = peer.hear_to_end(32 << 20);
            peer.close();
            because(prints_error(&mut client, &error, after), CAUSE)?;
        }
    }
    Ok(())
}

/// The whole body comes, and then no ok.
fn put_not_confirmed(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "a put is done when the server sends ok, and not before: everything else after the body is an error";
    let folder = bench.folder()?;
    let dir = Dir::of(&folder);
    let bytes = random(bench, 5000);
    dir.write("file", &bytes)?;
    let long = 65_537_u32.to_be_bytes().to_vec();
    for (reply, what) in [
        (vec![], "ends"),
        (frame_with(b"done", b""), "sends a header that is no JSON"),
        (message(&json!({"data_size": 0}), b""), "sends a reply without `ok`"),
        (message(&json!([true]), b""), "sends a header that is no object"),
        (long, "sends a length over 64 KiB"),
    ] {
        let Called { mut client, mut peer, .. } = start(bench, &dir, &["put", "file"], &[])?;
        hears(&mut peer, "put", Some("file"))?;
        sends(&mut peer, &bytes)?;
        let _ = peer.say(&reply);
        // A length over 64 KiB is refused at once, not when the header ends.
        if what != "sends a length over 64 KiB" {
            peer.half_close();
        }
        because(client.exits_with_error(&format!("when the server {what} after the body")), CAUSE)?;
    }
    Ok(())
}
