//! Plays a scene: starts its programs, tells each what to do next, and waits for facts in between. So the order in which
//! things happen is the scene's, and not luck.

use super::{SCENES, Scene, Step, Who};
use crate::{LIMIT, wait_for};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};
use xtask::picture::connection::connections;
use xtask::picture::model::Party;
use xtask::picture::page::figure::Time;
use xtask::picture::stored::Stored;
use xtask::system::program::{Program, Spec};
use xtask::system::segments::Capture;
use xtask::system::stamp::Stamp;
use xtask::system::trace::call::{Call, On, ProgramId};
use xtask::system::trace::{Collector, Coverage, collect};
use xtask::wire::{Datagram, DatagramWire, Direction, Fate, Kind};

/// The server's address, and that of the wire in front of it.
const SERVER: &str = "127.0.0.1:8888";
const WIRE: &str = "127.0.0.1:9000";

/// Plays the scene of this name with the puppets of this executable, and prints what is stored of it.
///
/// # Panics
/// When there is no such scene.
pub fn main(words: &[OsString]) -> ExitCode {
    // First of all: it must come before any other thread.
    let capture = Capture::inherited().expect("a network of its own").expect("a packet socket");
    let [name, programs] = words else { panic!("a scene and the executable with the puppets") };
    let scene = SCENES.iter().find(|scene| scene.name == name).expect("a scene");
    match play(scene, Path::new(programs), capture) {
        Ok(stored) => {
            print!("{}", stored.text());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

struct Stage {
    capture: Capture,
    collector: &'static Collector,
    puppets: HashMap<u8, Puppet>,
    wire: Option<DatagramWire>,
    curtain: Stamp,
}

struct Puppet {
    program: Program,
    id: ProgramId,
    /// How many lines it was told.
    told: usize,
}

/// Plays a scene and returns what is seen of it. `programs` is the executable with the puppet in it.
///
/// # Errors
/// Why the calls or the packets cannot be seen, or what does not come to pass.
fn play(scene: &Scene, programs: &Path, capture: Capture) -> Result<Stored, String> {
    let mut stage =
        Stage { capture, collector: collect(), puppets: HashMap::new(), wire: None, curtain: Stamp(0) };
    for step in scene.steps {
        stage.step(programs, *step).map_err(|why| format!("{step:?}: {why}"))?;
        if !stage.capture.flush() {
            return Err(format!("{step:?}: packets were lost"));
        }
    }
    Ok(stage.end(scene))
}

impl Stage {
    fn step(&mut self, programs: &Path, step: Step) -> Result<(), String> {
        match step {
            Step::Does(who, line) => {
                self.tell(programs, who, line)?;
                self.finishes(who)
            }
            Step::Waits(who, line, call) => {
                self.tell(programs, who, line)?;
                let waits = |calls: &[Call], _| {
                    calls
                        .last()
                        .is_some_and(|last| last.name == call && last.end.is_none() && !is_input(last))
                };
                self.until(who, call, waits)
            }
            Step::Finishes(who) => self.finishes(who),
            Step::Acknowledged => {
                wait_for("the last acknowledgement", || self.is_acknowledged());
                Ok(())
            }
            Step::Curtain => {
                self.curtain = Stamp::now();
                Ok(())
            }
            Step::Loses => {
                let fate = Datagram::One { fate: Fate::Lose, nth: 1, direction: Direction::ClientToServer };
                let [wire, server] = [WIRE, SERVER].map(|addr| addr.parse().expect("an address"));
                let started = DatagramWire::start(Kind::Datagram(fate), 7, wire, server);
                self.wire = Some(started.map_err(|error| format!("{error:#}"))?);
                Ok(())
            }
        }
    }

    /// Gives a program a line; starts it where this is the first one.
    fn tell(&mut self, programs: &Path, who: Who, line: &str) -> Result<(), String> {
        let key = who as u8;
        if !self.puppets.contains_key(&key) {
            let argv = vec![programs.into(), "puppet".into()];
            let spec = Spec { argv, ..Spec::default() };
            let program = Program::start(&spec, &[], &[]).map_err(|error| format!("{error:#}"))?;
            program.plays(if who == Who::Server { "server" } else { "client" });
            let id = self.collector.programs().last().expect("a program").id;
            self.puppets.insert(key, Puppet { program, id, told: 0 });
        }
        self.finishes(who)?;
        let puppet = self.puppets.get_mut(&key).expect("a puppet");
        puppet.told += 1;
        puppet.program.input(format!("{line}\n").as_bytes());
        Ok(())
    }

    /// Waits until a program has done all that it was told: it reads the next line.
    fn finishes(&self, who: Who) -> Result<(), String> {
        self.until(who, "the end", |calls, told| {
            let lines = calls.iter().filter(|call| is_input(call) && call.end.is_some()).count();
            lines == told && calls.last().is_some_and(|last| is_input(last) && last.end.is_none())
        })
    }

    /// Waits until the calls of a program are so.
    fn until(&self, who: Who, what: &str, is_so: impl Fn(&[Call], usize) -> bool) -> Result<(), String> {
        let puppet = &self.puppets[&(who as u8)];
        let until = Instant::now() + LIMIT;
        loop {
            let programs = self.collector.programs();
            let own = programs.iter().find(|one| one.id == puppet.id).expect("a program");
            if let Coverage::Refused(why) = &own.coverage {
                return Err(format!("no calls: {why}"));
            }
            if is_so(&own.calls, puppet.told) {
                return Ok(());
            }
            if puppet.program.exit().is_some() {
                return Err(format!(
                    "{who:?} has ended: {}",
                    String::from_utf8_lossy(&puppet.program.stderr.kept())
                ));
            }
            if Instant::now() > until {
                return Err(format!("{who:?} does not come to {what}"));
            }
            thread::sleep(Duration::from_millis(1)); // Only how often it looks again.
        }
    }

    /// Returns whether everything that was sent up to now is acknowledged.
    fn is_acknowledged(&self) -> bool {
        self.capture.flush();
        connections(&self.capture.so_far().segments).iter().all(|one| {
            one.passed.iter().filter(|passed| passed.is_counted()).all(|passed| {
                one.passed.iter().any(|other| {
                    other.from != passed.from && other.ack.is_some_and(|ack| ack >= passed.end())
                })
            })
        })
    }

    fn end(self, scene: &Scene) -> Stored {
        let party = |direction| match direction {
            Direction::ClientToServer => Party::Client,
            Direction::ServerToClient => Party::Server,
        };
        let passages = self.wire.as_ref().map_or(Vec::new(), |wire| wire.record.passages());
        let fates: Vec<_> = passages.iter().map(|one| (party(one.direction), one.fate)).collect();
        // Before the programs end: what they do at their end is none of the scene.
        let segments = self.capture.so_far().segments;
        let programs = self.collector.programs();
        Stored::of(&programs, &segments, &fates, self.curtain, scene.time != Time::Order)
    }
}

fn is_input(call: &Call) -> bool {
    call.on == Some(On::Input) || (call.name == "read" && call.file == Some(0))
}
