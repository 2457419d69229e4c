//! A client whose standard output takes nothing.

use super::{Bench, Client};
use crate::finding::{Finding, Half, Outcome, skip};
use crate::system::program::{Exit, FULL};
use std::path::Path;

impl Bench<'_> {
    /// Checks that this system has a device to which every write fails.
    ///
    /// # Errors
    /// A skip where it has none.
    pub fn can_fill_output(&self) -> Outcome {
        if !Path::new(FULL).exists() {
            return skip(format!("this system has no {FULL}"));
        }
        Ok(())
    }
}

impl Client {
    /// Waits until the client, which could not print, has ended, and checks that neither a panic nor a signal ended it. Its
    /// status is not judged: some runtimes notice only at their end what they could not print (Python then exits with 120), and
    /// some never.
    ///
    /// # Errors
    /// The finding that a panic or a signal ended it.
    pub fn fails_to_print(&mut self) -> Outcome {
        let exit = self.program.wait_exit_patiently();
        self.end();
        let exit = match exit {
            Ok(exit @ (Exit::Code(101) | Exit::Signal(_))) => exit,
            Ok(Exit::Code(_) | Exit::ByRunner) | Err(_) => return Ok(()),
        };
        Finding::new(
            format!("a client that cannot print ({FULL}) reports that and exits with 1"),
            format!("it {exit}"),
            "a print can fail, when the disk is full for instance: `print!`, `println!` and `unwrap` then panic; write with \
             `write_all`, and return its error",
        )
        .of(Half::Client)
        .broken()
    }
}
