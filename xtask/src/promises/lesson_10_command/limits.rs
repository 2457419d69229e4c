//! The time limit and the output limit, and the end of everything that a command started.

use super::reply::{MAX_OUTPUT, Reply};
use super::run::{has_none, hears, if_silent, is, runs, shown};
use crate::bench::{Bench, Peer, Server};
use crate::finding::{Outcome, broken, count, quoted};
use crate::promises::{Check, server};
use std::thread;
use std::time::{Duration, Instant};

/// The rows. The time limit is waited for once, so its check begins before all others.
pub const TIME: &[Check] =
    &[server!("time-limit", "ends a command after 10 s, with all of its group", time_limit)
        .after(&["killed", "leaves-in-the-middle"])
        .waits(10)];

/// The rows.
pub const OUTPUT: &[Check] =
    &[server!("output-limit", "ends a command at 64 MiB of output, with all of its group", output_limit)
        .after(&["killed", "full-pipe", "leaves-in-the-middle"])
        .waits(1)];

/// The earliest time at which a reply at the time limit is right. It is measured from before the command was sent, so
/// that a slow machine can only make it longer.
const EARLIEST: Duration = Duration::from_millis(9500);
/// The latest that a reply at the time limit comes.
const LATEST: Duration = Duration::from_secs(13);
/// The fewest bytes of a command that was ended at the output limit.
const LEAST: usize = 63 * 1024 * 1024;

/// A command that the time limit ends.
struct Case {
    line: &'static str,
    /// The seconds that its `sleep` has: nothing else in the server's tree has this argument. Empty where what sleeps
    /// has left the group.
    mark: &'static str,
    stdout: &'static [u8],
    stderr: &'static [u8],
    /// Why no reply comes.
    silent: &'static str,
    /// Why a reply comes too early; `None` where one may come as soon as the `sh` has ended, with its status.
    early: Option<&'static str>,
}

const NO_LIMIT: &str =
    "after 10 s end the command and send its reply, whatever it does: wait for it with a limit";
const TOO_EARLY: &str = "the command has 10 s: do not end it before";

const CASES: &[Case] = &[
    Case {
        line: "echo before; echo early >&2; sleep 000131",
        mark: "000131",
        stdout: b"before\n",
        stderr: b"early\n",
        silent: NO_LIMIT,
        early: Some(TOO_EARLY),
    },
    Case {
        line: "sleep 000132 & echo now",
        mark: "000132",
        stdout: b"now\n",
        stderr: b"",
        silent: "the `sh` has ended, but what it started in the background holds the streams open: reading them needs \
                 the limit, too",
        // A server whose streams are files has read them as soon as the `sh` has ended.
        early: None,
    },
    Case {
        line: "setsid sleep 000136 2>/dev/null & echo left",
        mark: "",
        stdout: b"left\n",
        stderr: b"",
        silent: "what has left the group still holds a stream open, and the limit does not end it: send the reply at \
                 the limit, even if a stream is still open",
        early: None,
    },
    Case {
        line: "exec >/dev/null 2>&1; sleep 000133",
        mark: "000133",
        stdout: b"",
        stderr: b"",
        silent: "both streams have ended, but the command has not: waiting for it (`wait`) needs the limit, too",
        early: Some("both streams have ended, but the command has not: wait for it, too, up to the limit"),
    },
    Case {
        line: "trap '' TERM HUP INT; printf x; sleep 3; printf x; sleep 3; printf x; sleep 000134",
        mark: "000134",
        stdout: b"xxx",
        stderr: b"",
        silent: "the limit is for the whole command, and no signal but SIGKILL ends a command that ignores the \
                 others: do not begin the 10 s again when output comes",
        early: Some(TOO_EARLY),
    },
];

fn time_limit(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peers = Vec::new();
    for _ in CASES {
        let mut peer = bench.connect(&mut server)?;
        peer.waits_for(LATEST);
        peers.push(peer);
    }
    let heard: Vec<(Duration, Outcome<Reply>)> = thread::scope(|scope| {
        let waiting: Vec<_> =
            peers.iter_mut().zip(CASES).map(|(peer, case)| scope.spawn(|| timed(peer, case))).collect();
        waiting.into_iter().map(|one| one.join().expect("no thread here panics")).collect()
    });
    for ((took, reply), case) in heard.into_iter().zip(CASES) {
        limited(&server, took, reply, case)?;
    }
    server.has_reaped("a command that the time limit ended")?;
    for peer in &mut peers {
        let cause = "the connection goes on after a limit, and the 10 s begin anew with each command";
        runs(peer, "echo after", (0, b"after\n", b""), cause)?;
    }
    Ok(())
}

fn timed(peer: &mut Peer, case: &Case) -> (Duration, Outcome<Reply>) {
    let start = Instant::now();
    let _ = peer.say(format!("{}\n", case.line).as_bytes());
    let reply = hears(peer, case.line.as_bytes());
    (start.elapsed(), reply)
}

/// Checks the reply at the time limit.
fn limited(server: &Server, took: Duration, reply: Outcome<Reply>, case: &Case) -> Outcome {
    let line = case.line.as_bytes();
    let reply = if_silent(reply, case.silent)?;
    if case.early.is_none() && reply.status.is_some() {
        return is(&reply, line, (0, case.stdout, case.stderr), "send what the command wrote");
    }
    if took < EARLIEST {
        return broken(
            format!("the reply to {} after 10 s", quoted(line)),
            format!("it came after {:.1} s, with {}", took.as_secs_f64(), shown(&reply)),
            case.early.unwrap_or(TOO_EARLY),
        );
    }
    has_none(
        &reply,
        line,
        "the time limit ended the command, so it has no exit status of its own: the reply states null, and \
         why",
    )?;
    for (name, right, got) in [("output", case.stdout, &reply.stdout), ("error", case.stderr, &reply.stderr)]
    {
        if got != right {
            return broken(
                format!("{} on standard {name}, which came before the time limit", quoted(right)),
                quoted(got),
                "send what was read until the limit: keep it outside the thread, or the call, that you give up",
            );
        }
    }
    gone(server, case.mark, line)
}

/// Checks that every process of the command's group has ended.
fn gone(server: &Server, mark: &str, line: &[u8]) -> Outcome {
    if mark.is_empty() || server.ends_what_runs(mark) {
        return Ok(());
    }
    broken(
        format!("all that {} started is ended at the limit", quoted(line)),
        format!("`sleep {mark}` still runs"),
        "SIGKILL must reach the whole process group, not only the `sh`: start the command in a group of its own \
         (`process_group(0)`), and kill the group (`kill(-group)`)",
    )
}

fn output_limit(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let line = "head -c 100000000 /dev/zero";
    let cause = "the output of one command is at most 64 MiB, both streams together: stop reading there, end the \
                 command and send what was read";
    let reply = over(&mut peer, line, cause)?;
    let zeros = [0; 4096];
    // Block by block: byte by byte takes a second in a build that is not optimised.
    if reply.stdout.chunks(zeros.len()).any(|block| block != &zeros[..block.len()]) {
        return broken(
            "the first bytes of the stream",
            "other bytes",
            "send what was read until the limit, as it came",
        );
    }
    let line = "sleep 000035 & seq 1 20000000 | head -c 40000000 >&2 & seq 1 20000000 | head -c 60000000";
    let reply = over(&mut peer, line, cause)?;
    for (name, stream) in [("output", &reply.stdout), ("error", &reply.stderr)] {
        if let Some(missed) = first_missed(stream) {
            return broken(
                format!("the first bytes of standard {name}, which are the numbers from 1 on"),
                format!("the number {missed} is not where it should be"),
                "send the beginning of each stream: drop only what comes after the limit",
            );
        }
    }
    gone(&server, "000035", line.as_bytes())?;
    server.has_reaped("a command that the output limit ended")?;
    runs(&mut peer, "echo after", (0, b"after\n", b""), "the connection goes on after a limit").map(|_| ())
}

/// Returns a number that is not where `seq 1 …` prints it; `None` if none of some hundred is.
fn first_missed(stream: &[u8]) -> Option<usize> {
    // The numbers of fewer than `digits` digits take the bytes before the first one that has as many.
    let offset = |number: usize| {
        let digits = number.to_string().len();
        let shorter: usize =
            (1..digits).map(|digits| 9 * 10_usize.pow(digits as u32 - 1) * (digits + 1)).sum();
        shorter + (number - 10_usize.pow(digits as u32 - 1)) * (digits + 1)
    };
    let mut numbers = (1..1000).step_by(37).chain((1000..20_000_000).step_by(99_991));
    numbers.find(|number| {
        let text = format!("{number}\n");
        stream.get(offset(*number)..offset(*number) + text.len()).is_some_and(|got| got != text.as_bytes())
    })
}

/// Runs a command that writes 100 MB, and checks that its reply is cut at the limit.
fn over(peer: &mut Peer, line: &str, cause: &str) -> Outcome<Reply> {
    let _ = peer.say(format!("{line}\n").as_bytes());
    let reply = if_silent(
        hears(peer, line.as_bytes()),
        "the command has written 100 MB, and no reply came: at 64 MiB of both streams together end it at once, \
             with all of its group, also what holds the streams open without writing",
    )?;
    has_none(&reply, line.as_bytes(), cause)?;
    let sum = reply.stdout.len() + reply.stderr.len();
    if !(LEAST..=MAX_OUTPUT).contains(&sum) {
        return broken(
            "63 MiB to 64 MiB of both streams together",
            format!("{} and {}", count(reply.stdout.len()), count(reply.stderr.len())),
            cause.to_string(),
        );
    }
    Ok(reply)
}
