//! What a learner predicts in lesson 10.

use super::question::{Question, Seen};
use super::sockets::{call, can};
use crate::bench::Bench;
use crate::finding::{Outcome, unable};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::number(
        "pipe",
        "Nobody reads from a pipe. How many bytes can a program write into it before its `write` waits?",
        pipe,
        "This is the size of a pipe's buffer on Linux (pipe(7)).",
        "why",
    ),
    Question::choice(
        "cat",
        "The command is `cat`. What is the reply?",
        &[
            "none, until the time limit of 10 s",
            "one at once, with status 0 and no output",
            "one with what is typed in the server's terminal",
        ],
        cat,
        "It reads `/dev/null`, which is at its end at once.",
        "what-a-command-gets",
    ),
    Question::choice(
        "cd",
        "The server runs `sh -c 'cd /'`, and then `pwd`. What does the second one print?",
        &["`/`", "the directory in which the server was started"],
        cd,
        "The first `sh` changed its own directory, and then ended.",
        "what-a-command-gets",
    ),
    Question::choice(
        "killed",
        "`exit 137` and `kill -KILL $$` both end the `sh`. Are the two replies the same?",
        &["yes: 137 is what a shell shows for both", "no"],
        killed,
        "The first reply has a status, the second one `null` and the signal in `error`.",
        "why",
    ),
];

#[cfg(unix)]
fn pipe(_: &mut Bench) -> Outcome<Seen> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    let (_reader, mut writer) = can("make a pipe", std::io::pipe())?;
    let flags = fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map(|_| ());
    can("not wait", flags.map_err(Into::into))?;
    let mut written = 0;
    while let Ok(n @ 1..) = writer.write(b"x") {
        written += n;
    }
    Ok(Seen::new(written, format!("a pipe of the runner took {written} bytes")))
}

#[cfg(not(unix))]
fn pipe(_: &mut Bench) -> Outcome<Seen> {
    crate::finding::skip("a pipe that does not wait is tried on Unix only")
}

/// A reply: its header and its standard output.
struct Reply {
    header: Value,
    stdout: Vec<u8>,
}

/// Sends a command, and returns the reply.
fn ask(stream: &mut TcpStream, command: &str) -> Outcome<Reply> {
    can("send", stream.write_all(format!("{command}\n").as_bytes()))?;
    let mut length = [0; 4];
    can("receive a reply", stream.read_exact(&mut length))?;
    let mut header = vec![0; u32::from_be_bytes(length) as usize];
    can("receive a reply", stream.read_exact(&mut header))?;
    let Ok(header) = serde_json::from_slice::<Value>(&header) else {
        return unable("the reply has no header");
    };
    let mut body = |key: &str| {
        let mut bytes = vec![0; header[key].as_u64().unwrap_or_default() as usize];
        can("receive a reply", stream.read_exact(&mut bytes)).map(|()| bytes)
    };
    let (stdout, _) = (body("stdout_size")?, body("stderr_size")?);
    Ok(Reply { header, stdout })
}

fn cat(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let reply = ask(&mut call(&server)?, "cat")?;
    let answer = match (&reply.header["status"], reply.stdout.is_empty()) {
        (Value::Null, _) => 0,
        (_, true) => 1,
        (_, false) => 2,
    };
    Ok(Seen::new(answer, format!("the reference server replied {}", reply.header)))
}

fn cd(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let mut client = call(&server)?;
    ask(&mut client, "sh -c 'cd /'")?;
    let reply = ask(&mut client, "pwd")?;
    let printed = String::from_utf8_lossy(&reply.stdout).trim_end().to_string();
    let is_own =
        std::path::Path::new(&printed).canonicalize().ok() == bench.server_dir()?.canonicalize().ok();
    match printed.as_str() {
        "/" => Ok(Seen::new(0, "`pwd` printed `/`")),
        _ if is_own => Ok(Seen::new(1, "`pwd` printed the directory of the reference server")),
        _ => unable(format!("`pwd` printed {printed}")),
    }
}

fn killed(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server()?;
    let mut client = call(&server)?;
    let (left, right) = (ask(&mut client, "exit 137")?.header, ask(&mut client, "kill -KILL $$")?.header);
    let facts =
        format!("the reference server replied with status {} and {}", left["status"], right["status"]);
    Ok(Seen::new(usize::from(left["status"] != right["status"]), facts))
}
