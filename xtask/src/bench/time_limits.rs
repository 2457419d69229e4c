//! Time limits of a program's own, on the silence of the other side: where one may be, how long the runner stays silent,
//! to see what the program does when it is over.

use super::{Bench, Client, Server, With};
use crate::finding::Outcome;
use crate::system::patience::Patience;
use crate::system::processes;
use crate::system::program::Program;
use std::time::Duration;

/// The longest that the runner is silent.
const LONGEST: Duration = Duration::from_secs(10);
/// How much longer than the limit it is silent: a program needs time to act, too.
const MORE: Duration = Duration::from_millis(500);
/// The shortest silence where a thread sleeps with a time limit: a loop of short waits may count them.
const COUNTED: Duration = Duration::from_millis(3500);
/// How long it waits for a program to rest: one that does not has no time limit that can be seen.
const TO_REST: Duration = Duration::from_secs(1);
/// How many times the runner looks at the calls of a program at rest: it may wake, look, and sleep again.
const LOOKS: u32 = 10;

/// Returns how long the runner must be silent to see what the program does at the end of the time limits that its threads
/// have now, while they sleep; `None` where they have none, or only longer ones.
fn to_be_silent(program: &Program) -> Option<Duration> {
    let root = program.root();
    let (mut looks, mut longest) = (0, None);
    Patience::limited(TO_REST, &[]).until(|| {
        looks = if processes::all_sleep(root) { looks + 1 } else { looks };
        let limits = processes::time_limits(root).into_iter().filter(|limit| *limit + MORE <= LONGEST);
        longest = limits.max().max(longest);
        (looks >= LOOKS || program.exit().is_some()).then_some(())
    });
    longest.map(|limit| (limit + MORE).max(COUNTED))
}

impl Bench<'_> {
    /// Starts one more server with these words after the address, for no client; `None` where the server is fixed to one
    /// address.
    ///
    /// # Errors
    /// As [`Bench::server`].
    pub fn idle_server(&mut self, words: &[String]) -> Outcome<Option<Server>> {
        match self.programs.server.at {
            Some(_) => Ok(None),
            None => self.server_as(&With::words(words)).map(Some),
        }
    }
}

impl Server {
    /// Returns for how long a client must be silent to see what the server does when a time limit is over that the
    /// kernel sees. `None` when it sees none of at most 9.5 s.
    pub fn to_be_silent(&self) -> Option<Duration> {
        to_be_silent(&self.program)
    }

    /// Does nothing for this time, or until the server has ended.
    pub fn is_left_alone(&self, time: Duration) {
        let _ = Patience::limited(time, &[]).until(|| self.exit());
    }
}

impl Client {
    /// As [`Server::to_be_silent`], for the silence of a server.
    pub fn to_be_silent(&self) -> Option<Duration> {
        to_be_silent(&self.program)
    }
}
