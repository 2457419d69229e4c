//! The runner's side: what the keepers tell of their programs' calls.

use super::call::{Call, Happening, ProgramId};
use super::event::Event;
use super::stops;
use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{BufReader, Read};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// At most so many calls of all programs together are kept.
const CALLS: usize = 400_000;
/// At most so many bytes of all calls together are kept.
const BYTES: usize = 128 << 20;

static COLLECTOR: OnceLock<Collector> = OnceLock::new();

/// Returns the collector, if the calls of programs are collected.
pub fn collector() -> Option<&'static Collector> {
    COLLECTOR.get()
}

/// Collects the calls of each program under test that is started from now on.
pub fn collect() -> &'static Collector {
    COLLECTOR.get_or_init(Collector::default)
}

/// How much of a program's calls is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All.
    Whole,
    /// All up to some moment: then there were too many.
    Full,
    /// None: why.
    Refused(String),
}

/// A program that was started, and its calls.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Its number.
    pub id: ProgramId,
    /// What was started.
    pub argv: Vec<OsString>,
    /// What it is in the check, `server` or `client`; empty when nobody said.
    pub role: &'static str,
    /// How much of its calls is known.
    pub coverage: Coverage,
    /// The calls of all its threads and of the processes below it, in order of their starts.
    pub calls: Vec<Call>,
    /// What its processes did beside that, in order.
    pub happenings: Vec<Happening>,
    /// Whether nothing more will come: it has ended, and so has everything that it started.
    pub is_over: bool,
}

/// The calls of all programs.
#[derive(Default)]
pub struct Collector(Mutex<State>);

#[derive(Default)]
struct State {
    programs: Vec<Traced>,
    calls: usize,
    bytes: usize,
}

impl Collector {
    /// Returns what is known of all programs, in the order in which they were started.
    pub fn programs(&self) -> Vec<Traced> {
        self.lock().programs.clone()
    }

    /// Says what a program is in the check.
    pub fn set_role(&self, id: ProgramId, role: &'static str) {
        self.lock().of(id).role = role;
    }

    /// Notes that a program is about to be started.
    pub fn begin(&self, argv: &[OsString]) -> ProgramId {
        let programs = &mut self.lock().programs;
        let id = ProgramId(programs.len() as u32);
        programs.push(Traced {
            id,
            argv: argv.to_vec(),
            role: "",
            coverage: Coverage::Whole,
            calls: Vec::new(),
            happenings: Vec::new(),
            is_over: false,
        });
        id
    }

    /// Notes why the calls of a program cannot be seen.
    pub fn refuse(&self, id: ProgramId, why: &str) {
        self.lock().of(id).coverage = Coverage::Refused(why.into());
    }

    /// Reads what the keeper of a program tells, until it has ended.
    pub fn follow(&self, id: ProgramId, told: impl Read) {
        let mut stopped = HashSet::new();
        Event::read_all(BufReader::new(told), id, |event| {
            if let Event::Stopped(thread, is_stopped) = event {
                stops::note(thread, is_stopped);
                stopped.insert(thread);
            }
            self.lock().take(id, event);
        });
        // Its threads have ended; their numbers may be given to others.
        stopped.into_iter().for_each(|thread| stops::note(thread, false));
        self.lock().of(id).is_over = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(&mut self, id: ProgramId) -> &mut Traced {
        &mut self.programs[id.0 as usize]
    }

    fn take(&mut self, id: ProgramId, event: Event) {
        match event {
            Event::Call(number, call) => self.call(id, number, *call),
            Event::Happened(happening) => self.of(id).happenings.push(happening),
            Event::Full => self.of(id).coverage = Coverage::Full,
            Event::Refused(why) => self.of(id).coverage = Coverage::Refused(why),
            Event::Stopped(..) => {}
        }
    }

    fn call(&mut self, id: ProgramId, number: usize, mut call: Call) {
        if self.bytes + call.bytes.len() > BYTES {
            call.bytes = Vec::new();
        }
        self.bytes += call.bytes.len();
        let has_room = self.calls < CALLS;
        let program = self.of(id);
        if let Some(known) = program.calls.get_mut(number) {
            *known = call;
        } else if has_room && program.calls.len() == number {
            program.calls.push(call);
            self.calls += 1;
        } else {
            program.coverage = Coverage::Full;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::stamp::Stamp;
    use crate::system::trace::call::Detail;

    fn call(end: Option<u64>) -> Call {
        Call {
            program: ProgramId(0),
            pid: 1,
            tid: 1,
            name: "close",
            file: Some(3),
            on: None,
            detail: Detail::None,
            start: Stamp(1),
            end: end.map(Stamp),
            result: end.map(|_| 0),
            made: None,
            bytes: Vec::new(),
            moved: 0,
        }
    }

    #[test]
    fn a_call_takes_the_place_of_its_own_start() {
        let collector = Collector::default();
        let id = collector.begin(&["program".into()]);
        let events = [(0, None), (1, Some(2)), (0, Some(3))];
        let events = events.map(|(number, end)| Event::Call(number, Box::new(call(end))));
        let mut told = Vec::new();
        events.iter().for_each(|event| event.write(&mut told));
        collector.follow(id, &told[..]);
        let [program] = &collector.programs()[..] else { panic!() };
        assert_eq!(program.calls, [call(Some(3)), call(Some(2))]);
        assert!(program.is_over && program.coverage == Coverage::Whole);
    }

    #[test]
    fn a_keeper_that_ends_in_the_middle_of_a_line_is_no_harm() {
        let collector = Collector::default();
        let id = collector.begin(&[]);
        collector.follow(id, &b"{\"stopped\":4000000000}\n{\"refused\":\"x\"}\n{\"num"[..]);
        assert_eq!(collector.programs()[0].coverage, Coverage::Refused("x".into()));
        assert!(!stops::is_stopped(4_000_000_000));
    }
}
