//! macOS, other Unix, Windows: there is no subreaper, so the process group takes the place of the process tree.
//!
//! This does not end a grandchild that calls `setsid`, and ends nothing when the runner itself is killed with
//! SIGKILL. On Windows it ends only the program itself. The book says so.

use super::link::Link;
use super::spec::{Pipes, Spec};
use crate::system::exit::Exit;
use crate::system::processes::Pid;
use crate::system::trace::call::ProgramId;
use crate::system::trace::{Collector, tracer};
use anyhow::Context;
use std::ffi::OsString;
use std::process::{Child, Command, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Never used here; the verb exists so that the command line is the same everywhere.
pub const VERB: &str = "__keeper";

/// The runner's handle on a program and its process group.
pub struct Kept {
    child: Arc<Mutex<Child>>,
    pid: Pid,
    /// Its number among the programs whose calls are collected.
    pub traced: Option<(&'static Collector, ProgramId)>,
}

impl Kept {
    /// Starts the program of `spec` in a process group of its own.
    ///
    /// # Errors
    /// When it cannot be started (no such file, not executable).
    pub fn start(
        spec: &Spec,
        pipes: Pipes,
        link: &Arc<Link>,
        collector: Option<&'static Collector>,
    ) -> anyhow::Result<Self> {
        let traced = collector.map(|collector| (collector, collector.begin(&spec.argv)));
        if let Some((collector, id)) = traced {
            collector.refuse(id, tracer::WHY_NOT.unwrap_or_default());
        }
        let mut command = Command::new(&spec.argv[0]);
        command.args(&spec.argv[1..]);
        spec.set_env(&mut command);
        if let Some(dir) = &spec.dir {
            command.current_dir(dir);
        }
        command.stdin(pipes.stdin).stdout(pipes.stdout).stderr(pipes.stderr);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().context("start the program")?;
        let pid = child.id();
        link.set(|state| state.pid = Some(pid));
        let child = Arc::new(Mutex::new(child));
        let (link, watched) = (Arc::clone(link), Arc::clone(&child));
        thread::spawn(move || {
            let status = loop {
                // Not `wait`: it would hold the lock, and `end` could not kill.
                match watched.lock().unwrap_or_else(PoisonError::into_inner).try_wait() {
                    Ok(Some(status)) => break Some(status),
                    Ok(None) => {}
                    Err(_) => break None,
                }
                thread::sleep(Duration::from_millis(2));
            };
            link.set(|state| {
                state.exit = status.map(exit_of);
                state.gone = true;
            });
        });
        Ok(Self { child, pid, traced })
    }

    /// Returns the program itself: this platform does not tell its descendants.
    pub fn root(&self) -> Pid {
        self.pid
    }

    /// Asks the program to end: SIGTERM to its group. Does nothing on Windows.
    pub fn ask_to_end(&self) {
        #[cfg(unix)]
        self.signal_group(nix::sys::signal::Signal::SIGTERM);
    }

    /// Ends the program and its group.
    pub fn end(&self) {
        #[cfg(unix)]
        self.signal_group(nix::sys::signal::Signal::SIGKILL);
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }

    #[cfg(unix)]
    fn signal_group(&self, signal: nix::sys::signal::Signal) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(self.pid as i32), signal);
    }
}

fn exit_of(status: std::process::ExitStatus) -> Exit {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Exit::Signal(signal);
    }
    Exit::Code(status.code().unwrap_or(-1))
}

/// Refuses the verb: there is no keeper on this platform.
pub fn main(_: &[OsString]) -> ExitCode {
    eprintln!("{VERB} is the runner's own; type `cargo xtask --help`");
    ExitCode::from(2)
}
