//! Starts a program traced.

use super::filter;
use super::follow::Tracer;
use super::ptrace;
use super::tell::Teller;
use crate::system::processes::Pid;
use crate::system::trace::event::Event;
use nix::errno::Errno;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What the new process says of itself before it runs the program: one of these, and the number of the error.
const NO_FILTER: u8 = b'f';
const NO_PROGRAM: u8 = b'x';

/// Starts the program of `command` as `Command::spawn` does, but traced by this thread; `to` gets one line an event. Where
/// the system does not permit it, the program starts all the same, without a tracer, and the line says why.
///
/// The new process waits until this one has seized it, and only then installs the filter: without a tracer, the calls that
/// it names would fail.
///
/// # Errors
/// When the program cannot be started (no such file, not executable).
///
/// # Safety
/// This process must have no other thread: the child allocates memory between fork and exec.
pub unsafe fn start(
    mut command: Command,
    to: impl Write + Send + 'static,
) -> io::Result<(Pid, Option<Tracer>)> {
    let (go, gives_go) = io::pipe()?;
    let (said, say) = io::pipe()?;
    let (filter, says) = (filter::of_interest(), say.try_clone()?);
    // SAFETY: the closure reads, writes, and calls prctl and seccomp: all of them are async-signal-safe.
    unsafe {
        command.pre_exec(move || {
            let mut traced = [0];
            if matches!((&go).read(&mut traced), Ok(1)) && traced == [1] {
                filter.install().unwrap_or_else(|error| tell_parent(&says, NO_FILTER, error as i32));
            }
            Ok(())
        });
    }
    // SAFETY: there is no other thread whose locks the child could find closed: see above.
    let program = match unsafe { fork() }? {
        ForkResult::Child => {
            drop(gives_go);
            let error = command.exec();
            tell_parent(&say, NO_PROGRAM, error.raw_os_error().unwrap_or(0));
            // SAFETY: this ends the process at once and touches nothing.
            unsafe { libc::_exit(127) }
        }
        ForkResult::Parent { child } => child,
    };
    drop((command, say)); // With the copies of the pipes' ends that the child uses.
    let pid = program.as_raw() as Pid;
    let seized = ptrace::seize(pid);
    let teller = Teller::new(to);
    let _ = (&gives_go).write_all(&[u8::from(seized.is_ok())]);
    let mut tracer = match seized {
        Ok(()) => Some(Tracer::new(pid, teller)),
        Err(error) => {
            teller.tell(Event::Refused(format!("ptrace is refused ({})", error.desc())));
            None
        }
    };
    let runs = tracer.as_mut().is_none_or(|tracer| tracer.until_it_runs(pid));
    let said = read_all(said);
    if let Some(error) = said_of(&said, NO_PROGRAM) {
        if runs {
            let _ = waitpid(program, None);
        }
        return Err(error);
    }
    if let (Some(error), Some(tracer)) = (said_of(&said, NO_FILTER), &mut tracer) {
        let error = Errno::from_raw(error.raw_os_error().unwrap_or(0));
        tracer.refuse(format!("a filter of calls is refused ({})", error.desc()));
    }
    Ok((pid, tracer))
}

fn tell_parent(mut say: &PipeWriter, what: u8, error: i32) {
    let [a, b, c, d] = error.to_ne_bytes();
    let _ = say.write_all(&[what, a, b, c, d]);
}

/// Reads what the new process said. The pipe ends when it runs the program, or has ended.
fn read_all(mut said: PipeReader) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = said.read_to_end(&mut all);
    all
}

/// Returns the error that the new process has told of this.
fn said_of(said: &[u8], what: u8) -> Option<io::Error> {
    let one = said.chunks_exact(5).find(|one| one[0] == what)?;
    Some(io::Error::from_raw_os_error(i32::from_ne_bytes([one[1], one[2], one[3], one[4]])))
}
