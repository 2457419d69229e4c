//! The promises of programs whose `write` takes only a part, and their rows: see [`crate::promises::asking::writes`].

use super::printed::printed_as;
use super::{Framing, LETTERS, Push, bytes_of};
use crate::bench::{Bench, With};
use crate::finding::{Outcome, because};
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
    )];
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
        ),
    ];
}

impl<P: Framing> FramedRows for P {}

/// Reads nothing of a message until the server waits in its write, stops it there, and then reads everything.
fn stopped_while_pushing<P: Push>(bench: &mut Bench) -> Outcome {
    let messages = vec![random_word(bench, 90_000), random_word(bench, 5)];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect_tiny(&mut server)?;
    let heard = P::hear_late(&server, &mut peer, &messages, &mut |_| server.stops_and_goes_on());
    took_part::goes_on(&server)?;
    because(heard, took_part::SENT)
}

/// Sends a message whose first line is short, and whose second one is longer than a buffer of lines.
fn line_end_inside<P: Framing>(bench: &mut Bench) -> Outcome {
    let second = random_from(bench, LETTERS, 5000);
    let message = format!("{}\n{second}", random_from(bench, LETTERS, 3));
    let wanted = [b"message 1:".to_vec(), second.into_bytes()];
    prints_all::<P>(bench, message, &wanted, false, LINE_END)
}

const LINE_END: &str = "a line end is a byte of the message like any other, and the bytes behind it must be printed, too: \
                        `write` may take only a part, up to the line end for instance, and returns how many bytes it \
                        took (`write_all`)";

/// Reads nothing of a printed message until the client waits in its write, stops it there, and then reads everything.
fn stopped_while_printing<P: Framing>(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 20_000);
    let wanted = printed_as(&bytes_of(std::slice::from_ref(&message)));
    prints_all::<P>(bench, message, &wanted, true, took_part::PRINTED)
}

/// Acts as the server of one message, and checks that the client prints `wanted`. With `unread` nothing of that is read
/// before the client was stopped, and has gone on.
fn prints_all<P: Framing>(
    bench: &mut Bench,
    message: String,
    wanted: &[Vec<u8>],
    unread: bool,
    cause: &str,
) -> Outcome {
    let host = bench.host()?;
    let mut client = bench.client_as(host.addr, &With { unread, ..With::default() }, wanted)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    P::say(&mut peer, &[message.into_bytes()], &|_| ())?;
    if unread {
        client.stops_and_goes_on()?;
        client.is_read_now();
    }
    peer.half_close();
    client.exits_well("when the server has ended")?;
    client.printed_all(wanted, |printed| match printed.trim() {
        "" => "print each message as `message K: TEXT` when all of it has come",
        _ => cause,
    })
}
