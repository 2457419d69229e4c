//! Commands run with limits, and leave nothing behind.
#![cfg(unix)]

use lesson_10_command::{LIMITS, Limits, Reply};

use nix::errno::Errno;
use nix::libc::O_NONBLOCK;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Calls `run` of the lesson in a thread of its own: one that never returns would stop all the tests.
///
/// The command of such a `run` ends with this process. Its pipes lose their reader (SIGPIPE), or its group is stopped
/// and loses its parent (the kernel sends SIGHUP). No `sleep` here is longer than this function waits.
fn run(line: &str, dir: &Path, limits: &Limits) -> Reply {
    let (sender, reply) = mpsc::channel();
    let (command, dir, kept) = (line.to_string(), dir.to_path_buf(), *limits);
    thread::spawn(move || sender.send(lesson_10_command::run(&command, &dir, &kept)));
    match reply.recv_timeout(limits.time + Duration::from_secs(20)) {
        Ok(reply) => reply,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            panic!(
                "perhaps a deadlock: `run` has not returned 20 s after its limit of {:?}: {line}",
                limits.time
            )
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("`run` has panicked: {line}"),
    }
}

fn ran(line: &str) -> Reply {
    run(line, Path::new("/"), &LIMITS)
}

/// An empty folder of this name, for one test.
fn empty_dir(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn status_and_both_streams_are_told_apart() {
    let reply = ran("echo out; echo err >&2; exit 3");
    let expected = Reply { status: Ok(3), stdout: b"out\n".to_vec(), stderr: b"err\n".to_vec() };
    assert_eq!(reply, expected);
    assert_eq!(ran(""), Reply { status: Ok(0), stdout: Vec::new(), stderr: Vec::new() });
    assert_eq!(ran("exit 137").status, Ok(137));
    assert_eq!(ran("printf '\\377\\376'").stdout, b"\xff\xfe");
}

#[test]
fn a_signal_leaves_no_status() {
    let reply = ran("echo before; kill -KILL $$");
    assert!(reply.status.unwrap_err().contains("9"));
    assert_eq!(reply.stdout, b"before\n");
}

#[test]
fn a_pipe_that_is_full_blocks_nobody() {
    for size in [65_536, 65_537, 1_300_000] {
        let reply = ran(&format!("head -c {size} /dev/zero >&2; head -c {size} /dev/zero"));
        assert_eq!((reply.status, reply.stdout.len(), reply.stderr.len()), (Ok(0), size, size));
        let reply = ran(&format!("head -c {size} /dev/zero; head -c {size} /dev/zero >&2"));
        assert_eq!((reply.status, reply.stdout.len(), reply.stderr.len()), (Ok(0), size, size));
    }
}

#[test]
fn standard_input_is_at_its_end() {
    assert_eq!(ran("cat; wc -c | tr -d ' '").stdout, b"0\n");
}

#[test]
fn a_command_runs_in_the_directory_it_is_given() {
    let dir = empty_dir("directory").canonicalize().unwrap();
    assert_eq!(run("pwd", &dir, &LIMITS).stdout, format!("{}\n", dir.display()).into_bytes());
    let reply = run("pwd", &dir.join("missing"), &LIMITS);
    assert!(reply.status.unwrap_err().starts_with("sh cannot be started"));
    assert!(run("echo a\0b", &dir, &LIMITS).status.is_err());
}

#[test]
fn a_process_that_closes_its_streams_is_still_waited_for() {
    assert_eq!(ran("exec >&- 2>&-; sleep 0.2; exit 4").status, Ok(4));
}

#[test]
fn output_up_to_the_limit_is_whole() {
    let limits = Limits { output: 100_000, ..LIMITS };
    let reply = run("head -c 40000 /dev/zero; head -c 60000 /dev/zero >&2", Path::new("/"), &limits);
    assert_eq!((reply.status, reply.stdout.len(), reply.stderr.len()), (Ok(0), 40_000, 60_000));
    let reply = run("head -c 40001 /dev/zero; head -c 60000 /dev/zero >&2", Path::new("/"), &limits);
    assert!(reply.status.unwrap_err().contains("output limit of 100000 bytes"));
    assert_eq!(reply.stdout.len() + reply.stderr.len(), 100_000);
}

#[test]
fn at_the_time_limit_what_was_read_is_in_the_reply() {
    // Long enough for `echo`, also on a busy machine.
    let limits = Limits { time: Duration::from_secs(5), ..LIMITS };
    let reply = run("echo before; sleep 20", Path::new("/"), &limits);
    assert!(reply.status.unwrap_err().contains("time limit of 5s"));
    assert_eq!(reply.stdout, b"before\n");
}

#[test]
fn the_time_limit_ends_whatever_waits() {
    let limits = Limits { time: Duration::from_millis(300), ..LIMITS };
    // Its streams are closed; it is stopped; `sh` has ended, but the streams have not; so has the process group.
    for line in ["exec >&- 2>&-; sleep 15", "kill -STOP $$", "sleep 15 & exit 0", "set -m; sleep 3 & exit 0"]
    {
        let reply = run(line, Path::new("/"), &limits);
        assert!(reply.status.unwrap_err().contains("time limit"), "{line}");
    }
}

#[test]
fn at_a_limit_the_whole_process_group_is_ended() {
    let dir = empty_dir("group");
    let fifo = dir.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut alive = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&fifo).unwrap();
    // As long as a process of the group lives, the pipe has a writer. The one in the background is stopped.
    let line = "exec 3>fifo; (sleep 25; echo alive >&3) & kill -STOP $!; while :; do echo more; done";
    let limits = Limits { output: 1000, ..LIMITS };
    let reply = run(line, &dir, &limits);
    assert!(reply.status.unwrap_err().contains("output limit"));
    loop {
        match alive.read(&mut [0; 10]) {
            Ok(n) => break assert_eq!(n, 0, "a process of the group has lived on"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(5)),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn nobody_stays_a_zombie() {
    let limits = Limits { output: 1000, ..LIMITS };
    for line in ["echo $$", "echo $$; kill -KILL $$", "echo $$; exec head -c 100000000 /dev/zero"] {
        let reply = run(line, Path::new("/"), &limits);
        let (pid, _) = str::from_utf8(&reply.stdout).unwrap().split_once('\n').unwrap();
        assert_eq!(kill(Pid::from_raw(pid.parse().unwrap()), None), Err(Errno::ESRCH), "{line}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_inherits_neither_files_nor_signals() {
    let path = empty_dir("inherits").join("open in the server");
    let _open = fs::File::create(&path).unwrap();
    let reply = ran("ls -l /proc/self/fd; cat /proc/self/status");
    let text = String::from_utf8_lossy(&reply.stdout);
    assert!(text.contains("/dev/null") && !text.contains("open in the server"), "{text}");
    // SIGPIPE is signal 13: this process ignores it, the command does not.
    let mask = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    assert_eq!((mask("SigBlk:"), mask("SigIgn:") & 1 << 12), (0, 0));
}
