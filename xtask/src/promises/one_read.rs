//! The client that takes what one `read` returns for the whole reply: right on wires that keep a reply together, and
//! shown to break where TCP delivers it in pieces.

use super::{asking::of_printed, common::random_from};
use crate::bench::Bench;
use crate::bench::same_bytes;
use crate::finding::{Finding, Outcome, Stop, because};
use crate::wire;
use crate::wire::{Direction, Kind, Passed};
use memchr::memmem;

/// Asks three lines through the wire. A client that reads until it has the whole reply passes. One that prints, for
/// each line, one part of the stream of replies breaks as predicted: a demo, where the wire cuts.
///
/// # Errors
/// Any other way to break is a failure.
pub fn whole_replies(bench: &mut Bench) -> Outcome {
    let host = bench.host_behind_wire()?;
    // Letters that hardly occur in what a client may print beside the replies.
    let lines: Vec<String> = (0..3).map(|_| random_from(bench, b"qxzj", 8)).collect();
    let replies: Vec<Vec<u8>> = lines.iter().map(|line| (bench.answer)(line.as_bytes())).collect();
    let turns: Vec<usize> = lines.iter().map(String::len).collect();
    let wire = bench.wire_to(host.addr, turns.clone(), turns.clone())?;
    let mut client = bench.client(wire.addr, &replies)?;
    // All lines at once, so that nothing but the client's own reading decides when its next read begins.
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    for (line, reply) in lines.iter().zip(&replies) {
        let heard = peer.hear(line.len());
        same_bytes("client", line.as_bytes(), &heard, |_, _| {
            "send each line and then read its reply, whatever pieces that comes in".to_string()
        })?;
        // A client that has taken a part for the whole may be done before this is said.
        let _ = peer.say(reply);
    }
    let _ = peer.hear_to_end(1024);
    client.exits_well("after `q`")?;
    let mut ribbon = wire.record.ribbon(Direction::ServerToClient);
    ribbon.writes = turns;
    let printed = client.printed_all(&replies, of_printed);
    if printed.is_ok() {
        return Ok(());
    }
    let cut = matches!(bench.wire, Kind::Dribble | Kind::Slice);
    let stream = replies.concat();
    let parts = one_part_a_line(&client.program.stdout.kept(), &stream, lines.len());
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

/// A reply that comes byte by byte, and so in halves of characters: whatever the client makes of it, it must not break
/// down.
///
/// # Errors
/// The finding that it did.
pub fn half_characters(bench: &mut Bench) -> Outcome {
    let host = bench.host_behind_wire()?;
    let line = "é粘包".to_string();
    let wire = bench.wire_to(host.addr, vec![line.len()], vec![line.len()])?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line(&line);
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    let heard = peer.hear(line.len());
    same_bytes("client", line.as_bytes(), &heard, |_, _| "send exactly the bytes of the line".to_string())?;
    let _ = peer.say(line.as_bytes());
    let _ = peer.hear_to_end(1024);
    because(
        client.exits_well("after a reply that came in halves of characters"),
        "what one `read` returned was taken for text, but it may end in the middle of a character: print the bytes as \
         they are",
    )
}

/// The lengths of the parts of `stream`, one a line, that `output` holds one after the other, if it does: what a client
/// prints that takes each `read` for a reply.
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

/// Whether a reply passed the wire in more than one piece, so that one `read` may fall short of it.
pub fn reply_was_cut(record: &wire::Record, replies: &[Vec<u8>]) -> bool {
    let pieces = record.pieces();
    let to_client = pieces.iter().filter(|piece| piece.direction == Direction::ServerToClient);
    let count = to_client.filter(|piece| matches!(piece.what, Passed::Bytes { .. })).count();
    count > replies.len()
}
