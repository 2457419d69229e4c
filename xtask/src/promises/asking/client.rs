//! The promises of every client that asks, and their rows.

use super::request::hears_request;
use super::unanswered::waits_with_nothing;
use super::{Ask, printed_of};
use crate::bench::{Bench, Client, Ending, Peer, With, same_bytes, taken};
use crate::finding::{Cause, Finding, Half, Outcome, Symptom, because, count};
use crate::promises::empty_buffer;
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};
use crate::wire::{Cut, Kind};
use std::marker::PhantomData;

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such client promises.
    const CLIENT: &'static [Check] = &[
        client!("sends-exact-lines", Self::SENDS, sends_exact_lines::<Self>),
        client!("skips-empty-lines", "sends nothing for an empty line", skips_empty_lines::<Self>),
        client!("strips-crlf", Self::STRIPS, strips_crlf::<Self>),
        client!("quits-at-q", "ends at `q` with status 0, having sent nothing", quits_at_q::<Self>),
        client!(
            "quits-at-end-of-input",
            "ends at the end of its input with status 0",
            quits_at_end_of_input::<Self>
        ),
        client!("server-ends", "reports it and exits with 1 when the server ends (FIN)", server_ends::<Self>),
        client!(
            "server-resets",
            "reports it and exits with 1 when the server resets (RST)",
            server_resets::<Self>
        )
        .after(&["server-ends"]),
        client!(
            "reset-between-lines",
            "reports it and exits with 1 when a reset comes between two lines",
            reset_between_lines::<Self>
        )
        .after(&["server-resets"]),
        client!("server-stalls", "waits at rest when the server falls silent", server_stalls::<Self>)
            .on(&[Kind::ends(Cut::Stall, 0)]),
    ];
}

impl<P: Ask> Rows for P {}

/// A conversation with a client under test: the runner is the server and replies.
pub struct Asked<P> {
    /// The client.
    pub client: Client,
    /// The runner's side of its connection.
    pub peer: Peer,
    wanted: Vec<Vec<u8>>,
    protocol: PhantomData<P>,
    /// The number of lines that came and were answered.
    answered: usize,
    /// How many bytes of the request that came last have their reply already.
    replied: usize,
    /// Whether a request came in parts, each of which was replied to when it came.
    sent_in_parts: bool,
}

impl<P: Ask> Asked<P> {
    /// Starts the client; `lines` are all the lines that the check will type, in this order.
    pub fn start(bench: &mut Bench, lines: &[String]) -> Outcome<Self> {
        Self::start_as(bench, &With::default(), lines)
    }

    /// As [`Asked::start`], with what the check adds to the start of the client.
    pub fn start_as(bench: &mut Bench, with: &With, lines: &[String]) -> Outcome<Self> {
        let host = bench.host()?;
        let wanted = printed_of::<P>(lines);
        let client = bench.client_as(host.addr, with, &wanted)?;
        let peer = bench.accept(&host, &client)?;
        Ok(Self {
            client,
            peer,
            wanted,
            protocol: PhantomData,
            answered: 0,
            replied: 0,
            sent_in_parts: false,
        })
    }

    /// Types `line`, checks that exactly its request comes, and replies.
    pub fn exchange(&mut self, line: &str) -> Outcome {
        self.client.line(line);
        self.hears(line)?;
        self.reply(line)
    }

    /// Checks that exactly the request of `line` comes next.
    pub fn hears(&mut self, line: &str) -> Outcome {
        let request = P::request(line);
        let (heard, replied) = hears_request::<P>(&mut self.peer, &request);
        self.replied = replied;
        self.sent_in_parts |= replied > 0;
        let answered = self.answered;
        same_bytes(Half::Client, &request, &heard, |request, heard| {
            match heard.ending {
            Some(_) if heard.bytes.is_empty() && line.trim_ascii().is_empty() => {
                "a line of blanks is no empty line: send it as it is".into()
            }
            Some(ending) if heard.bytes.is_empty() && answered > 0 && ending != Ending::Fin => format!(
                "the client did not go on after the reply to its line {answered}, so that line {} never came: read \
                 the reply and no further (a client that reads until the end, or until a line end, waits for ever; \
                 a `read` into a buffer of length 0 reads nothing)",
                answered + 1
            )
            .into(),
            _ => P::cause_of_request(request, heard),
        }
        })
    }

    /// Sends the reply to `line`, or what is left of it, in one write.
    pub fn reply(&mut self, line: &str) -> Outcome {
        let reply = P::reply(&P::request(line)[std::mem::take(&mut self.replied)..]);
        self.answered += 1;
        let cause = "the client has gone before it read the reply to its last request";
        taken(Half::Client, self.peer.say(&reply), cause)
    }

    /// Checks that the client says nothing more and ends well, and that it has printed every reply.
    pub fn ends(mut self, after: &str) -> Outcome {
        let heard = self.peer.hear_to_end(1024);
        if !heard.bytes.is_empty() {
            let got = format!("{} more: \"{}\"", count(heard.bytes.len()), heard.bytes.escape_ascii());
            let expected = format!("the client sends nothing more {after}");
            return Finding::new(expected, got, P::NOTHING_MORE).of(Half::Client).broken();
        }
        if matches!(heard.ending, Some(Ending::Silence(_))) {
            self.client.was_waited_for();
        }
        // A server half-closes at a client's FIN; a client may wait for that.
        self.peer.half_close();
        self.client.exits_well(after)?;
        self.client.printed_all(&self.wanted, |printed| match in_parts(printed, &self.wanted) {
            Some((_, whole)) if self.sent_in_parts => format!(
                "a line of {whole} bytes was sent in parts, and the reply to each part printed on a line of its own: a \
                 line is one request, however long it is"
            )
            .into(),
            Some((part, whole)) => format!(
                "a reply of {whole} bytes was printed in parts, the first of {part}: the buffer holds at least 1024 \
                 bytes, or `read` goes on until the reply is whole; perhaps this one holds {part}"
            )
            .into(),
            None => P::cause_of_printed(printed),
        })?;
        self.nothing_stale()
    }

    /// Checks that the client printed only bytes that its reads returned: no rest of the buffer or of an earlier reply.
    fn nothing_stale(&self) -> Outcome {
        let printed = self.client.printed();
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
        Finding::new(
            "each reply as it came, and nothing else of the buffer",
            match stale {
                true => "the rest of an earlier reply comes after a reply",
                false => "bytes of value 0 come after a reply",
            },
            "the whole buffer was printed: only the first `n` bytes of it, which `read` returned, are the reply",
        )
        .of(Half::Client)
        .broken()
    }
}

/// Returns the length of the first part and of the whole, in bytes, where the first reply that is not there in one piece
/// was printed in parts, each on a line of its own: the last bytes of the reply are then at the end of a later line.
fn in_parts(printed: &str, wanted: &[Vec<u8>]) -> Option<(usize, usize)> {
    let printed = printed.as_bytes();
    let mut from = 0;
    let missing = wanted.iter().find(|text| {
        match memchr::memmem::find(&printed[from..], text) {
            Some(at) => from += at + text.len(),
            None => return true,
        }
        false
    })?;
    let part = (1..missing.len())
        .rev()
        .find(|n| memchr::memmem::find(&printed[from..], &missing[..*n]).is_some())?;
    let at = from + memchr::memmem::find(&printed[from..], &missing[..part])? + part;
    let rest = printed[at..].strip_prefix(b"\r\n").or_else(|| printed[at..].strip_prefix(b"\n"))?;
    let next = &missing[part..missing.len().min(2 * part)];
    memchr::memmem::find(rest, next).map(|_| (part, missing.len()))
}

/// Returns lines of several kinds: with blanks around, with letters beyond ASCII, some that only look like `q`, a long
/// one, and a short one after it.
fn some_lines<P: Ask>(bench: &mut Bench) -> Vec<String> {
    let word = random_word(bench, 8);
    let mut lines = vec![
        random_word(bench, 5),
        format!("  {word} {}\t", random_word(bench, 3)),
        format!("你好 {word} é"),
        "   ".into(),
        format!("q{}", random_word(bench, 4)),
        "Q".into(),
        " q ".into(),
        "quit".into(),
        "exit".into(),
        random_word(bench, 500),
        random_word(bench, 3),
    ];
    lines.retain(|line| P::BYE != Some(line.as_str()));
    lines
}

/// Checks that the client sends exactly the lines, and prints each reply.
fn sends_exact_lines<P: Ask>(bench: &mut Bench) -> Outcome {
    let outcome = sends_lines::<P>(bench);
    empty_buffer::explained(bench, outcome, waits_with_nothing::<P>)
}

fn sends_lines<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = some_lines::<P>(bench);
    let mut asked = Asked::<P>::start(bench, &lines)?;
    for line in &lines {
        asked.exchange(line)?;
    }
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Checks that the client sends nothing for an empty line.
fn skips_empty_lines<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::<P>::start(bench, &lines)?;
    let cause =
        "for an empty line there is nothing to send, and so no reply to wait for: go on to the next line";
    for (empty, line) in [(&b"\n"[..], &lines[0]), (b"\n\n", &lines[1])] {
        asked.client.input(empty);
        let outcome = asked.exchange(line);
        match &outcome {
            Err(stop) if asked.answered == 0 && stop.symptom() == Symptom::Silent => {
                because(outcome, cause)?;
            }
            _ => outcome?,
        }
    }
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Checks that a line end of `\r\n` is no part of the line either.
fn strips_crlf<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::<P>::start(bench, &lines)?;
    for line in &lines {
        asked.client.input(format!("{line}\r\n").as_bytes());
        asked.hears(line)?;
        asked.reply(line)?;
    }
    asked.client.input(b"q\r\n");
    asked.ends("after `q`")
}

/// Checks that the end of standard input ends the client well.
fn quits_at_end_of_input<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::<P>::start(bench, &lines)?;
    asked.exchange(&lines[0])?;
    // The last line of a file may lack its line end; it is still a line.
    asked.client.input(lines[1].as_bytes());
    asked.client.end_input();
    asked.hears(&lines[1])?;
    asked.reply(&lines[1])?;
    let outcome = asked.ends("at the end of its input");
    match &outcome {
        Err(stop) if matches!(stop.symptom(), Symptom::Exited(1..) | Symptom::Killed) => because(
            outcome,
            Cause::certain("the end of the input is no error: it ends the client, with status 0"),
        ),
        _ => outcome,
    }
}

/// Types `q` as the first line: the client must send nothing at all.
fn quits_at_q<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut asked = Asked::<P>::start(bench, &[])?;
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Falls silent instead of replying.
fn server_stalls<P: Ask>(bench: &mut Bench) -> Outcome {
    let line = random_word(bench, 6);
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line(&line);
    let mut peer = bench.accept(&host, &client)?;
    let request = P::request(&line);
    let heard = if P::BY_BYTE { peer.hear_turn(request.len()) } else { peer.hear(request.len()) };
    // A client may wait for the reply to a part of its request.
    if !P::BY_BYTE || heard.bytes.is_empty() || !request.starts_with(&heard.bytes) {
        same_bytes(Half::Client, &request, &heard, P::cause_of_request)?;
    }
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent instead of replying")
}

/// Answers one line, then has another one sent that gets no reply.
fn second_unanswered<P: Ask>(bench: &mut Bench) -> Outcome<Asked<P>> {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::<P>::start(bench, &lines)?;
    asked.exchange(&lines[0])?;
    asked.client.line(&lines[1]);
    asked.hears(&lines[1])?;
    Ok(asked)
}

/// Ends the connection (FIN) instead of replying.
fn server_ends<P: Ask>(bench: &mut Bench) -> Outcome {
    let Asked { mut client, peer, .. } = second_unanswered::<P>(bench)?;
    peer.close();
    let outcome = client.exits_with_error("when the server ends the connection instead of replying");
    let cause = "a `read` of 0 bytes is the server's end (FIN), not an empty reply: make it an error";
    match &outcome {
        Err(stop) if matches!(stop.symptom(), Symptom::StillWaits { .. } | Symptom::Exited(0)) => {
            because(outcome, cause)
        }
        _ => outcome,
    }
}

/// The cause where a client that writes to a connection which is over is ended by SIGPIPE.
pub const SIGPIPE: &str = "to write to a connection whose other end is closed sends SIGPIPE, which ends a program: \
                           ignore the signal, or write with MSG_NOSIGNAL, and make the error EPIPE one of your own";

/// The cause where a client waits for its next line after a reset.
const GOES_ON: &str =
    "the client waits for its next line: an error of `read` or `write` ends it, it is no reply";

/// Resets the connection (RST) instead of replying.
fn server_resets<P: Ask>(bench: &mut Bench) -> Outcome {
    let Asked { mut client, peer, .. } = second_unanswered::<P>(bench)?;
    peer.reset();
    let outcome = client.exits_with_error("when the server resets the connection");
    match &outcome {
        Err(stop) if stop.symptom() == (Symptom::StillWaits { on_input: true }) => because(outcome, GOES_ON),
        _ => outcome,
    }
}

/// Resets the connection (RST) when the client has read a reply and waits for its next line, and types that line when the
/// client's kernel has the reset. A client may notice it at once, or at the next line: `write` or `read` then returns an
/// error.
fn reset_between_lines<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let mut asked = Asked::<P>::start(bench, &lines[..1])?;
    asked.exchange(&lines[0])?;
    asked.peer.wait_taken();
    asked.client.wait_idle();
    if asked.peer.has_left() {
        // It ended before anything was reset: the line that does not come tells that.
        asked.client.line(&lines[1]);
        return asked.hears(&lines[1]);
    }
    let Asked { mut client, peer, .. } = asked;
    peer.reset_until_received(|| client.exit().is_some())?;
    client.line(&lines[1]);
    let outcome = client.exits_with_error("when a reset has come between two lines");
    match &outcome {
        Err(stop) if stop.symptom() == (Symptom::StillWaits { on_input: true }) => because(outcome, GOES_ON),
        Err(stop) if stop.symptom() == Symptom::Killed && client.was_ended_by_sigpipe() => {
            because(outcome, SIGPIPE)
        }
        _ => outcome,
    }
}
