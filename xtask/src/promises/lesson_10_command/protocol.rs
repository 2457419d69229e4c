//! How the programs of lesson 10 talk, as the promises in `asking` need to know it.

use super::reply::{Fault, Reply};
use crate::bench::{Bench, Ending, Heard, Peer};
use crate::finding::{Cause, Perhaps};
use crate::promises::asking::Ask;
use crate::promises::inputs::random_word;
use crate::promises::lesson_09_lines::Lines;
use crate::wire::Kind::{self, Dribble, Plain, Slice};
use crate::wire::{Direction, Record};
use fastrand::Rng;

/// A line is a command; its reply has a status and two streams.
///
/// A server is asked only commands whose replies [`Command::reply`] knows: `echo WORDS`, and `head -c N /dev/zero | tr
/// '\0' C`. For any other line the runner replies as if the command printed the line in upper case: only clients get
/// that.
pub struct Command;

/// The longest line that a request for many bytes has.
const LINE: usize = 8000;

/// Returns a command that prints `n` bytes, all of them `letter`.
pub fn prints(n: usize, letter: char) -> String {
    format!("head -c {n} /dev/zero | tr '\\0' {letter}")
}

fn reply_to(line: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(line);
    let many = text.strip_prefix("head -c ").and_then(|rest| rest.split_once(" /dev/zero | tr '\\0' "));
    match (many, line.strip_prefix(b"echo ")) {
        (Some((n, letter)), _) => Reply::new(0, letter.repeat(n.parse().unwrap_or(0)).as_bytes(), b""),
        (None, Some(words)) => Reply::new(0, &[words, b"\n"].concat(), b""),
        (None, None) => Reply::new(0, &[&line.to_ascii_uppercase()[..], b"\n"].concat(), b""),
    }
}

fn whole_lines(requests: &[u8]) -> impl Iterator<Item = &[u8]> {
    requests.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"))
}

impl Ask for Command {
    const SENDS: &'static str = "sends each line with one \\n and prints the output";
    const STRIPS: &'static str = "sends one \\n for a line that ends in \\r\\n, too";
    const NOTHING_MORE: &'static str = "send a line and one `\\n`, and nothing for an empty line or `q`";
    const WHOLE: &'static str = "a reply is four bytes of length, a header of that many bytes, and the two streams \
                                 that it announces; each may come in any number of pieces: read until all of it is \
                                 there (`read_exact`)";
    const LONG: usize = 8000;
    const BY_BYTE: bool = false;
    const BYE: Option<&'static str> = Some("exit");
    /// Each request starts a process: more at once only measure the machine.
    const AT_ONCE: usize = 16;
    const PAIR_ON: &'static [Kind] = &[Plain, Dribble, Slice];

    fn request_of(line: &[u8]) -> Vec<u8> {
        [line, b"\n"].concat()
    }

    fn reply(requests: &[u8]) -> Vec<u8> {
        whole_lines(requests).flat_map(|line| reply_to(line).bytes()).collect()
    }

    fn hear(peer: &mut Peer, expected: &[u8]) -> Heard {
        let mut bytes = Vec::new();
        while bytes.len() < expected.len() {
            let mut raw = Vec::new();
            match Reply::hear_onto(peer, &mut raw) {
                Ok(reply) => bytes.extend(reply.bytes()),
                Err((_, ending)) => {
                    bytes.extend(raw);
                    return Heard { bytes, ending };
                }
            }
        }
        Heard { bytes, ending: None }
    }

    fn as_written(sent: Vec<u8>) -> Vec<u8> {
        let mut written = Vec::new();
        let mut rest = sent.as_slice();
        while let Ok((reply, length)) = Reply::first(rest) {
            written.extend(reply.bytes());
            rest = &rest[length..];
        }
        [&written, rest].concat()
    }

    fn replied(record: &Record) -> u64 {
        Self::as_written(record.ribbon(Direction::ServerToClient).bytes).len() as u64
    }

    /// Returns turns of one byte: nobody knows how long a server's headers are.
    fn turns(replies: &[Vec<u8>]) -> Vec<usize> {
        vec![1; replies.iter().map(|reply| reply.len() + 64 * 1024).sum()]
    }

    /// Returns the standard output without its line end.
    fn printed(reply: &[u8]) -> &[u8] {
        let Ok((first, _)) = Reply::first(reply) else { return reply };
        let out = reply.len() - first.stdout.len()..reply.len();
        reply[out.clone()].strip_suffix(b"\n").unwrap_or(&reply[out])
    }

    /// Lines of up to 8000 bytes, the first one short.
    fn requests(rng: &mut Rng, n: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < n.max(1) {
            let longest = if bytes.is_empty() { 1000 } else { LINE };
            let words = (n - bytes.len()).min(longest).saturating_sub(6);
            bytes.extend(b"echo ");
            bytes.extend((0..words).map(|_| rng.lowercase() as u8));
            bytes.push(b'\n');
        }
        bytes
    }

    fn flood(rng: &mut Rng) -> Vec<u8> {
        let letter = rng.lowercase();
        format!("echo {letter}\n{}\necho {letter}{letter}\n", prints(8 << 20, letter)).into_bytes()
    }

    fn unread(rng: &mut Rng) -> Vec<u8> {
        format!("{}\n", prints(200_000, rng.lowercase())).into_bytes()
    }

    fn small(words: &str) -> Vec<u8> {
        format!("echo {words}\n").into_bytes()
    }

    fn example(bench: &mut Bench) -> Vec<String> {
        vec!["echo hello".into(), format!("echo {} {}", random_word(bench, 4), bench.rng.u16(..))]
    }

    fn plain_lines(bench: &mut Bench) -> Vec<String> {
        Self::example(bench)
    }

    fn cause_of_reply(said: &[u8], _: &[u8], heard: &Heard) -> Cause {
        cause_of_reply(said, heard)
    }

    fn cause_of_more(heard: &Heard) -> Cause {
        match heard.bytes.as_slice() {
            [] => {
                "a `read` of 0 bytes is the client's FIN: it will send nothing more, so the server closes \
                   its side too"
            }
            _ => {
                "the server sent more than one reply for each line that it got, or more bytes than its \
                  sizes state"
            }
        }
        .into()
    }

    fn cause_of_request(expected: &[u8], heard: &Heard) -> Cause {
        Lines::cause_of_request(expected, heard)
    }

    fn cause_of_printed(printed: &str) -> Cause {
        match printed.trim() {
            "" => "write both streams of every reply: the first to standard output, the second to standard error",
            _ => "write the streams as they came: exactly as many bytes as the header states, the first to \
                  standard output",
        }
        .into()
    }
}

/// Returns why a server's replies to these commands are wrong.
fn cause_of_reply(said: &[u8], heard: &Heard) -> Cause {
    let mut rest = heard.bytes.as_slice();
    let mut lines = whole_lines(said);
    loop {
        let line = lines.next();
        match (Reply::first(rest), line) {
            (Ok((reply, length)), Some(line)) if reply == reply_to(line) => rest = &rest[length..],
            (Ok((reply, _)), Some(line)) => return cause_of_other(&reply, &reply_to(line), line),
            (Ok(_), None) => return "more replies came than lines were sent".into(),
            (Err(Fault::Cut(..)), Some(_)) if rest.is_empty() && rest.len() < heard.bytes.len() => {
                return cause_of_stop(heard.ending);
            }
            (Err(fault), _) => return fault.cause(rest, heard.ending),
        }
    }
}

/// Returns why the server stopped between two replies.
fn cause_of_stop(ending: Option<Ending>) -> Cause {
    match ending {
        Some(Ending::Fin | Ending::Rst) => {
            "the server ended the connection between two replies: only `exit`, a line too long and FIN end it"
        }
        _ => {
            "the server stopped between two replies: one `read` may bring several lines, and a part of the next; keep \
             what comes behind a `\\n`, and run every line"
        }
    }
    .into()
}

/// Returns why a right frame holds another reply than that of this command.
fn cause_of_other(reply: &Reply, right: &Reply, line: &[u8]) -> Cause {
    let (out, expected) = (reply.stdout.as_slice(), right.stdout.as_slice());
    match () {
        () if reply.status.is_none() => {
            format!("the reply states that nothing was run to its end (\"{}\")", reply.error).into()
        }
        () if reply.status == Some(127) => {
            "the shell did not find the command: a piece is no line; keep what comes until its `\\n` is there, and \
             run the line as it came with `sh -c`"
                .into()
        }
        () if expected.starts_with(out) && out.len() < expected.len() && line.starts_with(b"echo ") => {
            "only a part of the line was run: a piece is no line; keep what comes until its `\\n` is there".into()
        }
        () if out == expected.trim_ascii_end() => {
            "the line end of the output is missing: send both streams as they came, untrimmed".into()
        }
        () if out == expected && !reply.stderr.is_empty() => {
            Perhaps("the shell complains: run the line as it came with `sh -c`, without its `\\n`").into()
        }
        () if expected.starts_with(out) => {
            "the output was cut: read each stream until its end (`read_to_end`)".into()
        }
        () if reply.stderr == expected => "standard output came as standard error: stdout stands first".into(),
        () => "the reply is not that of this command: run the line as it came with `sh -c`, and send what it \
               wrote".into(),
    }
}
