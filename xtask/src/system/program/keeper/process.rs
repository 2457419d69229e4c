//! The keeper's own process.

use super::orders::obey;
use super::{CONFINE, CONTROL_FD, FAILED, REFUSED, STARTED, TRACE, TRIED, TRY, VERB};
use crate::system::exit::Exit;
use crate::system::processes::Pid;
use crate::system::program::clean;
use crate::system::program::confine::{Confinement, Ready, needs, path_to_json, runs};
use crate::system::program::spec::own_executable;
use crate::system::trace::tracer::{self, Tracer};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::setsid;
use std::ffi::{OsStr, OsString};
use std::io::{self, PipeWriter, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// What the runner has told the keeper beside the program.
#[derive(Default)]
struct Options {
    /// The descriptor for what the tracer tells.
    trace: Option<i32>,
    confine: Option<Confinement>,
}

impl Options {
    /// Takes them from the arguments, and returns the rest; `None` where one has no meaning.
    fn take(mut argv: &[OsString]) -> Option<(Self, &[OsString])> {
        let mut options = Self::default();
        while let [word, value, rest @ ..] = argv {
            match word.to_str() {
                Some(TRACE) => options.trace = Some(value.to_str()?.parse().ok()?),
                Some(CONFINE) => options.confine = Some(Confinement::from_json(value.to_str()?)?),
                _ => break,
            }
            argv = rest;
        }
        Some((options, argv))
    }
}

/// Why a program does not run.
enum NotStarted {
    /// Containment refused this file.
    Refused(PathBuf),
    Failed(io::Error),
}

/// Runs as the keeper: `main` after `xtask __keeper`.
pub fn main(argv: &[OsString]) -> ExitCode {
    match argv.first().and_then(|word| word.to_str()) {
        Some(TRY) => return try_to_trace(),
        Some(TRIED) => return if tracer::tried().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE },
        _ => {}
    }
    // SAFETY: the runner has put the control socket there, and nothing else in this process uses it.
    let mut control = UnixStream::from(unsafe { OwnedFd::from_raw_fd(CONTROL_FD) });
    let runs = fcntl(&control, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).is_ok();
    let (true, Some((options, [run, program, args @ ..]))) = (runs, Options::take(argv)) else {
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
    let (program, mut tracer) = match start(command, program, args, &options) {
        Ok(started) => started,
        Err(why) => {
            let _ = match why {
                NotStarted::Refused(file) => writeln!(control, "{REFUSED}{}", path_to_json(&file)),
                NotStarted::Failed(error) => match error.raw_os_error() {
                    Some(number) => writeln!(control, "{FAILED}{number}"),
                    None => writeln!(control, "{FAILED}{error}"),
                },
            };
            return ExitCode::FAILURE;
        }
    };
    release_standard_streams();
    let _ = writeln!(control, "{STARTED}{program}");

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

/// Starts the program, confined if the runner has said what it may do; traced, with a tracer, if the runner has named a
/// descriptor for what it tells.
fn start(
    mut command: Command,
    program: &OsStr,
    args: &[OsString],
    options: &Options,
) -> Result<(Pid, Option<Tracer>), NotStarted> {
    let ready = options.confine.as_ref().map(|confinement| Ready::new(confinement, needs(program, args)));
    if let Some(ready) = ready.clone() {
        // SAFETY: only async-signal-safe calls, as it says.
        unsafe { command.pre_exec(move || ready.apply()) };
    }
    let started = match options.trace {
        None => command.spawn().map(|child| (child.id(), None)),
        Some(fd) => {
            // SAFETY: the runner has named its own pipe, and nothing else in this process uses it.
            let tell = PipeWriter::from(unsafe { OwnedFd::from_raw_fd(fd) });
            // SAFETY: the keeper has no other thread yet.
            unsafe { tracer::start(command, tell) }
        }
    };
    started.map_err(|error| {
        match ready.and_then(|ready| ready.refused(&error).or_else(|| loader(program, &error))) {
            Some(file) => NotStarted::Refused(file),
            None => NotStarted::Failed(error),
        }
    })
}

/// Returns the program if the modes of its file let it run, and the kernel does not: then its loader, which it names itself,
/// is refused.
fn loader(program: &OsStr, error: &io::Error) -> Option<PathBuf> {
    let may_run = runs(program).into_iter().next();
    may_run.filter(|_| error.raw_os_error() == Some(Errno::EACCES as i32))
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
