//! Two programs in lockstep, with `glue` between them: each makes its next call only when the step before is done. So
//! each run has the same calls.

use crate::traced;
use crate::{LIMIT, wait_for};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use xtask::picture::connection::{Connection, Side};
use xtask::picture::ends::End;
use xtask::picture::model::{Party, Picture};
use xtask::picture::{Seen, pcap};
use xtask::system::address;
use xtask::system::program::{Exit, Program, Spec};
use xtask::system::segments::{Capture, Captured};
use xtask::system::sockets::{self, TcpState};
use xtask::system::trace::{Collector, collect};
use xtask::wire::{Kind, Setup, Wire};

/// What the client and the server do together: nobody takes the next step before all have taken this one. The programs
/// know the addresses by these names; at `nobody`, nobody listens.
const STEPS: &[&[(Party, &str)]] = &{
    const S: Party = Party::Server;
    const C: Party = Party::Client;
    [
        &[(S, "listen server")],
        &[(C, "connect none nobody")],
        &[(S, "accept one"), (C, "connect one wire")],
        &[(C, "nodelay one")],
        // The wire joins two writes; the server reads them in two parts.
        &[(C, "write one abc")],
        &[(C, "writev one de f")],
        &[(S, "peek one 2")],
        &[(S, "read one 4")],
        &[(S, "read one 64")],
        &[(S, "write one ABCDE")],
        &[(C, "read one 64")],
        // A second connection, which both sides serve in a thread of its own.
        &[(S, "accept two"), (C, "connect two wire")],
        &[(S, "thread two"), (C, "thread two")],
        &[(S, "read two 64"), (C, "write two second")],
        &[(S, "writev two VW XYZ"), (C, "read two 3")],
        &[(C, "read two 64")],
        &[(C, "copy two")],
        // What is unread lies in the queue while the other connection ends.
        &[(C, "write one last")],
        &[(C, "shutdown one")],
        &[(C, "write two word")],
        &[(S, "read one 1")],
        &[(S, "read one 64")],
        &[(S, "read one 64")],
        &[(S, "write one END")],
        &[(S, "close one")],
        &[(C, "read one 64")],
        &[(C, "read one 64")],
        &[(C, "close one")],
        &[(S, "read two 64")],
        &[(S, "shutdown two")],
        &[(C, "read two 64")],
        &[(C, "close two")],
        &[(S, "read two 64")],
        &[(S, "close two")],
    ]
};
/// How many bytes the client says before the server's next turn, on each connection.
const CLIENT_TURNS: [usize; 2] = [6, 4];
/// The same of the server.
const SERVER_TURNS: [usize; 2] = [5, 3];

/// A program that is led.
struct Led {
    program: Program,
    /// How many lines it got.
    told: u64,
}

impl Led {
    fn start(argv: Vec<OsString>, role: &'static str) -> Self {
        let spec = Spec { argv, ..Spec::default() };
        let program = Program::start(&spec, &[], &[]).expect("the program");
        program.plays(role);
        Self { program, told: 0 }
    }

    fn tell(&mut self, line: &str) {
        self.told += 1;
        self.program.input(format!("{line}\n").as_bytes());
    }

    /// Waits until it has done all.
    fn wait(&self, line: &str) {
        wait_for(line, || {
            assert_eq!(self.program.exit(), None, "{}", String::from_utf8_lossy(&self.program.stderr.kept()));
            self.program.stdout.total() == self.told * "done\n".len() as u64
        });
    }

    fn end(mut self) {
        self.program.end_input();
        let exit = self.program.wait_exit(Instant::now() + LIMIT);
        assert_eq!(exit, Some(Exit::Code(0)), "{}", String::from_utf8_lossy(&self.program.stderr.kept()));
        self.program.end();
    }
}

/// Where the report of a traced run is, in the folder of a run.
pub fn report(dir: &Path) -> PathBuf {
    dir.join("report.json")
}

/// Where its packets are.
pub fn packets(dir: &Path) -> PathBuf {
    dir.join("packets.pcapng")
}

/// Runs both programs once: `DIR PROGRAMS strace` under strace(1), whose files begin with the names of the two parties, or
/// `DIR PROGRAMS` traced by the runner. That run is compared with the kernel after each step where packets are seen.
///
/// # Panics
/// When a step fails, or the computed states and queues are not those of the kernel.
pub fn run(words: &[OsString]) -> ExitCode {
    let capture = Capture::inherited().transpose().expect("the packet socket");
    let (dir, programs, by_strace) = match words {
        [dir, programs] => (Path::new(dir), programs, false),
        [dir, programs, _] => (Path::new(dir), programs, true),
        _ => return ExitCode::from(2),
    };
    let collector = (!by_strace).then(collect);
    let [server_at, wire_at, nobody] = [(); 3].map(|()| address::free().expect("an address"));
    let argv = |role: &str| -> Vec<OsString> {
        let mut argv: Vec<OsString> = Vec::new();
        if by_strace {
            // A file for each thread; strings in hexadecimal, whole, and what each descriptor stands for.
            argv.extend(["strace", "-ff", "-ttt", "-y", "-xx", "-s", "65536", "-o"].map(OsString::from));
            argv.push(dir.join(role).into());
        }
        argv.extend([programs.clone(), "known-obeys".into()]);
        for (name, addr) in [("server", server_at), ("wire", wire_at), ("nobody", nobody)] {
            argv.push(format!("{name}={addr}").into());
        }
        argv
    };
    let setup = Setup { deadline: LIMIT, ..Setup::new(Kind::Glue, 7) };
    let setup = setup.with_turns(CLIENT_TURNS.into(), SERVER_TURNS.into());
    let wire = Wire::start(setup, wire_at, server_at).expect("the wire");
    let (mut server, mut client) =
        (Led::start(argv("server"), "server"), Led::start(argv("client"), "client"));
    for step in STEPS {
        for (party, line) in *step {
            if *party == Party::Server {
                server.tell(line)
            } else {
                client.tell(line)
            };
        }
        server.wait(step[0].1);
        client.wait(step[0].1);
        if let (Some(collector), Some(capture)) = (collector, &capture) {
            agree(collector, capture, step);
        }
    }
    client.end();
    server.end();
    if let Some(collector) = collector {
        wait_for("the last calls", || collector.programs().iter().all(|program| program.is_over));
        // The end of the wire is none of it.
        let captured = capture.map(Capture::finish);
        let told = json!({
            "programs": traced::report(collector),
            "segments": captured.as_ref().map(|captured| segments(collector, captured)),
        });
        fs::write(report(dir), told.to_string()).expect("the report");
        if let Some(captured) = captured {
            let mut file = Vec::new();
            pcap::write(&mut file, captured.segments.iter().map(|one| (one, &[""; 0][..]))).expect("memory");
            fs::write(packets(dir), file).expect("the packets");
        }
    }
    drop(wire);
    ExitCode::SUCCESS
}

fn picture(collector: &Collector, captured: &Captured) -> Picture {
    assert_eq!(captured.lost, 0);
    let programs = collector.programs();
    let segments = Some(&captured.segments[..]);
    Picture::of(Seen { programs: &programs, segments, has_wire: true, ..Seen::default() })
}

/// Waits until the states and queues that are computed from the calls and segments so far are those of the kernel: what
/// was just done may be told a moment later, and the kernel may keep an acknowledgement back.
fn agree(collector: &Collector, capture: &Capture, step: &[(Party, &str)]) {
    let until = Instant::now() + LIMIT;
    loop {
        assert!(capture.flush());
        let picture = picture(collector, &capture.so_far());
        let mut wrong = Vec::new();
        for (number, link) in picture.links.iter().enumerate() {
            let Some(connection) = &link.connection else { continue };
            let ends = picture.ends_along(number).last().map_or(connection.begin(), |(_, ends)| *ends);
            // The calls of the wire are not known.
            let sides = [Side::Client, Side::Server].into_iter();
            let own = sides.filter(|side| link.party(*side) != Party::Runner);
            wrong.extend(own.filter_map(|side| disagrees(connection, side, ends.of(side))));
        }
        if wrong.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "after {step:?}:\n{}", wrong.join("\n"));
    }
}

/// Compares what was computed of one end with what the kernel says; returns how they differ.
///
/// # Panics
/// When the kernel does not tell.
pub fn disagrees(connection: &Connection, side: Side, computed: End) -> Option<String> {
    use TcpState::{Close, CloseWait, Established, Listen, NewSynRecv, SynRecv};
    let (own, other) = (connection.address(side), connection.address(side.other()));
    // When there is no such socket, the kernel may name the one that listens.
    let entry = sockets::between(own, other).expect("the table of sockets");
    let entry = entry.filter(|entry| entry.remote == other);
    let (state, unread) = entry.map_or((Close, 0), |entry| (entry.state, u64::from(entry.unread)));
    let agrees = match (computed.state, state) {
        (Close | Listen, Close) | (SynRecv, NewSynRecv) => true,
        (Established, Established) => computed.unread == unread,
        // The kernel counts FIN as a byte until a read has returned 0.
        (CloseWait, CloseWait) => (computed.unread..=computed.unread + 1).contains(&unread),
        (computed, state) => computed == state,
    };
    (!agrees).then(|| format!("{side:?}: {computed:?} is computed; the kernel says {state:?}, {unread}"))
}

/// One segment as the runner reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its place in the list of all segments.
    pub place: usize,
    /// The sender's address.
    pub from: String,
    /// The receiver's address.
    pub to: String,
    /// Its sequence number, from 0.
    pub seq: u64,
    /// Its acknowledgement number, from 0; 0 where it has none.
    pub ack: u64,
    /// The control bits, as TCP numbers them.
    pub flags: u64,
    /// Its window, scaled.
    pub window: u64,
    /// Its bytes, in hexadecimal.
    pub bytes: String,
}

fn segments(collector: &Collector, captured: &Captured) -> Vec<Value> {
    let picture = picture(collector, captured);
    let one = |sent: &xtask::picture::model::Sent| {
        let passed = sent.passed.as_ref().expect("only TCP");
        let bytes: String = sent.segment.payload.iter().map(|byte| format!("{byte:02x}")).collect();
        let (from, to) = (sent.segment.from.to_string(), sent.segment.to.to_string());
        json!([
            sent.place,
            from,
            to,
            passed.seq,
            passed.ack.unwrap_or(0),
            passed.flags.0,
            passed.window,
            bytes
        ])
    };
    picture.segments.iter().map(one).collect()
}

/// Reads the report of a traced run: the programs, and the segments where they were seen.
///
/// # Panics
/// When there is none.
pub fn read(dir: &Path) -> (Vec<traced::Told>, Option<Vec<Told>>) {
    let text = fs::read_to_string(report(dir)).expect("a report");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let programs = traced::read(all["programs"].as_str().expect("programs"));
    let number = |value: &Value| value.as_u64().expect("a number");
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    let one = |value: &Value| Told {
        place: number(&value[0]) as usize,
        from: text(&value[1]),
        to: text(&value[2]),
        seq: number(&value[3]),
        ack: number(&value[4]),
        flags: number(&value[5]),
        window: number(&value[6]),
        bytes: text(&value[7]),
    };
    (programs, all["segments"].as_array().map(|all| all.iter().map(one).collect()))
}
