//! How a client ends, and what it does when its server ends or falls silent.

use super::client::{FRAME, Talk};
use super::protocol::Command;
use super::reply::Reply;
use crate::bench::{Bench, Client, Peer, same_bytes};
use crate::finding::{Finding, Half, Outcome, because, quoted};
use crate::promises::asking::Ask;
use crate::promises::{Check, client};
use crate::wire::{Cut, Kind, Wire};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("ends-after-exit", "waits for the server's end after `exit`, then exits with 0", ends_after_exit),
    client!(
        "end-at-each-part",
        "reports it and exits with 1 when any part of a reply is cut off",
        end_at_each_part
    )
    .after(&["two-streams", "server-ends"])
    .long(),
    client!(
        "end-in-a-stream",
        "reports it and exits with 1 when the server ends inside a stream",
        end_in_a_stream
    )
    .after(&["end-at-each-part"])
    .on(&[Kind::ends(Cut::Fin, 80), Kind::ends(Cut::Rst, 80)]),
    client!(
        "silence-in-a-stream",
        "waits at rest when the server falls silent inside a stream",
        silence_in_a_stream
    )
    .after(&["two-streams", "server-stalls"])
    .on(&[Kind::ends(Cut::Stall, 80)]),
];

fn ends_after_exit(bench: &mut Bench) -> Outcome {
    let mut talk = Talk::start(bench, &[], &[])?;
    talk.exchange("one", &Reply::new(0, b"QXZ\n", b"").bytes(), FRAME)?;
    talk.exchange("exit", b"", FRAME)?;
    let Talk { mut client, mut peer, .. } = talk;
    client.line("more");
    because(
        client.waits_at_rest(
            || peer.is_taken(),
            "it has sent `exit` and the server has not ended the connection",
        ),
        "`exit` gets no reply: after it the client reads on until the server's end",
    )?;
    let more = peer.pending();
    if !more.is_empty() {
        let cause =
            "`exit` is the last line of a conversation: wait for the server's end, and send nothing more";
        return Finding::new("the client sends nothing after `exit`", quoted(&more), cause)
            .of(Half::Client)
            .broken();
    }
    peer.close();
    because(
        client.exits_well("when the server ends after `exit`"),
        "after `exit` the server's end is what was agreed: no error, and no reply comes",
    )
}

/// Ends after some bytes of a reply, inside each of its parts and between them.
fn end_at_each_part(bench: &mut Bench) -> Outcome {
    let whole = Reply::new(3, b"QXZJ", b"JZXQ").bytes();
    let header = whole.len() - 8;
    for (offset, place) in [
        (2, "inside the length"),
        (4, "between the length and the header"),
        (header - 1, "inside the header"),
        (header, "between the header and the streams"),
        (header + 2, "inside standard output"),
        (header + 4, "between the two streams"),
        (header + 6, "inside standard error"),
    ] {
        let mut talk = Talk::start(bench, &[], &[])?;
        talk.exchange("first", &Reply::new(0, b"", b"").bytes(), FRAME)?;
        talk.exchange("second", &whole[..offset], FRAME)?;
        let Talk { mut client, peer, .. } = talk;
        peer.close();
        because(
            client.exits_with_error(&format!("when the server ends {place}")),
            "a `read` of 0 bytes inside a reply is an error, in each of its parts: what has come is no reply",
        )?;
        bench.logs.clear(); // Only the last one is worth showing.
        bench.ran.clear();
    }
    Ok(())
}

/// Types one line, and sends a reply that the check's wire cuts off inside standard output.
fn cut_off(bench: &mut Bench) -> Outcome<(Client, Wire, Peer)> {
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line("line");
    let mut peer = bench.accept(&host, &client)?;
    let request = Command::request("line");
    same_bytes(Half::Client, &request, &peer.hear(request.len()), Command::cause_of_request)?;
    let _ = peer.say(&Reply::new(0, &[b'x'; 100], &[b'y'; 10]).bytes());
    Ok((client, wire, peer))
}

fn end_in_a_stream(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off(bench)?;
    because(
        client.exits_with_error("when the connection ends inside a stream"),
        "the connection ended before all of the stream had come: that is an error, and what has come is no reply",
    )
}

fn silence_in_a_stream(bench: &mut Bench) -> Outcome {
    let (client, wire, _peer) = cut_off(bench)?;
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent inside a stream")
}
