//! Whether a server rests (asleep in a call that waits), spins, or is gone.

use super::Server;
use crate::bench::facts::{can, ended_for_all, wait_idle};
use crate::bench::spins::SpinWatch;
use crate::finding::{Finding, Half, Outcome, broken, skip, unable};
use crate::system::endpoint::{Ends, Side};
use crate::system::patience::Patience;
use crate::system::processes::{self, Activity};
use crate::system::sockets;

/// Why a server spins after a client has left.
const ENDLESS: &str =
    "a `read` at the end of the stream returns 0 at once, every time: leave the loop, or it spins for ever";

impl Server {
    /// Waits until the server has nothing to do: every thread sleeps in a call that waits. Only on Linux; elsewhere
    /// it does not wait.
    pub fn wait_idle(&self) {
        wait_idle(&self.program);
    }

    /// Waits until the server has finished what it is doing, even dying: all its threads sleep, or it has exited.
    /// Does not wait for a server that spins.
    pub fn wait_rest(&self) {
        let root = self.program.root();
        let spins = SpinWatch::of(&self.program);
        let patience = Patience::with(&[root]);
        let rests = patience.until(|| {
            self.spins.set(self.spins.get() || spins.seen().is_some());
            let rests = self.is_stopped || self.program.exit().is_some() || processes::at_rest(root);
            (rests || self.spins.get()).then_some(())
        });
        self.spins.set(self.spins.get() || rests.is_none());
    }

    /// Waits until the server rests, and returns whether it then waits for bytes with a buffer of length 0. Only Linux tells.
    pub fn reads_into_nothing(&self) -> bool {
        self.wait_rest();
        processes::one_reads_into_nothing(self.program.root())
    }

    /// Waits until the server rests and checks that it still runs. Where the kernel does not tell when a program rests, it checks
    /// nothing: whether an ending server has ended by now would be luck there. The next client meets that.
    ///
    /// # Errors
    /// The finding that it ended.
    pub fn alive(&self, after: &str) -> Outcome {
        if !sockets::known() {
            return Ok(());
        }
        self.wait_rest();
        match self.program.exit() {
            None => Ok(()),
            Some(exit) => ended_for_all(after, exit),
        }
    }

    /// Waits until the server has closed its socket to a client, which has left, and every thread sleeps in a call that
    /// waits. `ends` are those of the client's connection. The kernel's table shows the closed socket, or has it no more.
    ///
    /// # Errors
    /// The finding that it, or what it has started, spins (200 ms of CPU time with nothing arriving) or that it still holds the socket.
    pub fn lets_go_of(&self, ends: Ends, after: &str) -> Outcome {
        if !sockets::known() {
            return skip("this platform does not tell what other programs' sockets and threads do");
        }
        let mut held: Option<Side> = None;
        let waited = self.waits(after, ENDLESS, || {
            let side = can("read the socket table", ends.other_side().map_err(Into::into));
            held = side?.filter(Side::is_open);
            Ok(held.is_none() && self.program.activity() != Activity::Busy)
        })?;
        let Err(patience) = waited else { return Ok(()) };
        let Some(held) = held else {
            return unable(format!(
                "cannot tell what the server does: neither at rest nor spinning; {patience}"
            ));
        };
        broken(
            format!("the server closes its socket after {after}"),
            match held.tcp_state() {
                Some(_) => format!("the socket is still there, in state {}; {patience}", held.state_name()),
                None => format!("the socket is still there; {patience}"),
            },
            match held.tcp_state() {
                Some(_) => {
                    "CLOSE_WAIT means: the client's FIN has come and the server has not closed; a `read` of 0 bytes \
                     must end the loop, and the stream must be dropped"
                }
                None => "a `read` of 0 bytes must end the loop, and the stream must be dropped",
            },
        )
    }

    /// Waits until the server has nothing to do: every thread sleeps in a call that waits. Only on Linux; elsewhere
    /// it does not wait.
    ///
    /// # Errors
    /// The finding that the server spins.
    pub fn rests(&self, beside: &str) -> Outcome {
        if !sockets::known() {
            return Ok(());
        }
        let root = self.program.root();
        let rests = || Ok(self.program.activity() != Activity::Busy || processes::at_rest(root));
        let cause =
            "nothing has come, and it asks again and again whether something has: let `read` wait for it";
        // A server that neither sleeps nor spins is no finding.
        self.waits(beside, cause, rests).map(|_| ())
    }

    /// Waits until `rests` returns `true`, or the server spins; then `cause` says why it does.
    fn waits(
        &self,
        after: &str,
        cause: &'static str,
        mut rests: impl FnMut() -> Outcome<bool>,
    ) -> Outcome<Result<(), Patience>> {
        let spins = SpinWatch::of(&self.program);
        let patience = Patience::with(&[self.program.root()]).or_sooner();
        let found = patience.until(|| match rests() {
            Ok(true) => Some(Ok(())),
            Ok(false) => spins.seen().map(|spun| {
                let expected = format!("the server waits for the next client after {after}");
                Finding::new(expected, spun.got(), spun.cause(cause)).of(Half::Server).broken()
            }),
            Err(stop) => Some(Err(stop)),
        });
        match found {
            Some(outcome) => outcome.map(Ok),
            None => Ok(Err(patience)),
        }
    }
}
