//! Linux: a keeper process between the runner and a program under test, so that nothing is left behind.
//!
//! The keeper is this same executable, started with the hidden verb [`VERB`]. It leads its own session and is a child
//! subreaper (prctl(2)): everything that the program starts, also after `setsid` or a double fork, stays its
//! descendant. When the runner says so, or is gone for any reason (the control socket ends), the keeper kills
//! descendants until none is left.
//!
//! The control socket carries single bytes to the keeper: `t` (SIGTERM to the program), `e` (end everything). It
//! carries lines from the keeper: `started PID`, `failed WHY`, `exit CODE`, `signal NUMBER`.
//!
//! Where the runner collects calls, the keeper also traces the program: see [`crate::system::trace`].

use super::clean;
use super::link::Link;
use super::spec::{Pipes, Spec, own_executable};
use crate::system::exit::Exit;
use crate::system::folder;
use crate::system::processes::{self, Pid};
use crate::system::trace::call::ProgramId;
use crate::system::trace::{Collector, tracer};

use anyhow::{Context, bail};
use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{dup2_raw, setsid};
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tracer::Tracer;

/// The hidden verb: `xtask __keeper [--trace FD] RUN PROGRAM ARG…`, where RUN names the run's folders. With a
/// descriptor, the program is traced, and the lines of [`crate::system::trace::event`] go there.
pub const VERB: &str = "__keeper";

/// `xtask __keeper --try`: tries to trace, and prints why it cannot.
pub const TRY: &str = "--try";

/// `xtask __keeper --tried`: what is traced then.
const TRIED: &str = "--tried";

const TRACE: &str = "--trace";

/// Where the keeper finds its end of the control socket.
const CONTROL_FD: i32 = 3;

/// The runner's handle on a keeper.
pub struct Kept {
    control: UnixStream,
    keeper: Pid,
    /// Its number among the traced programs.
    pub traced: Option<(&'static Collector, ProgramId)>,
}

impl Kept {
    /// Starts a keeper, and through it the program of `spec` with these ends of its pipes; traces it for `collector`.
    ///
    /// # Errors
    /// When the keeper cannot be started, or the program cannot (no such file, not executable).
    pub fn start(
        spec: &Spec,
        pipes: Pipes,
        link: &Arc<Link>,
        collector: Option<&'static Collector>,
    ) -> anyhow::Result<Self> {
        let (control, theirs) = UnixStream::pair().context("control socket")?;
        let traced = collector.map(|collector| (collector, collector.begin(&spec.argv)));
        let mut command = Command::new(own_executable());
        command.arg0("xtask").arg(VERB);
        let calls =
            traced.map(|(collector, id)| let_tell(&mut command, collector, id)).transpose()?.flatten();
        command.arg(folder::run_word()).args(&spec.argv);
        spec.set_up(&mut command, pipes);
        let fd = theirs.as_raw_fd();
        // SAFETY: only dup2 and fcntl, which are async-signal-safe, between fork and exec.
        unsafe {
            command.pre_exec(move || {
                if fd == CONTROL_FD {
                    keep_over_exec(fd)
                } else {
                    // SAFETY: this process is about to exec; nothing else owns the number 3 in it.
                    let copy = dup2_raw(BorrowedRaw(fd), CONTROL_FD)?;
                    std::mem::forget(copy);
                    Ok(())
                }
            });
        }
        let mut child = command.spawn().context("start the keeper")?;
        drop(theirs);
        drop(command); // Closes its copies of the pipes' ends: only the program may hold them.
        // Ends when the keeper has ended, or at once.
        let reader = calls.zip(traced).map(|((told, tell), (collector, id))| {
            drop(tell);
            thread::spawn(move || collector.follow(id, told))
        });
        let keeper = child.id();
        let mut lines = BufReader::new(control.try_clone()?).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        if let Some(why) = first.strip_prefix("failed ") {
            let _ = child.wait();
            let _ = reader.map(thread::JoinHandle::join);
            bail!("{why}");
        }
        let Some(pid) = first.strip_prefix("started ").and_then(|pid| pid.parse().ok()) else {
            bail!("its keeper ended at once");
        };
        link.set(|state| state.pid = Some(pid));
        let link = Arc::clone(link);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let exit = match line.split_once(' ') {
                    Some(("exit", code)) => code.parse().ok().map(Exit::Code),
                    Some(("signal", number)) => number.parse().ok().map(Exit::Signal),
                    _ => None,
                };
                link.set(|state| state.exit = exit.or(state.exit));
            }
            // Nobody but the keeper's own `main` ends it well, and that has told how the program ended.
            let was_killed = child.wait().is_ok_and(|status| !status.success());
            // What is known of its calls is then complete.
            let _ = reader.map(thread::JoinHandle::join);
            link.set(|state| {
                state.lost = was_killed && state.exit.is_none();
                if state.lost {
                    // The kernel has ended it, too (see `main`), unless it has asked for that not to be.
                    state.exit = Some(Exit::Signal(Signal::SIGKILL as i32));
                }
                state.gone = true;
            });
        });
        Ok(Self { control, keeper, traced })
    }

    /// Returns the process below which the program and everything that it started run.
    pub fn root(&self) -> Pid {
        self.keeper
    }

    /// Asks the program to end: SIGTERM.
    pub fn ask_to_end(&self) {
        let _ = (&self.control).write_all(b"t");
    }

    /// Ends the program and all its descendants: SIGKILL, until none is left. Does not wait; see [`State::gone`].
    pub fn end(&self) {
        let _ = (&self.control).write_all(b"e");
    }
}

/// A raw descriptor for `dup2_raw`, which takes an `AsFd`.
struct BorrowedRaw(i32);

impl std::os::fd::AsFd for BorrowedRaw {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        // SAFETY: the descriptor is open: its owner lives until `spawn` has returned.
        unsafe { std::os::fd::BorrowedFd::borrow_raw(self.0) }
    }
}

/// Lets the keeper tell the calls of its program to the runner: returns both ends of the pipe. `None` where calls cannot be
/// seen at all.
fn let_tell(
    command: &mut Command,
    collector: &Collector,
    id: ProgramId,
) -> anyhow::Result<Option<(PipeReader, OwnedFd)>> {
    if let Some(why) = tracer::WHY_NOT {
        collector.refuse(id, why);
        return Ok(None);
    }
    let (told, tell) = io::pipe().context("pipe for the calls")?;
    let tell = above_control(&tell).context("pipe for the calls")?;
    let fd = tell.as_raw_fd();
    command.arg(TRACE).arg(fd.to_string());
    // SAFETY: only fcntl, which is async-signal-safe.
    unsafe { command.pre_exec(move || keep_over_exec(fd)) };
    Ok(Some((told, tell)))
}

/// Returns a copy of a descriptor that is not in the way of the control socket.
fn above_control(fd: &impl std::os::fd::AsFd) -> io::Result<OwnedFd> {
    use nix::fcntl::{FcntlArg, fcntl};
    let copy = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(CONTROL_FD + 1))?;
    // SAFETY: the kernel has just made this descriptor; nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

fn keep_over_exec(fd: i32) -> io::Result<()> {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    fcntl(std::os::fd::AsFd::as_fd(&BorrowedRaw(fd)), FcntlArg::F_SETFD(FdFlag::empty()))?;
    Ok(())
}

/// Runs as the keeper: `main` after `xtask __keeper`.
pub fn main(argv: &[OsString]) -> ExitCode {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    match argv.first().and_then(|word| word.to_str()) {
        Some(TRY) => return try_to_trace(),
        Some(TRIED) => return if tracer::tried().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE },
        _ => {}
    }
    let (trace, argv) = match argv {
        [word, fd, rest @ ..] if word == TRACE => (fd.to_str().and_then(|fd| fd.parse().ok()), rest),
        all => (None, all),
    };
    // SAFETY: the runner has put the control socket there, and nothing else in this process uses it.
    let mut control = UnixStream::from(unsafe { OwnedFd::from_raw_fd(CONTROL_FD) });
    let runs = fcntl(&control, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).is_ok();
    let (true, [run, program, args @ ..]) = (runs, argv) else {
        eprintln!("{VERB} is the runner's own; type `cargo xtask --help`");
        return ExitCode::from(2);
    };
    let _ = setsid();
    let _ = prctl::set_child_subreaper(true);
    // Only the runner ends a keeper.
    let mut mask = SigSet::empty();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        mask.add(signal);
    }
    let _ = mask.thread_block();

    clean::close_at_exec();
    let mut command = Command::new(program);
    // A program may end its own process group by mistake: the keeper is not in it.
    command.args(args).process_group(0);
    // SAFETY: sigprocmask, sigaction and prctl are async-signal-safe and touch no memory of this process.
    unsafe {
        command.pre_exec(|| {
            clean::default_signals()?;
            // If the keeper itself is killed, its direct child is killed, too.
            Ok(prctl::set_pdeathsig(Signal::SIGKILL)?)
        });
    }
    let (program, mut tracer) = match start(command, trace) {
        Ok(started) => started,
        Err(error) => {
            let _ = writeln!(control, "failed {error}");
            return ExitCode::FAILURE;
        }
    };
    release_standard_streams();
    let _ = writeln!(control, "started {program}");

    let all_gone = Arc::new(AtomicBool::new(false));
    let orders = {
        let all_gone = Arc::clone(&all_gone);
        let control = control.try_clone();
        let run = run.clone();
        thread::spawn(move || obey(control, program, &all_gone, &run))
    };
    // When no child is left, no descendant is: each would have become a child of this subreaper.
    while let Some((pid, exit)) = tracer.as_mut().map_or_else(next_end, Tracer::next_end) {
        let _ = match exit {
            _ if pid != program => Ok(()),
            Exit::ByRunner => Ok(()), // Only a runner without a keeper says so.
            Exit::Code(code) => writeln!(control, "exit {code}"),
            Exit::Signal(number) => writeln!(control, "signal {number}"),
        };
    }
    drop(tracer); // Waits until all of its lines are written.
    all_gone.store(true, Ordering::SeqCst);
    // The program has ended; its keeper stays until the runner has read the status and ends it.
    let _ = orders.join();
    ExitCode::SUCCESS
}

/// Starts the program; traced, with a tracer, if the runner has named a descriptor for what it tells.
fn start(mut command: Command, trace: Option<i32>) -> io::Result<(Pid, Option<Tracer>)> {
    let Some(fd) = trace else { return Ok((command.spawn()?.id(), None)) };
    // SAFETY: the runner has named its own pipe, and nothing else in this process uses it.
    let tell = PipeWriter::from(unsafe { OwnedFd::from_raw_fd(fd) });
    // SAFETY: the keeper has no other thread yet.
    unsafe { tracer::start(command, tell) }
}

/// Waits until a process below the keeper has ended; returns `None` when none is left.
fn next_end() -> Option<(Pid, Exit)> {
    loop {
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, code)) => return Some((pid.as_raw() as Pid, Exit::Code(code))),
            Ok(WaitStatus::Signaled(pid, signal, _)) => {
                return Some((pid.as_raw() as Pid, Exit::Signal(signal as i32)));
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
}

/// Runs as the process of [`crate::system::trace::probe`].
fn try_to_trace() -> ExitCode {
    let mut command = Command::new(own_executable());
    command.args([VERB, TRIED]);
    // SAFETY: this process has no other thread.
    match unsafe { tracer::try_here(command) } {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Closes the keeper's copies of the program's pipes, so that they end when the program ends.
fn release_standard_streams() {
    use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout};
    if let Ok(null) = std::fs::File::options().read(true).write(true).open("/dev/null") {
        let _ = (dup2_stdin(&null), dup2_stdout(&null), dup2_stderr(&null));
    }
}

/// Follows the runner's orders. The end of the stream is the order to end everything.
fn obey(control: io::Result<UnixStream>, program: Pid, all_gone: &AtomicBool, run: &OsStr) {
    let mut runner_is_gone = true;
    if let Ok(mut control) = control {
        let mut order = [0];
        while let Ok(1) = control.read(&mut order) {
            match order[0] {
                b't' => send(program, Signal::SIGTERM),
                _ => {
                    runner_is_gone = false;
                    break;
                }
            }
        }
    }
    while !all_gone.load(Ordering::SeqCst) {
        // All are stopped first, so that none forks while the next is looked up.
        let mut stopped = Vec::new();
        loop {
            let news: Vec<Pid> = processes::descendants(std::process::id())
                .into_iter()
                .filter(|pid| !stopped.contains(pid))
                .collect();
            if news.is_empty() {
                break;
            }
            news.iter().for_each(|pid| send(*pid, Signal::SIGSTOP));
            stopped.extend(news);
        }
        stopped.iter().for_each(|pid| send(*pid, Signal::SIGKILL));
        // The main thread reaps them; this is only the interval at which to look again.
        thread::sleep(Duration::from_micros(500));
    }
    if runner_is_gone {
        folder::remove_of(run);
    }
}

/// Sends a signal to a process, which may be gone.
fn send(pid: Pid, signal: Signal) {
    let _ = kill(nix::unistd::Pid::from_raw(pid as i32), signal);
}
