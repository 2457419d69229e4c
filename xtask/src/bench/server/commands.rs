//! The processes that a server starts for its clients: whether one runs, has ended, was reaped.

use super::Server;
use crate::finding::{Outcome, broken};
use crate::system::patience::Patience;
use crate::system::processes;
use std::time::Duration;

/// How long a server may leave a child that has ended unreaped after its reply.
const TO_REAP: Duration = Duration::from_secs(1);
/// How many times in a row a server must be seen asleep: a byte that has just arrived may still wake it.
const LOOKS: u32 = 20;

impl Server {
    /// Returns whether a process of the server's tree runs that has `text` in one of its arguments; `false` where the
    /// platform does not tell.
    pub fn runs(&self, text: &str) -> bool {
        processes::runs(self.program.root(), text)
    }

    /// Waits, 5 s at most, until no process of the server's tree has `text` in its arguments. Returns whether that
    /// came.
    pub fn ends_what_runs(&self, text: &str) -> bool {
        let patience = Patience::with(&[]);
        patience.until(|| (!self.runs(text)).then_some(())).is_some()
    }

    /// Checks that one second after a reply the server has reaped every child that has ended.
    ///
    /// # Errors
    /// The finding that names how many are left.
    pub fn has_reaped(&self, after: &str) -> Outcome {
        let patience = Patience::limited(TO_REAP, &[self.program.root()]);
        if patience.until(|| self.zombies().is_empty().then_some(())).is_some() {
            return Ok(());
        }
        let left = self.zombies().len();
        if left == 0 {
            return Ok(());
        }
        broken(
            format!("1 s after the reply to {after}, no child of the server is a zombie"),
            format!("{left} of its processes have ended and were not reaped; {patience}"),
            "a process that has ended stays in the kernel's table, as a zombie, until its parent asks for its status: \
             wait for every child (`wait`), also after an error and after killing it",
        )
    }

    /// Waits until the server does nothing more: every thread and every command of it sleeps, in any call.
    pub fn wait_stuck(&self) {
        let mut seen = 0;
        Patience::with(&[self.program.root()]).until(|| {
            seen = if self.is_stuck() { seen + 1 } else { 0 };
            (seen >= LOOKS || self.exit().is_some()).then_some(())
        });
    }
}
