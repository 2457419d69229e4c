//! The server's two streams and the status of a command.

use super::run::{has_none, has_status, hears, hears_onto, if_silent, is, run, runs};
use crate::bench::{Bench, Peer, Server, With};
use crate::finding::{Cause, Outcome, Symptom, because};
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("both-streams", "sends both streams, 1.3 MB each", both_streams),
    server!("one-stream", "sends one stream alone, or none", one_stream),
    server!("full-pipe", "reads both streams at once: neither keeps the other waiting", full_pipe)
        .after(&["one-stream"]),
    server!("any-bytes", "sends the streams as they are, text or not", any_bytes).after(&["one-stream"]),
    server!("exit-status", "sends the exit status of the command", exit_status).after(&["one-stream"]),
    server!("killed", "states null and why when a signal ends the command", killed).after(&["exit-status"]),
    server!("reads-nothing", "gives the command a standard input that is at its end", reads_nothing),
    server!("first-directory", "begins in its own working directory", first_directory),
    server!("in-order", "runs the commands of a connection one after the other", in_order),
    server!("cost", "is measured (a slow reply is no fault)", cost),
];

/// What `seq 1 200000` prints: 1,288,895 bytes.
fn numbers() -> Vec<u8> {
    (1..=200_000).map(|n| format!("{n}\n")).collect::<String>().into_bytes()
}

/// Gives a server that is silent while its command still runs the cause that the two wait for each other.
fn deadlock<T>(server: &Server, line: &str, outcome: Outcome<T>) -> Outcome<T> {
    match &outcome {
        Err(stop) if stop.symptom() == Symptom::Silent && server.runs(line) => because(
            outcome,
            Cause::certain(
                "a deadlock: a pipe holds 64 KiB; the command waits until somebody reads one stream, and the server \
                 waits for the end of the other stream, or of the command: read both at once, each in a thread of its \
                 own",
            ),
        ),
        _ => outcome,
    }
}

/// Does what [`runs`] does, and names a deadlock.
fn runs_whole(server: &Server, peer: &mut Peer, line: &str, right: (u8, &[u8], &[u8])) -> Outcome {
    const CAUSE: &str = "send what the command wrote, all of it, and nothing else";
    deadlock(server, line, runs(peer, line, right, CAUSE)).map(|_| ())
}

fn both_streams(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let numbers = numbers();
    runs_whole(&server, &mut peer, "seq 1 200000; seq 1 200000 >&2", (0, &numbers, &numbers))?;
    runs_whole(&server, &mut peer, "seq 1 200000 >&2 & seq 1 200000; wait", (0, &numbers, &numbers))
}

fn one_stream(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let numbers = numbers();
    for (line, right) in [
        ("echo out", (0, &b"out\n"[..], &b""[..])),
        ("echo error >&2", (0, b"", b"error\n")),
        ("echo out; echo error >&2; exit 1", (1, b"out\n", b"error\n")),
        ("true", (0, b"", b"")),
        ("", (0, b"", b"")),
        ("printf end", (0, b"end", b"")),
        ("seq 1 200000", (0, &numbers, b"")),
        ("seq 1 200000 >&2", (0, b"", &numbers)),
    ] {
        let cause = "every command gets a reply, also one that wrote nothing: both sizes are 0 then";
        if_silent(runs_whole(&server, &mut peer, line, right), cause)?;
    }
    Ok(())
}

fn full_pipe(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let many = vec![b'x'; 65_537];
    let fills = "head -c 65537 /dev/zero | tr '\\0' x";
    runs_whole(&server, &mut peer, &format!("{fills} >&2; echo after"), (0, b"after\n", &many))?;
    runs_whole(&server, &mut peer, &format!("{fills}; echo after >&2"), (0, &many, b"after\n"))
}

fn any_bytes(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let every: Vec<u8> = (0..=255).collect();
    let octal: String = every.iter().map(|byte| format!("\\{byte:03o}")).collect();
    let line = format!("printf '{octal}'; printf '\\377\\376\\000' >&2");
    let cause = "the streams are bytes (`Vec<u8>`), and need not be text: send as many bytes as came, and count bytes";
    let text = "粘包 é\n".as_bytes();
    for (line, right) in [
        ("echo '粘包 é'; echo '粘包 é' >&2", (0, text, text)),
        (&*line, (0, &every[..], &b"\xff\xfe\0"[..])),
        ("printf '\\r\\n\\n\\n'", (0, b"\r\n\n\n", b"")),
    ] {
        because(runs(&mut peer, line, right, cause), cause)?;
    }
    because(runs(&mut peer, "echo after", (0, b"after\n", b""), cause).map(|_| ()), cause)
}

fn exit_status(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let cause = "the status is what the command exits with: the status of `sh` (`ExitStatus::code`)";
    for status in [0, 3, 99, 1] {
        let line = format!("echo {status}; exit {status}");
        runs(&mut peer, &line, (status, format!("{status}\n").as_bytes(), b""), cause)?;
    }
    let missing = run(&mut peer, b"no-such-command-here")?;
    has_status(
        &missing,
        b"no-such-command-here",
        127,
        "what `sh` exits with is the status, also when it finds no command",
    )?;
    // Some languages cannot tell a status over 128 from a signal: either reply is right, and it is a reply.
    for status in [137, 255] {
        let line = format!("exit {status}");
        let reply = run(&mut peer, line.as_bytes())?;
        if reply.status.is_some() {
            has_status(&reply, line.as_bytes(), status, cause)?;
        }
    }
    Ok(())
}

fn killed(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let line = "echo out; echo error >&2; kill -KILL $$";
    let cause = "a signal ended the `sh`, so there is no exit status: the reply states null, and `error` \
                 states why (`ExitStatusExt::signal`)";
    let reply = if_silent(run(&mut peer, line.as_bytes()), cause)?;
    has_none(&reply, line.as_bytes(), cause)?;
    let streams = "what the command wrote before a signal ended it belongs to the reply";
    let with_status = super::reply::Reply { status: Some(0), ..reply };
    is(&with_status, line.as_bytes(), (0, b"out\n", b"error\n"), streams)?;
    runs(&mut peer, "echo after", (0, b"after\n", b""), "the connection goes on").map(|_| ())
}

fn reads_nothing(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    runs(&mut peer, "echo first", (0, b"first\n", b""), "run the line with `sh -c`")?;
    let cause = "the command waits for input: it has inherited the server's standard input, or the connection; give \
                 it one that is at its end (`Stdio::null()`)";
    let reply = if_silent(run(&mut peer, b"cat; echo read"), cause)?;
    let cause = "the command's standard input is null: nothing can be read there";
    is(&reply, b"cat; echo read", (0, b"read\n", b""), cause)?;
    // A command that reads the connection takes away the next line.
    let _ = peer.say(b"cat; echo a\necho b\n");
    for line in [&b"cat; echo a"[..], b"echo b"] {
        let reply = if_silent(hears(&mut peer, line), cause)?;
        is(&reply, line, (0, &[&line[line.len() - 1..], b"\n"].concat(), b""), cause)?;
    }
    Ok(())
}

fn first_directory(bench: &mut Bench) -> Outcome {
    let own = bench.server_dir()?;
    let own = own.canonicalize().unwrap_or(own);
    let folder = bench.folder()?;
    let other = With { dir: Some(folder.path().into()), ..With::default() };
    for (with, dir) in [(With::default(), own.as_path()), (other, folder.path())] {
        let mut server = match bench.server_as(&with) {
            // A command that names its files from where it usually starts need not run elsewhere.
            Err(_) if with.dir.is_some() => continue,
            outcome => outcome?,
        };
        let mut peer = bench.connect(&mut server)?;
        let right = format!("{}\n", dir.display());
        let cause = "a connection begins in the server's working directory: do not change that directory";
        runs(&mut peer, "pwd -P", (0, right.as_bytes(), b""), cause)?;
    }
    Ok(())
}

fn in_order(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let file = folder.path().join("file");
    let file = file.display();
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let first = format!("sleep 0.3 2>/dev/null || sleep 1; echo one > {file}; echo wrote");
    let second = format!("cat {file}");
    let _ = peer.say(format!("{first}\n{second}\n").as_bytes());
    let cause = "the commands of one connection run one after the other: a line is taken when the reply to the one \
                 before is sent";
    let reply = hears(&mut peer, first.as_bytes())?;
    is(&reply, first.as_bytes(), (0, b"wrote\n", b""), cause)?;
    let reply = hears(&mut peer, second.as_bytes())?;
    because(is(&reply, second.as_bytes(), (0, b"one\n", b""), cause), cause)
}

/// Measures how long a reply takes. Notes a server whose replies wait for acknowledgements, or come in many small
/// pieces: it is right, but slow.
fn cost(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    peer.delay_acknowledgements();
    let mut gaps = Vec::new();
    for n in 0..9 {
        let _ = peer.say(format!("echo {n}\n").as_bytes());
        let mut bytes = peer.hear_some(1).bytes;
        let start = std::time::Instant::now();
        hears_onto(&mut peer, b"echo", &mut bytes)?;
        gaps.push(start.elapsed().as_secs_f64() * 1e3);
    }
    gaps.sort_by(f64::total_cmp);
    let gap = gaps[gaps.len() / 2];
    if gap >= crate::bench::nagle::SLOW_MILLIS {
        bench.notes.push(format!(
            "right, but slow: {gap:.0} ms pass between the first byte of a small reply and its last one. The reply \
             leaves in several writes, and Nagle's algorithm holds the next one back until the first is acknowledged; \
             write it at once, or set TCP_NODELAY"
        ));
    }
    let pieces = peer.count_pieces();
    let reply = run(&mut peer, b"head -c 1000000 /dev/zero")?;
    let note = peer.came_in_small_pieces("a reply", reply.stdout.len() as u64, &pieces);
    bench.notes.extend(note);
    Ok(())
}
