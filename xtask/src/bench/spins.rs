//! Whether a program that has nothing to do uses the CPU, or prints without an end: it spins.

use crate::finding::Cause;
use crate::system::processes::{self, Pid, Used, Work};
use crate::system::program::Program;
use std::time::Duration;

/// CPU time that counts as spinning in a program that has nothing to do.
const SPIN: Duration = Duration::from_millis(200);
/// CPU time that counts as spinning while another thread of the program waits for input.
const SPIN_BESIDE: Duration = Duration::from_secs(1);

/// Bytes on its standard streams that count as spinning in a program that has nothing to do. To print takes little CPU time,
/// and on a busy machine the runner that reads them may be the slow one.
const FLOOD: u64 = 256 << 20;

/// Watches a program that has nothing to do, and everything that it has started.
pub struct SpinWatch<'a> {
    root: Pid,
    work: Work,
    /// The program, where it can be seen, and how much it had printed at the start.
    prints: Option<(&'a Program, u64)>,
}

impl SpinWatch<'static> {
    /// Starts to watch what is below `root`.
    pub fn below(root: Pid) -> Self {
        Self { root, work: Work::from_now(root), prints: None }
    }
}

impl<'a> SpinWatch<'a> {
    /// Starts to watch this program.
    pub fn of(program: &'a Program) -> Self {
        Self { prints: Some((program, printed(program))), ..SpinWatch::below(program.root()) }
    }

    /// Returns what was used once it is enough to say that the program spins. That is more while one of its threads waits
    /// for input, as it should: the others may belong to the language's runtime (a compiler, a garbage collector).
    pub fn seen(&self) -> Option<Spun> {
        let more = self.prints.map_or(0, |(program, before)| printed(program) - before);
        if more >= FLOOD {
            return Some(Spun::Prints(more));
        }
        let used = self.work.used();
        let enough = if processes::one_waits(self.root) { SPIN_BESIDE } else { SPIN };
        (used.all >= enough).then_some(Spun::Uses(used))
    }
}

fn printed(program: &Program) -> u64 {
    program.stdout.total() + program.stderr.total()
}

/// What a program that spins has done.
pub enum Spun {
    /// It has used the CPU.
    Uses(Used),
    /// It has printed so many bytes.
    Prints(u64),
}

impl Spun {
    /// Returns it in words, for a finding.
    pub fn got(&self) -> String {
        match self {
            Self::Prints(bytes) => format!("it printed {} MiB with nothing to do, and goes on", bytes >> 20),
            Self::Uses(used) => {
                let (millis, of_many) = (used.all.as_millis(), used.is_of_many());
                let who = if of_many { "the processes that it has started" } else { "it" };
                let spins = if of_many { "" } else { ": it spins" };
                format!("{who} used {millis} ms of CPU time with nothing to do{spins}")
            }
        }
    }

    /// Returns the cause: `of_one`, where one process alone has used most of the CPU time.
    pub fn cause(&self, of_one: &'static str) -> Cause {
        match self {
            Self::Prints(_) => {
                "a loop goes round and prints, and nothing has come: let it wait for something to do; what it prints shows \
                 which loop it is"
                    .into()
            }
            Self::Uses(used) if used.is_of_many() => {
                "it starts processes that go on working when there is nothing to do: let each end with its work".into()
            }
            Self::Uses(_) => of_one.into(),
        }
    }
}
