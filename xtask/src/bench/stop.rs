//! Programs that are stopped and go on, as Ctrl-Z and `fg` do, while they wait for room for what they write. The kernel
//! then ends the call: `write` returns how much it has taken (signal(7)).

use super::{Bench, Client, Heard, Host, Peer, Server, With};
use crate::bench::facts::can;
use crate::finding::{Outcome, skip};
use crate::system::endpoint::Ends;
use crate::system::patience::Patience;
use crate::system::processes;
use crate::system::program::Program;
use crate::system::sockets;
use std::path::Path;

/// How many times in a row a program must be seen asleep: what has just come may still wake it.
const LOOKS: u32 = 20;

/// As [`LOOKS`], for a thread that sleeps in a call that writes: only room for it wakes it.
const WRITES: u32 = 5;

/// Waits until the program sleeps: a thread of it in a call that writes, or all of them in any. Then stops it, and lets it
/// go on.
fn stop_and_go_on(program: &Program) {
    let root = program.root();
    let (mut writes, mut sleeps) = (0, 0);
    Patience::with(&[root]).until(|| {
        writes = if processes::one_writes(root) { writes + 1 } else { 0 };
        sleeps = if writes == 0 && processes::all_sleep(root) { sleeps + 1 } else { 0 };
        (writes >= WRITES || sleeps >= LOOKS || program.exit().is_some()).then_some(())
    });
    processes::pause(root, true);
    processes::pause(root, false);
}

impl Server {
    /// Waits until the server sleeps, in a call that writes where it has to, stops it (SIGSTOP) and lets it go on
    /// (SIGCONT).
    ///
    /// # Errors
    /// A skip where the platform does not tell.
    pub fn stops_and_goes_on(&self) -> Outcome {
        tells()?;
        stop_and_go_on(&self.program);
        Ok(())
    }
}

impl Client {
    /// Does what [`Server::stops_and_goes_on`] does.
    ///
    /// # Errors
    /// As there.
    pub fn stops_and_goes_on(&self) -> Outcome {
        tells()?;
        stop_and_go_on(&self.program);
        Ok(())
    }

    /// Reads its standard output from now on, if it was started unread.
    pub fn is_read_now(&self) {
        self.program.stdout.release();
    }

    /// Hears from `peer` until the client sleeps and nothing more of it is on its way, or it has ended, or `max` bytes
    /// have come.
    pub fn heard_until_it_rests(&self, peer: &mut Peer, max: usize) -> Vec<u8> {
        let root = self.program.root();
        let mut bytes = Vec::new();
        let mut patience = Patience::with(&[root]);
        loop {
            let mut rests = 0;
            let came = patience.until(|| {
                let more = peer.pending().len();
                let rest = || {
                    self.exit().is_some() || (processes::all_sleep(root) && !is_on_its_way(peer.ends().ok()))
                };
                rests = if more == 0 && rest() { rests + 1 } else { 0 };
                (more > 0 || rests >= LOOKS).then_some(more)
            });
            let Some(more @ 1..) = came else { return bytes };
            let Heard { bytes: more, .. } = peer.hear(more.min(max - bytes.len()));
            bytes.extend(more);
            if bytes.len() >= max {
                return bytes;
            }
            patience.renew();
        }
    }
}

impl Bench<'_> {
    /// Returns what a check adds to the start of a client whose standard output it does not read at first: no variable of
    /// the machine that takes Python's buffers away. Without them Python drops what `write` did not take.
    ///
    /// # Errors
    /// A skip for a command that takes them away itself.
    pub fn unread(&self) -> Outcome<With> {
        let words = &self.programs.client.argv;
        let is_python = |word: &String| {
            Path::new(word).file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"python"))
        };
        if words.first().is_some_and(is_python) && words.iter().any(|word| word == "-u") {
            return skip(
                "`python -u` prints without a buffer, and then drops what `write` did not take; run it without `-u`",
            );
        }
        Ok(With { unread: true, env: vec![("PYTHONUNBUFFERED", None)], ..With::default() })
    }

    /// Opens a listening socket as [`Bench::host`] does, to which a client can say only some tens of thousands of bytes
    /// before they are read.
    ///
    /// # Errors
    /// When no address is free.
    pub fn narrow_host(&mut self) -> Outcome<Host> {
        let host = self.host()?;
        can("make the buffers of a socket small", host.narrow().map_err(Into::into))?;
        Ok(host)
    }
}

/// Returns whether the other end of a connection still has bytes to send. On a Unix socket nothing is ever on its way.
fn is_on_its_way(ends: Option<Ends>) -> bool {
    let Some(Ends::Inet { own, other }) = ends else { return false };
    sockets::between(other, own).ok().flatten().is_some_and(|entry| entry.unacked > 0)
}

fn tells() -> Outcome {
    match sockets::known() {
        true => Ok(()),
        false => skip("this platform does not tell when another program waits in its `write`"),
    }
}
