//! A run of the lesson in a process of its own, so that `watch` can end it at any time.

use crate::cli::Confining;
use crate::commands::run::FIRST;
use crate::course::Lesson;
use crate::system::family::Family;
use crate::system::program;
use anyhow::Context;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

/// The most bytes that are read of a run: more than any screen.
const MOST: u64 = 1 << 20;

/// The run. Dropping it ends the run and all its programs: on Linux their keepers end the programs, elsewhere the run
/// ends them itself when it gets SIGTERM.
pub struct Judging {
    child: Option<Child>,
    output: Option<JoinHandle<Vec<u8>>>,
}

impl Judging {
    /// Starts the run; passes on its first failure as soon as that is known, and calls `done` at the end of its output.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(
        lesson: &Lesson,
        family: Option<Family>,
        confining: &Confining,
        rows: usize,
        first: impl FnOnce(String) + Send + 'static,
        done: impl FnOnce() + Send + 'static,
    ) -> anyhow::Result<Self> {
        let rows = rows.to_string();
        let mut command = Command::new(program::own_executable());
        command.args(["run", &lesson.id(), "--screen", &rows]);
        // Other lessons have no such family.
        if let Some(family) = family.filter(|family| lesson.families.contains(family)) {
            command.args(["--family", family.word()]);
        }
        command.args(confining.words());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("start the run")?;
        let stdout = child.stdout.take().context("its output")?;
        let output = thread::spawn(move || {
            let mut stdout = BufReader::new(stdout.take(MOST));
            let mut said = Vec::new();
            let _ = stdout.read_until(FIRST as u8, &mut said);
            if said.last() == Some(&(FIRST as u8)) {
                said.pop();
                first(String::from_utf8_lossy(&said).into_owned());
                said.clear();
            }
            let _ = stdout.read_to_end(&mut said);
            done();
            said
        });
        Ok(Self { child: Some(child), output: Some(output) })
    }

    /// Returns its output. Waits until the run ends.
    pub fn outcome(mut self) -> String {
        let said = self.output.take().and_then(|output| output.join().ok()).unwrap_or_default();
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
        String::from_utf8_lossy(&said).into_owned()
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        #[cfg(all(unix, not(target_os = "linux")))]
        {
            // The run ends its programs, and then itself.
            let _ = nix::sys::signal::kill(
                nix::unistd::Pid::from_raw(child.id() as i32),
                nix::sys::signal::Signal::SIGTERM,
            );
            thread::spawn(move || child.wait());
        }
        #[cfg(not(all(unix, not(target_os = "linux"))))]
        {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
