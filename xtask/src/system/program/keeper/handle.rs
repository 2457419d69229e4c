//! The runner's side of a keeper.

use super::fds::{above_control, give_control, keep_over_exec};
use super::{CONFINE, FAILED, REFUSED, STARTED, TRACE, VERB};
use crate::system::exit::Exit;
use crate::system::folder;
use crate::system::processes::Pid;
use crate::system::program::confine::{Refused, path_from_json};
use crate::system::program::link::Link;
use crate::system::program::spec::{Pipes, Spec, own_executable};
use crate::system::trace::call::ProgramId;
use crate::system::trace::{Collector, tracer};
use anyhow::Context;
use nix::sys::signal::Signal;
use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::thread;

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
    /// When the keeper cannot be started, or the program cannot: an [`io::Error`] (no such file, not executable, no process
    /// left), or [`Refused`].
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
        if let Some(confinement) = &spec.confine {
            command.args([CONFINE, &confinement.to_json()]);
        }
        command.arg(folder::run_word()).args(&spec.argv);
        spec.set_up(&mut command, pipes);
        let fd = theirs.as_raw_fd();
        // SAFETY: only dup2 and fcntl, which are async-signal-safe, between fork and exec.
        unsafe { command.pre_exec(move || give_control(fd)) };
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
        let Some(pid) = first.strip_prefix(STARTED).and_then(|pid| pid.parse().ok()) else {
            let _ = child.wait();
            let _ = reader.map(thread::JoinHandle::join);
            return Err(why_not(&first));
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

/// Returns what the keeper's first line says: why the program does not run.
fn why_not(first: &str) -> anyhow::Error {
    let refused = first.strip_prefix(REFUSED).and_then(|file| serde_json::from_str(file).ok());
    match (refused.as_ref().and_then(path_from_json), first.strip_prefix(FAILED)) {
        (Some(what), _) => Refused { what }.into(),
        (None, Some(why)) => match why.parse() {
            Ok(number) => io::Error::from_raw_os_error(number).into(),
            Err(_) => anyhow::anyhow!("{why}"),
        },
        (None, None) => anyhow::anyhow!("its keeper ended at once"),
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
