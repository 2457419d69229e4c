//! A process of the runner itself that does one part of a larger work, and tells of it line by line.
//!
//! While its standard input is open, it works. At the end of it, it ends its own programs, and then itself: so it also
//! ends where the runner was killed and no keeper sees to it.

use super::running::{BURIAL, Process};
use super::spec::{Pipes, Spec};
use crate::system::exit::Exit;
use crate::system::output::Output;
use std::io::{self, BufRead, BufReader, PipeWriter};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a worker may take to end its programs and itself when it is asked to.
pub const LAST_WORDS: Duration = Duration::from_secs(10);

/// The standard inputs of the workers that run now.
static INPUTS: Mutex<Vec<(Arc<Process>, PipeWriter)>> = Mutex::new(Vec::new());

fn inputs() -> MutexGuard<'static, Vec<(Arc<Process>, PipeWriter)>> {
    INPUTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What comes from a worker.
#[derive(Debug)]
pub enum Heard {
    /// A line that it printed.
    Line(String),
    /// It is over, and has said all.
    Over,
    /// Nothing came until then.
    Late,
}

/// A worker. Dropping it ends it with everything that it started.
pub struct Worker {
    process: Arc<Process>,
    lines: Receiver<String>,
    stderr: Output,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(spec: &Spec) -> anyhow::Result<Self> {
        let (stdin, input) = io::pipe()?;
        let (stdout, stdout_writer) = io::pipe()?;
        let (stderr, stderr_writer) = io::pipe()?;
        let pipes = Pipes { stdin: stdin.into(), stdout: stdout_writer.into(), stderr: stderr_writer.into() };
        let process = Process::start(spec, pipes, None)?;
        inputs().push((Arc::clone(&process), input));
        let (tell, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { process, lines, stderr: Output::collect(stderr, &[]) })
    }

    /// Waits for what it tells next, at most until then.
    pub fn hear(&self, until: Instant) -> Heard {
        match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => Heard::Line(line),
            Err(RecvTimeoutError::Disconnected) => Heard::Over,
            Err(RecvTimeoutError::Timeout) => Heard::Late,
        }
    }

    /// Asks it to end, gives it [`LAST_WORDS`], and ends it with everything that it started. Returns how it ended;
    /// `None` where nobody knows.
    pub fn end(&self) -> Option<Exit> {
        let is_own = |process: &Arc<Process>| Arc::ptr_eq(process, &self.process);
        inputs().retain(|(process, _)| !is_own(process));
        let state =
            self.process.link.wait(Instant::now() + LAST_WORDS, |state| state.exit.is_some() || state.gone);
        self.process.end();
        state.exit.or(self.process.link.lock().exit)
    }

    /// Returns what it printed on standard error, the start and the end of it. Call it after [`Worker::end`].
    pub fn errors(&self) -> String {
        self.stderr.wait_end(Instant::now() + BURIAL);
        String::from_utf8_lossy(&self.stderr.kept()).into_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// Asks all workers to end, and gives them [`LAST_WORDS`].
pub fn end_all() {
    let all: Vec<Arc<Process>> = inputs().drain(..).map(|(process, _)| process).collect();
    let until = Instant::now() + LAST_WORDS;
    for process in all {
        process.link.wait(until, |state| state.exit.is_some() || state.gone);
    }
}
