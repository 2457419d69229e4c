//! macOS, other Unix, Windows: there is no subreaper, so the process group takes the place of the process tree. Linux does so
//! only when it must do without the kernel's facts: see [`crate::system::portable`].
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
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Why calls are not seen where the system could show them.
const NOT_TRACED: &str = "calls are not seen: this run does without the kernel's facts";

/// The runner's handle on a program and its process group.
pub struct Group {
    child: Arc<Mutex<Child>>,
    pid: Pid,
    /// The runner has ended it before it ended by itself.
    ended_by_runner: Arc<AtomicBool>,
    /// Its number among the programs whose calls are collected.
    pub traced: Option<(&'static Collector, ProgramId)>,
}

impl Group {
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
            collector.refuse(id, tracer::WHY_NOT.unwrap_or(NOT_TRACED));
        }
        let mut command = Command::new(&spec.argv[0]);
        command.args(&spec.argv[1..]);
        spec.set_up(&mut command, pipes);
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            static CLEAN: std::sync::Once = std::sync::Once::new();
            CLEAN.call_once(super::clean::close_at_exec);
            command.process_group(0);
            // SAFETY: only async-signal-safe calls.
            unsafe { command.pre_exec(super::clean::default_signals) };
        }
        let child = command.spawn().context("start the program")?;
        let pid = child.id();
        link.set(|state| state.pid = Some(pid));
        let child = Arc::new(Mutex::new(child));
        let ended_by_runner = Arc::new(AtomicBool::new(false));
        let (link, watched) = (Arc::clone(link), Arc::clone(&child));
        let by_runner = Arc::clone(&ended_by_runner);
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
                state.exit = status.map(|status| match by_runner.load(Ordering::SeqCst) {
                    true => Exit::ByRunner,
                    false => exit_of(status),
                });
                state.gone = true;
            });
        });
        Ok(Self { child, pid, ended_by_runner, traced })
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

    /// Ends the program and its group. What ended by itself before that keeps its status.
    pub fn end(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(child.try_wait(), Ok(None)) {
            // Windows ends a process with a status that the process could have chosen, too: only this tells who did.
            self.ended_by_runner.store(true, Ordering::SeqCst);
        }
        #[cfg(unix)]
        self.signal_group(nix::sys::signal::Signal::SIGKILL);
        let _ = child.kill();
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Stdio;
    use std::time::Instant;

    /// Starts this test's own executable with these arguments.
    fn start(arguments: &[&str], stdin: Stdio) -> (Group, Arc<Link>) {
        let own = std::env::current_exe().unwrap();
        let argv = std::iter::once(own.into()).chain(arguments.iter().map(Into::into)).collect();
        let spec = Spec { argv, ..Spec::default() };
        let pipes = Pipes { stdin, stdout: Stdio::null(), stderr: Stdio::null() };
        let link = Arc::new(Link::default());
        (Group::start(&spec, pipes, &link, None).unwrap(), link)
    }

    fn exit(link: &Link) -> Option<Exit> {
        link.wait(Instant::now() + Duration::from_secs(60), |state| state.gone).exit
    }

    /// Waits for ever: it is ended from outside.
    #[test]
    #[ignore = "the program of the test below"]
    fn waits_for_ever() {
        let _ = std::io::Read::read(&mut std::io::stdin(), &mut [0]);
    }

    #[test]
    fn what_the_runner_has_ended_did_not_end_itself() {
        let (stdin, held) = std::io::pipe().unwrap();
        let name = "system::program::group::tests::waits_for_ever";
        let (group, link) = start(&["--exact", name, "--ignored"], stdin.into());
        group.end();
        assert_eq!(exit(&link), Some(Exit::ByRunner));
        assert_eq!(link.ended_itself(), None);
        drop(held);
    }

    #[test]
    fn what_ended_before_the_runner_ended_it_keeps_its_status() {
        let (group, link) = start(&["--no-such-option"], Stdio::null());
        let own = exit(&link);
        assert!(matches!(own, Some(Exit::Code(code)) if code != 0), "{own:?}");
        group.end();
        assert_eq!((exit(&link), link.ended_itself()), (own, own));
    }
}
