//! The calls of traced programs: they are what the programs did, and the programs are as without.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use lab_tests::refused::refuse;
use lab_tests::traced::{self, Told, VARIABLE};
use lab_tests::{Ran, empty_dir, not_checked, processes_with, runner, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use xtask::system::trace::call::{Call, On, What};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// Returns whether this system permits to trace. If not, prints what is not checked.
fn permitted() -> bool {
    let ran: Ran = runner(RUNNER, &["__probe"]).output().unwrap().into();
    if ran.status != 0 {
        not_checked(&format!("traced programs: {}", ran.stdout.trim()));
    }
    ran.status == 0
}

/// Starts one traced program with this input; returns what is told of it, and what the runner printed.
fn calls(command: &mut Command, words: &[&str], input: &str) -> (Told, Ran) {
    let mut child = command
        .arg("__calls")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    let mut all = traced::read(&ran.stdout);
    assert_eq!(all.len(), 1, "{}", ran.stderr);
    (all.remove(0), ran)
}

fn known(name: &str, input: &str) -> (Told, Ran) {
    calls(&mut runner(RUNNER, &[]), &[PROGRAMS, name], input)
}

/// Returns the calls in words, each with its bytes; each address of loopback has a letter in place of its port.
fn words(calls: &[Call]) -> Vec<String> {
    let mut ports: Vec<String> = Vec::new();
    let one = |call: &Call| {
        let mut text = format!("{call}");
        if !call.bytes.is_empty() {
            text += &format!(" {}", call.bytes.escape_ascii());
        }
        while let Some(at) = text.find("127.0.0.1:") {
            let port: String = text[at + 10..].chars().take_while(char::is_ascii_digit).collect();
            if port != "0" && !ports.contains(&port) {
                ports.push(port.clone());
            }
            let place = ports.iter().position(|known| *known == port);
            let letter = place.map_or("0".into(), |place| char::from(b'A' + place as u8).to_string());
            text = format!("{}:{letter}{}", &text[..at], &text[at + 10 + port.len()..]);
        }
        text
    };
    calls.iter().map(one).collect()
}

/// Checks what holds for each call of any program.
fn in_order(calls: &[Call]) {
    for call in calls {
        assert!(call.end.is_none_or(|end| call.start <= end), "{call:?}");
        assert_eq!(call.end.is_some(), call.result.is_some(), "{call:?}");
        assert!(call.bytes.len() as u64 <= call.moved, "{call:?}");
        let mut later = calls.iter().skip_while(|other| !std::ptr::eq(*other, call)).skip(1);
        if let Some(next) = later.find(|other| other.tid == call.tid) {
            assert!(call.start <= next.start, "{call:?} {next:?}");
        }
    }
}

#[test]
fn the_calls_of_a_small_program_are_what_it_did() {
    if !permitted() {
        return;
    }
    let (told, ran) = known("known-streams", "in?");
    assert_eq!((ran.status, ran.stderr.as_str()), (7, "out\n"));
    assert_eq!(told.coverage, "whole");
    in_order(&told.calls);
    let calls = words(&told.calls);
    // Rust looks whether the standard streams are there; whether one is at its end already is luck.
    assert!(calls[0].starts_with("poll(0, 1, 2, 0 s) = "), "{}", calls[0]);
    assert_eq!(
        calls[1..],
        [
            "socket(TCP) = 3",
            "setsockopt(3, SO_REUSEADDR, 1) = 0",
            "bind(3, :0) = 0",
            "listen(3, 128) = 0",
            "socket(TCP) = 4",
            "connect(4, :A) = 0",
            "accept4(3, :B) = 5",
            "sendto(4, 5) = 5 hello",
            "recvfrom(5, 2, MSG_PEEK) = 2 he",
            "recvfrom(5, 64) = 5 hello",
            "writev(5, 6) = 6 abcdef",
            "readv(4, 64) = 6 abcdef",
            "setsockopt(4, TCP_NODELAY, 1) = 0",
            "shutdown(4, SHUT_WR) = 0",
            "recvfrom(5, 64) = 0",
            "close(5) = 0",
            "close(4) = 0",
            "close(3) = 0",
            "socket(UDP) = 3",
            "bind(3, :0) = 0",
            "socket(UDP) = 4",
            "bind(4, :0) = 0",
            "sendto(3, 8, :C) = 8 datagram",
            "recvfrom(4, 64, :D) = 8 datagram",
            "close(3) = 0",
            "close(4) = 0",
            "socketpair(Unix stream) = 0",
            "sendto(3, 4) = 4 unix",
            "recvfrom(4, 64) = 4 unix",
            "recvfrom(4, 64) = EAGAIN",
            "close(3) = 0",
            "close(4) = 0",
            "read(0, 8192) = 3 in?",
            "write(1, 4) = 4 out\\n",
            "clock_nanosleep(1 ms) = 0",
            "exit_group(7)",
        ]
    );
    let named = |name: &str| told.calls.iter().find(|call| call.name == name).unwrap();
    let (connect, accept) = (named("connect").socket().unwrap(), named("accept4"));
    let made = accept.made.as_ref().unwrap();
    assert_eq!((&connect.local, &connect.peer), (&made.peer, &made.local));
    assert!(connect.local.is_some() && connect.peer.is_some());
    assert_eq!(named("bind").socket().unwrap().local, connect.peer);
    assert_eq!((&named("read").on, &named("write").on), (&Some(On::Input), &Some(On::Output)));
    let started = |what: &What| matches!(what, What::Started(program) if program == PROGRAMS);
    let whats: Vec<&What> = told.happenings.iter().map(|happening| &happening.what).collect();
    assert!(matches!(whats[..], [first, What::Exited(7)] if started(first)), "{whats:?}");
}

#[test]
fn several_messages_of_one_call_are_read() {
    if !permitted() {
        return;
    }
    let (told, ran) = known("known-messages", "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    in_order(&told.calls);
    let calls = words(&told.calls);
    let from = calls.iter().position(|call| call.starts_with("connect")).unwrap();
    assert_eq!(
        calls[from..from + 8],
        [
            "connect(3, :A) = 0",
            "sendmmsg(3, 6) = 2 onetwo",
            "recvmmsg(4, 16) = 2 onetwo",
            "socketpair(Unix stream) = 0",
            "sendmsg(5, 5) = 5 onetw",
            "recvmsg(6, 5) = 5 onetw",
            "dup(5) = 7",
            "close(7) = 0",
        ]
    );
}

#[test]
fn a_call_that_a_signal_interrupts_is_one_call() {
    if !permitted() {
        return;
    }
    let (told, ran) = known("known-signals", "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    in_order(&told.calls);
    let main = told.calls[0].tid;
    let calls: Vec<Call> = told.calls.into_iter().filter(|call| call.tid == main).collect();
    assert_eq!(
        words(&calls)[2..],
        [
            "recvfrom(3, 8) = EINTR",
            "recvfrom(3, 8) = 1 !",
            "sendto(4, 1) = 1 !", // The handler, inside the call that then goes on.
            "recvfrom(3, 8) = 1 ?",
            "poll(3 POLLIN, 600 s) = 1",
            "close(4) = 0",
            "close(3) = 0",
            "exit_group(0)",
        ]
    );
    assert!(calls[3].start <= calls[4].start && calls[4].end <= calls[3].end);
}

#[test]
fn more_calls_than_anybody_keeps_do_not_stop_a_program() {
    if !permitted() {
        return;
    }
    let (told, ran) = known("known-many", "");
    assert_eq!((ran.status, told.coverage.as_str(), told.is_over), (4, "full", true), "{}", ran.stderr);
    assert_eq!(told.calls.len() + told.happenings.len(), 10_000);
    in_order(&told.calls[..100]);
}

#[test]
fn nothing_is_left_of_a_program_that_is_killed_while_it_is_traced() {
    if !permitted() {
        return;
    }
    let token = "worst-detached token-traced-killed";
    let (told, _) = calls(&mut runner(RUNNER, &[]), &[PROGRAMS, "known-killed", token], "");
    assert!(told.is_over && told.coverage == "whole", "{told:?}");
    let whats: Vec<&What> = told.happenings.iter().map(|happening| &happening.what).collect();
    assert!(matches!(whats[..], [_, What::Forked(_), .., What::Killed(9)]), "{whats:?}");
    assert_eq!(processes_with("token-traced-killed", 0), Vec::<String>::new());
}

/// How a run of traced programs ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Normal,
    CtrlC,
    Sigkill,
}

#[test]
fn nothing_is_left_of_the_worst_traced_programs() {
    if !permitted() {
        return;
    }
    let worst = [
        "worst-spins",
        "worst-floods",
        "worst-leaves-a-grandchild",
        "worst-ignores-sigterm",
        "worst-crashes",
    ];
    let ends = [End::Normal, End::CtrlC, End::Sigkill];
    let trials: Vec<(&str, End)> = worst.iter().flat_map(|program| ends.map(|end| (*program, end))).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((program, end)) = trials.get(next.fetch_add(1, Ordering::SeqCst)) {
                    leaves_nothing(program, *end);
                }
            });
        }
    });
}

fn leaves_nothing(program: &str, end: End) {
    let token = format!("token-traced-{program}-{end:?}");
    let server = format!("{PROGRAMS} {program} {{addr}} {token}");
    // The client never ends, so that the test can end the run.
    let client = format!("{PROGRAMS} worst-never-listens {token}");
    let check = if end == End::Normal { "echo-bytes" } else { "pair-talks" };
    let words = ["run", "01", "--server", &server, "--client", &client, "--check", check];
    let mut command = runner(RUNNER, &words);
    let mut child = command.env(VARIABLE, "").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    if end != End::Normal {
        let both = |child: &Child| {
            let all = processes_with(&token, child.id());
            all.iter().any(|words| words.contains("worst-never-listens token") && !words.contains("__keeper"))
        };
        wait_for("both programs run, or the run is over", || {
            both(&child) || child.try_wait().unwrap().is_some()
        });
        match end {
            End::CtrlC => drop(kill(Pid::from_raw(child.id() as i32), Signal::SIGINT)),
            _ => child.kill().unwrap(),
        }
    }
    child.wait().unwrap();
    wait_for(&format!("every process is gone: {token}"), || processes_with(&token, 0).is_empty());
}

/// Where the system refuses to trace, programs run as without, and it is said why.
#[test]
fn where_tracing_is_refused_programs_run_all_the_same() {
    for (refused, why) in [
        (&[libc::SYS_ptrace][..], "ptrace is refused (Operation not permitted)"),
        (&[libc::SYS_seccomp], "a filter of calls is refused (Operation not permitted)"),
    ] {
        let mut command = runner(RUNNER, &["__probe"]);
        refuse(&mut command, refused);
        let ran: Ran = command.output().unwrap().into();
        assert!(ran.status == 1 && ran.stdout.trim() == why, "{} {}", ran.stdout, ran.stderr);

        let mut command = runner(RUNNER, &[]);
        refuse(&mut command, refused);
        let (told, ran) = calls(&mut command, &[PROGRAMS, "known-streams"], "in?");
        assert_eq!((ran.status, ran.stderr.as_str(), told.coverage.as_str()), (7, "out\n", why));
        assert!(told.calls.is_empty() && told.is_over);

        let mut command = runner(RUNNER, &[]);
        refuse(&mut command, refused);
        let (_, ran) = calls(&mut command, &["/no/such/program"], "");
        assert!(ran.status == 3 && ran.stderr.contains("No such file or directory"), "{}", ran.stderr);
    }
}

/// Where only the memory or the descriptors of other processes are refused, the calls are known without that.
#[test]
fn where_less_is_permitted_less_is_known() {
    if !permitted() {
        return;
    }
    let mut command = runner(RUNNER, &[]);
    refuse(&mut command, &[libc::SYS_pidfd_getfd]);
    let (told, ran) = calls(&mut command, &[PROGRAMS, "known-streams"], "in?");
    assert_eq!((ran.status, told.coverage.as_str()), (7, "whole"), "{}", ran.stderr);
    let made = told.calls.iter().find_map(|call| call.made.as_ref().filter(|made| made.peer.is_some()));
    assert!(made.is_some(), "the kernel's tables name the addresses");
    assert!(told.calls.iter().any(|call| call.name == "recvfrom" && call.bytes == b"datagram"));

    let mut command = runner(RUNNER, &["__probe"]);
    refuse(&mut command, &[libc::SYS_process_vm_readv]);
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.stdout.trim(), "the memory of a traced program cannot be read");
}

#[test]
fn a_program_that_does_not_exist_is_the_same_error_traced() {
    if !permitted() {
        return;
    }
    let (told, ran) = calls(&mut runner(RUNNER, &[]), &["/no/such/program"], "");
    assert!(
        ran.status == 3 && ran.stderr.contains("No such file or directory (os error 2)"),
        "{}",
        ran.stderr
    );
    assert!(told.calls.is_empty() && told.happenings.is_empty());
    let file = empty_dir(env!("CARGO_TARGET_TMPDIR"), "traced-no-program").join("text");
    fs::write(&file, "no program").unwrap();
    let (_, ran) = calls(&mut runner(RUNNER, &[]), &[file.to_str().unwrap()], "");
    assert!(ran.status == 3 && ran.stderr.contains("Permission denied"), "{}", ran.stderr);
}
