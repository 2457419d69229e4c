//! Both programs of a lesson that pushes, with the wire between them: the conversation that a run shows.

use super::printed::{printed_as, prints};
use super::{Push, Traffic, bytes_of, long_messages, other_protocol, pieces, spoke, wire_to};
use crate::bench::{Bench, Role};
use crate::finding::{Finding, Half, Outcome, Stop, because, blame, count};
use crate::promises::inputs::random_from;
use crate::promises::{Check, pair};
use crate::wire::{Direction, Kind, Passed, Piece};

/// The rows, for any framing.
pub trait Rows: Push {
    /// What every such pair promises.
    const PAIR: &'static [Check] =
        &[pair!("pair-messages", "each message arrives as it was sent", pair_messages::<Self>)
            .on(Self::PAIR_ON)
            .long_if(Self::PAUSES)];
}

impl<P: Push> Rows for P {}

/// How many times a pair that pauses is tried on `plain`: a busy machine may join two messages before they come to the
/// wire.
const TRIES: usize = 3;

/// Runs the pair on the check's wire, with the messages that it shows.
///
/// # Errors
/// A finding that names the half at fault; a demo, if the pair broke as the lesson predicts.
pub fn pair_messages<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = long_messages::<P>(bench);
    for n in 1.. {
        bench.scene.clear();
        bench.records.clear();
        let (outcome, joined) = pushed::<P>(bench, &messages)?;
        match (outcome, joined) {
            (Err(_), Some(_)) if n < TRIES => {}
            (Err(_), Some(pieces)) => {
                let finding = Finding::new(
                    format!("{} messages, half a second apart", messages.len()),
                    format!("they came to the wire in {}, {TRIES} times of {TRIES}", of(pieces, "piece")),
                    "write each message by itself, and pause between one write and the next",
                );
                return Err(blame(Box::new(Stop::Broken(finding)), Half::Server));
            }
            (outcome, _) => return outcome,
        }
    }
    Ok(())
}

fn of(n: usize, what: &str) -> String {
    if n == 1 { format!("one {what}") } else { format!("{n} {what}s") }
}

/// Tries once. Returns the outcome and, if a server that pauses joined messages on `plain` although the client took
/// each piece, the number of pieces.
fn pushed<P: Push>(bench: &mut Bench, messages: &[String]) -> Outcome<(Outcome, Option<usize>)> {
    let server = bench.server_with(messages)?;
    bench.taken_first = P::PAUSES;
    let wire = wire_to::<P>(bench, server.addr, messages)?;
    let sent = bytes_of(messages);
    let mut client = bench.client(wire.addr, &printed_as(&sent))?;
    client.end_input();
    bench.is_called(&wire, &client).map_err(|stop| blame(stop, Half::Client))?;
    let outcome = prints::<P>(bench, &mut client, &wire, &sent, Ok(()));
    let whole = wire.record.carried().1 as usize == messages.concat().len();
    let passed_on = wire.record.pieces();
    // Here a piece waits until the client has taken the one before. If it waited in vain, the client did not read.
    let taken = !passed_on.iter().any(|piece| piece.waited);
    let pieces = pieces(&wire.record).len();
    let joined = P::PAUSES && bench.wire == Kind::Plain && whole && taken && pieces < messages.len();
    let passed = Traffic::of(&wire.record, client.ended_itself());
    for message in messages {
        bench.scene.push((Role::Server, format!("(pushes)  {message}")));
    }
    // If neither a wire nor a pause keeps pieces apart, it is luck which of them come together: they are shown as one.
    let luck = bench.wire == Kind::Plain && !P::PAUSES;
    for line in shown(&passed_on, luck).into_iter().take(10) {
        bench.scene.push((Role::Wire, line));
    }
    bench.ribbon = bench.ribbon.take().filter(|_| !luck);
    client.end();
    for line in String::from_utf8_lossy(&client.printed()).lines().take(8) {
        bench.scene.push((Role::Client, format!("(printed) {line}")));
    }
    if let (Err(_), Some(stop)) = (&outcome, other_protocol(&server, &wire.record)) {
        return Err(stop);
    }
    let outcome = match outcome {
        Ok(()) => server.alive("its client"),
        Err(stop) => match P::servers_fault(messages, &passed).filter(|_| spoke::<P>(&passed).is_none()) {
            // What the lesson predicts is nobody's fault, as long as the server said the right bytes.
            None if matches!(*stop, Stop::Demo(_)) => Err(stop),
            None => Err(blame(stop, Half::Client)),
            Some(finding) => Err(blame(Box::new(Stop::Broken(finding)), Half::Server)),
        },
    };
    Ok((outcome, joined.then_some(pieces)))
}

/// Returns a line for each piece that passed; `joined` takes neighbours of one direction together.
fn shown(pieces: &[Piece], joined: bool) -> Vec<String> {
    let mut turns: Vec<(Direction, usize, Vec<u8>)> = Vec::new();
    for piece in pieces {
        let Passed::Bytes { len, start, .. } = &piece.what else { continue };
        match turns.last_mut() {
            Some((direction, total, bytes)) if joined && *direction == piece.direction => {
                *total += len;
                bytes.extend(start);
            }
            _ => turns.push((piece.direction, *len, start.clone())),
        }
    }
    let line = |(direction, len, bytes): (Direction, usize, Vec<u8>)| {
        let text = &bytes[..bytes.len().min(36)];
        let more = if text.len() < len { "…" } else { "" };
        format!("{} {:>8}  \"{}\"{more}", direction.arrow(), count(len), text.escape_ascii())
    };
    turns.into_iter().map(line).collect()
}

/// Judges a pair that is fixed to one address. There is no room for a wire, so the runner cannot see what passes. What
/// the client prints, and how it ends, still says whether they talk.
pub fn without_wire<P: Push>(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (10..12).map(|n| random_from(bench, super::LETTERS, n)).collect();
    let wanted = printed_as(&bytes_of(&messages));
    let server = bench.server_with(&messages)?;
    let mut client = bench.client(server.addr, &wanted)?;
    client.end_input();
    because(client.exits_well("when the server has ended"), OWN_CHECKS)?;
    client.printed_all(&wanted, |_| OWN_CHECKS)
}

/// The cause for a pair that ran without a wire.
pub const OWN_CHECKS: &str = "both halves are judged on all wires by their own checks: those tell more";
