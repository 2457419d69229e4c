//! Checks `cargo xtask talk`: two of them with each other, one with the server of lesson 01, and what goes wrong.

use lab_tests::typist::Typist;
use lab_tests::{Ran, empty_dir, root, run, runner};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use xtask::system::address;
use xtask::system::family::FAMILIES;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

fn talk(words: &[&str]) -> Typist {
    Typist::start(runner(RUNNER, &[&["talk"], words].concat()))
}

/// Returns the address at which it says that it listens.
fn listens(server: &Typist) -> String {
    let line = server.shows(&["listening on "]);
    let place = line.strip_prefix("listening on ").unwrap();
    place.split([';', ',']).next().unwrap().to_string()
}

#[test]
fn two_talk_and_each_end_is_told_by_its_name() {
    for family in FAMILIES.iter().filter(|family| address::lacks(**family).is_none()) {
        let place = address::fresh(*family).unwrap();
        let at = place.endpoint.to_string();
        let mut server = talk(&["--listen", &at]);
        assert_eq!(listens(&server), at);
        let mut client = talk(&[&at]);
        client.shows(&["connected to ", &at]);
        server.shows(&["connection 1 accepted"]);
        client.types("hé\n");
        client.shows(&["0.000 s  sent", "4 bytes  h  é     \\n"]);
        client.shows(&["68 c3 a9 0a"]);
        server.shows(&["0.000 s  received", "4 bytes  h  é     \\n"]);
        // A half-close: the other way goes on.
        client.ends();
        client.shows(&["sent", "FIN"]);
        server.shows(&["received", "FIN", "you can still send"]);
        server.types("late\n");
        client.shows(&["received", "5 bytes  l  a  t  e  \\n"]);
        server.ends();
        client.shows(&["received", "FIN"]);
        client.shows(&["the connection is over: sent 4 bytes in 1 piece, received 5 bytes in 1 piece"]);
        server.shows(&["connection 1 is over: sent 5 bytes in 1 piece, received 4 bytes in 1 piece"]);
        assert_eq!(client.status(), 0, "{family}");
        // It serves the next one.
        let client = talk(&[&at]);
        server.shows(&["connection 2 accepted"]);
        client.shows(&["received", "FIN"]);
    }
}

#[test]
fn a_reset_is_told_by_its_name() {
    let mut server = talk(&["--listen", "127.0.0.1:0"]);
    let at = listens(&server);
    let mut client = talk(&["--reset", "--no-newline", &at]);
    server.shows(&["connection 1 accepted: from 127.0.0.1:", &at]);
    client.types("\nx\n");
    server.shows(&["received", "1 byte   x"]);
    client.ends();
    client.shows(&["sent", "RST"]);
    server.shows(&["received", "RST"]);
    assert_eq!(client.status(), 0);
    // The other side is gone after its FIN: RST answers the next bytes.
    let (listener, place) = listener();
    let mut client = talk(&[&place]);
    drop(listener.accept().unwrap());
    client.shows(&["received", "FIN", "you can still send"]);
    client.types("too late\n");
    client.shows(&["sent", "9 bytes"]);
    client.shows(&["received", "RST"]);
    assert_eq!(client.status(), 1);
    server.ends();
}

fn listener() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    (listener, place)
}

#[test]
fn a_server_of_lesson_01_echoes_what_is_typed() {
    let at = address::free().unwrap().to_string();
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root())
        .args(["build", "--quiet", "--package", "solution-01-echo", "--message-format", "json"])
        .output()
        .unwrap();
    let programs = String::from_utf8_lossy(&built.stdout).into_owned();
    let path = programs.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let path = message["executable"].as_str()?;
        path.contains("solution-01-server").then(|| path.to_string())
    });
    let mut echo = Command::new(path.expect("the server of lesson 01"));
    echo.arg(&at);
    let server = Typist::start(echo);
    server.shows(&["listening on "]);
    let mut client = talk(&[&at]);
    client.types("hello\n");
    client.shows(&["sent", "6 bytes  h  e  l  l  o  \\n"]);
    client.shows(&["received", "6 bytes  h  e  l  l  o  \\n"]);
    client.ends();
    client.shows(&["sent", "FIN"]);
    client.shows(&["received", "FIN"]);
    assert_eq!(client.status(), 0);
}

#[test]
fn what_goes_wrong_is_told() {
    let nobody = address::free().unwrap().to_string();
    let ran = run(RUNNER, &["talk", &nobody]);
    assert!(
        ran.status == 1 && ran.stderr.contains("the kernel answers with RST (connection refused)"),
        "{}",
        ran.stderr
    );
    let (_listener, taken) = listener();
    for (words, told) in [
        (&["talk", "--listen", &taken][..], "another program listens there"),
        (&["talk", "8888"], "type HOST:PORT"),
        (&["talk", "192.0.2.1:80"], "is not a loopback address"),
        (&["talk", "--listen", "0.0.0.0:0"], "is not a loopback address"),
        (&["talk"], "ADDRESS"),
    ] {
        let ran = run(RUNNER, words);
        assert!(ran.status == 2 && ran.stderr.contains(told), "{words:?}: {}{}", ran.stdout, ran.stderr);
    }
}

/// Checks that more than all buffers hold, sent to a reader that does not read, neither ends `talk` nor stops it from
/// showing what comes.
#[test]
#[cfg(unix)]
fn a_reader_that_does_not_read_is_waited_for() {
    let (listener, at) = listener();
    let mut client = talk(&[&at]);
    let (mut stream, _) = listener.accept().unwrap();
    let mut input = client.hands_over_input();
    let typing = thread::spawn(move || {
        let line = [[b'a'; 65_535].as_slice(), b"\n"].concat();
        for _ in 0..256 {
            input.write_all(&line).unwrap();
        }
    });
    client.shows(&["the buffers are full"]);
    stream.write_all(b"I am here\n").unwrap();
    client.shows(&["received", "10 bytes"]);
    let all = std::io::copy(&mut stream, &mut std::io::sink());
    assert_eq!(all.unwrap(), 256 * 65_536);
    drop(stream);
    typing.join().unwrap();
    client.shows(&["the connection is over: sent 16777216 bytes"]);
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_it_with_fin_and_leaves_no_file() {
    use nix::sys::signal::{Signal, kill};
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "talk-ctrl-c");
    let path = dir.join("s");
    let at = format!("unix:{}", path.display());
    let interrupt =
        |typist: &Typist| kill(nix::unistd::Pid::from_raw(typist.child.id() as i32), Signal::SIGINT).unwrap();
    let mut server = talk(&["--listen", &at]);
    listens(&server);
    let mut client = talk(&[&at]);
    server.shows(&["connection 1 accepted"]);
    client.shows(&["type a line"]);
    interrupt(&client);
    server.shows(&["received", "FIN"]);
    assert_eq!(client.status(), 130);
    interrupt(&server);
    assert_eq!(server.status(), 130);
    assert!(!path.exists());
}

/// Checks that the program of the page "What is a socket?" compiles and does what the page says.
#[test]
fn the_first_program_reads_one_line() {
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "talk-first-program");
    let mut server = talk(&["--listen", "127.0.0.1:0"]);
    let at = listens(&server);
    let source = std::fs::read_to_string(root().join("docs/src/line.rs")).unwrap();
    assert!(source.contains("\"127.0.0.1:8888\""), "{source}");
    let (file, program) = (dir.join("line.rs"), dir.join("line"));
    std::fs::write(&file, source.replace("127.0.0.1:8888", &at)).unwrap();
    let built = Command::new("rustc").args(["--edition", "2024", "-o"]).arg(&program).arg(&file).output();
    let built = Ran::from(built.expect("rustc"));
    assert_eq!((built.status, built.stderr.as_str()), (0, ""));
    let running = Command::new(&program).stdout(Stdio::piped()).spawn().unwrap();
    server.shows(&["connection 1 accepted"]);
    server.types("hello\nmore\n");
    let ran = Ran::from(running.wait_with_output().unwrap());
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "received \"hello\\n\"\n"));
}
