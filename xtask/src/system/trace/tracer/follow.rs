//! Follows the traced threads from stop to stop.

use super::calls::{self, Known, Shape};
use super::enter;
use super::files::{Files, Who};
use super::leave::UnderWay;
use super::ptrace::{self, At, Entry, Until};
use super::tell::Teller;
use super::thread::Thread;
use crate::system::exit::Exit;
use crate::system::processes::Pid;
use crate::system::stamp::Stamp;
use crate::system::trace::call::{Call, Happening, ProgramId, What};
use crate::system::trace::event::Event;
use nix::errno::Errno;
use std::collections::HashMap;
use std::fs;

/// At most so many calls and happenings of one program are told: nobody reads more, and a program that makes very many must
/// not become so slow that it looks different to a check.
const EVENTS: usize = 10_000;
/// At most so many bytes of all calls of one program are kept together.
const BYTES: usize = 16 << 20;

// The results of a call that a signal has interrupted, and that the kernel starts anew or ends with EINTR
// (ERESTARTSYS and others of linux/errno.h). No program sees them.
const RESTARTS: std::ops::RangeInclusive<i64> = -516..=-512;

/// The tracer of one program.
pub struct Tracer {
    teller: Teller,
    threads: HashMap<Pid, Thread>,
    files: Files,
    /// How many calls have begun.
    calls: usize,
    happenings: usize,
    /// How many bytes of calls are kept.
    bytes: usize,
    /// The program runs; before, the new process only gets ready.
    runs: bool,
    /// Nothing is told any more.
    is_full: bool,
}

impl Tracer {
    /// Makes the tracer of the process that this thread has just seized.
    pub fn new(program: Pid, teller: Teller) -> Self {
        Self {
            teller,
            threads: HashMap::from([(program, Thread::of(program))]),
            files: Files::default(),
            calls: 0,
            happenings: 0,
            bytes: 0,
            runs: false,
            is_full: false,
        }
    }

    /// Traces until the program runs; `false` when it has ended before, because it cannot be started.
    pub fn until_it_runs(&mut self, program: Pid) -> bool {
        while let Ok((tid, status)) = ptrace::wait() {
            if libc::WIFSTOPPED(status) {
                self.stopped(tid, status);
                if tid == program && status >> 16 == libc::PTRACE_EVENT_EXEC {
                    return true;
                }
            } else if tid == program {
                break;
            }
        }
        false
    }

    /// Tells that the calls cannot be seen.
    pub fn refuse(&mut self, why: String) {
        self.teller.tell(Event::Refused(why));
        self.is_full = true;
    }

    /// Traces until a process below this one has ended, and returns that process; `None` when none is left.
    pub fn next_end(&mut self) -> Option<(Pid, Exit)> {
        loop {
            let (tid, status) = ptrace::wait().ok()?;
            if libc::WIFSTOPPED(status) {
                self.stopped(tid, status);
            } else if let Some(exit) = exit_of(status)
                && self.ended(tid, exit)
            {
                return Some((tid, exit));
            }
        }
    }

    /// Returns whether a whole process has ended, and not just a thread.
    fn ended(&mut self, tid: Pid, exit: Exit) -> bool {
        let Some(thread) = self.threads.remove(&tid) else { return true };
        if thread.is_stopped {
            self.teller.tell(Event::Stopped(tid, false));
        }
        if thread.pid != tid {
            return false;
        }
        let what = match exit {
            Exit::Code(status) => What::Exited(status),
            Exit::Signal(signal) => What::Killed(signal),
            Exit::ByRunner => What::Killed(libc::SIGKILL),
        };
        self.happened(tid, what);
        true
    }

    fn stopped(&mut self, tid: Pid, status: libc::c_int) {
        let (event, signal) = (status >> 16, libc::WSTOPSIG(status));
        self.threads.entry(tid).or_insert_with(|| Thread::new(tid));
        match event {
            libc::PTRACE_EVENT_SECCOMP => self.enters(tid),
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => self.forks(tid),
            libc::PTRACE_EVENT_EXEC => self.executes(tid),
            ptrace::EVENT_STOP => self.rests(tid, signal),
            _ if signal == libc::SIGTRAP | 0x80 => self.returns(tid),
            0 => ptrace::go_on(tid, Until::Event, signal),
            _ => ptrace::go_on(tid, Until::Event, 0),
        }
    }

    /// A thread stops by a signal, goes on after that, or has just begun.
    fn rests(&mut self, tid: Pid, signal: libc::c_int) {
        let stops = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&signal);
        let thread = self.threads.get_mut(&tid).expect("known");
        if thread.is_stopped != stops {
            thread.is_stopped = stops;
            // Told also when nothing else is: see `stops.rs`.
            self.teller.tell(Event::Stopped(tid, stops));
        }
        match stops {
            // To let it go on would undo the stop.
            true => ptrace::listen(tid),
            false => ptrace::go_on(tid, Until::Event, 0),
        }
    }

    fn forks(&mut self, tid: Pid) {
        if let Some(new) = ptrace::message(tid) {
            let thread = Thread::new(new);
            let pid = thread.pid;
            self.threads.entry(new).or_insert(thread);
            if pid == new {
                let parent = self.threads[&tid].pid;
                self.happened(parent, What::Forked(new));
            }
        }
        ptrace::go_on(tid, Until::Event, 0);
    }

    /// A process runs another program: of its threads only this one is left.
    fn executes(&mut self, tid: Pid) {
        self.runs = true;
        self.threads.retain(|other, thread| *other == tid || thread.pid != tid);
        self.threads.insert(tid, Thread::of(tid));
        let line = fs::read(format!("/proc/{tid}/cmdline")).unwrap_or_default();
        let first = line.split(|byte| *byte == 0).next().unwrap_or_default();
        self.happened(tid, What::Started(String::from_utf8_lossy(first).into_owned()));
        ptrace::go_on(tid, Until::Event, 0);
    }

    /// A thread is about to make a call that the filter names.
    fn enters(&mut self, tid: Pid) {
        let until = match ptrace::at(tid) {
            _ if self.is_full || !self.runs => Until::Event,
            Ok(At::Entry(entry)) => self.begins(tid, entry),
            Err(error) if error != Errno::ESRCH => {
                self.refuse(format!("the kernel does not tell the calls ({})", error.desc()));
                Until::Event
            }
            _ => Until::Event,
        };
        ptrace::go_on(tid, until, 0);
    }

    fn begins(&mut self, tid: Pid, entry: Entry) -> Until {
        let Some(known) = calls::of(entry.number) else { return Until::Event };
        let thread = self.threads.get_mut(&tid).expect("known");
        let again = thread.interrupted.last().is_some_and(|(before, ..)| *before == entry);
        match known.shape {
            _ if again => {}
            Shape::Restart if !thread.interrupted.is_empty() => {}
            Shape::HandlerEnds if !thread.interrupted.is_empty() => {
                thread.leaves_handler = true;
                return Until::Return;
            }
            _ => return self.begins_anew(tid, known, entry),
        }
        let (before, under_way, _) = thread.interrupted.pop().expect("an interrupted call");
        thread.now = Some((before, under_way));
        Until::Return
    }

    fn begins_anew(&mut self, tid: Pid, known: &'static Known, entry: Entry) -> Until {
        let who = Who { pid: self.threads[&tid].pid, tid };
        let Some(asked) = enter::asked(known, &entry, who, &mut self.files) else { return Until::Event };
        if self.calls + self.happenings >= EVENTS {
            self.is_full = true;
            self.teller.tell(Event::Full);
            return Until::Event;
        }
        let call = Call {
            // The runner knows which of its programs this is.
            program: ProgramId(0),
            pid: who.pid,
            tid,
            name: known.name,
            file: asked.file,
            on: asked.on,
            detail: asked.detail,
            start: Stamp::now(),
            end: None,
            result: None,
            made: None,
            bytes: Vec::new(),
            moved: 0,
        };
        let number = self.calls;
        self.calls += 1;
        self.teller.tell(Event::Call(number, Box::new(call.clone())));
        let under_way = UnderWay { number, call, shape: known.shape, args: entry.args };
        self.threads.get_mut(&tid).expect("known").now = Some((entry, under_way));
        Until::Return
    }

    /// A call has returned, or a signal handler has.
    fn returns(&mut self, tid: Pid) {
        let at = Stamp::now();
        match ptrace::at(tid) {
            Ok(At::Return(result)) => self.returned(tid, result, at),
            // The kernel stops it at its start once more.
            Ok(At::Entry(_)) => return ptrace::go_on(tid, Until::Return, 0),
            _ => {}
        }
        ptrace::go_on(tid, Until::Event, 0);
    }

    fn returned(&mut self, tid: Pid, result: i64, at: Stamp) {
        let thread = self.threads.get_mut(&tid).expect("known");
        if std::mem::take(&mut thread.leaves_handler) {
            // The handler's end brings back what the interrupted call returns, or what is needed to start it anew.
            if result == -i64::from(libc::EINTR)
                && let Some((_, under_way, since)) = thread.interrupted.pop()
            {
                self.ends(tid, under_way, result, since);
            }
            return;
        }
        let Some((entry, under_way)) = thread.now.take() else { return };
        if RESTARTS.contains(&result) {
            thread.interrupted.push((entry, under_way, at));
        } else {
            self.ends(tid, under_way, result, at);
        }
    }

    fn ends(&mut self, tid: Pid, mut under_way: UnderWay, result: i64, at: Stamp) {
        let who = Who { pid: self.threads[&tid].pid, tid };
        under_way.ends(who, at, result, BYTES - self.bytes, &mut self.files);
        self.bytes += under_way.call.bytes.len();
        self.teller.tell(Event::Call(under_way.number, Box::new(under_way.call)));
    }

    fn happened(&mut self, pid: Pid, what: What) {
        if self.calls + self.happenings < EVENTS {
            self.happenings += 1;
            self.teller.tell(Event::Happened(Happening { at: Stamp::now(), pid, what }));
        }
    }
}

/// Returns how a process or thread has ended; `None` when it has not.
fn exit_of(status: libc::c_int) -> Option<Exit> {
    if libc::WIFEXITED(status) {
        return Some(Exit::Code(libc::WEXITSTATUS(status)));
    }
    libc::WIFSIGNALED(status).then(|| Exit::Signal(libc::WTERMSIG(status)))
}
