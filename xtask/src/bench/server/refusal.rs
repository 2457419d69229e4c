//! A server that was given an address which it must not bind.

use super::Server;
use crate::finding::{Finding, Half, Outcome};
use crate::system::patience::Patience;
use crate::system::program::Exit;

impl Server {
    /// Checks that a server that was given an address open to other machines listens nowhere, says so, and ends with a
    /// status other than 0.
    ///
    /// # Errors
    /// The finding that names what it did instead.
    pub fn refuses_to_listen(mut self) -> Outcome {
        let (addr, patience) = (self.addr, Patience::to_start(self.program.root()));
        let ended = || self.exit().map(Ok);
        let listens = || self.listening_addresses().first().map(|at| Err(*at));
        let looked = patience.until(|| ended().or_else(listens));
        self.end();
        let silent = self.program.stderr.total() == 0 && self.program.stdout.total() == 0;
        let panicked = super::Said(self.program.stderr.kept()).panicked();
        let open = "everybody who reaches this address can run commands on this machine: before `bind`, refuse an \
                    address that is no loopback address (`is_loopback`)";
        let (got, cause) = match looked {
            Some(Ok(Exit::Code(0))) => (
                "it exited with status 0".into(),
                "0 means that all went well: exit with a status other than 0",
            ),
            Some(Ok(Exit::Code(_))) if panicked => {
                ("it panicked".into(), "the address is the user's choice: report what is wrong in one line")
            }
            Some(Ok(Exit::Code(_))) if silent => {
                ("it exited and reported nothing".into(), "print the error, with the address, before exiting")
            }
            Some(Ok(Exit::Code(_))) => return Ok(()),
            Some(Ok(exit)) => (format!("it {exit}"), "the address was not refused: it ended by a signal"),
            Some(Err(at)) if at.is_local() => (
                format!("it listens at {at}"),
                "it binds another address than the one that it was given: refuse the address, report it, \
                 and exit",
            ),
            Some(Err(at)) => (format!("it listens at {at}"), open),
            None => (format!("it still runs; {patience}"), "refuse the address, and exit"),
        };
        let expected =
            format!("the server reports that it does not bind {addr}, and exits with a status other than 0");
        Finding::new(expected, got, cause).of(Half::Server).broken()
    }
}
