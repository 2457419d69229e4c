//! What a command inherits from the server, and what it leaves behind.

use super::run::{run, runs};
use crate::bench::Bench;
use crate::finding::{Outcome, broken, skip};
use crate::promises::{Check, any_server, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("three-streams", "gives the command its three streams, and nothing else", three_streams),
    server!("default-signals", "gives the command signals at their defaults", default_signals),
    server!("no-zombies", "reaps each command within one second", no_zombies).after(&["killed"]),
];

/// Lists the descriptors of the `sh` itself. The `:` keeps it from becoming `ls`.
const DESCRIPTORS: &str = "ls -l /proc/$$/fd; :";

fn three_streams(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    // Other connections, one of them with a command that runs.
    let mut silent = bench.connect(&mut server)?;
    runs(&mut silent, "echo there", (0, b"there\n", b""), "run the line with `sh -c`")?;
    let mut beside = bench.connect(&mut server)?;
    let _ = beside.say(b"echo runs; sleep 000004\n");
    runs(&mut peer, "echo first", (0, b"first\n", b""), "run the line with `sh -c`")?;
    server.wait_idle();
    let reply = run(&mut peer, DESCRIPTORS.as_bytes())?;
    let text = String::from_utf8_lossy(&reply.stdout).into_owned();
    // `lr-x------ 1 user group 64 Jan  1 00:00 0 -> /dev/null`
    let of = |line: &str| {
        let (before, target) = line.split_once(" -> ")?;
        Some((before.rsplit(' ').next()?.parse::<u32>().ok()?, target.to_string()))
    };
    let found: Vec<(u32, String)> = text.lines().filter_map(of).collect();
    if !found.iter().any(|(number, _)| *number == 1) {
        return skip("this platform does not tell what descriptors a command has");
    }
    let others: Vec<String> = found
        .iter()
        .filter(|(number, _)| *number > 2)
        .map(|(number, what)| format!("{number} ({what})"))
        .collect();
    if !others.is_empty() {
        let cause = match found.iter().any(|(number, what)| *number > 2 && what.starts_with("socket:")) {
            true => {
                "the command has a socket of the server: it could read another client's lines, and keeps the \
                 connection or the port open when the server has closed it; set FD_CLOEXEC on each socket \
                 (SOCK_CLOEXEC, accept4)"
            }
            false => {
                "the command has descriptors of the server beside its three streams, perhaps another command's pipes: \
                 set FD_CLOEXEC on each (O_CLOEXEC, pipe2)"
            }
        };
        return broken("descriptors 0, 1 and 2, and no other", format!("also {}", others.join(", ")), cause);
    }
    Ok(())
}

/// Prints the mask of ignored signals of the `sh` itself, which starts nothing for it.
const SIGNAL_MASK: &str =
    "while read -r key mask; do case $key in SigIgn:) echo $key $mask;; esac; done </proc/$$/status";

/// Signals by number, as signal(7) names them on every processor that the runner runs on.
const SIGNALS: [(u32, &str); 12] = [
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (6, "SIGABRT"),
    (10, "SIGUSR1"),
    (12, "SIGUSR2"),
    (13, "SIGPIPE"),
    (14, "SIGALRM"),
    (15, "SIGTERM"),
    (17, "SIGCHLD"),
    (18, "SIGCONT"),
    (25, "SIGXFSZ"),
];

/// Returns the names of the signals of this mask (proc_pid_status(5)), without those of real-time.
fn names(mask: &str) -> Vec<String> {
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap_or(0);
    let name = |number: u32| {
        let known = SIGNALS.iter().find(|(known, _)| *known == number);
        known.map_or(format!("signal {number}"), |(_, name)| (*name).to_string())
    };
    (1..32).filter(|number| mask >> (number - 1) & 1 == 1).map(name).collect()
}

fn default_signals(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let reply = run(&mut peer, SIGNAL_MASK.as_bytes())?;
    let text = String::from_utf8_lossy(&reply.stdout).into_owned();
    let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(names);
    // Blocked signals are not judged: Java's runtime blocks one in all its threads, and what it starts inherits that.
    let Some(ignored) = of("SigIgn:") else {
        return skip("this platform does not tell what a command does with signals");
    };
    if !ignored.is_empty() {
        return broken(
            "the command begins with all signals at their defaults",
            format!("{} ignored", ignored.join(", ")),
            "a program inherits the signals that its parent ignores (execve(2)): set them back in the child before \
             `exec` (a command that ignores SIGPIPE writes on when nobody reads)",
        );
    }
    Ok(())
}

fn no_zombies(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for line in ["echo one", "exit 3", "kill -KILL $$"] {
        run(&mut peer, line.as_bytes())?;
        // Before the next command, because some languages reap only then.
        server.has_reaped(&format!("`{line}`"))?;
    }
    // And a connection that has ended.
    let _ = peer.say(b"echo last\nexit\n");
    let _ = peer.hear_to_end(4096);
    any_server::rests_after_close(&server, peer, "a client that left")?;
    server.wait_rest();
    server.has_reaped("the last command of a connection")
}
