//! Both programs of lesson 03, with the wire between them.

use super::protocol::Bare;
use super::report::{Known, STOPPED, cause_of_report, expected_reads, reported, reported_sizes, ribbon};
use crate::bench::{Bench, Role};
use crate::finding::{Finding, Half, Outcome, because, blame, count};
use crate::promises::inputs::random_from;
use crate::promises::pushing::pair::OWN_CHECKS;
use crate::promises::pushing::{self, LETTERS, Traffic, three_messages};
use crate::promises::{Check, pair};
use crate::wire::Direction;
use crate::wire::Kind::{Dribble, Glue, Plain, Slice};
use std::collections::BTreeMap;

/// What the pair promises.
pub const PAIR: &[Check] =
    &[pair!("pair-reads", "talk; how many reads three writes take is luck", pair_reads)
        .on(&[Glue, Dribble, Slice, Plain])
        .titled(&[
            (Glue, "three writes become one read"),
            (Dribble, "three writes become a read for every byte"),
            (Slice, "three writes become the pieces that the seed cut"),
        ])];

/// Runs the pair. On `plain` the number of reads is luck; the other wires decide it.
fn pair_reads(bench: &mut Bench) -> Outcome {
    if bench.wire == Plain { on_plain(bench) } else { on_a_wire(bench) }
}

/// Runs both programs on a wire that decides what the client reads.
fn on_a_wire(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let stream = messages.concat().into_bytes();
    let sizes: Vec<usize> = messages.iter().map(String::len).collect();
    let server = bench.server_with(&messages)?;
    let wire = bench.wire_to(server.addr, Vec::new(), vec![stream.len()])?;
    let reads = expected_reads(bench, wire.seed(), &sizes);
    let wanted = reported(&stream, &reads);
    let mut client = bench.client(wire.addr, &wanted)?;
    client.end_input();
    bench.is_called(&wire, &client).map_err(|stop| blame(stop, Half::Client))?;
    let outcome = client.exits_well("when the server has ended").and_then(|()| {
        client.printed_bytes(&wanted, |printed| {
            let reading = bench.read_by_client(&wire);
            cause_of_report(printed, Known { stream: &stream, reads: &reads, reading })
        })
    });
    if let (Err(_), Some(stop)) = (&outcome, pushing::other_protocol(&server, &wire.record)) {
        return Err(stop);
    }
    let carried = wire.record.ribbon(Direction::ServerToClient);
    let passed = wire.record.carried().1 as usize;
    let fin = wire.record.has_fin(Direction::ServerToClient);
    for message in &messages {
        bench.scene.push((Role::Server, format!("(writes)  {message}")));
    }
    for len in carried.pieces.iter().take(8) {
        bench.scene.push((Role::Wire, format!("server → client {:>8}", count(*len))));
    }
    for line in String::from_utf8_lossy(&client.printed()).lines().take(8) {
        bench.scene.push((Role::Client, format!("(printed) {line}")));
    }
    // A client that ends early, or that does not read, leaves the rest on the wire; that is not the server's fault. One
    // that speaks makes the server's close a reset.
    let traffic = Traffic::of(&wire.record, client.ended_itself());
    let spoke = pushing::spoke::<Bare>(&traffic);
    let client_left = client.exit().is_some() && !fin && passed < stream.len();
    let whole = passed == stream.len() && fin;
    let servers_fault = !stream.starts_with(&carried.bytes)
        || (!whole && !client_left && !traffic.client_left && !traffic.ignored && spoke.is_none());
    let outcome = match spoke {
        Some(finding) if !servers_fault => finding.broken(),
        _ => outcome,
    };
    let shown = carried.bytes.escape_ascii().to_string();
    bench.ribbon = Some(ribbon(&wire, &client, sizes, reads, &stream, outcome.is_ok()));
    if outcome.is_ok() || !servers_fault {
        return outcome.map_err(|stop| blame(stop, Half::Client));
    }
    Finding::new(
        format!("the server pushes \"{}\" and ends", stream.escape_ascii()),
        format!("{passed} bytes passed: \"{shown}\""),
        "mend the server: its own checks tell more",
    )
    .of(Half::Server)
    .broken()
}

/// Checks only that the report adds up, and notes "k of n": on a plain wire the number of reads is luck.
fn on_plain(bench: &mut Bench) -> Outcome {
    const RUNS: usize = 5;
    let messages = three_messages(bench);
    let total = messages.concat().len();
    let server = bench.server_with(&messages)?;
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..RUNS {
        let wire = bench.wire_to(server.addr, Vec::new(), Vec::new())?;
        let mut client = bench.client(wire.addr, &[])?;
        client.end_input();
        bench.is_called(&wire, &client).map_err(|stop| blame(stop, Half::Client))?;
        let ended = client.exits_well("when the server has ended");
        let fin = wire.record.has_fin(Direction::ServerToClient);
        if let (Err(_), Some(stop)) = (&ended, pushing::other_protocol(&server, &wire.record)) {
            return Err(stop);
        }
        let traffic = Traffic::of(&wire.record, client.ended_itself());
        if let (Err(_), Some(finding)) = (&ended, pushing::spoke::<Bare>(&traffic)) {
            return finding.of(Half::Client).broken();
        }
        // A client that left first, or does not read, keeps the server's end from coming.
        let is_clients = fin || traffic.client_left || traffic.ignored;
        ended.map_err(|stop| blame(stop, if is_clients { Half::Client } else { Half::Server }))?;
        client.end();
        let printed = String::from_utf8_lossy(&client.printed()).into_owned();
        let reads = printed.split("total: ").nth(1).and_then(|line| {
            let (bytes, rest) = line.split_once(" bytes in ")?;
            let reads = rest.split_once(" reads")?.0.parse::<usize>().ok()?;
            (bytes.parse() == Ok(total)).then_some(reads)
        });
        let Some(reads) = reads else {
            let ribbon = wire.record.ribbon(Direction::ServerToClient);
            let stream = messages.concat().into_bytes();
            let whole = stream == ribbon.bytes && wire.record.has_fin(Direction::ServerToClient);
            let is_clients = whole || (traffic.client_left && stream.starts_with(&ribbon.bytes));
            let known = Known {
                stream: &stream,
                reads: &ribbon.pieces,
                reading: wire.record.reading(Direction::ServerToClient),
            };
            let got = printed.lines().last().unwrap_or("nothing").to_string();
            let sum = reported_sizes(&printed).iter().sum::<usize>();
            let has_stopped =
                (1..total).contains(&sum) && printed.contains(&format!("total: {sum} bytes in "));
            let finding = Finding::new(
                format!("the client's report ends with `total: {total} bytes in … reads`"),
                format!("it ends with `{got}`"),
                match (is_clients, whole) {
                    (true, _) if has_stopped => STOPPED.into(),
                    (true, false) => cause_of_report(printed.as_bytes(), known),
                    (true, true) => {
                        "count the bytes of every read until `read` returns 0, and print the total once"
                            .into()
                    }
                    (false, _) => {
                        "the server did not push just its messages: its own checks tell more".into()
                    }
                },
            );
            return finding.of(if is_clients { Half::Client } else { Half::Server }).broken();
        };
        *counts.entry(reads).or_default() += 1;
    }
    let plural = |reads: &usize| if *reads == 1 { "1 read".into() } else { format!("{reads} reads") };
    let luck: Vec<String> =
        counts.iter().map(|(reads, k)| format!("{} in {k} of {RUNS} runs", plural(reads))).collect();
    bench.notes.push(format!(
        "{} messages took {}: this is luck, and no verdict",
        messages.len(),
        luck.join(", ")
    ));
    Ok(())
}

/// Returns whether the reads that the client reports are exactly the messages that the server wrote. A program without
/// framing counts on that. The comparison uses it; it is no verdict.
///
/// # Errors
/// The finding that one of the two broke the protocol.
pub fn reads_are_messages(bench: &mut Bench) -> Outcome<bool> {
    let messages = pushing::long_messages::<Bare>(bench);
    let sizes: Vec<usize> = messages.iter().map(String::len).collect();
    let server = bench.server_with(&messages)?;
    let wire = pushing::wire_to::<Bare>(bench, server.addr, &messages)?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    client.exits_well("when the server has ended")?;
    client.end();
    Ok(reported_sizes(&String::from_utf8_lossy(&client.printed())) == sizes)
}

/// Judges a pair that is fixed to one address: the client's report must add up to the server's messages.
pub fn without_wire(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (3..6).map(|n| random_from(bench, LETTERS, n)).collect();
    let wanted = [format!("total: {} bytes in ", messages.concat().len()).into_bytes()];
    let server = bench.server_with(&messages)?;
    let mut client = bench.client(server.addr, &wanted)?;
    client.end_input();
    because(client.exits_well("when the server has ended"), OWN_CHECKS)?;
    client.printed_all(&wanted, |_| OWN_CHECKS)
}
