//! Promises of clients that ask and read until they have as many bytes as they sent (07, 08, 13).

use super::asking::{Asked, of_printed};
use super::common::{random_from, random_word};
use crate::bench::Bench;
use crate::finding::{Outcome, because};
use crate::promises::Check;
use crate::wire::Cut;
use crate::wire::Kind;
use crate::wire::Kind::{Dribble, Slice};

/// What every such client promises beside [`super::asking::CHECKS`].
pub const CHECKS: &[Check] = &[
    Check::client("whole-replies", "prints whole replies", whole_replies).on(Dribble),
    Check::client("whole-replies", "prints whole replies", whole_replies).on(Slice),
    Check::client("long-reply", "reads a reply longer than one buffer", long_reply),
    Check::client("end-inside", "says so and exits with 1 when the server ends inside a reply", end_inside)
        .on(Kind::ends(Cut::Fin, 4)),
    Check::client(
        "reset-inside",
        "says so and exits with 1 when the server resets inside a reply",
        reset_inside,
    )
    .on(Kind::ends(Cut::Rst, 4)),
    Check::client(
        "silence-is-no-end",
        "waits at rest when the server falls silent inside a reply",
        stall_inside,
    )
    .on(Kind::ends(Cut::Stall, 4)),
];

const CAUSE: &str = "a reply has as many bytes as its request, and may come in any number of pieces: read until all of \
                     them are there (`read_exact`)";

fn whole_replies(bench: &mut Bench) -> Outcome {
    let mut lines: Vec<String> = [9, 300, 4].iter().map(|n| random_from(bench, b"qxzj", *n)).collect();
    // Whoever counts characters in place of bytes is wrong about the replies that follow.
    lines.insert(1, "粘包 é".into());
    let host = bench.host_behind_wire()?;
    let replies: Vec<Vec<u8>> = lines.iter().map(|line| (bench.answer)(line.as_bytes())).collect();
    let wanted: Vec<Vec<u8>> = replies.iter().filter(|reply| reply.is_ascii()).cloned().collect();
    let turns: Vec<usize> = lines.iter().map(String::len).collect();
    let wire = bench.wire_to(host.addr, turns.clone(), turns)?;
    let mut client = bench.client(wire.addr, &wanted)?;
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    for (line, reply) in lines.iter().zip(&replies) {
        let heard = peer.hear(line.len());
        if heard.bytes != line.as_bytes() {
            break; // It has gone on too early, or is gone: what it printed tells more.
        }
        if peer.say(reply).is_err() {
            break;
        }
    }
    let _ = peer.hear_to_end(4096);
    peer.half_close();
    because(client.exits_well("after `q`"), CAUSE)?;
    client.printed_all(&wanted, |printed| match printed.trim() {
        "" => of_printed(printed),
        _ => CAUSE.into(),
    })
}

fn long_reply(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, 20_000), random_word(bench, 5)];
    let mut asked = Asked::start(bench, &lines)?;
    for line in &lines {
        asked.exchange(line)?;
    }
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Asks one line whose reply the check's fault wire cuts off.
fn cut_off(
    bench: &mut Bench,
) -> Outcome<(crate::bench::Client, crate::wire::Wire, crate::bench::peer::Peer)> {
    let line = random_from(bench, b"qxzj", 12);
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line(&line);
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.hear(line.len());
    let _ = peer.say(&(bench.answer)(line.as_bytes()));
    Ok((client, wire, peer))
}

fn end_inside(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off(bench)?;
    because(
        client.exits_with_error("when the server ends the connection (FIN) inside a reply"),
        "`read` returned 0 before the reply was whole: that is an error, and what has come is no reply",
    )
}

fn reset_inside(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off(bench)?;
    client.exits_with_error("when the server resets the connection (RST)")
}

fn stall_inside(bench: &mut Bench) -> Outcome {
    let (client, wire, _peer) = cut_off(bench)?;
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent inside a reply")
}
