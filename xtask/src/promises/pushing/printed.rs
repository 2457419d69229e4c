//! Judges what a client prints of the messages that a server pushed, and names a cause.

use super::{LETTERS, Prediction, Push, Traffic, pieces};
use crate::bench::{Bench, Client, Exit, repr};
use crate::finding::{Cause, Finding, Outcome, Stop, Symptom, because, broken, quoted};
use crate::wire::{Direction, Kind, Ribbon, Wire};

/// A check looks for longer texts in parts of this many bytes.
const STRETCH: usize = 16 * 1024;

/// Returns how these messages must appear in the client's output: the number always, the text if it is printable ASCII.
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

/// Checks that the client prints the messages, ends well, and said what it had to (`kept_to_it`).
///
/// # Errors
/// The finding that it did not; a demo, if it broke as the lesson predicts.
pub fn prints<P: Push>(
    bench: &mut Bench,
    client: &mut Client,
    wire: &Wire,
    messages: &[Vec<u8>],
    kept_to_it: Outcome,
) -> Outcome {
    let wanted = printed_as(messages);
    let ended = client.exits_well("when the server has ended between two messages");
    let ended = ended.map_err(|stop| broke_off::<P>(stop, client, wire));
    let exited = client.exit().is_some();
    let left = Traffic::of(&wire.record, exited).client_left;
    let outcome = kept_to_it
        .and(ended)
        .and_then(|()| client.printed_all(&wanted, |printed| cause_of_printed::<P>(printed, messages, left)))
        .and_then(|()| nothing_more::<P>(client, messages));
    let ribbon = wire.record.ribbon(Direction::ServerToClient);
    let ribbon = Ribbon { writes: P::writes(messages, &ribbon.bytes), ..ribbon };
    let Err(stop) = outcome else {
        let reads = P::predicted(messages, &pieces(&wire.record)).map(|seen| seen.reads);
        bench.ribbon = Some(Ribbon { reads: reads.unwrap_or_default(), ..ribbon });
        return Ok(());
    };
    let cuts = exited && matches!(bench.wire, Kind::Glue | Kind::Dribble | Kind::Slice);
    // A client that left before the stream ended did more wrong than take pieces for messages.
    let whole = wire.record.carried().1 as usize == messages.iter().map(Vec::len).sum::<usize>();
    let seen =
        P::predicted(messages, &pieces(&wire.record)).filter(|seen| cuts && (whole || !seen.unnoticed));
    if seen.as_ref().is_some_and(|seen| !seen.unnoticed) && client.exit() != Some(Exit::Code(0)) {
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

/// Returns the stop of a client that did not end well; its cause depends on how far the client came.
fn broke_off<P: Push>(mut stop: Box<Stop>, client: &Client, wire: &Wire) -> Box<Stop> {
    let symptom = stop.symptom();
    if let Stop::Broken(finding) = &mut *stop
        && !wire.record.has_fin(Direction::ServerToClient)
    {
        finding.expected = "the client takes the messages and goes on".into();
        if matches!(symptom, Symptom::StillWaits { .. }) {
            finding.cause =
                "the client waits for the server, and the server for the client: the client's own checks \
                             tell what it should have said or read"
                    .into();
        }
    }
    // It exited with an error of its own, or a panic: its standard error may tell why.
    if !matches!(symptom, Symptom::Exited(1 | 101)) {
        return stop;
    }
    let known = P::cause_of_error(&client.said().text());
    let cause = known.unwrap_or_else(|| format!("what came was right: {}", P::HOW).into());
    because::<()>(Err(stop), cause).unwrap_err()
}

/// Returns whether the client broke exactly as predicted.
fn broke_so<P: Push>(client: &mut Client, seen: &Prediction) -> bool {
    let well = if seen.unnoticed { client.exits_well("") } else { client.exits_with_error("") };
    client.end();
    let printed = client.printed();
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

/// Checks that the client printed no message beyond these, and none with more text than it has.
fn nothing_more<P: Push>(client: &Client, messages: &[Vec<u8>]) -> Outcome {
    let printed = client.printed();
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
    let letters = |text: &str| text.bytes().filter(|byte| LETTERS.contains(byte)).count();
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
    if client.has_printed_more_than(printed.len()) {
        return Ok(()); // The runner has not kept all of the output.
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

/// Returns whether `message NUMBER: TEXT` was printed on one line, with no other message bytes before or after the
/// text. Decoration (quotes, Python's `b'…'`, colours) is the program's own business.
fn stands(printed: &str, number: usize, text: &[u8]) -> bool {
    let label = format!("message {number}:");
    let goes_on = |rest: &str| rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    let after_label = printed.match_indices(&label).map(|(at, _)| printed[at + label.len()..].lines().next());
    after_label.flatten().any(|line| {
        [text.to_vec(), repr(text)].iter().any(|form| {
            let form = String::from_utf8_lossy(form);
            line.match_indices(&*form).any(|(at, _)| {
                let gap = &line[..at];
                !goes_on(&line[at + form.len()..]) && !gap.bytes().any(|byte| LETTERS.contains(&byte))
            })
        })
    })
}

/// The cause if [`has_rest_of_buffer`] is true.
pub const WHOLE_BUFFER: &str = "the whole buffer was printed: only the first `n` bytes of it, which `read` returned, \
                            are new (`&buffer[..n]`)";

/// Returns whether bytes of value 0 were printed that no message has: an untouched buffer holds those.
pub fn has_rest_of_buffer(printed: &[u8], messages: &[Vec<u8>]) -> bool {
    printed.contains(&0) && !messages.iter().any(|message| message.contains(&0))
}

/// Returns the likely cause when a client printed something other than the messages.
fn cause_of_printed<P: Push>(printed: &str, messages: &[Vec<u8>], left: bool) -> Cause {
    if let Some(known) = P::cause_of_printed(printed) {
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
                .into()
        }
        _ if left => {
            "the client left before the server ended: go on until `read` returns 0; a `read` of fewer bytes \
                      than the buffer holds is not the end"
                .into()
        }
        _ if labels == messages.len() => {
            "print the bytes of each message as they came: all of them, none else".into()
        }
        _ if labels == 0 => "each message is printed as `message K: TEXT`, K from 1".into(),
        _ => {
            let empty = messages.get(labels).is_some_and(Vec::is_empty) || messages.iter().any(Vec::is_empty);
            let what = if empty { " (an empty one is a message, too)" } else { "" };
            format!("only {labels} of {} messages were printed: print every message{what}", messages.len())
                .into()
        }
    }
}
