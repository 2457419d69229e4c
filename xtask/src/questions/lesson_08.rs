//! What a learner predicts in lesson 08.

use super::question::{Question, Seen};
use super::sockets::{Came, call, can, is_wait, plural, read_once};
use crate::bench::Bench;
use crate::finding::{Outcome, skip};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "beside",
        "The server serves one client after another, as in lesson 07. Client A connects and sends nothing. Client B connects, \
         sends `hello`, and wants to read the reply. Which of B's calls return?",
        &["none", "`connect`", "`connect` and `write`", "`connect`, `write` and `read`"],
        beside,
        "The kernel completes the connection and keeps the bytes. Only `read` waits, until A is gone.",
        "why",
    ),
    Question::choice(
        "never-reads",
        "The server has a thread for each connection. A sends and sends, and never reads a reply. What does B notice?",
        &["nothing: it gets its replies", "it gets no reply, until A reads", "its connection is reset"],
        never_reads,
        "A's thread waits in `write_all`, and no other thread does.",
        "why",
    ),
    Question::number(
        "eight-files",
        "The server may have eight open files (`ulimit -n 8`). How many clients can it serve at once?",
        eight_files,
        "Three of the eight are standard input, output and error, and one is the listening socket.",
        "what-threads-can-lack",
    ),
];

/// Serves one client after the other, two in all.
fn one_after_the_other(listener: &TcpListener) -> std::io::Result<()> {
    for _ in 0..2 {
        let (mut stream, _) = listener.accept()?;
        let mut buffer = [0; 1024];
        loop {
            let n = stream.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            stream.write_all(&buffer[..n].to_ascii_uppercase())?;
        }
    }
    Ok(())
}

fn beside(_: &mut Bench) -> Outcome<Seen> {
    let listener = can("listen", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let addr = can("ask for the address", listener.local_addr())?;
    thread::scope(|scope| {
        scope.spawn(|| one_after_the_other(&listener));
        // A client that cannot connect ends the server by what it leaves out: both are made first.
        let a = can("connect", TcpStream::connect(addr));
        let b = can("connect", TcpStream::connect(addr));
        let (a, mut b) = (a?, b?);
        let wrote = b.write_all(b"hello").is_ok();
        let mut reply = [0; 5];
        can("not wait", b.set_nonblocking(true))?;
        // The server's only thread is at A, so this cannot change before A ends.
        let waits = b.read(&mut reply).is_err_and(|error| is_wait(&error));
        can("wait again", b.set_nonblocking(false))?;
        drop(a);
        let came = b.read_exact(&mut reply).is_ok();
        let facts = format!(
            "a server of the runner with one thread: `connect` and `write` of B returned, and its `read` {}",
            match (waits, came) {
                (true, true) => "waited, and returned when A had ended",
                (true, false) => "waited",
                (false, _) => "returned",
            }
        );
        Ok(Seen::new(1 + usize::from(wrote) + usize::from(wrote && !waits), facts))
    })
}

fn never_reads(bench: &mut Bench) -> Outcome<Seen> {
    let mut server = bench.server()?;
    let mut a = bench.connect(&mut server)?;
    let sent = a.say_until_stuck(&vec![b'x'; 64 << 20], || server.is_stuck());
    let mut b = call(&server)?;
    can("send", b.write_all(b"hello"))?;
    let came = read_once(&mut b);
    let answer = match &came {
        Came::Bytes(_) => 0,
        Came::Nothing => 1,
        Came::End | Came::Error(_) => 2,
    };
    let facts = format!("the reference server: A was stuck after {sent} bytes, and B's {}", came.told());
    Ok(Seen::new(answer, facts))
}

/// How often to look whether a reply has come.
const LOOK: Duration = Duration::from_millis(5);

fn eight_files(bench: &mut Bench) -> Outcome<Seen> {
    if !cfg!(target_os = "linux") {
        return skip("`ulimit -n` is tried on Linux only");
    }
    let server = bench.server_with_files(8)?;
    let mut served = Vec::new();
    // More than eight cannot be served.
    for _ in 0..8 {
        let mut client = call(&server)?;
        can("send", client.write_all(b"hello"))?;
        can("not wait", client.set_nonblocking(true))?;
        let is_served = loop {
            let came = client.peek(&mut [0; 5]);
            if !came.as_ref().is_err_and(is_wait) {
                break came.is_ok_and(|n| n > 0);
            }
            // One socket is the listening one. `accept` fails as soon as no file is left, before a client waits.
            let Some(sockets) = server.sockets() else {
                return skip("this platform does not tell which sockets a program holds");
            };
            if !bench.last_said().is_blank() && sockets.len() <= 1 + served.len() {
                break false;
            }
            thread::sleep(LOOK);
        };
        if !is_served {
            break;
        }
        served.push(client);
    }
    let facts = format!(
        "the reference server served {}, and then reported that it has no file left",
        plural(served.len(), "client")
    );
    Ok(Seen::new(served.len(), facts))
}
