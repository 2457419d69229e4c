//! Runs one command, with limits.

use crate::Reply;
use solution_06_header::MAX_BODY;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

/// How much a command may take before it is ended.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time from its start until `sh` has ended and both streams are read.
    pub time: Duration,
    /// The bytes that it may write, to both streams together.
    pub output: usize,
}

/// The limits of the protocol: 10 s, and 64 MiB, which is also the most that a client takes.
pub const LIMITS: Limits = Limits { time: Duration::from_secs(10), output: MAX_BODY };

/// Why a command was ended.
#[derive(Debug)]
enum Cut {
    /// The limit of time was reached.
    Time,
    /// It wrote more than the limit of output.
    Output,
    /// A call failed that this side needs to go on.
    Failed(io::Error),
}

/// Runs `line` with `sh` in the directory `dir`, until it ends or reaches one of the `limits`, and returns what it did.
///
/// What it has written until then is in the reply. No process of the command is left, but for those that it has put
/// into a process group of their own, or that it has left in the background with other streams than its two.
pub fn run(line: &str, dir: &Path, limits: &Limits) -> Reply {
    let deadline = Instant::now() + limits.time;
    let mut child = match start(line, dir) {
        Ok(child) => child,
        Err(error) => return Reply::not_run(format!("sh cannot be started: {error}")),
    };
    let pipes: [Pipe; 2] = [
        Box::new(child.stdout.take().expect("a pipe, as `start` has asked for")),
        Box::new(child.stderr.take().expect("a pipe, as `start` has asked for")),
    ];
    let mut output = [Vec::new(), Vec::new()];
    // A process may close its streams long before it ends, so both are waited for.
    let ended = read_both(pipes, &mut output, limits.output, deadline)
        .and_then(|()| wait_until(&mut child, deadline));
    let status = match ended {
        Ok(status) => exit_status(status),
        Err(cut) => {
            end(&mut child);
            Err(match cut {
                Cut::Time => format!("ended at the time limit of {:?}", limits.time),
                Cut::Output => format!("ended at the output limit of {} bytes", limits.output),
                Cut::Failed(error) => format!("ended because the server could not go on: {error}"),
            })
        }
    };
    let [stdout, stderr] = output;
    Reply { status, stdout, stderr }
}

/// Starts `sh -c line` in `dir`, with no input, a pipe for each stream, and a process group of its own.
///
/// It inherits nothing else: Rust's std opens every file, socket and pipe so that it closes when a program is started
/// (close-on-exec). The server itself ignores SIGPIPE, as every Rust program does; std gives the child the default
/// again.
fn start(line: &str, dir: &Path) -> io::Result<Child> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).current_dir(dir);
    // Null: what reads its standard input, as `cat` does, finds the end at once, and not the server's terminal.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // What the command starts is in the same group, so one signal reaches all of it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// The end of a pipe that this side reads. It moves to another thread.
type Pipe = Box<dyn Read + Send>;

/// Bytes of one of two streams (0 or 1), in the order in which they came.
type Piece = (usize, Vec<u8>);

/// Reads both `pipes` **at once**, and appends the bytes of each to its `output`, until both have ended.
///
/// Starts a thread with [`forward`] for each pipe, because a `read` waits for its own pipe only, and receives the
/// pieces of both in one channel. A channel ends ([`RecvTimeoutError::Disconnected`]) when all its senders are dropped.
///
/// Returns [`Cut::Time`] at the `deadline`. Returns [`Cut::Output`] as soon as both outputs have more than `most` bytes
/// together; what is over `most` is dropped. Does not wait for the threads then: a process that has left the group may
/// keep a pipe open. Returns [`Cut::Failed`] when a thread cannot be started.
fn read_both(pipes: [Pipe; 2], output: &mut [Vec<u8>; 2], most: usize, deadline: Instant) -> Result<(), Cut> {
    // TODO: start a thread for each pipe, and receive pieces until the channel ends or a limit is reached
    todo!("start a thread for each pipe, and receive pieces until the channel ends or a limit is reached")
}

/// Reads `pipe` until it ends, and sends each piece on as one of `stream`. Ends, too, when nobody receives any more.
fn forward(stream: usize, mut pipe: Pipe, sender: &SyncSender<Piece>) {
    let mut piece = vec![0; 64 * 1024];
    loop {
        match pipe.read(&mut piece) {
            Ok(n @ 1..) if sender.send((stream, piece[..n].to_vec())).is_ok() => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// Waits until `child` has ended, at the latest until `deadline`.
fn wait_until(child: &mut Child, deadline: Instant) -> Result<ExitStatus, Cut> {
    // std cannot wait for a child with a limit of time. So this asks again and again, less and less often: a process
    // that has closed both its streams nearly always ends at once.
    let mut pause = Duration::from_micros(50);
    loop {
        if let Some(status) = child.try_wait().map_err(Cut::Failed)? {
            return Ok(status);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Cut::Time);
        }
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Ends all of the process group of `child` with SIGKILL, also what is stopped, and waits for `child`.
///
/// Call it only while nobody has waited for `child`. Until then its number stays taken, even if it has ended, so that
/// the signal cannot reach a stranger. Elsewhere than on Unix this ends `child` alone, and not what it has started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    let _ = nix::sys::signal::killpg(
        nix::unistd::Pid::from_raw(child.id().cast_signed()),
        nix::sys::signal::Signal::SIGKILL,
    );
    // A `sh` that has left its group is not in the group.
    let _ = child.kill();
    // Without this it would stay in the table of processes, as a zombie.
    let _ = child.wait();
}

/// Returns the exit status, or that a signal has ended `sh`: then there is none.
fn exit_status(status: ExitStatus) -> Result<u8, String> {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.ok_or_else(|| format!("sh ended with {status}"))
}
