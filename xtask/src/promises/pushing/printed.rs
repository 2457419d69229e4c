//! Judges what a client prints of the messages that a server pushed, and names a cause.

use super::{LETTERS, Prediction, Push, READ_NOTHING, Traffic, pieces, spoke};
use crate::bench::{Bench, Client, Exit, repr};
use crate::finding::{Cause, Finding, Half, Outcome, Stop, Symptom, because, broken, quoted};
use crate::wire::{Direction, Kind, Reading, Ribbon, Wire};

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
    let cuts = matches!(bench.wire, Kind::Dribble | Kind::Slice);
    let ended = ended.map_err(|stop| broke_off::<P>(stop, client, wire, messages, cuts));
    let exited = client.exit().is_some();
    let passed = Traffic::of(&wire.record, exited);
    let spoke = spoke::<P>(&passed).map_or(Ok(()), |finding| finding.of(Half::Client).broken());
    let outcome = kept_to_it
        .and(if ended.is_err() { spoke } else { Ok(()) })
        .and(ended)
        .and_then(|()| {
            client.printed_bytes(&wanted, |printed| {
                cause_of_printed::<P>(printed, messages, passed.client_left, bench.read_by_client(wire))
            })
        })
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
fn broke_off<P: Push>(
    mut stop: Box<Stop>,
    client: &Client,
    wire: &Wire,
    messages: &[Vec<u8>],
    cuts: bool,
) -> Box<Stop> {
    let symptom = stop.symptom();
    let reading = wire.record.reading(Direction::ServerToClient);
    let is_running = matches!(symptom, Symptom::StillRuns | Symptom::StillWaits { .. });
    let has_printed =
        |message: &Vec<u8>| !message.is_empty() && memchr::memmem::find(&client.printed(), message).is_some();
    if is_running && reading.ignored && reading.taken == 0 && messages.first().is_some_and(has_printed) {
        return because::<()>(Err(stop), PEEKS).unwrap_err();
    }
    if let Stop::Broken(finding) = &mut *stop
        && !wire.record.has_fin(Direction::ServerToClient)
    {
        finding.expected = "the client takes the messages and goes on".into();
        if matches!(symptom, Symptom::StillWaits { .. }) {
            finding.cause =
                "the client waits for the server, and the server for the client: the client's own checks \
                             tell what it should have sent or read"
                    .into();
        }
    }
    // It exited with an error of its own, or a panic: its standard error may tell why.
    if !matches!(symptom, Symptom::Exited(1 | 101)) {
        return stop;
    }
    let fin = wire.record.has_fin(Direction::ServerToClient);
    if fin && !messages.is_empty() && holds(&client.printed(), &printed_as(messages)) {
        return because::<()>(Err(stop), END_IS_NO_ERROR).unwrap_err();
    }
    let said = client.said();
    let known = P::cause_of_error(&said.text(), messages, cuts);
    let cause = known.unwrap_or_else(|| match said.is_blank() {
        true => Cause::general(format!("what came was right: {}", P::HOW)),
        false => Cause::general(format!(
            "what came was right, and the client took it for an error: its own words on standard error state \
             which; {}",
            P::HOW
        )),
    });
    because::<()>(Err(stop), cause).unwrap_err()
}

/// The cause where all was printed, and the client then ended with an error.
const END_IS_NO_ERROR: &str = "every message was received and printed, and then the client reported an error: perhaps it takes \
                               the server's end for one; between two messages the end of the stream is no error, and the \
                               status is 0";

/// Returns whether the client broke exactly as predicted.
fn broke_so<P: Push>(client: &mut Client, seen: &Prediction) -> bool {
    let well = if seen.unnoticed { client.exits_well("") } else { client.exits_with_error("") };
    client.end();
    let all = holds(&client.printed(), &printed_as(&seen.printed));
    well.is_ok() && all && nothing_more::<P>(client, &seen.printed).is_ok()
}

/// Returns whether `printed` holds all of these, in this order.
fn holds(mut printed: &[u8], wanted: &[Vec<u8>]) -> bool {
    wanted.iter().all(|wanted| {
        let found = memchr::memmem::find(printed, wanted);
        found.is_some_and(|at| {
            printed = &printed[at + wanted.len()..];
            true
        })
    })
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

/// Returns the messages that a client printed: the numbers, and the text behind each on its line.
fn numbered(printed: &[u8]) -> Vec<(usize, &[u8])> {
    const LABEL: &[u8] = b"message ";
    let mut found = Vec::new();
    for line in printed.split(|byte| *byte == b'\n') {
        let Some(at) = memchr::memmem::find(line, LABEL) else { continue };
        let rest = &line[at + LABEL.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
        if let (Some(number), Some(text)) = (number, rest[digits..].strip_prefix(b":")) {
            found.push((number, text.strip_prefix(b" ").unwrap_or(text)));
        }
    }
    found
}

/// Returns whether the bytes of each message stand before the label with its number, and not behind it.
fn stand_before_labels(printed: &[u8], messages: &[Vec<u8>]) -> bool {
    let stand = |(n, message): (usize, &Vec<u8>)| {
        let reversed = [message.as_slice(), format!("message {n}:").as_bytes()].concat();
        !message.is_empty() && memchr::memmem::find(printed, &reversed).is_some()
    };
    !messages.is_empty() && (1..).zip(messages).all(stand)
}

/// Returns whether one of these messages was printed with the next one behind it.
fn is_joined(printed: &[(usize, &[u8])], messages: &[Vec<u8>]) -> bool {
    messages.windows(2).any(|two| {
        let both = two.concat();
        !two[0].is_empty() && !two[1].is_empty() && printed.iter().any(|(_, text)| text.starts_with(&both))
    })
}

/// Returns the cause where the numbers of the messages are wrong; `None` when they count up from 1, or when it is not
/// the numbers alone.
fn cause_of_numbers(printed: &[(usize, &[u8])], messages: &[Vec<u8>]) -> Option<Cause> {
    let numbers: Vec<usize> = printed.iter().map(|(number, _)| *number).collect();
    if numbers.first() == Some(&0) {
        return Some("messages are numbered from 1".into());
    }
    // With fewer numbers than messages, it may be that a message is missing.
    let right: Vec<usize> = (1..=numbers.len()).collect();
    (numbers.len() >= messages.len() && numbers != right).then(|| {
        let shown: Vec<String> = numbers.iter().take(6).map(ToString::to_string).collect();
        let more = if numbers.len() > 6 { ", …" } else { "" };
        let as_many = if numbers.len() == messages.len() { ", as there were, but" } else { "," };
        format!(
            "{} messages were printed{as_many} numbered {}{more}: the first is number 1, and each other one is 1 more \
             than the one before",
            numbers.len(),
            shown.join(", ")
        )
        .into()
    })
}

/// Returns the cause where it is the label `message K:` that is missing or has a wrong number.
pub fn cause_of_labels(printed: &[u8], messages: &[Vec<u8>]) -> Option<Cause> {
    let found = numbered(printed);
    match found.is_empty() && !printed.trim_ascii().is_empty() {
        true => Some("each message is printed as `message K: TEXT`, K from 1".into()),
        false => cause_of_numbers(&found, messages),
    }
}

/// Returns the likely cause when a client printed something other than the messages. `left` says whether it left before
/// the server ended, and `reading` what it read.
fn cause_of_printed<P: Push>(printed: &[u8], messages: &[Vec<u8>], left: bool, reading: Reading) -> Cause {
    if let Some(known) = P::cause_of_printed(&String::from_utf8_lossy(printed)) {
        return known;
    }
    let found = numbered(printed);
    let labels = (1..=messages.len()).filter(|n| found.iter().any(|(number, _)| number == n)).count();
    if has_rest_of_buffer(printed, messages) {
        return WHOLE_BUFFER.into();
    }
    if reading.is_nothing() && found.is_empty() {
        return READ_NOTHING.into();
    }
    if printed.trim_ascii().is_empty() {
        // In lesson 04 a message is what one `read` returned, whole or not.
        let what = match P::PAUSES {
            true => "print what each `read` returned as `message K: TEXT`",
            false => "print each message as `message K: TEXT` when all of it has come",
        };
        return match left {
            true if reading.taken > 0 => format!(
                "the client took bytes (the kernel shows that), printed nothing, and left before the server ended: only a \
                 `read` of 0 bytes is the end; {what}"
            )
            .into(),
            true => format!(
                "the client left before the server ended, and printed nothing: {what}; perhaps its buffer has length 0 \
                 (`Vec::with_capacity`), so that `read` returns 0 as soon as there is something to read"
            )
            .into(),
            false => what.into(),
        };
    }
    if let Some(cause) = cause_of_labels(printed, messages) {
        return cause;
    }
    if is_joined(&found, messages) {
        return format!(
            "messages were printed as one: each ends where {}, and is printed by itself",
            P::ENDS
        )
        .into();
    }
    if left {
        return "the client left before the server ended: go on until `read` returns 0; a `read` of fewer bytes than the \
                buffer holds is not the end"
            .into();
    }
    if stand_before_labels(printed, messages) {
        return "the bytes of each message were printed before its `message K: `: print that first, then the bytes".into();
    }
    if labels == messages.len() {
        return "print the bytes of each message as they came: all of them, none else".into();
    }
    let empty = messages.get(labels).is_some_and(Vec::is_empty) || messages.iter().any(Vec::is_empty);
    let what = if empty { " (an empty one is a message, too)" } else { "" };
    format!("only {labels} of {} messages were printed: print every message{what}", messages.len()).into()
}

/// The cause where a client prints again and again what it has not read.
const PEEKS: &str = "the client printed bytes that it never took (the kernel shows that): `peek` leaves them there, and \
                     returns them again and again; `read` takes them";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promises::lesson_04_sleep::Sleep;

    fn cause(printed: &str) -> String {
        let messages = ["QX", "ZJV", "KQ"].map(|text| text.as_bytes().to_vec());
        cause_of_printed::<Sleep>(printed.as_bytes(), &messages, false, Reading::default()).words.to_string()
    }

    #[test]
    fn wrong_numbers_are_no_missing_messages() {
        assert!(cause("message 2: QX\nmessage 3: ZJV\nmessage 4: KQ\n").contains("numbered 2, 3, 4"));
        assert!(cause("message 1: QX\nmessage 1: ZJV\nmessage 1: KQ\n").contains("numbered 1, 1, 1"));
        assert!(cause("message 1: QX\nmessage 2: ZJV\n").contains("only 2 of 3"));
        assert!(cause("message 1: QXZJV\nmessage 2: KQ\n").contains("printed as one"));
        assert!(cause("QXmessage 1: \nZJVmessage 2: \nKQmessage 3: \n").contains("print that first"));
        assert!(cause("message 1 QX\nmessage 2 ZJV\nmessage 3 KQ").contains("`message K: TEXT`"));
    }
}
