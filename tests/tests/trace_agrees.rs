//! What the runner sees of two programs is what strace(1) and tshark(1) see, and its parts are one story: the bytes that
//! one program writes are those of the segments, and those that the other one reads.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use lab_tests::traced::Told as Program;
use lab_tests::tshark::tshark;
use lab_tests::{empty_dir, has, not_checked, run, runner, steps};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use xtask::system::segments::{Flags, own_network};
use xtask::system::trace::call::{self, Call, On, Socket};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

/// The programs, and the segments where they are seen.
type Seen = (Vec<Program>, Option<Vec<steps::Told>>);

/// One run of both programs, traced; `None` where this system does not permit that.
static TRACED: LazyLock<Option<Seen>> = LazyLock::new(|| {
    let permitted = run(RUNNER, &["__probe"]);
    if permitted.status != 0 {
        not_checked(&format!("the calls of programs: {}", permitted.stdout.trim()));
        return None;
    }
    let dir = dir("traced");
    let command = || in_steps(&dir, false);
    let output = match own_network::start(command()) {
        Ok(child) => child.wait_with_output().unwrap(),
        Err(refused) => {
            not_checked(&format!("the segments of programs: {refused}"));
            command().output().unwrap()
        }
    };
    assert_ended(&output);
    Some(steps::read(&dir))
});

fn dir(name: &str) -> PathBuf {
    // Threads of this process share them.
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("agrees-{name}"))
}

/// Returns the command that runs both programs.
fn in_steps(dir: &Path, by_strace: bool) -> Command {
    empty_dir(dir.parent().unwrap().to_str().unwrap(), dir.file_name().unwrap().to_str().unwrap());
    let mut command = runner(RUNNER, &["__steps"]);
    command.arg(dir).arg(env!("CARGO_BIN_EXE_programs")).args(by_strace.then_some("strace"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn assert_ended(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Gives small numbers to sockets in the order in which they appear.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn of(&mut self, inode: &str) -> String {
        let known = self.0.iter().position(|known| known == inode);
        let place = known.unwrap_or_else(|| {
            self.0.push(inode.into());
            self.0.len() - 1
        });
        format!("socket {}", place + 1)
    }
}

/// Writes a call as both observers can: its name, which socket or stream, its result, its bytes.
fn line(name: &str, on: &str, result: &str, bytes: &[u8]) -> String {
    format!("{name} {on} = {result} {}", bytes.escape_ascii())
}

/// The calls of each thread as the runner tells them, the threads in the order of their first calls.
fn as_traced(program: &Program) -> Vec<Vec<String>> {
    let mut names = Names::default();
    let mut threads: Vec<(u32, Vec<String>)> = Vec::new();
    for call in &program.calls {
        let mut name = |socket: &Socket| names.of(&socket.inode.to_string());
        let on = match &call.on {
            Some(On::Socket(socket)) => name(socket),
            Some(On::Input) => "0".into(),
            Some(On::Output) => "1".into(),
            Some(On::Error) => "2".into(),
            None => "-".into(),
        };
        let result = match (&call.made, call.answer()) {
            (Some(made), _) => name(made),
            (None, answer) => answer.unwrap_or_else(|| "?".into()),
        };
        let known = threads.iter().position(|(tid, _)| *tid == call.tid);
        let place = known.unwrap_or_else(|| {
            threads.push((call.tid, Vec::new()));
            threads.len() - 1
        });
        threads[place].1.push(line(call.name, &on, &result, &call.bytes));
    }
    threads.into_iter().map(|(_, calls)| calls).collect()
}

/// The calls of each thread as strace tells them in the files whose names begin with `role`.
fn as_strace(dir: &Path, role: &str) -> Vec<Vec<String>> {
    let files = fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path());
    let own = files.filter(|path| path.file_stem().is_some_and(|stem| stem == role));
    let mut threads: Vec<Vec<Stracen>> = own
        .map(|path| fs::read_to_string(path).unwrap().lines().filter_map(Stracen::read).collect())
        .collect();
    threads.sort_by(|one, other| one[0].at.total_cmp(&other[0].at));
    let mut all: Vec<(usize, Stracen)> = Vec::new();
    for (thread, calls) in threads.iter().enumerate() {
        all.extend(calls.iter().cloned().map(|call| (thread, call)));
    }
    all.sort_by(|(_, one), (_, other)| one.at.total_cmp(&other.at));
    let mut names = Names::default();
    let mut told = vec![Vec::new(); threads.len()];
    for (thread, call) in all {
        let on = match call.on {
            Some(Stood { socket: Some(socket), .. }) => names.of(&socket),
            Some(Stood { file, .. }) => file.to_string(),
            None => "-".into(),
        };
        let result = call.made.map_or(call.result, |socket| names.of(&socket));
        told[thread].push(line(&call.name, &on, &result, &call.bytes));
    }
    told
}

/// What a descriptor stood for.
#[derive(Clone)]
struct Stood {
    file: i32,
    /// The name of the socket, if it is one.
    socket: Option<String>,
}

/// One line of strace.
#[derive(Clone)]
struct Stracen {
    /// When it began, in seconds.
    at: f64,
    name: String,
    on: Option<Stood>,
    made: Option<String>,
    result: String,
    bytes: Vec<u8>,
}

impl Stracen {
    /// Reads a line; `None` for a call that is not followed, for one on other files, and for what is no call.
    fn read(text: &str) -> Option<Self> {
        let (at, text) = text.split_once(' ')?;
        let (name, rest) = text.split_once('(')?;
        let name = call::name(name)?.to_string();
        let (args, result) = rest.rsplit_once(" = ")?;
        let polls = args.starts_with('[');
        let stood: Vec<Stood> = match polls {
            true => args.split("fd=").skip(1).filter_map(stood).collect(),
            false => stood(args).into_iter().collect(),
        };
        let made = stood_for(result);
        let of_interest = stood.iter().any(|one| one.socket.is_some() || (0..=2).contains(&one.file));
        // Of the flags of a file nothing is told, but for those that copy it.
        let is_silent = name == "fcntl" && !args.contains("F_DUPFD");
        if is_silent || (!of_interest && made.is_none() && !name.starts_with("exit")) {
            return None;
        }
        let (count, error) = result.split_once(' ').unwrap_or((result, ""));
        let result = match count {
            "-1" => error.split(' ').next()?,
            count => count,
        };
        let moved = count.parse().unwrap_or(0);
        let moves = ["read", "write", "recv", "send"].iter().any(|move_| name.starts_with(move_));
        let mut bytes = if moves { strings(args) } else { Vec::new() };
        bytes.truncate(moved);
        let on = if stood.len() == 1 { stood.into_iter().next() } else { None };
        Some(Self { at: at.parse().ok()?, name, on, made, result: result.into(), bytes })
    }
}

/// Reads `3<socket:[4711]>…`, with its path in hexadecimal.
fn stood(text: &str) -> Option<Stood> {
    let (file, _) = text.split_once('<')?;
    Some(Stood { file: file.parse().ok()?, socket: stood_for(text) })
}

/// Returns the name of the socket for which a descriptor at the start of this text stands.
fn stood_for(text: &str) -> Option<String> {
    let (file, rest) = text.split_once('<')?;
    file.parse::<i32>().ok()?;
    let path = String::from_utf8(unescaped(rest.split_once('>')?.0)).ok()?;
    path.starts_with("socket:").then_some(path)
}

/// Joins all strings of a call.
fn strings(args: &str) -> Vec<u8> {
    args.split('"').skip(1).step_by(2).flat_map(unescaped).collect()
}

/// Reads `\x41\x42`.
fn unescaped(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).map(|byte| u8::from_str_radix(byte, 16).expect("two digits")).collect()
}

#[test]
fn calls_are_those_that_strace_tells() {
    let Some((programs, _)) = &*TRACED else { return };
    if !has("strace", "calls beside those that strace tells") {
        return;
    }
    let dir = dir("strace");
    assert_ended(&in_steps(&dir, true).output().unwrap());
    for program in programs {
        assert_eq!(program.coverage, "whole");
        let (traced, strace) = (as_traced(program), as_strace(&dir, &program.role));
        for (traced, strace) in traced.iter().zip(&strace) {
            let differs = traced.iter().zip(strace).position(|(one, other)| one != other);
            let around = |calls: &[String], at: usize| calls[at.saturating_sub(3)..=at].to_vec();
            if let Some(at) = differs {
                assert_eq!(around(traced, at), around(strace, at), "the {}", program.role);
            }
            assert_eq!(traced.len(), strace.len(), "the {}: {traced:?} {strace:?}", program.role);
        }
        assert_eq!(traced.len(), strace.len(), "threads of the {}", program.role);
        assert_eq!(traced.len(), 2, "two threads");
        assert!(traced[1].len() > 4 && traced[0].len() > 20, "{traced:?}");
    }
}

#[test]
fn segments_are_those_that_tshark_reads() {
    let Some((_, Some(segments))) = &*TRACED else { return };
    if !has("tshark", "segments beside those that tshark reads") {
        return;
    }
    let file = fs::read(steps::packets(&dir("traced"))).unwrap();
    let fields = [
        "ip.src",
        "tcp.srcport",
        "ip.dst",
        "tcp.dstport",
        "tcp.seq",
        "tcp.ack",
        "tcp.flags",
        "tcp.window_size",
        "tcp.payload",
    ];
    let mut told: Vec<steps::Told> = tshark(&file, &fields)
        .iter()
        .enumerate()
        .map(|(place, fields)| {
            let number = |at: usize| fields[at].parse().unwrap_or(0);
            steps::Told {
                place,
                from: format!("{}:{}", fields[0], fields[1]),
                to: format!("{}:{}", fields[2], fields[3]),
                seq: number(4),
                ack: number(5),
                flags: u64::from_str_radix(fields[6].trim_start_matches("0x"), 16).unwrap(),
                window: number(7),
                bytes: fields[8].clone(),
            }
        })
        .collect();
    let opened: Vec<(String, String)> = told
        .iter()
        .filter(|one| Flags(one.flags as u8).has(Flags::SYN))
        .map(|one| (one.from.clone(), one.to.clone()))
        .collect();
    for one in &mut told {
        if !opened.contains(&(one.from.clone(), one.to.clone())) {
            one.seq -= 1; // A refusal has no SYN before it: tshark numbers it as the byte behind one.
        }
    }
    for (one, told) in segments.iter().zip(&told) {
        assert_eq!(one, told);
    }
    assert_eq!(segments.len(), told.len());
}

/// The bytes that pass from one address to another, as they are counted from some side.
type Streams = BTreeMap<(String, String), String>;

/// Returns what the calls of all programs have moved, by the ends of their sockets; `writes` or not.
fn moved(programs: &[Program], writes: bool) -> Streams {
    let mut streams = Streams::new();
    for call in programs.iter().flat_map(|program| &program.calls) {
        let takes_part = if writes { Call::writes(call) } else { call.reads() };
        let Some(socket) = call.socket().filter(|_| takes_part) else { continue };
        let ends = [&socket.local, &socket.peer].map(|end| end.as_ref().unwrap().to_string());
        let [from, to] = if writes { ends } else { [ends[1].clone(), ends[0].clone()] };
        let bytes = call.bytes.iter().map(|byte| format!("{byte:02x}"));
        streams.entry((from, to)).or_default().extend(bytes);
    }
    streams
}

/// Returns what the segments carry, by the place of each byte in its direction.
fn carried(segments: &[steps::Told]) -> Streams {
    let mut streams = Streams::new();
    for one in segments.iter().filter(|one| !one.bytes.is_empty()) {
        let stream = streams.entry((one.from.clone(), one.to.clone())).or_default();
        let at = 2 * (one.seq as usize - 1);
        assert!(at <= stream.len(), "a gap: {one:?}");
        stream.truncate(at);
        *stream += &one.bytes;
    }
    streams
}

#[test]
fn writes_segments_and_reads_are_one_stream_in_each_direction() {
    let Some((programs, segments)) = &*TRACED else { return };
    let (written, read) = (moved(programs, true), moved(programs, false));
    // Both programs write on two connections, and what the one says the other hears, behind the wire.
    assert_eq!((written.len(), read.len()), (4, 4));
    let sorted = |streams: &Streams| {
        let mut all: Vec<String> = streams.values().cloned().collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&written), sorted(&read));
    let Some(segments) = segments else { return };
    let carried = carried(segments);
    let sum: Streams = written.into_iter().chain(read).collect();
    assert_eq!(carried, sum);
}
