//! The promises of programs whose `write` takes only a part, and their rows: see [`crate::promises::asking::writes`].

use super::printed::{cause_of_labels, printed_as};
use super::{Framing, LETTERS, Push, bytes_of};
use crate::bench::{Bench, Client, Peer, With};
use crate::finding::Outcome;
use crate::promises::inputs::{random_from, random_word};
use crate::promises::took_part;
use crate::promises::{Check, client, server};

/// The rows, for any framing.
pub trait Rows: Push {
    /// What every server that pushes promises.
    const PUSHES_ALL: &'static [Check] = &[server!(
        "stopped-while-pushing",
        "pushes all of a message when it is stopped in `write`",
        stopped_while_pushing::<Self>
    )
    .after(&["pushes-large"])];
}

impl<P: Push> Rows for P {}

/// The rows, for a framing whose messages may be longer than a page.
pub trait FramedRows: Framing {
    /// What every client that prints such messages promises.
    const PRINTS_ALL: &'static [Check] = &[
        client!("line-end-inside", "prints all of a message with a line end inside", line_end_inside::<Self>),
        client!(
            "stopped-while-printing",
            "prints all of a message when it is stopped in `write`",
            stopped_while_printing::<Self>
        )
        .after(&["line-end-inside"]),
    ];
}

impl<P: Framing> FramedRows for P {}

/// Reads nothing of a message until the server waits in its write, stops it there, and then reads everything.
fn stopped_while_pushing<P: Push>(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::SENT, |bench, stops| {
        let mut messages = vec![random_word(bench, 90_000), random_word(bench, 5)];
        messages.truncate(if P::PAUSES { 1 } else { 2 });
        let mut server = bench.server_with(&messages)?;
        let mut peer = bench.connect_tiny(&mut server)?;
        let heard = P::hear_late(&server, &mut peer, &messages, &mut |_| match stops {
            true => server.stops_and_goes_on(),
            false => Ok(()),
        });
        took_part::goes_on(&server)?;
        heard
    })
}

/// Sends a message whose first line is short, and whose second one is longer than a buffer of lines.
fn line_end_inside<P: Framing>(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, LINE_END, |bench, has_line_end| {
        let second = random_from(bench, LETTERS, 5000);
        let between = if has_line_end { "\n" } else { "" };
        let message = format!("{}{between}{second}", random_from(bench, LETTERS, 3));
        let wanted = [b"message 1:".to_vec(), second.into_bytes()];
        let (client, peer) = says_one::<P>(bench, &With::default(), &message, &wanted)?;
        has_printed(client, peer, &message, &wanted)
    })
}

const LINE_END: &str = "a line end is a byte of the message like any other, and the bytes behind it must be printed, too: \
                        `write` may take only a part, up to the line end for instance, and returns how many bytes it \
                        took (`write_all`)";

/// Reads nothing of a printed message until the client waits in its write, stops it there, and then reads everything.
fn stopped_while_printing<P: Framing>(bench: &mut Bench) -> Outcome {
    took_part::only_then(bench, took_part::PRINTED, |bench, stops| {
        let message = random_from(bench, LETTERS, 20_000);
        let wanted = printed_as(&bytes_of(std::slice::from_ref(&message)));
        let with = bench.unread()?;
        let (client, peer) = says_one::<P>(bench, &with, &message, &wanted)?;
        if stops {
            client.stops_and_goes_on()?;
        }
        client.is_read_now();
        has_printed(client, peer, &message, &wanted)
    })
}

/// Starts a client, looks for `wanted` in its output, and says one message to it.
fn says_one<P: Framing>(
    bench: &mut Bench,
    with: &With,
    message: &str,
    wanted: &[Vec<u8>],
) -> Outcome<(Client, Peer)> {
    let host = bench.host()?;
    let mut client = bench.client_as(host.addr, with, wanted)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    P::say(&mut peer, &[message.as_bytes().to_vec()], &|_| ())?;
    Ok((client, peer))
}

/// Ends the connection, and checks that the client ends well and has printed `wanted`, parts of this one message.
fn has_printed(mut client: Client, mut peer: Peer, message: &str, wanted: &[Vec<u8>]) -> Outcome {
    peer.half_close();
    client.exits_well("when the server has ended")?;
    client.printed_bytes(wanted, |printed| {
        let cause = "print each message as `message K: TEXT` when all of it has come, and all of it";
        cause_of_labels(printed, &[message.as_bytes().to_vec()]).unwrap_or(cause.into())
    })
}
