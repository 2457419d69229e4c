//! The client that takes what one `read` returns for the whole reply. It is right on wires that keep a reply together,
//! and breaks where TCP delivers a reply in pieces.

use super::odd_input::prints;
use super::{Ask, printed_of, replies_to, request_sizes};
use crate::bench::{Bench, same_bytes};
use crate::finding::{Finding, Half, Outcome, Stop, because};
use crate::promises::inputs::random_from;
use crate::promises::{Check, client};
use crate::wire::Kind::{self, Dribble, Glue, Slice};
use crate::wire::{self, Direction, Passed};
use memchr::memmem;

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What such a client promises besides [`super::client::Rows::CLIENT`].
    const ONE_READ: &'static [Check] = &[
        client!("whole-replies", "prints whole replies", whole_replies::<Self>).on(&[Glue, Dribble, Slice]),
        client!(
            "half-characters",
            "prints the bytes of a reply that comes in halves of characters",
            half_characters::<Self>
        )
        .after(&["whole-replies"])
        .on(&[Dribble]),
    ];
}

impl<P: Ask> Rows for P {}

/// Types three lines, and replies through the wire. A client that reads until it has the whole reply passes. One that
/// prints one part of the replies for each line breaks as predicted: a demo, if the wire cuts.
///
/// # Errors
/// Any other way to break is a failure.
fn whole_replies<P: Ask>(bench: &mut Bench) -> Outcome {
    let host = bench.host_behind_wire()?;
    // Letters that a client hardly prints outside the replies.
    let lines: Vec<String> = (0..3).map(|_| random_from(bench, b"qxzj", 8)).collect();
    let (replies, wanted) = (replies_to::<P>(&lines), printed_of::<P>(&lines));
    let turns: Vec<usize> = replies.iter().map(Vec::len).collect();
    let wire = bench.wire_to(host.addr, request_sizes::<P>(&lines), turns.clone())?;
    let mut client = bench.client(wire.addr, &wanted)?;
    // All lines at once, so that only the client decides when its next read begins.
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    for (line, reply) in lines.iter().zip(&replies) {
        let request = P::request(line);
        same_bytes(Half::Client, &request, &peer.hear(request.len()), |_, _| {
            "send each line and then read its reply, whatever pieces that comes in".into()
        })?;
        // A client that took a part for the whole may have ended before this is sent.
        let _ = peer.say(reply);
    }
    client.hear_out(&mut peer, 1024);
    client.exits_well("after `q`")?;
    let mut ribbon = wire.record.ribbon(Direction::ServerToClient);
    ribbon.writes = turns;
    let printed = client.printed_all(&wanted, P::cause_of_printed);
    if printed.is_ok() {
        return Ok(());
    }
    let cut = matches!(bench.wire, Kind::Dribble | Kind::Slice);
    let stream = replies.concat();
    let parts = one_part_a_line(&client.printed(), &stream, lines.len());
    let Some(parts) = parts.filter(|_| cut) else {
        bench.ribbon = Some(ribbon);
        return printed;
    };
    let mut start = 0;
    let mut shown = Vec::new();
    for part in &parts {
        shown.push(format!("\"{}\"", stream[start..start + part].escape_ascii()));
        start += part;
    }
    // What passed after the last read, and how the client then left, is luck and tells nothing.
    ribbon.pieces.truncate(parts.len());
    ribbon.bytes.truncate(start);
    bench.logs.clear();
    ribbon.reads = parts;
    bench.ribbon = Some(ribbon);
    let whole: Vec<String> = replies.iter().map(|bytes| format!("\"{}\"", bytes.escape_ascii())).collect();
    Err(Box::new(Stop::Demo(Finding::new(
        format!("the replies {}", whole.join(", ")),
        format!("the client printed {} and thought that it was done", shown.join(", ")),
        "it takes what one `read` returns for the whole reply, but TCP keeps no boundaries: you saw it pass on a wire \
         that keeps a reply together; lesson 03 looks at why that was luck",
    ))))
}

/// Sends a reply byte by byte, and so in halves of characters. The client may take any part of it for the reply.
///
/// # Errors
/// The finding that the client did not end well, or did not print the bytes of that part as they came.
fn half_characters<P: Ask>(bench: &mut Bench) -> Outcome {
    let host = bench.host_behind_wire()?;
    let line = "é粘包".to_string();
    let wire = bench.wire_to(host.addr, vec![P::request(&line).len()], vec![line.len()])?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line(&line);
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    let request = P::request(&line);
    same_bytes(Half::Client, &request, &peer.hear(request.len()), |_, _| {
        "send exactly the bytes of the line".into()
    })?;
    let _ = peer.say(&P::reply(&request));
    client.hear_out(&mut peer, 1024);
    because(
        client.exits_well("after a reply that came in halves of characters"),
        "what one `read` returned was taken for text, but it may end in the middle of a character: print the bytes as \
         they are",
    )?;
    prints(&mut client, &line.as_bytes()[..1])
}

/// Returns the lengths of parts of `stream`, one for each line, if `output` holds these parts one after the other. A
/// client that takes each `read` for a reply prints that.
pub fn one_part_a_line(output: &[u8], stream: &[u8], lines: usize) -> Option<Vec<usize>> {
    if lines == 0 {
        return Some(Vec::new());
    }
    (1..=stream.len()).rev().find_map(|len| {
        let at = memmem::find(output, &stream[..len])?;
        let mut rest = one_part_a_line(&output[at + len..], &stream[len..], lines - 1)?;
        rest.insert(0, len);
        Some(rest)
    })
}

/// Returns whether a reply passed the wire in more than one piece, so that one `read` may return only a part of it.
pub fn reply_was_cut(record: &wire::Record, replies: &[Vec<u8>]) -> bool {
    let pieces = record.pieces();
    let to_client = pieces.iter().filter(|piece| piece.direction == Direction::ServerToClient);
    let count = to_client.filter(|piece| matches!(piece.what, Passed::Bytes { .. })).count();
    count > replies.len()
}
