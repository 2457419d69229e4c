//! A tool, such as cargo, run to its end.

use super::REST;
use super::link::ProcessState;
use super::running::Process;
use super::spec::{Pipes, Spec};
use crate::system::exit::Exit;
use std::io::{self, BufRead, PipeReader};
use std::process::Stdio;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

/// How often the runner looks at the time while a tool says nothing.
const LOOK: Duration = Duration::from_millis(200);
/// The shortest wait for a line.
const MOMENT: Duration = Duration::from_millis(1);
/// How many lines may wait for the runner.
const LINES: usize = 1024;

/// How a tool ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Exit(Exit),
    /// By the runner, with everything that it had started, because its limit of time was over.
    OutOfTime,
    /// Its keeper was killed by somebody.
    Lost,
}

/// Where a tool writes a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Runs a tool (cargo) to its end, and passes each line of its standard output to `line`; with `both`, also those of its
/// standard error, which else is the runner's own. A tool that needs longer than `limit` is ended.
///
/// # Errors
/// When it cannot be started.
pub fn run_tool(
    spec: &Spec,
    limit: Option<Duration>,
    both: bool,
    mut line: impl FnMut(Stream, &str),
) -> anyhow::Result<Ended> {
    let until = limit.map(|limit| Instant::now() + limit);
    let (stdout, writer) = io::pipe()?;
    let (stderr, theirs) = match both {
        true => io::pipe().map(|(read, write)| (Some(read), write.into()))?,
        false => (None, Stdio::inherit()),
    };
    let pipes = Pipes { stdin: Stdio::null(), stdout: writer.into(), stderr: theirs };
    let process = Process::start(spec, pipes, None)?;
    let (send, lines) = mpsc::sync_channel(LINES);
    let pipes = [(Stream::Stdout, Some(stdout)), (Stream::Stderr, stderr)];
    for (stream, pipe) in pipes.into_iter().filter_map(|(stream, pipe)| Some((stream, pipe?))) {
        let send = send.clone();
        thread::spawn(move || pass_on(pipe, stream, &send));
    }
    drop(send);
    let (mut out_of_time, mut ended_at) = (false, None::<Instant>);
    loop {
        let until = until.filter(|_| ended_at.is_none());
        let left =
            until.map_or(LOOK, |until| until.saturating_duration_since(Instant::now()).clamp(MOMENT, LOOK));
        match lines.recv_timeout(left) {
            Ok((stream, text)) => line(stream, &text),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout)
                if ended_at.is_some_and(|at| at.elapsed() > REST) && may_be_held(&process) =>
            {
                break;
            }
            // What it has started may hold its output open.
            Err(RecvTimeoutError::Timeout) if ended_at.is_none() && is_over(&process) => {
                process.end();
                ended_at = Some(Instant::now());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if until.is_some_and(|until| Instant::now() >= until) {
            out_of_time = !is_over(&process);
            process.end();
            ended_at = Some(Instant::now());
        }
    }
    let ended = loop {
        // A tool may close its output before it ends.
        let state = process.link.wait(Instant::now() + LOOK, |state| state.exit.is_some() || state.gone);
        match state {
            _ if out_of_time => break Ended::OutOfTime,
            ProcessState { exit: None, gone: false, .. }
                if until.is_some_and(|until| Instant::now() >= until) =>
            {
                break Ended::OutOfTime;
            }
            ProcessState { lost: true, .. } => break Ended::Lost,
            ProcessState { exit: Some(exit), .. } => break Ended::Exit(exit),
            ProcessState { gone: true, .. } => break Ended::Exit(Exit::Code(-1)),
            _ => {}
        }
    };
    process.end();
    Ok(ended)
}

/// Returns whether a process that is left behind may hold its output open for ever. Otherwise all have ended with it, and
/// the rest of its lines, which comes late on a busy machine, has an end.
fn may_be_held(process: &Process) -> bool {
    !cfg!(target_os = "linux") || process.link.is_lost()
}

fn is_over(process: &Process) -> bool {
    let state = process.link.lock();
    state.exit.is_some() || state.gone
}

/// Sends each line that the pipe brings, without its end.
fn pass_on(pipe: PipeReader, stream: Stream, send: &SyncSender<(Stream, String)>) {
    let mut reader = io::BufReader::new(pipe);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
        let text = String::from_utf8_lossy(&bytes);
        if send.send((stream, text.trim_end_matches(['\r', '\n']).to_string())).is_err() {
            return;
        }
        bytes.clear();
    }
}
