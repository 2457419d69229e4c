//! What every client promises that prints the messages which a server pushes (04 to 06).

use super::{Prediction, Push, Traffic, long_messages, pieces, wire_to};
use crate::bench::peer::Peer;
use crate::bench::{Bench, Client};
use crate::finding::{Finding, Outcome, Stop, because, broken, quoted};
use crate::promises::Check;
use crate::promises::asking;
use crate::promises::common::random_from;
use crate::system::output::repr;
use crate::system::patience::Patience;
use crate::system::program::Exit;
use crate::wire::Ribbon;
use crate::wire::{Direction, Kind, Wire};
use std::time::Duration;

/// Longer texts are looked for in stretches of this size.
const STRETCH: usize = 16 * 1024;

/// Where nobody listens: the same for all of them.
pub const NOBODY: Check = Check::client(
    "nobody-listens",
    "says so and exits with 1 when nobody listens",
    asking::says_that_nobody_listens,
);

/// How these messages stand in the client's output: the number always, the text where it is printable ASCII.
pub fn printed_as(messages: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut wanted = Vec::new();
    for (number, text) in (1..).zip(messages) {
        wanted.push(format!("message {number}:").into_bytes());
        if is_printable(text) {
            wanted.extend(text.chunks(STRETCH).map(<[u8]>::to_vec));
        }
    }
    wanted
}

fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ')
}

/// The runner as the server: says these messages through the check's wire, ends, and holds the client to printing them.
///
/// # Errors
/// The finding that it did not; a demo, when it broke as the lesson predicts.
pub fn is_told<P: Push>(bench: &mut Bench, messages: &[Vec<u8>], input_ends: bool) -> Outcome {
    let host = bench.host_behind_wire()?;
    let lossy: Vec<String> = messages.iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect();
    let wire = wire_to::<P>(bench, host.addr, &lossy)?;
    let mut client = bench.client(wire.addr, &printed_as(messages))?;
    if input_ends {
        client.end_input();
    }
    let mut peer = bench.accept(&host, &client)?;
    let plain = bench.wire == Kind::Plain;
    let taken = |sent| {
        if plain {
            wait_taken(&wire, &client, sent);
        }
    };
    let kept_to_it = P::say(&mut peer, messages, &taken);
    peer.half_close();
    let kept_to_it = kept_to_it.and_then(|()| says_no_more::<P>(&mut peer));
    prints::<P>(bench, &mut client, &wire, messages, kept_to_it)
}

/// Holds that the client prints the messages, ends well and said what it had to (`kept_to_it`).
///
/// # Errors
/// The finding that it did not; a demo, when it broke as the lesson predicts.
pub fn prints<P: Push>(
    bench: &mut Bench,
    client: &mut Client,
    wire: &Wire,
    messages: &[Vec<u8>],
    kept_to_it: Outcome,
) -> Outcome {
    let wanted = printed_as(messages);
    let ended = client.exits_well("when the server has ended between two messages");
    let ended = match ended {
        Err(mut stop) if stop.says("with status 1") => {
            let stderr = client.program.stderr.kept();
            let known = P::of_error(&String::from_utf8_lossy(&stderr));
            if let (Stop::Broken(finding), false) =
                (&mut *stop, wire.record.has_fin(Direction::ServerToClient))
            {
                finding.expected = "the client takes the messages and goes on".into();
            }
            because(Err(stop), &known.unwrap_or_else(|| format!("what came was right: {}", P::HOW)))
        }
        Err(mut stop) if !wire.record.has_fin(Direction::ServerToClient) => {
            if let Stop::Broken(finding) = &mut *stop {
                finding.expected = "the client takes the messages and goes on".into();
                if finding.got.contains("still waits") {
                    finding.cause =
                        "the client waits for the server, and the server for the client: the client's own \
                                     checks tell what it should have said or read"
                            .into();
                }
            }
            Err(stop)
        }
        ended => ended,
    };
    let exited = client.program.exit().is_some();
    let left = Traffic::of(&wire.record, exited).client_left;
    let outcome = kept_to_it
        .and(ended)
        .and_then(|()| client.printed_all(&wanted, |printed| of_printed::<P>(printed, messages, left)))
        .and_then(|()| nothing_more::<P>(client, messages));
    let ribbon = wire.record.ribbon(Direction::ServerToClient);
    let ribbon = Ribbon { writes: P::writes(messages, &ribbon.bytes), ..ribbon };
    let Err(stop) = outcome else {
        let reads = P::predicted(messages, &pieces(&wire.record)).map(|seen| seen.reads);
        bench.ribbon = Some(Ribbon { reads: reads.unwrap_or_default(), ..ribbon });
        return Ok(());
    };
    let cuts = exited && matches!(bench.wire, Kind::Glue | Kind::Dribble | Kind::Slice);
    // Whoever has left before the last of it has not just taken the pieces for messages.
    let whole = wire.record.carried().1 as usize == messages.iter().map(Vec::len).sum::<usize>();
    let seen =
        P::predicted(messages, &pieces(&wire.record)).filter(|seen| cuts && (whole || !seen.unnoticed));
    if seen.as_ref().is_some_and(|seen| !seen.unnoticed) && client.program.exit() != Some(Exit::Code(0)) {
        // The client has met what the lesson predicts: then it must say so.
        client.exits_with_error("when what comes is no size")?;
    }
    let Some(seen) = seen.filter(|seen| broke_so::<P>(client, seen)) else {
        bench.ribbon = Some(ribbon);
        return Err(stop);
    };
    // What else passed, and how the client then left, tells nothing.
    bench.logs.clear();
    let mut ribbon = Ribbon { reads: seen.reads, ..ribbon };
    ribbon.end_with_reads();
    bench.ribbon = Some(ribbon);
    let shown: Vec<String> = messages.iter().map(|text| quoted(text)).collect();
    let expected = match messages.len() {
        1 => format!("one message: {}", shown.join(", ")),
        n => format!("{n} messages: {}", shown.join(", ")),
    };
    Err(Box::new(Stop::Demo(Finding::new(expected, seen.got, seen.cause))))
}

/// Hears the client to its end, and holds that it says nothing more.
fn says_no_more<P: Push>(peer: &mut Peer) -> Outcome {
    let more = peer.hear_to_end(4096).bytes;
    if more.is_empty() {
        return Ok(());
    }
    broken(
        format!("the client says {}", P::SAYS),
        format!("more was said: {}", quoted(&more)),
        "say nothing else",
    )
}

/// Waits until the client has read so many bytes of what the server said: a fact, not a pause.
fn wait_taken(wire: &Wire, client: &Client, sent: u64) {
    let patience = Patience::with(&[client.program.root()]);
    while !wire.is_taken(sent) && client.program.exit().is_none() && !patience.is_over() {
        std::thread::sleep(Duration::from_micros(200)); // Only the interval at which to look again.
    }
}

/// Whether the client broke just as predicted.
fn broke_so<P: Push>(client: &mut Client, seen: &Prediction) -> bool {
    let well = if seen.unnoticed { client.exits_well("") } else { client.exits_with_error("") };
    client.program.end();
    let printed = client.program.stdout.kept();
    let mut rest = printed.as_slice();
    let all = printed_as(&seen.printed).iter().all(|wanted| {
        let found = memchr::memmem::find(rest, wanted);
        found.is_some_and(|at| {
            rest = &rest[at + wanted.len()..];
            true
        })
    });
    well.is_ok() && all && nothing_more::<P>(client, &seen.printed).is_ok()
}

/// No message beyond these was printed, and none with more text than it has.
fn nothing_more<P: Push>(client: &Client, messages: &[Vec<u8>]) -> Outcome {
    let printed = client.program.stdout.kept();
    if has_rest_of_buffer(&printed, messages) {
        return broken(
            "the bytes of each message, and nothing behind them",
            "bytes of value 0 were printed, which no message has",
            WHOLE_BUFFER,
        );
    }
    let printed = String::from_utf8_lossy(&printed);
    let extra = format!("message {}:", messages.len() + 1);
    if let Some((_, text)) = printed.split_once(&extra) {
        let cause = match text.lines().next().unwrap_or_default().trim() {
            "" => "a `read` of 0 bytes is the end, and no message".to_string(),
            _ => format!(
                "more messages were printed than there were: each ends where {}, and nowhere else",
                P::ENDS
            ),
        };
        let expected = format!("{} messages, and no more", messages.len());
        return broken(expected, format!("the client printed `{extra}` too"), cause);
    }
    let letters = |text: &str| text.bytes().filter(|byte| super::LETTERS.contains(byte)).count();
    for (number, message) in (1..).zip(messages) {
        let Some((_, rest)) = printed.split_once(&format!("message {number}:")) else { continue };
        let line = rest.split(&format!("message {}:", number + 1)).next().unwrap_or(rest);
        if message.len() < STRETCH && letters(line) > letters(&String::from_utf8_lossy(message)) {
            return broken(
                format!("message {number}: \"{}\"", message.escape_ascii()),
                format!("more: \"{}\"", line.trim().escape_default()),
                "bytes that are not the message's were printed with it: print exactly the bytes that were received",
            );
        }
    }
    if client.program.stdout.total() > printed.len() as u64 {
        return Ok(()); // Not all of it is kept.
    }
    let is_text = |message: &Vec<u8>| (1..STRETCH).contains(&message.len()) && is_printable(message);
    match (1..)
        .zip(messages)
        .find(|(number, message)| is_text(message) && !stands(&printed, *number, message))
    {
        None => Ok(()),
        Some((number, message)) => {
            let after = printed.split_once(&format!("message {number}:")).map_or("", |(_, rest)| rest);
            let shown: String = after.chars().take(message.len() + 20).collect();
            broken(
                format!("a line `message {number}: TEXT`, TEXT being \"{}\"", message.escape_ascii()),
                format!("`message {number}:` and then \"{}\"", shown.escape_default()),
                "other bytes were printed with the message's: print exactly the bytes that it has, on the line of its \
                 number",
            )
        }
    }
}

/// Whether `message NUMBER: TEXT` was printed with this text: on one line, with nothing of it before or behind. How a
/// program decorates it (quotes, Python's `b'…'`, colours) is its own business.
fn stands(printed: &str, number: usize, text: &[u8]) -> bool {
    let label = format!("message {number}:");
    let goes_on = |rest: &str| rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    let after_label = printed.match_indices(&label).map(|(at, _)| printed[at + label.len()..].lines().next());
    after_label.flatten().any(|line| {
        [text.to_vec(), repr(text)].iter().any(|form| {
            let form = String::from_utf8_lossy(form);
            line.match_indices(&*form).any(|(at, _)| {
                let gap = &line[..at];
                !goes_on(&line[at + form.len()..]) && !gap.bytes().any(|byte| super::LETTERS.contains(&byte))
            })
        })
    })
}

/// The cause when [`has_rest_of_buffer`].
pub const WHOLE_BUFFER: &str = "the whole buffer was printed: only the first `n` bytes of it, which `read` returned, are new \
                            (`&buffer[..n]`)";

/// Whether bytes of value 0 were printed that no message has: what an untouched buffer holds.
pub fn has_rest_of_buffer(printed: &[u8], messages: &[Vec<u8>]) -> bool {
    printed.contains(&0) && !messages.iter().any(|message| message.contains(&0))
}

/// Names the likely cause why a client printed something else than the messages.
fn of_printed<P: Push>(printed: &str, messages: &[Vec<u8>], left: bool) -> String {
    if let Some(known) = P::of_printed(printed) {
        return known;
    }
    let labels = (1..=messages.len()).filter(|n| printed.contains(&format!("message {n}:"))).count();
    match printed {
        _ if has_rest_of_buffer(printed.as_bytes(), messages) => WHOLE_BUFFER.into(),
        _ if printed.trim().is_empty() => {
            "print each message as `message K: TEXT` when all of it has come".into()
        }
        _ if printed.contains("message 0:") => "messages are numbered from 1".into(),
        _ if messages.windows(2).any(|two| {
            !two[0].is_empty()
                && !two[1].is_empty()
                && printed.contains(&*String::from_utf8_lossy(&two.concat()))
        }) =>
        {
            format!("messages were printed as one: each ends where {}, and is printed by itself", P::ENDS)
        }
        _ if left => "the client left before the server ended: go on until `read` returns 0; a `read` of fewer bytes than the \
                      buffer holds is not the end"
            .into(),
        _ if labels == messages.len() => {
            "print the bytes of each message as they came: all of them, none else".into()
        }
        _ if labels == 0 => "each message is printed as `message K: TEXT`, K from 1".into(),
        _ => {
            let empty = messages.get(labels).is_some_and(Vec::is_empty) || messages.iter().any(Vec::is_empty);
            let what = if empty { " (an empty one is a message, too)" } else { "" };
            format!("only {labels} of {} messages were printed: print every message{what}", messages.len())
        }
    }
}

fn some_messages<P: Push>(bench: &mut Bench) -> Vec<Vec<u8>> {
    let mut messages = long_messages::<P>(bench);
    // Blanks at both ends are bytes of the message like any other.
    messages[0].insert_str(0, "  ");
    if let Some(last) = messages.last_mut() {
        last.push_str("  ");
    }
    super::bytes_of(&messages)
}

/// Three messages.
pub fn messages<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = some_messages::<P>(bench);
    is_told::<P>(bench, &messages, true)
}

/// Many short messages, and one that fills no buffer.
pub fn many<P: Push>(bench: &mut Bench) -> Outcome {
    let mut messages: Vec<String> = (0..24).map(|n| random_from(bench, super::LETTERS, 1 + n % 12)).collect();
    messages.push(random_from(bench, super::LETTERS, 3000));
    messages.push(random_from(bench, super::LETTERS, 4));
    is_told::<P>(bench, &super::bytes_of(&messages), true)
}

/// Messages that are no text.
pub fn any_bytes<P: Push>(bench: &mut Bench) -> Outcome {
    let mut bytes = "粘包 é\r\n\t  ".as_bytes().to_vec();
    bytes.extend([0, 0xff, 0xfe, 0x80, b'\n', b' ']);
    let text = random_from(bench, super::LETTERS, 11).into_bytes();
    let outcome = is_told::<P>(bench, &[bytes, vec![0xe7], text], true);
    match &outcome {
        Err(stop) if stop.says("it exited") || stop.says("ended by") => {
            because(outcome, "a message is bytes and need not be text: print the bytes as they are")
        }
        _ => outcome,
    }
}

/// Messages of no bytes, first, last and between others.
pub fn empty<P: Push>(bench: &mut Bench) -> Outcome {
    let one = random_from(bench, super::LETTERS, 11).into_bytes();
    is_told::<P>(bench, &[Vec::new(), one, Vec::new(), Vec::new()], true)
}

/// The server ends without a message.
pub fn nothing_pushed<P: Push>(bench: &mut Bench) -> Outcome {
    is_told::<P>(bench, &[], true)
}

/// Standard input stays open.
pub fn ignores_input<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = some_messages::<P>(bench);
    let outcome = is_told::<P>(bench, &messages, false);
    match &outcome {
        Err(stop) if stop.says("standard input") => because(
            outcome,
            "this client only listens: it must not wait for its standard input, nor for its end",
        ),
        _ => outcome,
    }
}

/// The message that is cut off by a fault wire.
const CUT_OFF: &[u8] = b"QXZJVKQXZJVKQXZ";

/// The server ends (FIN) inside a message.
pub fn fin_inside<P: Push>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    because(
        client.exits_with_error("when the server ends the connection (FIN) inside a message"),
        "`read` returned 0 before the message was whole: that is an error, not the end, and what has come is no message",
    )
}

/// The server resets (RST) where a message has just ended.
pub fn rst_between<P: Push>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    because(
        client.exits_with_error("when the server resets the connection (RST) between two messages"),
        "a reset is not the end that the server chose: it has died, or broken off, and more messages may be lost",
    )
}

/// The server resets (RST) inside a message.
pub fn rst_inside<P: Push>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    client.exits_with_error("when the server resets the connection (RST)")
}

/// The server falls silent inside a message.
pub fn stall_inside<P: Push>(bench: &mut Bench) -> Outcome {
    let (client, wire, _peer) = cut_off::<P>(bench)?;
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent inside a message")
}

/// Tells the client one message through the check's fault wire.
pub fn cut_off<P: Push>(bench: &mut Bench) -> Outcome<(Client, Wire, Peer)> {
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    P::say(&mut peer, &[CUT_OFF.to_vec()], &|_| ())?;
    Ok((client, wire, peer))
}
