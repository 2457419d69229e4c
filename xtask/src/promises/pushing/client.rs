//! The promises of every client that prints what a server pushes, and their rows.

use super::gave_up::explained;
use super::printed::{printed_as, prints};
use super::{Framing, LETTERS, Push, bytes_of, long_messages, wire_to};
use crate::bench::{Bench, Client, Ending, Peer};
use crate::finding::{Finding, Half, Outcome, Perhaps, Symptom, because, quoted};
use crate::promises::empty_buffer;
use crate::promises::inputs::random_from;
use crate::promises::{Check, client};
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice};
use crate::wire::{Cut, Wire};
use std::cell::Cell;

/// The rows, for any framing.
pub trait Rows: Push {
    /// What every client of a pushing server promises.
    const LISTENER: &'static [Check] = &[
        client!(
            "reset-is-an-error",
            "reports it and exits with 1 when the server resets (RST)",
            reset_is_an_error::<Self>
        )
        .on(&[Kind::ends(Cut::Rst, Self::INSIDE)]),
        client!("silence-is-no-end", "waits at rest when the server falls silent", silence_is_no_end::<Self>)
            .on(&[Kind::ends(Cut::Stall, Self::INSIDE)]),
    ];

    /// What every client that prints messages promises.
    const PRINTER: &'static [Check] = &[
        client!("prints-messages", Self::PRINTS, prints_messages::<Self>)
            .on(&[Plain, Glue, Dribble, Slice])
            .titled(Self::PRINTS_TITLES),
        client!("any-bytes", "prints messages that are no text", any_bytes::<Self>).on(Self::ANY_BYTES_ON),
        client!("nothing-pushed", "exits with 0 when the server ends at once", nothing_pushed::<Self>),
        client!("ignores-input", "does not wait for its standard input", ignores_input::<Self>),
    ];
}

impl<P: Push> Rows for P {}

/// The rows, for a framing that marks where a message ends.
pub trait FramedRows: Framing {
    /// What every such client promises besides [`Rows::PRINTER`].
    const FRAMED_PRINTER: &'static [Check] = &[
        client!(
            "many-messages",
            "prints one message after the other, whatever their number",
            many_messages::<Self>
        )
        .on(&[Glue]),
        client!("empty-message", "prints messages of no bytes", empty_message::<Self>),
        client!(
            "end-inside",
            "reports it and exits with 1 when the server ends inside a message",
            end_inside::<Self>
        )
        .after(&["reset-is-an-error"])
        .on(Self::FIN_INSIDE)
        .was(&["end-after-answer"]),
        client!(
            "reset-between",
            "reports it and exits with 1 when the server resets between messages",
            reset_between::<Self>
        )
        .after(&["reset-is-an-error"])
        .on(Self::RST_BETWEEN),
    ];
}

impl<P: Framing> FramedRows for P {}

/// Acts as the server: says these messages through the check's wire, ends, and checks that the client prints them.
///
/// # Errors
/// The finding that it did not; a demo, if it broke as the lesson predicts.
pub fn hears_messages<P: Push>(bench: &mut Bench, messages: &[Vec<u8>], input_ends: bool) -> Outcome {
    let outcome = hears_all::<P>(bench, messages, input_ends);
    let outcome = explained::<P>(bench, messages, outcome);
    empty_buffer::explained_listener(bench, outcome)
}

fn hears_all<P: Push>(bench: &mut Bench, messages: &[Vec<u8>], input_ends: bool) -> Outcome {
    let host = bench.host_behind_wire()?;
    let lossy: Vec<String> = messages.iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect();
    let wire = wire_to::<P>(bench, host.addr, &lossy)?;
    let mut client = bench.client(wire.addr, &printed_as(messages))?;
    if input_ends {
        client.end_input();
    }
    let mut peer = bench.accept(&host, &client)?;
    let plain = bench.wire == Kind::Plain;
    // A client that does not read is waited for once, and not once for each message.
    let (reads, said) = (Cell::new(true), Cell::new(0));
    let taken = |sent| {
        said.set(said.get() + 1);
        if plain && reads.get() {
            let printed = printed_as(&messages[..said.get()]).len();
            reads.set(bench.wait_read(&wire, &client, sent, printed));
        }
    };
    let kept_to_it = P::say(&mut peer, messages, &taken);
    peer.half_close();
    let kept_to_it = match reads.get() {
        true => kept_to_it.and_then(|()| says_no_more::<P>(&mut peer, &client)),
        false => {
            client.was_waited_for();
            kept_to_it
        }
    };
    prints::<P>(bench, &mut client, &wire, messages, kept_to_it)
}

/// Hears the client to its end, and checks that it says nothing more.
fn says_no_more<P: Push>(peer: &mut Peer, client: &Client) -> Outcome {
    let heard = peer.hear_to_end(4096);
    if matches!(heard.ending, Some(Ending::Silence(_))) {
        client.was_waited_for();
    }
    let more = heard.bytes;
    if more.is_empty() {
        return Ok(());
    }
    let got = format!("it sent more: {}", quoted(&more));
    Finding::new(format!("the client sends {}", P::SAYS), got, "send nothing else").of(Half::Client).broken()
}

fn some_messages<P: Push>(bench: &mut Bench) -> Vec<Vec<u8>> {
    let mut messages = long_messages::<P>(bench);
    // Blanks at both ends are bytes of the message like any other.
    messages[0].insert_str(0, "  ");
    if let Some(last) = messages.last_mut() {
        last.push_str("  ");
    }
    bytes_of(&messages)
}

/// Sends the messages that the lesson's pair shows, with blanks around.
fn prints_messages<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = some_messages::<P>(bench);
    hears_messages::<P>(bench, &messages, true)
}

/// Sends many short messages, a long one whose length is no program's buffer, and a short one.
fn many_messages<P: Framing>(bench: &mut Bench) -> Outcome {
    let mut messages: Vec<String> = (0..24).map(|n| random_from(bench, LETTERS, 1 + n % 12)).collect();
    messages.push(random_from(bench, LETTERS, 3000));
    messages.push(random_from(bench, LETTERS, 4));
    hears_messages::<P>(bench, &bytes_of(&messages), true)
}

/// Sends messages that are no text.
fn any_bytes<P: Push>(bench: &mut Bench) -> Outcome {
    let mut bytes = "粘包 é\r\n\t  ".as_bytes().to_vec();
    bytes.extend([0, 0xff, 0xfe, 0x80, b'\n', b' ']);
    let text = random_from(bench, LETTERS, 11).into_bytes();
    let outcome = hears_messages::<P>(bench, &[bytes, vec![0xe7], text], true);
    match &outcome {
        Err(stop) if matches!(stop.symptom(), Symptom::Exited(_) | Symptom::Killed) && stop.is_vague() => {
            let text = "a message is bytes and need not be text: print the bytes as they are";
            // On a wire that cuts, or where a message is read by its length, the reason may be another one.
            because(outcome, Perhaps(format!("it took them for text: {text}; or {}", P::HOW)))
        }
        _ => outcome,
    }
}

/// Sends messages of no bytes, first, last and between others.
fn empty_message<P: Framing>(bench: &mut Bench) -> Outcome {
    let one = random_from(bench, LETTERS, 11).into_bytes();
    hears_messages::<P>(bench, &[Vec::new(), one, Vec::new(), Vec::new()], true)
}

/// Ends without a message.
fn nothing_pushed<P: Push>(bench: &mut Bench) -> Outcome {
    hears_messages::<P>(bench, &[], true)
}

/// Leaves standard input open.
fn ignores_input<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = some_messages::<P>(bench);
    let outcome = hears_messages::<P>(bench, &messages, false);
    match &outcome {
        Err(stop) if stop.symptom() == (Symptom::StillWaits { on_input: true }) => because(
            outcome,
            "this client only listens: it must not wait for its standard input, nor for its end",
        ),
        _ => outcome,
    }
}

/// The message that a fault wire cuts off.
const CUT_OFF: &[u8] = b"QXZJVKQXZJVKQXZ";

/// Ends (FIN) inside a message.
fn end_inside<P: Framing>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    because(
        client.exits_with_error("when the server ends the connection (FIN) inside a message"),
        "`read` returned 0 before the message was whole: that is an error, not the end, and what has come is no \
         message",
    )
}

/// Resets (RST) where a message has just ended.
fn reset_between<P: Framing>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    because(
        client.exits_with_error("when the server resets the connection (RST) between two messages"),
        "a reset is not the end that the server chose: it has died, or broken off, and more messages may be lost",
    )
}

/// Resets (RST) inside a message.
fn reset_is_an_error<P: Push>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    client.exits_with_error("when the server resets the connection (RST)")
}

/// Falls silent inside a message.
fn silence_is_no_end<P: Push>(bench: &mut Bench) -> Outcome {
    let (client, wire, _peer) = cut_off::<P>(bench)?;
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent inside a message")
}

/// Says one message to the client through the check's fault wire.
pub fn cut_off<P: Push>(bench: &mut Bench) -> Outcome<(Client, Wire, Peer)> {
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    P::say(&mut peer, &[CUT_OFF.to_vec()], &|_| ())?;
    Ok((client, wire, peer))
}
