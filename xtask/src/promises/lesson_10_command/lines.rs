//! Which lines are run: whole ones, and only those.

use super::place::Place;
use super::protocol::Command;
use super::run::{has_none, hears, if_silent, is, run, runs};
use crate::bench::{Bench, Ending, Peer, fin_next};
use crate::finding::{Outcome, Perhaps, because, broken, quoted};
use crate::promises::asking::Ask;
use crate::promises::farewell::reads_on_for_a_second;
use crate::promises::{Check, server};
use crate::wire::Kind::{self, Dribble, Plain};
use crate::wire::{Cut, Direction, Fault};

/// The longest line, in bytes without its `\n`.
const LONGEST: usize = 8192;
/// How many bytes of a command pass before the connection ends: all of the command, and not its `\n`.
const HALF: u64 = 300;

const fn cut(cut: Cut) -> Kind {
    Kind::Fault(Fault { cut, after: HALF, direction: Direction::ClientToServer })
}

/// The rows.
pub const SERVER: &[Check] = &[
    server!("several-lines", "runs each of several lines that come at once", several_lines),
    server!("drops-cr", "drops one \\r before \\n, and no other", drops_cr),
    server!("half-a-command", "never runs a command whose \\n has not come", half_a_command).on(&[
        Dribble,
        cut(Cut::Fin),
        cut(Cut::Rst),
    ]),
    server!("exit-ends", "ends the connection at `exit`, without a reply", exit_ends).on(&[Plain, Dribble]),
    server!("only-exit-ends", "ends at exactly `exit`, and runs everything else", only_exit_ends)
        .after(&["exit-ends"]),
    server!("nul", "refuses a line with a NUL, and goes on", nul).after(&["killed"]),
    server!("no-text", "runs a line that is no UTF-8 as it is, or states that it does not", no_text),
    server!("longest-line", "runs a line of 8192 bytes, the longest", longest_line),
    server!("too-long", "refuses a line as soon as it has 8193 bytes, and ends", too_long)
        .after(&["longest-line", "nul"]),
    server!("farewell", "reads on for a second after its last word, and no longer", farewell)
        .after(&["too-long"])
        .long(),
];

fn several_lines(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let cause = "one `read` may bring several lines, and a part of the next: keep what comes behind a `\\n`, and run \
                 every line";
    let _ = peer.say(b"echo one\necho two >&2\n\nexit 7\nec");
    for (line, right) in [
        (&b"echo one"[..], (0, &b"one\n"[..], &b""[..])),
        (b"echo two >&2", (0, b"", b"two\n")),
        (b"", (0, b"", b"")),
        (b"exit 7", (7, b"", b"")),
    ] {
        let reply = if_silent(hears(&mut peer, line), cause)?;
        is(&reply, line, right, cause)?;
    }
    let _ = peer.say(b"ho three\n");
    let reply = if_silent(hears(&mut peer, b"echo three"), cause)?;
    because(is(&reply, b"echo three", (0, b"three\n", b""), cause), cause)
}

fn drops_cr(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let cause = "one `\\r` right before `\\n` belongs to the line end, and is dropped; every other is a byte of the \
                 line";
    for (line, right) in [("echo a\r", "a\n"), ("echo b\rc", "b\rc\n"), ("echo d\r\r", "d\r\n"), ("\r", "")] {
        because(runs(&mut peer, line, (0, right.as_bytes(), b""), cause), cause)?;
    }
    Ok(())
}

/// Sends a whole command without its `\n`, and ends.
fn half_a_command(bench: &mut Bench) -> Outcome {
    const PIECE: &str = "a piece is no line: keep what comes until its `\\n` is there";
    const CAUSE: &str = "a line without its `\\n` was run: it may be half of a dangerous one; only `\\n` \
                         shows that a command is whole, not a `read`, and not the end of the stream";
    let place = Place::new(bench)?;
    let server = bench.server()?;
    let marker = format!("echo ran > {}; : ", place.path("marker"));
    let half = format!("{marker:x<width$}", width = HALF as usize);
    let cuts = bench.wire != Dribble;
    let wire = bench.wire_to(server.addr, Vec::new(), Vec::new())?;
    let mut peer = bench.connect_through(&wire)?;
    let said = if cuts { format!("{half}xxx\n") } else { format!("echo whole\n{half}") };
    let _ = peer.say(said.as_bytes());
    if !cuts {
        let reply = hears(&mut peer, b"echo whole")?;
        is(&reply, b"echo whole", (0, b"whole\n", b""), PIECE)?;
        peer.half_close();
    }
    let more = peer.hear_to_end(64 * 1024);
    server.alive("a client that left in the middle of a command")?;
    if !place.names().is_empty() {
        return broken(
            "the command is not run: its `\\n` never came",
            format!("it has made the file {}", place.names().join(", ")),
            CAUSE,
        );
    }
    if !more.bytes.is_empty() {
        return broken("no reply to a line without its `\\n`", quoted(&more.bytes), CAUSE);
    }
    match more.ending {
        Some(Ending::Rst) if cuts => Ok(()),
        _ => fin_next(&more, Command::cause_of_more(&more)),
    }
}

/// Checks that the connection ends now. FIN and RST are both right, because both sides know that it ends.
fn ends(peer: &mut Peer, cause: &str) -> Outcome {
    let more = peer.hear_to_end(64 * 1024);
    match more.ending {
        Some(Ending::Fin | Ending::Rst) if more.bytes.is_empty() => Ok(()),
        _ => fin_next(&more, cause),
    }
}

fn exit_ends(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "exactly `exit`, in however many pieces it comes, ends the connection, without a reply: what \
                         follows it is not run, and the client need not end first";
    let place = Place::new(bench)?;
    let marker = place.path("marker");
    for (lines, first) in [
        ("exit\n".to_string(), false),
        (format!("echo one\nexit\necho ran > {marker}\n"), true),
        ("exit\r\n".to_string(), false),
    ] {
        let server = bench.server()?;
        let wire = bench.wire_to(server.addr, vec![lines.len()], Vec::new())?;
        let mut peer = bench.connect_through(&wire)?;
        let _ = peer.say(lines.as_bytes());
        if first {
            let reply = hears(&mut peer, b"echo one")?;
            is(&reply, b"echo one", (0, b"one\n", b""), "run the line as it came with `sh -c`")?;
        }
        ends(&mut peer, CAUSE)?;
        server.alive("a client that sent `exit`")?;
        if !place.names().is_empty() {
            return broken("the server runs nothing behind `exit`", "it ran the command behind it", CAUSE);
        }
    }
    Ok(())
}

fn only_exit_ends(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let cause =
        "only `exit`, exactly, ends the connection: `sh` runs every other line, whatever it begins with";
    for (line, status) in
        [("exit 3", 3), (" exit", 0), ("exit ", 0), ("exit;", 0), ("exit 0", 0), ("true exit", 0)]
    {
        because(runs(&mut peer, line, (status, b"", b""), cause), cause)?;
    }
    for line in ["EXIT", "quit-not-a-command", "q-not-a-command"] {
        because(run(&mut peer, line.as_bytes()), cause)?;
    }
    runs(&mut peer, "echo after", (0, b"after\n", b""), cause).map(|_| ())
}

fn nul(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "no argument of a program can hold a NUL (execve(2) takes C strings): look for it before \
                         anything else, and reply with status null and `error`; the connection goes on";
    let place = Place::new(bench)?;
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let line = format!("echo ran > {}\0; echo more", place.path("marker"));
    for line in [line.as_str(), "exit\0", "cd /\0", "\0", "echo \0\u{e9}"] {
        let reply = because(run(&mut peer, line.as_bytes()), CAUSE)?;
        server.wait_idle();
        if !place.names().is_empty() {
            return broken(
                "the server runs no part of a line with a NUL",
                "it ran the part before the NUL",
                "the server took the line for a C string, which ends at the NUL, and ran a part of a command: refuse \
                 such a line",
            );
        }
        has_none(&reply, line.as_bytes(), CAUSE)?;
    }
    runs(&mut peer, "echo after", (0, b"after\n", b""), CAUSE).map(|_| ())
}

fn no_text(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let cause = Perhaps(
        "the server takes the line for text, and ends at bytes that are none: a line is bytes, and \
                 one that is no UTF-8 is run as it is, or gets status null and `error`",
    );
    let line = b"echo caf\xe9 \xff\xfe";
    let reply = because(run(&mut peer, line), cause)?;
    if reply.status.is_some() {
        is(&reply, line, (0, b"caf\xe9 \xff\xfe\n", b""), cause)?;
    }
    because(runs(&mut peer, "echo after", (0, b"after\n", b""), cause).map(|_| ()), cause)?;
    // Text beyond ASCII is text.
    runs(&mut peer, "echo 粘包 é", (0, "粘包 é\n".as_bytes(), b""), cause).map(|_| ())
}

/// Returns a command of this many bytes that prints `x`.
fn of_length(n: usize) -> String {
    format!("{:y<n$}", "echo x; : ")
}

fn longest_line(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let cause =
        "a line of exactly 8192 bytes is allowed, and the limit is for each line, not for all lines together";
    for line in [of_length(LONGEST), of_length(LONGEST - 1) + "\r", of_length(LONGEST)] {
        because(runs(&mut peer, &line, (0, b"x\n", b""), cause), cause)?;
    }
    Ok(())
}

/// Goes on talking after the reply to a line that is too long.
fn farewell(bench: &mut Bench) -> Outcome {
    let long = of_length(LONGEST + 1);
    reads_on_for_a_second(bench, &["a line that is too long"], |peer, _| {
        let _ = peer.say(long.as_bytes());
        let cause = "a line that is too long gets its reply before the connection ends";
        has_none(&because(hears(peer, long.as_bytes()), cause)?, long.as_bytes(), cause)
    })
}

fn too_long(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "as soon as 8193 bytes have come without a `\\n`, whatever they are, the server replies with \
                         status null and `error`, and ends the connection: it waits for nothing more and runs nothing \
                         more";
    let place = Place::new(bench)?;
    let mut server = bench.server()?;
    let long = of_length(LONGEST + 1);
    let ran = format!("{}\necho ran > {}\n", long, place.path("marker"));
    let begins = format!("{:y<1$}", format!("echo ran > {}; : ", place.path("marker")), LONGEST + 1);
    let nul = format!("\0{}", of_length(LONGEST));
    let cr = of_length(LONGEST) + "\r";
    let after_one = format!("echo one\n{long}");
    for bytes in [long, cr, ran, begins, nul, after_one] {
        let mut peer = bench.connect(&mut server)?;
        let _ = peer.say(bytes.as_bytes());
        if bytes.starts_with("echo one") {
            let reply = hears(&mut peer, b"echo one")?;
            is(&reply, b"echo one", (0, b"one\n", b""), "run the line as it came with `sh -c`")?;
        }
        let reply = because(hears(&mut peer, bytes.as_bytes()), CAUSE)?;
        has_none(&reply, bytes.as_bytes(), CAUSE)?;
        ends(&mut peer, CAUSE)?;
        server.alive("a line that was too long")?;
        if !place.names().is_empty() {
            return broken(
                "the server runs no part of a line that is too long, and nothing after it",
                "it ran a part of such a line, or what follows it",
                CAUSE,
            );
        }
    }
    Ok(())
}
