//! A program under test as a process: started, watched, limited in output and time, ended with everything that it
//! started.

pub mod boxed;
#[cfg(unix)]
mod clean;
pub mod confine;
mod group;
pub mod installation;
#[cfg(target_os = "linux")]
pub mod keeper;
#[cfg(not(target_os = "linux"))]
#[path = "keeper_elsewhere.rs"]
pub mod keeper;
mod kept;
mod link;
mod running;
pub mod shebang;
mod spec;
mod tool;
pub mod variables;
pub mod words;
pub mod worker;

pub use super::exit::Exit;
pub use confine::Refused;
pub use link::Link;
pub use running::{end_all, interrupted, let_none_start, wait_ended, while_none_starts};
pub use spec::{FULL, Pipes, Spec, Variables, own_executable, temporary};
pub use tool::{Ended, Stream, run_tool};

use crate::system::output::Output;
use crate::system::patience::{AT_MOST, Patience};
use crate::system::portable;
use crate::system::processes::{self, Activity, Pid};
use crate::system::trace::collector;
use running::{BURIAL, Process};
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a program has between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_millis(200);
/// How long the rest of a program's output may take to arrive when no process of the program is left. On Linux its
/// end is then certain, and only an overloaded machine needs more than a moment; elsewhere a process that was left
/// behind may hold the pipe.
fn rest() -> Duration {
    if portable::asks_kernel() { BURIAL } else { Duration::from_secs(1) }
}
/// How often a wait looks at its program.
const LOOK: Duration = Duration::from_millis(100);

/// A running program. Dropping it ends it.
pub struct Program {
    process: Arc<Process>,
    stdin: Option<PipeWriter>,
    /// Output up to this many bytes renews the wait: eight times what is expected, since a program may print each byte as
    /// `\xNN`, and twice.
    allowance: u64,
    /// Whether any output is expected. If not, printing does not prolong the wait.
    has_to_print: bool,
    /// Whether some of that output is expected on standard error.
    has_to_say: bool,
    /// What it prints on standard output.
    pub stdout: Output,
    /// What it prints on standard error.
    pub stderr: Output,
}

impl Program {
    /// Starts it and looks for `wanted` in its standard output and for `errors` in its standard error, each in order (see
    /// [`Output`]).
    ///
    /// # Errors
    /// When there is no such program, or pipes or processes have run out.
    pub fn start(spec: &Spec, wanted: &[Vec<u8>], errors: &[Vec<u8>]) -> anyhow::Result<Self> {
        Self::start_with(spec, wanted, errors, Output::collect)
    }

    /// Starts it as [`Program::start`] does, and reads nothing of its standard output before [`Output::release`]. Its pipe
    /// is the smallest that the kernel gives: one page (pipe(7)), and on other systems than Linux a larger one.
    ///
    /// # Errors
    /// As [`Program::start`].
    pub fn start_unread(spec: &Spec, wanted: &[Vec<u8>], errors: &[Vec<u8>]) -> anyhow::Result<Self> {
        Self::start_with(spec, wanted, errors, |stdout, wanted| {
            #[cfg(target_os = "linux")]
            if portable::asks_kernel() {
                let _ = nix::fcntl::fcntl(&stdout, nix::fcntl::FcntlArg::F_SETPIPE_SZ(1));
            }
            Output::collect_later(stdout, wanted)
        })
    }

    fn start_with(
        spec: &Spec,
        wanted: &[Vec<u8>],
        errors: &[Vec<u8>],
        collect: impl FnOnce(PipeReader, &[Vec<u8>]) -> Output,
    ) -> anyhow::Result<Self> {
        let (stdin_reader, stdin) = io::pipe()?;
        let (stdout, stdout_writer) = io::pipe()?;
        let (stderr, stderr_writer) = io::pipe()?;
        let stdout_writer: Stdio = match spec.full_output {
            true => File::options().write(true).open(FULL)?.into(),
            false => stdout_writer.into(),
        };
        let pipes = Pipes { stdin: stdin_reader.into(), stdout: stdout_writer, stderr: stderr_writer.into() };
        let process = Process::start(spec, pipes, collector())?;
        Ok(Self {
            process,
            stdin: Some(stdin),
            has_to_print: !wanted.is_empty() || !errors.is_empty(),
            has_to_say: !errors.is_empty(),
            allowance: 8 * wanted.iter().chain(errors).map(|text| text.len() as u64).sum::<u64>(),
            stdout: collect(stdout, wanted),
            stderr: Output::collect(stderr, errors),
        })
    }

    /// Writes to its standard input. A program that does not read it is no error here.
    pub fn input(&mut self, bytes: &[u8]) {
        if let Some(stdin) = &mut self.stdin {
            // Checks write only a few lines: they fit into a pipe's 64 KiB, whether the program reads or not.
            let _ = stdin.write_all(bytes);
        }
    }

    /// Ends its standard input.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Returns a handle that says how it ended and that outlives it.
    pub fn watch(&self) -> Arc<Link> {
        Arc::clone(&self.process.link)
    }

    /// Returns how it ended, or `None` while it runs.
    pub fn exit(&self) -> Option<Exit> {
        self.process.link.lock().exit
    }

    /// Returns whether its own process, not only what that has started, is there and is not about to end; `true` where the
    /// platform does not tell.
    pub fn is_there(&self) -> bool {
        let pid = self.process.link.lock().pid;
        pid.is_some_and(|pid| !processes::is_exiting(pid))
    }

    /// Waits for its end; returns `None` when it still runs at `until`.
    pub fn wait_exit(&self, until: Instant) -> Option<Exit> {
        self.process.link.wait(until, |state| state.exit.is_some() || state.gone).exit
    }

    /// Waits for its end as long as there is a reason to.
    ///
    /// # Errors
    /// The patience that is over.
    pub fn wait_exit_patiently(&self) -> Result<Exit, Patience> {
        self.wait_exit_within(Patience::with(&[self.root()]))
    }

    /// Waits for its end, where nothing is on its way to it (see [`Patience::or_sooner`]).
    ///
    /// # Errors
    /// The patience that is over.
    pub fn wait_exit_alone(&self) -> Result<Exit, Patience> {
        self.wait_exit_within(Patience::with(&[self.root()]).or_sooner())
    }

    /// Waits for its end with this patience, longer while it prints.
    ///
    /// # Errors
    /// The patience, which is over.
    pub fn wait_exit_within(&self, patience: Patience) -> Result<Exit, Patience> {
        self.wait_exit_looking(patience, LOOK, || {})
    }

    /// Does what [`Program::wait_exit_within`] does, and calls `look` at this interval.
    ///
    /// # Errors
    /// As there.
    pub fn wait_exit_looking(
        &self,
        mut patience: Patience,
        every: Duration,
        look: impl Fn(),
    ) -> Result<Exit, Patience> {
        let (mut printed, mut found) = (0, 0);
        let at_most = Instant::now() + AT_MOST;
        loop {
            look();
            if let Some(exit) = self.wait_exit(Instant::now() + patience.slice().min(every)) {
                return Ok(exit);
            }
            // It may have to print much: while that comes, it does not hang. More than the allowance counts only where
            // something expected was in it.
            let total = self.stdout.total() + if self.has_to_say { self.stderr.total() } else { 0 };
            let comes = total > printed && total <= self.allowance;
            let now = self.stdout.found() + self.stderr.found();
            if self.has_to_print && (comes || now > found) && Instant::now() < at_most {
                patience.renew();
            }
            found = now;
            printed = total;
            if patience.is_over() {
                return Err(patience);
            }
        }
    }

    /// Returns the process below which the program and everything that it started run.
    pub fn root(&self) -> Pid {
        self.process.kept.root()
    }

    /// Says what it is in the check, `server` or `client`, where its calls are collected.
    pub fn plays(&self, role: &'static str) {
        if let Some((collector, id)) = self.process.kept.traced() {
            collector.set_role(id, role);
        }
    }

    /// Returns what it and its descendants are doing.
    pub fn activity(&self) -> Activity {
        processes::activity(self.root())
    }

    /// Ends it and everything that it started, first with SIGTERM. After that its output is complete. Returns whether
    /// it had to be killed because it ignored SIGTERM.
    pub fn end(&mut self) -> bool {
        self.stdin = None;
        self.stdout.release();
        let mut heeded = true;
        if self.exit().is_none() {
            self.process.kept.ask_to_end();
            heeded = self.wait_exit(Instant::now() + GRACE).is_some();
        }
        self.process.end();
        // Never wait for a pipe's end without a limit.
        let until = Instant::now() + rest();
        self.stdout.wait_end(until);
        self.stderr.wait_end(until);
        !heeded
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}
