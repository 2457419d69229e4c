//! A server of lesson 11 with its folder.

use super::protocol::{accepted, body, came, list, put};
use crate::bench::{Bench, Dir, Ending, Entries, Folder, Heard, Peer, Server, With};
use crate::finding::{Cause, Comparison, Finding, Half, Outcome, Symptom, because, broken, quoted};
use crate::promises::inputs::random_bytes;

/// A server and its DIR, which is the folder `dir` in a folder of its own.
pub struct Site {
    /// The server. It ends before its folder is removed.
    pub server: Server,
    /// What it serves.
    pub dir: Dir,
    /// The folder around DIR.
    pub around: Dir,
    _folder: Folder,
}

impl Site {
    /// Starts a server on an empty DIR.
    pub fn open(bench: &mut Bench) -> Outcome<Self> {
        let folder = bench.folder()?;
        Self::open_in(bench, folder)
    }

    /// Starts a server on an empty DIR in this folder.
    pub fn open_in(bench: &mut Bench, folder: Folder) -> Outcome<Self> {
        let around = Dir::of(&folder);
        let dir = around.folder("dir")?;
        let server = bench.server_as(&With::words([dir.path()]))?;
        Ok(Self { server, dir, around, _folder: folder })
    }

    /// Connects the runner.
    pub fn connect(&mut self, bench: &mut Bench) -> Outcome<Peer> {
        bench.connect(&mut self.server)
    }

    /// Puts a file and checks that it stands in DIR, whole, as soon as the reply has come.
    pub fn puts(&self, bench: &Bench, peer: &mut Peer, name: &str, bytes: &[u8]) -> Outcome {
        let what = format!("`put` of {} bytes", bytes.len());
        let cause = "a `put` whose hash is right is stored: read exactly `data_size` bytes, verify them, give the file \
                     its name, and reply then";
        let replaced = self.dir.read(name);
        let reply = accepted(&self.server, peer, &put(bench, name, bytes)?, &what, cause);
        if let Err(stop) = &reply
            && stop.symptom() == Symptom::Silent
            && replaced.as_deref() != Some(bytes)
            && self.dir.read(name).as_deref() == Some(bytes)
        {
            return because(reply.map(|_| ()), STORED);
        }
        let reply = reply?;
        if reply.data_size > 0 {
            body(peer, &reply)?;
        }
        self.holds(name, bytes, "after the reply the file stands under its name, whole: reply last")
    }

    /// Checks that DIR has this file.
    pub fn holds(&self, name: &str, bytes: &[u8], cause: impl Into<Cause>) -> Outcome {
        holds(Half::Server, &self.dir, name, bytes, cause)
    }

    /// Checks that DIR holds exactly this.
    pub fn is(&self, wanted: &Entries, when: &str, cause: impl Into<Cause>) -> Outcome {
        is(Half::Server, &self.dir, wanted, when, cause)
    }

    /// Checks that DIR holds exactly this. Files whose names begin with `.` do not count: they may stay after a put.
    pub fn shows(&self, wanted: &Entries) -> Outcome {
        let wanted = wanted.clone().visible();
        let last = self.dir.until(|now| now.clone().visible() == wanted);
        match wanted.change(&last.visible()) {
            None => Ok(()),
            Some(change) => {
                let cause = "a put leaves one file and nothing else: rename its temporary file, or remove it";
                Finding::new("DIR holds the new file and what it held", change, cause)
                    .of(Half::Server)
                    .broken()
            }
        }
    }

    /// Checks that `list` says exactly this.
    pub fn lists(&self, peer: &mut Peer, expected: &str, cause: &str) -> Outcome {
        let reply = accepted(&self.server, peer, &list(), "`list`", cause)?;
        let heard = body(peer, &reply)?;
        let Some(comparison) = Comparison::of(expected.as_bytes(), &heard) else { return Ok(()) };
        Finding::new(format!("the list {}", quoted(expected.as_bytes())), quoted(&heard), cause)
            .comparing(comparison)
            .of(Half::Server)
            .broken()
    }

    /// Checks that a new client is served.
    pub fn serves_another(&mut self, bench: &mut Bench, after: &str) -> Outcome {
        self.server.alive(after)?;
        let mut peer = self.connect(bench)?;
        let cause = format!("{after} must not keep the next client from being served");
        accepted(&self.server, &mut peer, &list(), &format!("`list` after {after}"), cause)
            .and_then(|reply| body(&mut peer, &reply))
            .map(|_| ())
    }
}

/// Checks that a folder has this file.
pub fn holds(half: Half, dir: &Dir, name: &str, bytes: &[u8], cause: impl Into<Cause>) -> Outcome {
    let expected =
        format!("the file {} holds the {} bytes that were sent", quoted(name.as_bytes()), bytes.len());
    let finding = |got: String| Finding::new(expected, got, cause).of(half);
    match dir.read(name) {
        None => finding("there is no such file".into()).broken(),
        Some(found) => match Comparison::of(bytes, &found) {
            None => Ok(()),
            Some(comparison) => {
                let got = format!(
                    "it has {} bytes, the first wrong one at offset {}",
                    found.len(),
                    comparison.offset
                );
                finding(got).comparing(comparison).broken()
            }
        },
    }
}

/// Checks that a folder holds exactly this. Waits for it, because a program may still remove its temporary file.
pub fn is(half: Half, dir: &Dir, wanted: &Entries, when: &str, cause: impl Into<Cause>) -> Outcome {
    let last = dir.until(|now| now == wanted);
    match wanted.change(&last) {
        None => Ok(()),
        Some(change) => {
            Finding::new(format!("the folder is as it was {when}"), change, cause).of(half).broken()
        }
    }
}

/// The cause when a server does not reply to a put that it has stored.
const STORED: &str = "the file stands under its name, whole, and no reply came: only the reply to the `put` is missing \
                      (a length, `{\"ok\":true,\"data_size\":0}`, and no body; flush what is buffered)";

/// The cause when a server does not end the connection of a client that has ended inside a message.
pub const ENDED_INSIDE: &str =
    "the client has ended inside a message: nothing more will come, so end the connection";

/// Checks that the server ends the connection, and returns what came before. FIN and RST are both right.
///
/// # Errors
/// The finding that the server does not end it after `what`.
pub fn ends(peer: &mut Peer, what: &str, cause: &str) -> Outcome<Heard> {
    let heard = peer.hear_to_end(64 * 1024);
    match heard.ending {
        Some(Ending::Fin | Ending::Rst) => Ok(heard),
        _ => {
            broken(format!("the server ends the connection after {what}"), came(&heard, Half::Server), cause)
        }
    }
}

/// Returns `n` random bytes.
pub fn random(bench: &mut Bench, n: usize) -> Vec<u8> {
    random_bytes(&mut bench.rng, n)
}
