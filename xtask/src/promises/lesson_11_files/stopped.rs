//! Files that go in writes of which one takes only a part: the program is stopped while it waits for room, and goes on.

use super::client::{hears, start_at};
use super::client_put::{sends, stored};
use super::protocol::{accepted, body, get};
use super::site::{Site, random};
use crate::bench::{Bench, Dir, Heard, same_bytes};
use crate::finding::{Half, Outcome};
use crate::promises::{Check, client, server, took_part};

/// The rows of the server.
pub const SERVER: &[Check] = &[server!(
    "stopped-while-serving",
    "sends all of a file when it is stopped in `write`",
    stopped_while_serving
)
.after(&["serves-files"])];

/// The rows of the client.
pub const CLIENT: &[Check] = &[client!(
    "stopped-while-putting",
    "puts all of a file when it is stopped in `write`",
    stopped_while_putting
)
.after(&["puts-files"])];

/// Bytes of a file that fills the small buffers of a connection several times.
const SIZE: usize = 200_000;
/// How often a server is stopped, and how many bytes are read after each stop.
const STOPS: usize = 4;
const BETWEEN: usize = 8 * 1024;

/// Reads nothing of a file until the server waits in its write, stops it there, and then reads everything.
fn stopped_while_serving(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::SENT, |bench, stops| {
        let mut site = Site::open(bench)?;
        let bytes = random(bench, SIZE);
        site.dir.write("a file", &bytes)?;
        let mut peer = bench.connect_tiny(&mut site.server)?;
        let _ = peer.say(&get("a file"));
        let mut first = Vec::new();
        for _ in 0..if stops { STOPS } else { 0 } {
            site.server.stops_and_goes_on()?;
            first.extend(peer.hear(BETWEEN).bytes);
        }
        peer.unhear(&first);
        peer.widen();
        took_part::goes_on(&site.server)?;
        let what = format!("`get` of a file of {SIZE} bytes");
        let cause = "a regular file whose name keeps the rule is served";
        let reply = accepted(&site.server, &mut peer, b"", &what, cause)?;
        let heard = Heard { bytes: body(&mut peer, &reply)?, ending: None };
        same_bytes(Half::Server, &bytes, &heard, |_, _| "the body is the file's bytes, as they are".into())
    })
}

/// Reads nothing of a file until the client waits in its write, stops it there, and then reads everything.
fn stopped_while_putting(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::SENT, |bench, stops| {
        let folder = bench.folder()?;
        let dir = Dir::of(&folder);
        let bytes = random(bench, SIZE);
        dir.write("file", &bytes)?;
        let host = bench.narrow_host()?;
        let mut client = start_at(bench, host.addr, &dir, &["put", "file"], &[])?;
        let mut peer = bench.accept(&host, &client)?;
        if stops {
            client.stops_and_goes_on()?;
        }
        peer.widen();
        hears(&mut peer, "put", Some("file"))?;
        sends(&mut peer, &bytes)?;
        let _ = peer.say(&stored());
        client.exits_well("after the server's ok")
    })
}
