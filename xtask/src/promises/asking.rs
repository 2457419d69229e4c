//! Promises that every client makes that asks (01, 02, 07, 08).

use super::common::random_word;
use crate::bench::peer::{Ending, Heard, Peer};
use crate::bench::same_bytes;
use crate::bench::{Answer, Bench, Client, not_taken};
use crate::finding::{Half, Outcome, because, broken, count};
use crate::promises::Check;
use crate::wire::{Cut, Kind};

/// What every such client promises.
pub const CHECKS: &[Check] = &[
    Check::client(
        "sends-exact-lines",
        "sends exactly the line's bytes and prints the reply",
        sends_exact_lines,
    ),
    Check::client("skips-empty-lines", "sends nothing for an empty line", skips_empty_lines),
    Check::client("strips-crlf", "sends no line end, be it \\n or \\r\\n", strips_crlf),
    Check::client("quits-at-q", "ends at `q` with status 0, having sent nothing", quits_at_once),
    Check::client(
        "quits-at-end-of-input",
        "ends at the end of its input with status 0",
        ends_at_end_of_input,
    ),
    Check::client("nobody-listens", "says so and exits with 1 when nobody listens", says_that_nobody_listens),
    Check::client("server-ends", "says so and exits with 1 when the server ends (FIN)", |b| {
        server_goes(b, false)
    }),
    Check::client("server-resets", "says so and exits with 1 when the server resets (RST)", |b| {
        server_goes(b, true)
    }),
    Check::client("server-stalls", "waits at rest when the server falls silent", server_stalls)
        .on(Kind::ends(Cut::Stall, 0)),
];

/// A conversation with a client under test: the runner is the server and transforms what it hears.
pub struct Asked {
    /// The client.
    pub client: Client,
    /// The runner's side of its connection.
    pub peer: Peer,
    wanted: Vec<Vec<u8>>,
    answer: Answer,
    /// How many lines came and were answered.
    answered: usize,
}

impl Asked {
    /// Starts the client; `lines` are all the lines that will be asked, in this order.
    pub fn start(bench: &mut Bench, lines: &[String]) -> Outcome<Self> {
        let host = bench.host()?;
        let wanted: Vec<Vec<u8>> = lines.iter().map(|line| (bench.answer)(line.as_bytes())).collect();
        let client = bench.client(host.addr, &wanted)?;
        let peer = bench.accept(&host, &client)?;
        Ok(Self { client, peer, wanted, answer: bench.answer, answered: 0 })
    }

    /// Types `line`, holds that exactly its bytes come, and replies.
    pub fn exchange(&mut self, line: &str) -> Outcome {
        self.client.line(line);
        self.hears(line)?;
        self.reply(line)
    }

    /// Holds that exactly the bytes of `line` come next.
    pub fn hears(&mut self, line: &str) -> Outcome {
        let heard = self.peer.hear(line.len());
        let answered = self.answered;
        same_bytes("client", line.as_bytes(), &heard, |line, heard| match heard.ending {
            Some(_) if heard.bytes.is_empty() && line.trim_ascii().is_empty() => {
                "a line of blanks is no empty line: send it as it is".into()
            }
            Some(ending) if heard.bytes.is_empty() && answered > 0 && ending != Ending::Fin => format!(
                "the client did not go on after the reply to its line {answered}, so that line {} never came: read \
                 the reply and no further (whoever reads until the end, or until a line end, waits for ever; into a buffer of \
                 length 0 nothing is read)",
                answered + 1
            ),
            _ => of_request(line, heard),
        })
    }

    /// Replies to `line`, in one write.
    pub fn reply(&mut self, line: &str) -> Outcome {
        let reply = (self.answer)(line.as_bytes());
        self.answered += 1;
        self.peer.say(&reply).or_else(|ending| {
            not_taken("client", ending, "the client has gone before it read the reply to its last request")
        })
    }

    /// Holds that the client says nothing more and ends well, having printed every reply.
    pub fn ends(mut self, after: &str) -> Outcome {
        let heard = self.peer.hear_to_end(1024);
        if !heard.bytes.is_empty() {
            let got = format!("{} more: \"{}\"", count(heard.bytes.len()), heard.bytes.escape_ascii());
            let cause = "send the line without its line end, and nothing for an empty line or `q`";
            return broken(format!("the client says nothing more {after}"), got, cause);
        }
        // As a server does at a client's FIN: who waits for it hears it.
        self.peer.half_close();
        self.client.exits_well(after)?;
        self.client.printed_all(&self.wanted, of_printed)?;
        self.nothing_stale()
    }

    /// The client printed only the bytes that its reads returned: no rest of the buffer, none of an earlier reply.
    fn nothing_stale(&self) -> Outcome {
        let printed = self.client.program.stdout.kept();
        let stale = self.wanted.iter().flat_map(|old| self.wanted.iter().map(move |new| (old, new)));
        let stale = stale.filter(|(old, new)| old.len() >= new.len() + 4 && !old.starts_with(new)).any(
            |(old, new)| {
                let both = [new.as_slice(), &old[new.len()..new.len() + 4]].concat();
                memchr::memmem::find(&printed, &both).is_some()
            },
        );
        if !stale && !printed.contains(&0) {
            return Ok(());
        }
        broken(
            "each reply as it came, and nothing else of the buffer",
            match stale {
                true => "behind a reply stands the rest of an earlier one",
                false => "behind a reply stand bytes of value 0",
            },
            "the whole buffer was printed: only the first `n` bytes of it, which `read` returned, are the reply",
        )
    }
}

/// Names the likely cause why a client printed something else than the replies.
pub fn of_printed(printed: &str) -> String {
    match printed.trim() {
        "" => "print every reply on a line of its own",
        text if text.contains("[")
            && text.contains(", ")
            && text.bytes().any(|byte| byte.is_ascii_digit()) =>
        {
            "the reply was printed with `{:?}`: write the bytes themselves, not their debug form"
        }
        _ => "print every reply as it came: exactly the bytes that `read` returned, no more and no less",
    }
    .to_string()
}

/// Names the likely cause why a client sent something else than the line.
pub fn of_request(expected: &[u8], heard: &Heard) -> String {
    let got = heard.bytes.as_slice();
    let looks_like_q = [&b"q"[..], b"quit", b"exit"].contains(&&*expected.trim_ascii().to_ascii_lowercase());
    if got.is_empty() && looks_like_q && matches!(heard.ending, Some(Ending::Fin | Ending::Rst)) {
        return format!(
            "the client ended instead of sending it: a line that is `q` and nothing else ends it; \"{}\" is a line like \
             any other",
            expected.escape_ascii()
        );
    }
    if got.is_empty() && heard.ending == Some(Ending::Fin) {
        return "the client ended its side instead: one connection serves all lines, until `q` or the end of the input"
            .into();
    }
    if got.is_empty() {
        return "the client did not send the line: read a line, send its bytes, then read its reply and no further (whoever reads \
             until the end, or until a line end, waits for ever)"
            .into();
    }
    let trimmed = expected.trim_ascii();
    if trimmed.len() < expected.len() && (got == trimmed || got == expected.trim_ascii_start()) {
        return "the blanks around the line were cut off: only its line end does not belong to it".into();
    }
    let line_end = |byte: &u8| *byte == b'\n' || *byte == b'\r';
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    if got.get(same).is_some_and(line_end)
        || got.starts_with(b"\n")
        || got.starts_with(b"\r")
        || got.ends_with(b"\n")
        || got.ends_with(b"\r")
    {
        return "the line end was sent too (of this line or the one before): send the line without it".into();
    }
    "send exactly the bytes of the line, all of them (`write_all`), without its line end".into()
}

/// Lines with blanks around one, letters beyond ASCII in another, some that only look like `q`, one that is longer than
/// most, and a short one after it.
pub fn some_lines(bench: &mut Bench) -> Vec<String> {
    let word = random_word(bench, 8);
    vec![
        random_word(bench, 5),
        format!("  {word} {}\t", random_word(bench, 3)),
        format!("你好 {word} é"),
        "   ".into(),
        format!("q{}", random_word(bench, 4)),
        "Q".into(),
        " q ".into(),
        "quit".into(),
        "exit".into(),
        random_word(bench, 700),
        random_word(bench, 3),
    ]
}

/// The bytes sent are exactly the lines', and each reply is printed.
pub fn sends_exact_lines(bench: &mut Bench) -> Outcome {
    let lines = some_lines(bench);
    let mut asked = Asked::start(bench, &lines)?;
    for line in &lines {
        asked.exchange(line)?;
    }
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Nothing is sent for an empty line.
pub fn skips_empty_lines(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::start(bench, &lines)?;
    let cause =
        "for an empty line there is nothing to send, and so no reply to wait for: go on to the next line";
    for (empty, line) in [(&b"\n"[..], &lines[0]), (b"\n\n", &lines[1])] {
        asked.client.input(empty);
        let outcome = asked.exchange(line);
        match &outcome {
            Err(stop) if asked.answered == 0 && stop.says("nothing; the client said nothing") => {
                because(outcome, cause)?;
            }
            _ => outcome?,
        }
    }
    asked.client.line("q");
    asked.ends("after `q`")
}

/// A line end of `\r\n` is no part of the line either.
pub fn strips_crlf(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::start(bench, &lines)?;
    for line in &lines {
        asked.client.input(format!("{line}\r\n").as_bytes());
        asked.hears(line)?;
        asked.reply(line)?;
    }
    asked.client.input(b"q\r\n");
    asked.ends("after `q`")
}

/// The end of standard input ends the client well.
pub fn ends_at_end_of_input(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::start(bench, &lines)?;
    asked.exchange(&lines[0])?;
    // The last line of a file may lack its line end; it is a line all the same.
    asked.client.input(lines[1].as_bytes());
    asked.client.end_input();
    asked.hears(&lines[1])?;
    asked.reply(&lines[1])?;
    asked.ends("at the end of its input")
}

/// `q` as the very first line: nothing is sent at all.
pub fn quits_at_once(bench: &mut Bench) -> Outcome {
    let mut asked = Asked::start(bench, &[])?;
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Nobody listens at the address.
pub fn says_that_nobody_listens(bench: &mut Bench) -> Outcome {
    let addr = bench.nobody(Half::Client)?;
    let mut client = bench.client(addr, &[])?;
    client.end_input();
    client.exits_with_error("when nobody listens")
}

/// The server never replies.
fn server_stalls(bench: &mut Bench) -> Outcome {
    let line = random_word(bench, 6);
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line(&line);
    let mut peer = bench.accept(&host, &client)?;
    same_bytes("client", line.as_bytes(), &peer.hear(line.len()), of_request)?;
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent instead of replying")
}

/// The server ends the connection instead of replying: with RST when `reset`, else with FIN.
fn server_goes(bench: &mut Bench, reset: bool) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::start(bench, &lines)?;
    asked.exchange(&lines[0])?;
    asked.client.line(&lines[1]);
    asked.hears(&lines[1])?;
    if reset {
        asked.peer.reset();
        asked.client.exits_with_error("when the server resets the connection")
    } else {
        asked.peer.close();
        let outcome =
            asked.client.exits_with_error("when the server ends the connection instead of replying");
        let cause = "a `read` of 0 bytes is the server's end (FIN), not an empty reply: make it an error";
        match &outcome {
            Err(stop) if stop.says("still waits") || stop.says("status 0") => because(outcome, cause),
            _ => outcome,
        }
    }
}
