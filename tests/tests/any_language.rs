//! Programs in any language: with their own folder, environment and address, and with output of any kind.
#![cfg(target_os = "linux")]

use lab_tests::{Ran, empty_dir, has, run, words_of};
use socket2::{Domain, Socket, Type};
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Mutex;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// Makes a folder with a server and a client in Python, both fixed to one address. Returns `None` without Python.
fn python(name: &str) -> Option<PathBuf> {
    if !has("python3", &format!("programs in Python ({name})")) {
        return None;
    }
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), name);
    // As tutorials write them: no SO_REUSEADDR, an address in the source, a prompt, words beside the reply.
    let server = "import os, socket, time\n\
                  host, port = os.environ['LAB_AT'].split(':')\n\
                  s = socket.socket()\ns.bind((host, int(port)))\ns.listen(5)\n\
                  while True:\n    try:\n        c, addr = s.accept()\n    except OSError as e:\n        \
                  print('accept', e)\n        time.sleep(0.1)\n        continue\n    \
                  print('client', addr)\n    try:\n        while True:\n            \
                  d = c.recv(1024)\n            if not d:\n                break\n            c.sendall(d.upper())\n    \
                  except ConnectionError as e:\n        print('gone', e)\n    c.close()\n";
    let client = "import os, socket, sys\n\
                  host, port = os.environ['LAB_AT'].split(':')\n\
                  out = sys.stdout.buffer\n\
                  try:\n    s = socket.create_connection((host, int(port)))\n    \
                  while True:\n        out.write(b'>>> ')\n        out.flush()\n        \
                  line = sys.stdin.buffer.readline()\n        if not line:\n            break\n        \
                  line = line.rstrip(b'\\n').removesuffix(b'\\r')\n        if line == b'q':\n            break\n        \
                  if not line:\n            continue\n        s.sendall(line)\n        d = s.recv(1024)\n        \
                  if not d:\n            sys.exit('the server is gone')\n        out.write(b'reply: ' + d + b'\\n')\n        out.flush()\n\
                  except OSError as e:\n    sys.stderr.write(str(e))\n    sys.stderr.flush()\n    os._exit(1)\n";
    fs::write(dir.join("server.py"), server).unwrap();
    fs::write(dir.join("client.py"), client).unwrap();
    Some(dir)
}

/// Returns an address that nobody uses now or used a moment ago: with connections in TIME_WAIT there, the test would
/// have to wait. Its port is above those that runners hand out, and below those of outgoing connections. A UDP socket
/// keeps other test runs from taking it.
fn address() -> String {
    bound().1
}

/// Returns a socket bound to such an address, and the address.
fn bound() -> (Socket, String) {
    static CLAIMS: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());
    for port in 28_000..32_000 {
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        let Ok(claim) = UdpSocket::bind(addr) else { continue };
        CLAIMS.lock().unwrap().push(claim);
        // Without SO_REUSEADDR, `bind` works only if no connection is left there.
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        if socket.bind(&addr.into()).is_ok() {
            return (socket, addr.to_string());
        }
    }
    panic!("no free port");
}

fn judge(dir: &std::path::Path, at: &str, more: &[&str]) -> Ran {
    let env = format!("LAB_AT={at}");
    let dir = dir.to_string_lossy();
    let mut words = vec!["run", "02", "--server", "python3 server.py", "--client", "python3 client.py"];
    words.extend(["--cwd", &dir, "--env", &env, "--env", "PYTHONIOENCODING=utf-8", "--server-at", at]);
    words.extend(["--seed", "7"]);
    words.extend(more);
    run(RUNNER, &words)
}

#[test]
fn a_pair_with_one_fixed_address_runs_on_plain_and_its_halves_on_all_wires() {
    let Some(dir) = python("fixed-pair") else { return };
    let at = address();
    let ran = judge(&dir, &at, &["--client-at", &at, "--format", "json"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let report = ran.json();
    let checks = report["lessons"][0]["checks"].as_array().unwrap();
    let verdict = |id: &str, wire: &str| {
        checks.iter().find(|check| check["id"] == id && check["wire"] == wire).unwrap()["verdict"].clone()
    };
    assert_eq!(verdict("pair-talks", "plain"), "pass");
    assert_eq!(verdict("pair-talks", "glue"), "skip");
    assert_eq!(verdict("any-pieces", "dribble"), "pass");
    assert_eq!(verdict("whole-replies", "dribble"), "demo");
}

#[test]
fn a_line_that_repeats_a_check_repeats_it() {
    let Some(dir) = python("fixed-again") else { return };
    fs::write(dir.join("client.py"), "import sys\nsys.exit(7)\n").unwrap();
    let more = ["--client-at", &address(), "--check", "quits-at-q", "--format", "json"];
    let first = judge(&dir, &address(), &more);
    assert_eq!(first.status, 1);
    let report = first.json();
    let again = report["lessons"][0]["checks"][0]["rerun"].as_str().unwrap();
    let words = words_of(again.strip_prefix("cargo xtask ").unwrap());
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--format", "json"]).collect();
    let second = run(RUNNER, &words);
    assert_eq!(second.verdicts(), first.verdicts());
}

#[test]
fn a_taken_fixed_address_is_the_runners_inability() {
    // Not closed and bound again: a child that another thread starts just then holds the first socket until its `exec`.
    let (holder, at) = bound();
    holder.listen(1).unwrap();
    let server = format!("{PROGRAMS} right-01-server-blocking");
    let words = ["run", "01", "--server", &server, "--server-at", &at, "--client", "true", "--check"];
    let ran = run(RUNNER, &[&words[..], &["echo-bytes"]].concat());
    assert_eq!(ran.status, 3, "{}", ran.stdout);
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("is taken by another program"), "{text}");
    drop(holder);
}

#[test]
fn another_protocol_is_an_error_that_says_who_waits() {
    let server = format!("{PROGRAMS} right-02-server-threads-vectored");
    let client = format!("{PROGRAMS} right-03-client-plain");
    let ran =
        run(RUNNER, &["run", "03", "--server", &server, "--client", &client, "--check", "pushes-defaults"]);
    assert_eq!(ran.status, 3, "{}", ran.stdout);
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("the server waits for the client to send first"), "{text}");
}
