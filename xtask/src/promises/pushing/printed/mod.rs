//! Judges what a client prints of the messages that a server pushed, and names a cause.

mod causes;

use super::{LETTERS, Prediction, Push, Traffic, pieces, spoke};
use crate::bench::{Bench, Client, Exit, repr};
use crate::finding::{Cause, Finding, Half, Outcome, Stop, Symptom, because, broken, quoted, squeezed};
use crate::wire::{Direction, Kind, Ribbon, Wire};
use causes::cause_of_printed;
pub use causes::{WHOLE_BUFFER, cause_of_labels, has_rest_of_buffer};

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
    // Where nothing shows when a reader has taken a piece, it may take two at once.
    let seen = match seen {
        Some(seen) if cuts && bench.reads_unseen() && !broke_so::<P>(client, &seen) => {
            let reads = reads_of(&pieces(&wire.record), &client.printed());
            reads.and_then(|reads| P::predicted(messages, &reads)).or(Some(seen))
        }
        seen => seen,
    };
    let seen = match seen {
        Some(seen) if broke_so::<P>(client, &seen) => seen,
        seen => {
            bench.ribbon = Some(ribbon);
            return Err(seen.and_then(|seen| mislabelled(client, &seen.printed)).unwrap_or(stop));
        }
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
    if fin && messages.is_empty() {
        return because::<()>(Err(stop), AT_ONCE).unwrap_err();
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

/// The cause where nothing came but the end, and the client ended with an error.
const AT_ONCE: &str = "nothing came but the server's end, and the client took it for an error: before the first byte of a message \
                       the end of the stream is no error, and the status is 0";

/// Returns the stop of a client that took the pieces for messages, as predicted, and printed those with labels that are
/// missing, wrong, or in the wrong place.
fn mislabelled(client: &Client, taken: &[Vec<u8>]) -> Option<Box<Stop>> {
    let printed = client.printed();
    let cause = cause_of_labels(&printed, taken)?;
    let shown = squeezed(&printed[printed.len().saturating_sub(160)..]);
    let expected = "for each message a line `message K: ` with its bytes";
    let finding = Finding::new(expected, format!("the output ends {shown}"), cause).of(Half::Client);
    Some(Box::new(Stop::Broken(finding)))
}

/// Returns whether the client broke exactly as predicted.
fn broke_so<P: Push>(client: &mut Client, seen: &Prediction) -> bool {
    let well = if seen.unnoticed { client.exits_well("") } else { client.exits_with_error("") };
    client.end();
    let all = holds(&client.printed(), &printed_as(&seen.printed));
    well.is_ok() && all && nothing_more::<P>(client, &seen.printed).is_ok()
}

/// Returns the pieces as a client has read them which prints each read with its number: some of them perhaps two or more at
/// once. `None` when it has printed something else.
fn reads_of(pieces: &[Vec<u8>], mut printed: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut reads, mut next) = (Vec::new(), 0);
    while next < pieces.len() {
        let label = format!("message {}: ", reads.len() + 1);
        printed = &printed[memchr::memmem::find(printed, label.as_bytes())? + label.len()..];
        let mut read = Vec::new();
        while let Some(piece) = pieces.get(next).filter(|piece| printed.starts_with(piece)) {
            read.extend_from_slice(piece);
            printed = &printed[piece.len()..];
            next += 1;
        }
        if read.is_empty() {
            return None;
        }
        reads.push(read);
    }
    Some(reads)
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
    let labels = cause_of_labels(&printed, messages);
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
                labels.unwrap_or(OTHER_BYTES.into()),
            )
        }
    }
}

const OTHER_BYTES: &str = "other bytes were printed with the message's: print exactly the bytes that it has, on the line of \
                           its number";

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

/// The cause where a client prints again and again what it has not read.
const PEEKS: &str = "the client printed bytes that it never took (the kernel shows that): `peek` leaves them there, and \
                     returns them again and again; `read` takes them";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_were_read_at_once_are_one_read() {
        let pieces: Vec<Vec<u8>> = ["Q", "X", "Z", "J"].map(|piece| piece.as_bytes().to_vec()).into();
        let reads = |printed: &str| {
            reads_of(&pieces, printed.as_bytes()).map(|reads| reads.iter().map(Vec::len).collect::<Vec<_>>())
        };
        assert_eq!(reads("message 1: Q\nmessage 2: X\nmessage 3: Z\nmessage 4: J\n"), Some(vec![1, 1, 1, 1]));
        assert_eq!(reads("message 1: Q\nmessage 2: XZ\nmessage 3: J\n"), Some(vec![1, 2, 1]));
        // A byte is missing, changed, or there is no label.
        assert_eq!(reads("message 1: Q\nmessage 2: Z\nmessage 3: J\n"), None);
        assert_eq!(reads("message 1: QX\nmessage 2: J\n"), None);
        assert_eq!(reads("QXZJ\n"), None);
    }
}
