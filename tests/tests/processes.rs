//! Programs under test as processes: the runner limits them, ends them with everything that they started, and gives
//! each run its own address.
#![cfg(target_os = "linux")]

use lab_tests::{processes_with, run, runner, starters, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::Read;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// How many runs a test starts at most. A run may give up and end by itself before the test can interrupt it.
const TRIES: usize = 5;

/// Starts a run in which the server leaves a grandchild in its own session, and the client never ends.
fn start_with_grandchild(token: &str) -> Child {
    let server = format!("{PROGRAMS} worst-leaves-a-grandchild {{addr}} {token}");
    let client = format!("{PROGRAMS} worst-never-listens {token}");
    let words = ["run", "01", "--server", &server, "--client", &client, "--check", "pair-talks"];
    for _ in 0..TRIES {
        let mut child = runner(RUNNER, &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut runs = false;
        wait_for("the grandchild runs, or the run is over", || {
            let all = processes_with(token, child.id());
            runs = all.iter().any(|words| words.contains("worst-detached"));
            runs || child.try_wait().unwrap().is_some()
        });
        if runs {
            return child;
        }
    }
    panic!("each of {TRIES} runs was over before its grandchild was seen");
}

#[test]
fn nothing_is_left_after_a_normal_end() {
    let token = "token-normal-end";
    let server = format!("{PROGRAMS} worst-leaves-a-grandchild {{addr}} {token}");
    let words =
        ["run", "01", "--server", &server, "--client", "true", "--check", "echo-bytes", "--format", "json"];
    let ran = run(RUNNER, &words);
    assert_eq!(ran.verdicts()[0].1, "pass");
    assert_eq!(processes_with(token, 0), Vec::<String>::new());
}

#[test]
fn nothing_is_left_after_ctrl_c() {
    let token = "token-ctrl-c";
    let interrupted = (0..TRIES).any(|_| {
        let mut child = start_with_grandchild(token);
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        let status = child.wait().unwrap().code();
        assert_eq!(processes_with(token, 0), Vec::<String>::new());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        // Status 1: the pair was judged before the signal came.
        assert!(status == Some(1) || (status == Some(130) && stderr.contains("interrupted")), "{stderr}");
        status == Some(130)
    });
    assert!(interrupted, "none of {TRIES} runs was interrupted");
}

/// Ctrl-C also ends a build: cargo, and everything that it started, is gone.
#[test]
fn nothing_is_left_of_an_interrupted_build() {
    let dir = starters(RUNNER, env!("CARGO_TARGET_TMPDIR"), "processes-slow-build");
    let script =
        "fn main() { std::process::Command::new(\"sleep\").arg(\"98765.4321\").status().unwrap(); }\n";
    fs::write(dir.join("01-echo/build.rs"), script).unwrap();
    let words = ["run", "01", "--lessons", &dir.to_string_lossy()];
    let mut child = runner(RUNNER, &words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("the build runs", || !processes_with("98765.4321", 0).is_empty());
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(processes_with("98765.4321", 0), Vec::<String>::new());
}

#[test]
fn nothing_is_left_after_sigkill_of_the_runner() {
    let token = "token-sigkill";
    let mut child = start_with_grandchild(token);
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for("every process is gone", || processes_with(token, 0).is_empty());
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Normal,
    CtrlC,
    Sigkill,
}

/// The servers that behave as badly as a process can.
const WORST: &[&str] = &[
    "worst-never-listens",
    "worst-exits-at-once",
    "worst-spins",
    "worst-never-accepts",
    "worst-hangs",
    "worst-reads-nothing",
    "worst-spins-beside-a-client",
    "worst-crashes",
    "worst-closes-its-output",
    "worst-uses-up-descriptors",
    "worst-floods",
    "worst-leaves-a-grandchild",
    "worst-ignores-sigterm",
    "worst-prints-control-sequences",
    "wrong-01-server-binds-everything",
    "wrong-01-server-fixed-address",
];

/// Whatever the program does and however the run ends: the runner stays small, and no process, port or file is left.
#[test]
fn nothing_is_left_of_the_worst_programs_and_the_runner_stays_small() {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let trials: Vec<(&str, End)> = WORST
        .iter()
        .flat_map(|program| [End::Normal, End::CtrlC, End::Sigkill].map(|end| (*program, end)))
        .collect();
    let seen = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some((program, end)) =
                    trials.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
                {
                    let peak = leaves_nothing(program, *end);
                    seen.fetch_or(peak > 0, std::sync::atomic::Ordering::SeqCst);
                }
            });
        }
    });
    assert!(seen.into_inner(), "the kernel reported the runner's memory for no run");
}

/// Checks that this run leaves nothing. Returns the runner's peak memory in KiB, or 0 if the run was over before the
/// first look.
fn leaves_nothing(program: &str, end: End) -> u64 {
    let token = format!("token-{program}-{end:?}");
    let dir = lab_tests::empty_dir(env!("CARGO_TARGET_TMPDIR"), &token);
    let server = format!("{PROGRAMS} {program} {{addr}} {token}");
    // The client never ends, so that the test can end the run.
    let client = format!("{PROGRAMS} worst-never-listens {token}");
    let check = if end == End::Normal { "echo-bytes" } else { "pair-talks" };
    let words = ["run", "01", "--server", &server, "--client", &client, "--check", check];
    let mut command = runner(RUNNER, &words);
    let mut child = command
        .current_dir(&dir)
        .env("TMPDIR", &dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let (mut addresses, mut sent) = (std::collections::BTreeSet::new(), false);
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = high.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
        for words in processes_with(&token, child.id()) {
            addresses.extend(words.split(' ').filter(|word| word.starts_with("127.")).map(String::from));
        }
        let both = || {
            processes_with(&token, child.id()).iter().any(|words| words.contains("worst-never-listens token"))
        };
        match end {
            End::CtrlC if !sent && both() => {
                kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
                sent = true;
            }
            End::Sigkill if both() => child.kill().unwrap(),
            _ => {}
        }
        thread::sleep(Duration::from_millis(5)); // Only how often it looks again.
    }
    if end == End::Sigkill {
        wait_for("every process is gone", || processes_with(&token, 0).is_empty());
    }
    assert_eq!(processes_with(&token, 0), Vec::<String>::new(), "{program}, {end:?}");
    let listens = |address: &&String| {
        let address: std::net::SocketAddr = address.parse().unwrap();
        let all = xtask::system::sockets::listening(Some(address.port())).unwrap();
        all.iter().any(|entry| entry.local == address)
    };
    assert_eq!(addresses.iter().find(listens), None, "{program}, {end:?}");
    let files: Vec<_> = fs::read_dir(&dir).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(files.is_empty(), "{program}, {end:?}: {files:?}");
    assert!(peak < 64 * 1024, "{program}, {end:?}: peak memory of the runner: {peak} KiB");
    peak
}

/// Returns the folders of the run with this process id, in all places where a run may make one.
fn folders_of(run: u32, temporary: &std::path::Path) -> Vec<std::path::PathBuf> {
    let start = format!("socket-lab-run-{run}-");
    let places = [temporary, "/dev/shm".as_ref(), "/var/tmp".as_ref(), "/run/shm".as_ref()];
    let entries = places.iter().filter_map(|place| fs::read_dir(place).ok()).flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().contains(&start));
    ours.map(|entry| entry.path()).collect()
}

/// A run of lesson 11 works in folders of its own, some of them on another file system.
#[test]
fn no_folder_is_left_however_a_run_ends() {
    for (check, end) in [
        ("pair-talks", End::CtrlC),
        ("pair-talks", End::Sigkill),
        ("other-file-system", End::CtrlC),
        ("other-file-system", End::Sigkill),
        ("no-folder", End::Normal),
    ] {
        let token = format!("token-folder-{check}-{end:?}");
        let dir = lab_tests::empty_dir(env!("CARGO_TARGET_TMPDIR"), &token);
        // Neither ever answers, so that the test can end the run.
        let server = format!("{PROGRAMS} worst-hangs {{addr}} {token}");
        let client = format!("{PROGRAMS} worst-never-listens {token}");
        let words =
            ["run", "11", "--server", &server, "--client", &client, "--check", check, "--wire", "plain"];
        let mut seen = false;
        for _ in 0..TRIES {
            let mut command = runner(RUNNER, &words);
            command.env("TMPDIR", &dir).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            let mut over = false;
            wait_for("the run has made a folder, or is over", || {
                over = child.try_wait().unwrap().is_some();
                let runs = !folders_of(child.id(), &dir).is_empty()
                    && !processes_with(&token, child.id()).is_empty();
                seen |= runs;
                over || (runs && end != End::Normal)
            });
            match end {
                End::CtrlC if !over => kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap(),
                End::Sigkill if !over => child.kill().unwrap(),
                _ => {}
            }
            child.wait().unwrap();
            wait_for("every process is gone", || processes_with(&token, 0).is_empty());
            wait_for(&format!("no folder is left: {check}, {end:?}"), || {
                folders_of(child.id(), &dir).is_empty()
            });
            if seen || !over {
                break;
            }
        }
        let no_other = check == "other-file-system" && !seen;
        assert!(seen || no_other, "{check}, {end:?}: no run was seen with a folder");
    }
}

#[test]
fn sixteen_runs_side_by_side_do_not_clash() {
    let runs: Vec<_> = (0..16)
        .map(|_| {
            thread::spawn(|| run(RUNNER, &["run", "01", "--solution", "--jobs", "2", "--format", "json"]))
        })
        .collect();
    for ran in runs {
        let ran = ran.join().unwrap();
        assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    }
}

/// What the runner must say of servers that behave as badly as a process can.
#[test]
fn the_worst_servers_are_named_for_what_they_do() {
    for (program, said) in [
        (
            "worst-never-listens",
            "nothing listens there; it still waits, in `clock_nanosleep` (Rust's `sleep`); gave up after",
        ),
        ("worst-exits-at-once", "it exited with status 3 at its start"),
        ("worst-spins", "nothing listens there; it still runs, and is busy"),
        ("worst-never-accepts", "the server has not accepted the connection"),
        (
            "worst-hangs",
            "has read nothing: it waits in `clock_nanosleep` (Rust's `sleep`), with all 256 bytes unread",
        ),
        (
            "worst-reads-nothing",
            "has read nothing: it waits in `accept4` (Rust's `accept`), with all 256 bytes unread",
        ),
        ("worst-spins-beside-a-client", "the server is busy: it spins, or computes"),
        ("worst-crashes", "the server was ended by SIGABRT"),
        ("worst-uses-up-descriptors", "the server has not accepted the connection"),
        ("wrong-01-server-binds-everything", "it listens at 0.0.0.0"),
        ("wrong-01-server-fixed-address", "listens at"),
    ] {
        let server = format!("{PROGRAMS} {program}");
        let check = if program.contains("binds") { "binds-its-address" } else { "echo-bytes" };
        let words = ["run", "01", "--server", &server, "--client", "true", "--check", check];
        let ran = run(RUNNER, &words);
        let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(ran.status == 1 && text.contains(said), "{program}: {}", ran.stdout);
    }
}

#[test]
fn what_programs_print_cannot_touch_the_terminal() {
    let server = format!("{PROGRAMS} worst-prints-control-sequences");
    let words = ["run", "01", "--server", &server, "--client", "true", "--check", "pair-talks"];
    let ran = run(RUNNER, &words);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{7}'), "{:?}", ran.stdout);
}

#[test]
fn a_deaf_server_is_ended_all_the_same() {
    let token = "token-deaf";
    let server = format!("{PROGRAMS} worst-ignores-sigterm {{addr}} {token}");
    let words = ["run", "01", "--server", &server, "--client", "true", "--check", "echo-bytes"];
    assert_eq!(run(RUNNER, &words).status, 0);
    assert_eq!(processes_with(token, 0), Vec::<String>::new());
}

#[test]
fn a_server_that_closes_its_output_is_judged_by_what_it_does() {
    let server = format!("{PROGRAMS} worst-closes-its-output");
    let words = ["run", "01", "--server", &server, "--client", "true", "--check", "echo-bytes"];
    assert_eq!(run(RUNNER, &words).status, 0);
}
