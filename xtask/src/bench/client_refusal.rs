//! A client that was given an address which it cannot call.

use super::Client;
use crate::finding::{Finding, Half, Outcome};
use crate::system::program::Exit;

impl Client {
    /// Checks that a client that was given no address which it can call says so on standard error, and ends with a
    /// status other than 0. Which status is not judged: that is wrong usage.
    ///
    /// # Errors
    /// The finding that names what it did instead.
    pub fn refuses_its_address(&mut self, expected: &str) -> Outcome {
        let exit = self.program.wait_exit_alone();
        self.end();
        let said = self.said();
        let (got, cause) = match exit {
            Err(patience) => (
                format!("it still runs; {patience}"),
                "look at the address before anything else is done with it",
            ),
            Ok(Exit::Code(0)) => (
                "it exited with status 0".into(),
                "0 means that all went well: exit with a status other than 0",
            ),
            Ok(Exit::Code(code)) if code == 101 || said.is_backtrace() => {
                (format!("it exited with status {code}, unhandled"), UNHANDLED)
            }
            Ok(Exit::Code(_)) if said.is_blank() => (
                "it reported nothing on standard error".into(),
                "print what is wrong with the address before exiting",
            ),
            Ok(Exit::Code(_)) => return Ok(()),
            Ok(exit) => (format!("it {exit}"), UNHANDLED),
        };
        Finding::new(expected, got, cause).of(Half::Client).broken()
    }
}

const UNHANDLED: &str = "the address is the user's choice: report what is wrong with it in one line";
