//! Checks that bad input gets a clear error, the next command to type, and the right status.

use lab_tests::{empty_dir, run, starters};
use std::fs;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

#[test]
fn wrong_usage_is_told_with_what_to_type() {
    for (words, said) in [
        (&["run", "lesson-o1"][..], "did you mean `lesson-01`?"),
        (&["run", "ehco"], "did you mean `echo`?"),
        (&["run", "zzz"], "lesson-01  echo"),
        (&["run", "01", "--check", "echo-byte"], "did you mean `echo-bytes`?"),
        (&["run", "01", "--wire", "wet"], "the wires are: plain, glue"),
        (&["run", "01", "--family", "ipv9"], "choose ipv4, ipv6 or unix"),
        (&["run", "01", "--family", "unix"], "no check of this lesson runs over the family `unix`"),
        (&["watch", "01", "--family", "unix"], "no check of lesson-01 runs over the family `unix`"),
        (&["run", "01", "--lessons", "/no/such/folder"], "no folder of lessons at /no/such/folder"),
        (&["run", "01", "--server", "python3 'server.py"], "is no command"),
        (&["run", "01", "--server", "true", "--check", "quits-at-q"], "only the server is judged here"),
        (&["run", "01", "--client", "true", "--check", "echo-bytes"], "--server CMD, or --solution"),
        (&["run", "01", "--output", "/no/such/folder/report"], "there is no folder"),
        (&["run", "01", "--output", "Cargo.toml"], "that file exists and is no report of ours"),
        (&["run", "01", "--jobs", "0"], "0 is not in 1..=256"),
        (&["wire", "wet", "--to", "127.0.0.1:1"], "the wires are: plain"),
        (&["wire", "glue", "--to", "nowhere"], "type HOST:PORT"),
        (&["wire", "glue", "--to", "unix:"], "the path of a Unix socket has 1 to"),
        (
            &["wire", "glue", "--to", "unix:s", "--listen", "unix:no/folder/s"],
            "cannot listen at unix:no/folder/s",
        ),
        (&["wire", "lossy", "--udp", "--to", "unix:s"], "--udp takes HOST:PORT"),
        (&["wire", "lossy", "--to", "127.0.0.1:1"], "is for datagrams: add --udp"),
        (
            &["wire", "glue", "--udp", "--to", "127.0.0.1:1"],
            "is for streams (TCP); with --udp type plain, lossy",
        ),
        (
            &["wire", "lose@0", "--udp", "--to", "127.0.0.1:1"],
            "state which datagram, from 1, for instance lose@2",
        ),
        (&["hint", "99"], "there is no lesson 99"),
        (&["trace", "ehco"], "did you mean `echo`?"),
        (&["trace", "01", "--check", "echo-byte"], "did you mean `echo-bytes`?"),
        (&["trace", "03", "--wire", "wet"], "the wires are: plain, glue"),
        (
            &["trace", "01", "--wire", "stall@0"],
            "the pair of lesson-01 has no check on the wire `stall@0`; choose plain",
        ),
        (&["trace", "01", "--server", "true", "--check", "quits-at-q"], "only the server is judged here"),
        (&["trace", "01", "--server", "python3 'server.py"], "is no command"),
        (&["trace", "01", "--pcap", "/no/such/folder/packets"], "there is no folder"),
        (&["trace", "01", "--pcap", "Cargo.toml"], "that file exists and holds no packets"),
        (&["trace", "01", "--output", "Cargo.toml"], "that file exists and holds no picture of ours"),
        (&["rum"], "similar subcommand exists: 'run'"),
    ] {
        let ran = run(RUNNER, words);
        assert_eq!(ran.status, 2, "{words:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(said), "{words:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{words:?}: {}", ran.stderr);
        // The last line says what to type next; clap has its own words for it.
        let last = ran.stderr.trim_end().lines().last().unwrap_or_default();
        assert!(last.contains("cargo xtask") || last.contains("try '--help'"), "{words:?}: {}", ran.stderr);
    }
}

/// Checks that `--help` of every verb shows how to type it.
#[test]
fn each_verb_has_an_example() {
    let help = run(RUNNER, &["--help"]).stdout;
    let (_, verbs) = help.split_once("Commands:\n").unwrap();
    let verbs: Vec<&str> =
        verbs.lines().map_while(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(verbs.len() >= 12, "{help}");
    for verb in verbs.iter().filter(|verb| !verb.is_empty() && **verb != "help") {
        let help = run(RUNNER, &[verb, "--help"]).stdout;
        let example = help.contains("Example") && help.contains(&format!("cargo xtask {verb}"));
        assert!(example, "{verb}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{verb}: {help}");
    }
}

/// Checks that the doctor says the cost and the mend of everything that is missing, and that the status is 3 only if
/// the runner cannot judge anything without it.
#[test]
#[cfg(target_os = "linux")]
fn the_doctor_names_what_is_missing() {
    let doctor = |setup: &str| {
        let script = format!("{setup}; exec \"$0\" doctor");
        let output = std::process::Command::new("sh").args(["-c", &script, RUNNER]).output().unwrap();
        lab_tests::Ran::from(output)
    };
    for (setup, status, said) in [
        ("export EDITOR=cat", 0, "✓ editor       cat"),
        ("export EDITOR=no-such-editor", 0, "`no-such-editor` is not found"),
        ("unset EDITOR VISUAL; ulimit -n 100", 0, "mend: ulimit -n 4096"),
        ("export CARGO=/no/such/cargo", 3, "✗ Rust         no cargo"),
    ] {
        let ran = doctor(setup);
        assert!(ran.status == status && ran.stdout.contains(said), "{setup}: {}{}", ran.stdout, ran.stderr);
        let costs = ran.stdout.lines().filter(|line| line.trim_start().starts_with("cost: ")).count();
        let mends = ran.stdout.lines().filter(|line| line.trim_start().starts_with("mend: ")).count();
        let lacks = ran.stdout.lines().filter(|line| line.starts_with('–') || line.starts_with('✗')).count();
        assert_eq!((costs, mends), (lacks, lacks), "{setup}: {}", ran.stdout);
        assert!(ran.stdout.contains("\nnext: "), "{}", ran.stdout);
    }
}

#[test]
fn a_program_that_does_not_compile_gets_cargos_message() {
    let dir = starters(RUNNER, TMP, "cli-does-not-compile");
    fs::write(dir.join("01-echo/src/bin/server.rs"), "fn main() { let x: u8 = \"text\"; }\n").unwrap();
    let ran = run(RUNNER, &["run", "01", "--lessons", &dir.to_string_lossy()]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("mismatched types"), "{}", ran.stderr);
    assert!(ran.stdout.contains("lesson-01 does not compile"), "{}", ran.stdout);
    // The report alone says it, too. A lesson that is not there is skipped, not failed.
    let words = ["run", "--all", "--lessons", &dir.to_string_lossy(), "--format", "json"];
    fs::remove_dir_all(dir.join("08-threads")).unwrap();
    let report = run(RUNNER, &words).json();
    let problem = |n: usize| report["lessons"][n]["problem"].as_str().unwrap_or_default().to_string();
    assert!(problem(0).contains("mismatched types (lessons/01-echo/src/bin/server.rs:1:"), "{}", problem(0));
    assert!(problem(7).contains("lesson-08 is not there"), "{}", problem(7));
    assert_eq!(report["lessons"][7]["verdict"], "skip");
}

#[test]
fn what_is_missing_is_named() {
    let dir = empty_dir(TMP, "cli-nothing-there");
    let ran = run(RUNNER, &["run", "01", "--lessons", &dir.to_string_lossy()]);
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    // The message is wrapped.
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("it is empty; wanted is a folder 01-echo with a Cargo.toml"), "{}", ran.stdout);
    // Nothing at all is never a pass.
    let ran = run(RUNNER, &["run", "--all", "--lessons", &dir.to_string_lossy()]);
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("error: no lesson was found in"), "{}", ran.stderr);

    let words = ["run", "01", "--server", "no-such-program", "--client", "true", "--check", "echo-bytes"];
    let ran = run(RUNNER, &words);
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("cannot start `no-such-program`"), "{}", ran.stdout);
}

#[test]
fn a_check_is_called_by_its_id_by_an_older_one_and_with_underscores() {
    for (word, id) in [
        ("binds-its-address", "binds-its-address"),
        ("binds_its_address", "binds-its-address"),
        ("answers-in-pieces", "pushes-any-pieces"),
        ("end_after_answer", "end-inside"),
    ] {
        let ran = run(RUNNER, &["run", "05", "--solution", "--check", word, "--format", "json"]);
        let verdicts = ran.verdicts();
        assert!(ran.status == 0 && !verdicts.is_empty(), "{word}: {}", ran.stderr);
        assert!(verdicts.iter().all(|verdict| verdict.0 == id), "{word}: {verdicts:?}");
    }
}

#[test]
fn a_missing_cargo_is_named_with_its_mend() {
    let words = ["run", "01", "--solution", "--check", "echo-bytes"];
    let output = lab_tests::runner(RUNNER, &words).env("CARGO", "/no/such/cargo").output().unwrap();
    let ran: lab_tests::Ran = output.into();
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("install Rust with rustup"), "{}", ran.stdout);
}

#[test]
fn the_report_goes_where_it_is_asked_to() {
    let dir = empty_dir(TMP, "cli-output");
    let file = dir.join("report.json");
    let path = file.to_string_lossy();
    let words = ["run", "01", "--solution", "--check", "echo-bytes", "--format", "json", "--output", &path];
    for _ in 0..2 {
        let ran = run(RUNNER, &words);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("returns any bytes unchanged"), "{}", ran.stdout);
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(report["lessons"][0]["checks"][0]["verdict"], "pass");
    }
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "a part of the report was left behind");
}

#[cfg(unix)]
#[test]
fn a_report_for_what_is_no_file_is_written_to_it() {
    use std::os::unix::fs::FileTypeExt;
    let dir = empty_dir(TMP, "cli-streams");
    let link = dir.join("link");
    std::os::unix::fs::symlink("file", &link).unwrap();
    let judged = ["run", "01", "--solution", "--check", "echo-bytes", "--format", "json", "--output"];
    let run_to = |path: &str| run(RUNNER, &[&judged[..], &[path]].concat());
    assert_eq!(run_to("/dev/null").status, 0);
    assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
    assert!(run_to("/dev/stdout").stdout.contains("\"schema\""));
    for _ in 0..2 {
        assert_eq!(run_to(&link.to_string_lossy()).status, 0);
        assert!(link.is_symlink() && fs::read_to_string(dir.join("file")).unwrap().contains("\"schema\""));
    }
    let ran = run_to(&dir.to_string_lossy());
    assert!(ran.status == 2 && ran.stderr.contains("that is a folder"), "{}", ran.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    let mut child =
        lab_tests::runner(RUNNER, &["run", "01", "--solution"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A wire by hand. Dropping it ends it, also when the test fails.
struct ByHand(std::process::Child);

impl ByHand {
    /// Starts the runner with these words. Returns it with the lines that it prints.
    fn start(words: &[&str]) -> (Self, impl Iterator<Item = String> + use<>) {
        use std::io::{BufRead, BufReader};
        let mut command = lab_tests::runner(RUNNER, words);
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        (Self(child), lines)
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_wire_by_hand_shows_each_piece() {
    use std::io::{Read, Write};
    use xtask::system::address;
    use xtask::system::endpoint::{Listener, Stream};
    use xtask::system::family::FAMILIES;
    for family in FAMILIES.iter().filter(|family| address::lacks(**family).is_none()) {
        let (server, free) = (address::fresh(*family).unwrap(), address::fresh(*family).unwrap());
        let (to, listen) = (server.endpoint.to_string(), free.endpoint.to_string());
        let words = ["wire", "dribble", "--to", &to, "--listen", &listen];
        let (_wire, mut lines) = ByHand::start(&words);
        let call = lines.next().unwrap();
        assert!(call.starts_with(&format!("call {listen} to reach {to}")), "{call}");
        // Two lines where one would be wider than a terminal.
        if !call.ends_with("Ctrl-C ends it") {
            assert_eq!(lines.next().unwrap(), "Ctrl-C ends it");
        }
        if cfg!(target_os = "linux") {
            assert!(lines.next().unwrap().contains("nobody listens"));
        }
        let listener = Listener::bind(server.endpoint).unwrap();
        let client = Stream::connect(free.endpoint, None).unwrap();
        let behind = listener.accept().unwrap();
        (&client).write_all(b"ab").unwrap();
        drop(client);
        let mut heard = Vec::new();
        (&behind).read_to_end(&mut heard).unwrap();
        assert_eq!(heard, b"ab");
        for what in ["1 byte  \"a\"", "1 byte  \"b\"", "FIN"] {
            let line = lines.next().unwrap();
            assert!(line.contains("#1 client → server") && line.contains(what), "{line}");
        }
    }
}

/// Checks the lines about whole connections, and that Ctrl-C ends a wire that a script has started with SIGINT ignored.
#[test]
#[cfg(target_os = "linux")]
fn a_wire_by_hand_sums_and_tells_of_a_call_that_nobody_takes() {
    use lab_tests::typist::Typist;
    use nix::sys::signal::{Signal, kill};
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use xtask::system::address::free;
    let (server, place) = (free().unwrap(), free().unwrap().to_string());
    let mut command = std::process::Command::new("sh");
    let words = ["wire", "plain", "--to", &server.to_string(), "--listen", &place];
    command
        .current_dir(lab_tests::root())
        .args(["-c", "trap '' INT; exec \"$0\" \"$@\"", RUNNER])
        .args(words);
    let mut wire = Typist::start(command);
    wire.shows(&["Ctrl-C ends it"]);
    let _reset = TcpStream::connect(&place).unwrap();
    wire.shows(&["nobody listens at ", "connection #1 is reset"]);
    let listener = TcpListener::bind(server).unwrap();
    let mut client = TcpStream::connect(&place).unwrap();
    let (behind, _) = listener.accept().unwrap();
    client.write_all(b"x").unwrap();
    wire.shows(&["0.000000 s  #2 client → server      1 byte  \"x\""]);
    // In this order: a close with bytes unread is a reset.
    drop(client);
    wire.shows(&["#2 client → server    FIN"]);
    (&behind).read_exact(&mut [0]).unwrap();
    drop(behind);
    wire.shows(&["#2 is over: 1 byte in 1 piece to the server, 0 bytes in 0 pieces to the client"]);
    let mut client = TcpStream::connect(&place).unwrap();
    let _behind = listener.accept().unwrap();
    client.write_all(b"yz").unwrap();
    wire.shows(&["#3 client → server      2 bytes"]);
    kill(nix::unistd::Pid::from_raw(wire.child.id() as i32), Signal::SIGINT).unwrap();
    wire.shows(&["#3 is cut off: 2 bytes in 1 piece to the server"]);
    assert_eq!(wire.status(), 130);
}

#[test]
fn a_datagram_wire_by_hand_shows_each_fate() {
    use std::net::UdpSocket;
    let (server, free) = (xtask::system::address::free().unwrap(), xtask::system::address::free().unwrap());
    let (to, listen) = (server.to_string(), free.to_string());
    let words = ["wire", "late@1:c2s", "--udp", "--to", &to, "--listen", &listen];
    let (_wire, mut lines) = ByHand::start(&words);
    assert!(lines.next().unwrap().starts_with(&format!("send to {listen} to reach {to} (late@1:c2s)")));
    if cfg!(target_os = "linux") {
        assert!(lines.next().unwrap().contains("nobody has bound"));
    }
    let (server, client) = (UdpSocket::bind(server).unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    client.connect(free).unwrap();
    let mut buffer = [0; 10];
    for (sent, what) in [(b"a", "  1     1 byte \"a\"  late"), (b"b", "  2     1 byte \"b\"  sent")] {
        client.send(sent).unwrap();
        let line = lines.next().unwrap();
        assert!(line.ends_with(&format!("client → server {what}")), "{line}");
    }
    let arrived: Vec<u8> = (0..2).map(|_| server.recv(&mut buffer).map(|_| buffer[0]).unwrap()).collect();
    assert_eq!(arrived, b"ba");
    assert!(lines.next().unwrap().contains(" \"a\"  late: +"));
}
