//! `cargo xtask trace`: the picture of a real check, and what it says where something is refused.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use lab_tests::refused::refuse;
use lab_tests::{Ran, empty_dir, has, not_checked, root, run, runner, words_of};
use std::fs;
use std::process::Command;
use xtask::system::segments;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Draws a check of the solution of lesson 01. Returns nothing where this system shows no calls or no packets.
fn drawn(more: &[&str]) -> Option<Ran> {
    let calls = run(RUNNER, &["__probe"]);
    let packets = segments::probe().map_err(|refused| refused.to_string());
    if calls.status != 0 || packets.is_err() {
        not_checked(&format!("a picture of calls and packets: {} {packets:?}", calls.stdout.trim()));
        return None;
    }
    let words = [&["trace", "01", "--solution", "--seed", "7"], more].concat();
    let ran = run(RUNNER, &words);
    fits(&ran.stdout);
    Some(ran)
}

fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// Checks that these parts come in this order, each on a line of its own.
#[track_caller]
fn in_order(text: &str, parts: &[&str]) {
    let mut lines = text.lines();
    for part in parts {
        assert!(
            lines.any(|line| line.contains(part)),
            "`{part}` is not there, or not in this order:\n{text}"
        );
    }
}

/// Returns the lengths of the segments in a picture for the terminal.
fn lengths(text: &str) -> Vec<usize> {
    let after = text.split(" len ").skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    after.filter_map(|digits| digits?.parse().ok()).collect()
}

#[test]
fn with_an_mtu_no_segment_is_longer_and_the_picture_says_so() {
    if drawn(&[]).is_none() {
        return;
    }
    let words = ["trace", "01", "--solution", "--check", "echo-1-mib", "--seed", "7"];
    let whole = run(RUNNER, &words);
    let longest = lengths(&whole.stdout).into_iter().max();
    assert!(longest > Some(1500), "{}{}", whole.stdout, whole.stderr);
    assert!(!whole.stdout.contains("mtu"), "{}", whole.stdout);
    let cut = run(RUNNER, &[&words[..], &["--mtu", "1500"]].concat());
    assert_eq!(cut.status, whole.status, "{}", cut.stderr);
    assert!(cut.stdout.contains("--mtu 1500: no packet is longer than 1500 bytes"), "{}", cut.stdout);
    // 1500 bytes without 20 of IPv4, 20 of TCP and 12 of its time stamps.
    assert_eq!(lengths(&cut.stdout).into_iter().max(), Some(1448), "{}", cut.stdout);
    for wrong in ["0", "1279", "65537", "many"] {
        let ran = run(RUNNER, &[&words[..], &["--mtu", wrong]].concat());
        assert_eq!(ran.status, 2, "{wrong}: {}", ran.stderr);
        assert!(ran.stderr.contains("--mtu"), "{wrong}: {}", ran.stderr);
    }
}

#[test]
fn the_picture_of_the_echo_has_its_calls_and_packets_in_order() {
    let Some(ran) = drawn(&[]) else { return };
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    in_order(
        &ran.stdout,
        &[
            "both programs talk, without a wire between them",
            "ms   server 127.",
            "   socket(TCP) = 3",
            "listen(3, 128) = 0  LISTEN",
            "connect(3, server)",
            "SYN_RECEIVED ◀───── SYN seq 0 ──────│ SYN_SENT",
            "┄ SYN ACK seq 0 ack 1 ┄",
            "┄ ACK seq 1 ack 1 ┄",
            "sendto(3, 5) = 5 \"hello\"",
            "◀──── PSH ACK seq 1 ack 1 len 5 ─────",
            "= 5 \"hello\"",
            "sendto(4, 5) = 5 \"hello\"",
            "───── PSH ACK seq 1 ack 6 len 5 ────▶",
            "write(1, 6) = 6 \"hello\\n\"",
            "close(3) = 0",
            "FIN ACK seq 15 ack 15",
            "close(4) = 0",
            "FIN ACK seq 15 ack 16",
            "CLOSED ◀",
            "ended by the check (SIGTERM)",
            "the check passed",
        ],
    );
    // Whether the server is in `accept` already when the client calls is luck.
    assert!(ran.stdout.contains("accept4"), "{}", ran.stdout);
    assert!(ran.stdout.contains("TIME_WAIT"), "{}", ran.stdout);
    let legend = ran.stdout.split("\n\n").last().unwrap();
    assert!(legend.lines().count() <= 6, "{legend}");
}

#[test]
fn with_a_wire_both_of_its_connections_are_drawn() {
    let Some(ran) = drawn(&["--wire", "plain"]) else { return };
    in_order(&ran.stdout, &["server             wire", "connect(3, wire)", "the check passed"]);
    assert_eq!(ran.stdout.matches("─ SYN seq 0 ─").count(), 2, "{}", ran.stdout);
}

#[test]
fn one_half_is_drawn_beside_the_check() {
    let Some(ran) = drawn(&["--check", "half-close", "--full"]) else { return };
    in_order(
        &ran.stdout,
        &["the check half-close on", "the check as client", "; to read: server ", "the check passed"],
    );
    let Some(ran) = drawn(&["--check", "nobody-listens"]) else { return };
    in_order(
        &ran.stdout,
        &["the check as server", "connect(3, server)", "SYN seq 0", "RST ACK seq 0 ack 1", "ECONNREFUSED"],
    );
}

#[test]
fn unix_sockets_have_no_packets_and_datagrams_have_no_states() {
    if drawn(&[]).is_none() {
        return;
    }
    let ran = run(RUNNER, &["trace", "13", "--solution", "--family", "unix"]);
    in_order(&ran.stdout, &["Unix sockets send no packets", "socket(Unix stream) = ", "the check passed"]);
    assert!(!ran.stdout.contains('▶'), "{}", ran.stdout);
    let ran = run(RUNNER, &["trace", "12", "--solution", "--wire", "lose@1:c2s"]);
    fits(&ran.stdout);
    in_order(
        &ran.stdout,
        &["◀datagram len 9 lost─", "recvfrom = EAGAIN", "◀── datagram len 9 ──", "the check passed"],
    );
    assert!(!ran.stdout.contains("ESTABLISHED"), "{}", ran.stdout);
}

#[test]
fn packets_are_written_for_wireshark_over_nothing_else() {
    let dir = empty_dir(TMP, "trace-pcap");
    let file = dir.join("packets.pcapng");
    let path = file.to_str().unwrap();
    let Some(ran) = drawn(&["--pcap", path]) else { return };
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    assert!(bytes.windows(17).any(|part| part == b"client: connect(3"));
    assert_eq!(drawn(&["--pcap", path]).unwrap().status, 0, "an earlier file is replaced");
    fs::write(&file, "a text").unwrap();
    let ran = run(RUNNER, &["trace", "01", "--solution", "--pcap", path]);
    assert_eq!((ran.status, fs::read_to_string(&file).unwrap().as_str()), (2, "a text"), "{}", ran.stderr);
}

#[test]
fn where_packets_are_refused_the_rest_is_drawn() {
    let limit = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", limit, "sh", RUNNER, "trace", "01", "--solution"]);
    let ran: Ran = command.current_dir(root()).output().unwrap().into();
    if ran.stdout.is_empty() && ran.stderr.contains("unshare") {
        return not_checked("a network that is refused: unshare(1) is not allowed here");
    }
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    fits(&ran.stdout);
    in_order(
        &ran.stdout,
        &[
            "the check pair-talks on the wire plain",
            "no packets: the system refuses a network namespace",
            "listen(3, 128) = 0",
            "5 bytes \"hello\"",
            "─ FIN ─",
            "──▶  what the wire passed on",
            "the check passed",
        ],
    );
}

#[test]
fn where_calls_are_refused_the_rest_is_drawn() {
    let mut command = runner(RUNNER, &["trace", "01", "--solution"]);
    refuse(&mut command, &[libc::SYS_ptrace]);
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    fits(&ran.stdout);
    let why = "ptrace is refused (Operation not permitted)";
    in_order(
        &ran.stdout,
        &[&format!("no calls of the server: {why}"), &format!("no calls of the client: {why}")],
    );
    if segments::probe().is_ok() {
        in_order(&ran.stdout, &["─ SYN seq 0 ─", "SYN ACK seq 0 ack 1", "len 5", "the check passed"]);
    }
    // The doctor says the same, with what it costs.
    let mut command = runner(RUNNER, &["doctor"]);
    refuse(&mut command, &[libc::SYS_ptrace]);
    let ran: Ran = command.output().unwrap().into();
    in_order(&ran.stdout, &["– calls", "cost: pictures of a run have no calls", "mend: allow ptrace"]);
}

/// A failed check of `run` names the command that draws it; the verdict there is the same.
#[test]
fn a_failed_check_says_how_to_draw_it() {
    if !has("python3", "the trace of a failed check") {
        return;
    }
    let dir = empty_dir(TMP, "trace-failed");
    let server = dir.join("server.py");
    fs::write(&server, SHOUTS).unwrap();
    let command = format!("python3 {}", server.display());
    for (more, check) in [
        (&[][..], "the check echo-bytes on the wire plain"),
        (&["--full"], "the check pair-talks on the wire plain"),
        (&["--check", "echo-bytes"], "the check echo-bytes on the wire plain"),
    ] {
        let ran = run(RUNNER, &[&["run", "01", "--seed", "7", "--server", &command], more].concat());
        let mut lines = ran.stdout.lines().skip_while(|line| !line.trim_start().starts_with("trace"));
        let line = lines.find_map(|line| line.split_once("cargo xtask trace ")).expect("the command").1;
        let words = words_of(line);
        let words: Vec<&str> = ["trace"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let drawn = run(RUNNER, &words);
        assert_eq!(drawn.status, 1, "{}{}", drawn.stdout, drawn.stderr);
        in_order(&drawn.stdout, &[check, "    0.00   ", "the check failed: "]);
    }
    let ran = run(RUNNER, &["run", "01", "--seed", "7", "--server", &command, "--format", "json"]);
    assert!(!ran.stdout.contains("xtask trace"), "{}", ran.stdout);
}

const SHOUTS: &str = r#"
import socket, sys
host, port = sys.argv[1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    while data := connection.recv(1024):
        connection.sendall(data.upper() + b"!")
    connection.close()
"#;
