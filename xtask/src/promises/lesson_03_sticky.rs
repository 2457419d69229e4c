//! Lesson 03: the server pushes, the client reports its reads; and the wire decides what those are.

use super::answering;
use super::common::random_from;
use super::pushing::{self, LETTERS, Prediction, Push, Traffic, client, server, stream, three_messages};
use crate::bench::peer::Peer;
use crate::bench::{Bench, Client, Role, Server};
use crate::finding::{Finding, Half, Outcome, because, blame, broken, count};
use crate::promises::Check;
use crate::wire;
use crate::wire::Kind;
use crate::wire::Kind::{Dribble, Glue, Plain, Slice, Slow};
use crate::wire::Ribbon;
use crate::wire::{Cut, Direction, Wire};
use std::collections::BTreeMap;

/// The promises of lesson 03.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-reads", "three writes become one read", pair_on_a_wire).on(Glue),
    Check::pair("pair-reads", "three writes become a read for every byte", pair_on_a_wire).on(Dribble),
    Check::pair("pair-reads", "three writes become the pieces that the seed cut", pair_on_a_wire).on(Slice),
    Check::pair("pair-reads", "talk; how many reads three writes take is luck", pair_on_plain),
    Check::server("pushes-messages", "pushes exactly its messages, then ends", server::messages::<Bare>),
    Check::server("pushes-large", "pushes a message larger than any buffer", server::large::<Bare>),
    Check::server("pushes-to-each", "pushes the same to one client after the other", server::to_each::<Bare>),
    Check::server(
        "pushes-defaults",
        "pushes messages of its own when it is given none",
        server::defaults::<Bare>,
    ),
    Check::server("pushes-any-pieces", "pushes the same whatever the pieces", server::any_pieces::<Bare>)
        .on(Glue),
    Check::server("pushes-any-pieces", "pushes the same whatever the pieces", server::any_pieces::<Bare>)
        .on(Dribble),
    Check::server("pushes-any-pieces", "pushes the same whatever the pieces", server::any_pieces::<Bare>)
        .on(Slice),
    Check::server(
        "rst-while-pushing",
        "survives clients that reset while it pushes",
        server::rst_while_pushing::<Bare>,
    ),
    Check::server("keeps-no-sockets", "closes its socket whatever ended the connection", |bench| {
        server::keeps_no_sockets::<Bare>(bench)
    }),
    Check::server("binds-its-address", "listens at the address it was given and no other", |bench| {
        server::binds_its_address::<Bare>(bench)
    }),
    Check::server(
        "says-why-it-cannot-bind",
        "says so and exits when its address is taken",
        answering::says_why_it_cannot_bind,
    ),
    Check::client("reports-reads", "reports its one read of everything", reports_reads).on(Glue),
    Check::client("reports-reads", "reports a read for every byte", reports_reads).on(Dribble),
    Check::client("reports-reads", "reports a read for every piece", reports_reads).on(Slice),
    Check::client("large-write", "reports several reads of one large write", large_write).on(Glue),
    Check::client("any-bytes", "counts bytes, be they text or not", any_bytes).on(Slice),
    Check::client("nothing-pushed", "reports no reads when the server ends at once", nothing_pushed),
    Check::client("ignores-input", "does not wait for its standard input", ignores_input).on(Slice),
    Check::client("reset-is-an-error", "says so and exits with 1 when the server resets (RST)", |bench| {
        client::rst_inside::<Bare>(bench)
    })
    .on(Kind::ends(Cut::Rst, 5)),
    Check::client("silence-is-no-end", "waits at rest when the server falls silent", |bench| {
        client::stall_inside::<Bare>(bench)
    })
    .on(Kind::ends(Cut::Stall, 5)),
    client::NOBODY,
];

/// What a client reports of reads of these lengths: each stretch is looked for by itself, in this order, so that
/// what a program prints around the bytes (`b'…'`) does not matter.
fn reported(stream: &[u8], reads: &[usize]) -> Vec<Vec<u8>> {
    let mut wanted = Vec::new();
    let mut offset = 0;
    for (number, len) in (1..).zip(reads) {
        let text = &stream[offset..offset + len];
        wanted.push(format!("read {number}: {len} bytes:").into_bytes());
        // What cannot be printed may be shown in any way.
        if text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
            wanted.push(text.to_vec());
        }
        offset += len;
    }
    wanted.push(format!("total: {offset} bytes in {} reads", reads.len()).into_bytes());
    wanted
}

/// The reads that a client must make of these writes on the check's wire.
fn expected_reads(bench: &Bench, seed: u64, writes: &[usize]) -> Vec<usize> {
    let total: usize = writes.iter().sum();
    let pieces = match bench.wire {
        Glue | Plain => vec![total],
        Dribble => vec![1; total],
        Slice => wire::slices(seed, Direction::ServerToClient, &[total]),
        Slow(_) | Kind::Fault(_) => writes.to_vec(),
    };
    let full = |piece: usize| (0..piece).step_by(1024).map(move |start| (piece - start).min(1024));
    pieces.into_iter().flat_map(full).collect()
}

/// The runner as the server: pushes `writes` through the check's wire, ends, and holds the client to its report.
fn pushed_to_client(bench: &mut Bench, writes: &[Vec<u8>], input_ends: bool) -> Outcome {
    let host = bench.host_behind_wire()?;
    let sizes: Vec<usize> = writes.iter().map(Vec::len).collect();
    let stream = writes.concat();
    let wire = bench.wire_to(host.addr, Vec::new(), vec![stream.len()])?;
    let reads = expected_reads(bench, wire.seed(), &sizes);
    let wanted = reported(&stream, &reads);
    let mut client = bench.client(wire.addr, &wanted)?;
    if input_ends {
        client.end_input();
    }
    let mut peer = bench.accept(&host, &client)?;
    stream::say(&mut peer, writes);
    peer.half_close();
    let after = "when the server has ended";
    let outcome = client
        .exits_well(after)
        .and_then(|()| client.printed_all(&wanted, |printed| of_report(printed, stream.len(), &reads)))
        .and_then(|()| one_total(&client))
        .and_then(|()| texts_stand_alone(&client, &stream));
    bench.ribbon = Some(ribbon(&wire, &client, sizes, reads, &stream, outcome.is_ok()));
    outcome
}

/// The sizes of the reads that a client says it made.
fn reported_sizes(printed: &str) -> Vec<usize> {
    let size = |line: &str| line.split_once(": ")?.1.split_once(" bytes:")?.0.parse().ok();
    printed.split("read ").skip(1).filter_map(size).collect()
}

/// The ribbon of what passed: the reads are those that were expected when the client's report is right, else those that
/// it reports, with the expected ones beside them. What the server was given to write is drawn only when just that passed.
fn ribbon(
    wire: &Wire,
    client: &Client,
    writes: Vec<usize>,
    expected: Vec<usize>,
    stream: &[u8],
    right: bool,
) -> Ribbon {
    let passed = wire.record.ribbon(Direction::ServerToClient);
    let same = stream.starts_with(&passed.bytes);
    let writes = if same { writes } else { Vec::new() };
    if right {
        return Ribbon { writes, reads: expected, ..passed };
    }
    let printed = client.program.stdout.kept();
    let reads = reported_sizes(&String::from_utf8_lossy(&printed));
    Ribbon { writes, reads, wanted: expected, ..passed }
}

/// Names the likely cause why a client reported something else than these reads of `total` bytes.
fn of_report(printed: &str, total: usize, reads: &[usize]) -> String {
    let told = |word: &str| {
        printed.rsplit_once(word).and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
    };
    let (bytes, count): (Option<usize>, Option<usize>) = (told("total: "), told(" bytes in "));
    let sizes = reported_sizes(printed);
    match (bytes, count) {
        _ if printed.contains("read 0:") => "reads are numbered from 1".into(),
        _ if sizes.contains(&0) => "a `read` of 0 bytes is the end, and no read to report".into(),
        (None, _) => "when `read` has returned 0, print the line `total: … bytes in … reads`".into(),
        (_, Some(1)) if reads.len() == 1 && bytes == Some(total) && !printed.contains(" in 1 reads") => {
            "the last line says `reads` always, also of one".into()
        }
        (_, Some(count)) if count == reads.len() + 1 && sizes.len() == reads.len() => {
            "the `read` that returns 0 is the end: it is not counted".into()
        }
        (Some(bytes), _) if bytes != sizes.iter().sum::<usize>() => {
            "the total is the sum of all reads, in bytes (not characters)".into()
        }
        (Some(bytes), _) if bytes < total && sizes.len() < reads.len() => {
            "the client stopped before the end: a short read is not the end, and no number of reads is; only 0 is".into()
        }
        (Some(bytes), _) if bytes < total && sizes.len() == reads.len() => {
            "bytes are to be counted, not characters: the number is what `read` returned".into()
        }
        _ if sizes.len() > reads.len() => "the buffer must hold 1024 bytes: these reads are smaller".into(),
        _ if sizes.len() < reads.len() => {
            "reads were joined before they were reported: report what each single `read` returned, when it returns".into()
        }
        _ => "print the bytes of each read as they came: all of them, and none that an earlier read left behind".into(),
    }
}

/// What stands beside a read's bytes on their line holds none of the letters that only the messages have.
fn texts_stand_alone(client: &Client, stream: &[u8]) -> Outcome {
    let printed = client.program.stdout.kept();
    if client::has_rest_of_buffer(&printed, &[stream.to_vec()]) {
        return broken(
            "the bytes of each read, and nothing behind them",
            "bytes of value 0 were printed, which the server never sent",
            client::WHOLE_BUFFER,
        );
    }
    for line in String::from_utf8_lossy(&printed).lines() {
        let Some((head, text)) = line.split_once(" bytes:") else { continue };
        let Some(len) = head.rsplit(' ').next().and_then(|len| len.parse::<usize>().ok()) else { continue };
        let letters = text.chars().filter(|c| LETTERS.contains(&(*c as u8))).count();
        if letters > len {
            return broken(
                format!("{len} bytes on the line of this read"),
                format!("more: \"{}\"", text.trim_start().escape_default()),
                "bytes that an earlier read left in the buffer were printed too: only the first `n` are new",
            );
        }
    }
    Ok(())
}

/// The total is told once, after every read.
fn one_total(client: &Client) -> Outcome {
    let printed = client.program.stdout.kept();
    let printed = String::from_utf8_lossy(&printed);
    let reads = printed.matches(" bytes: ").count();
    let at = printed.find("total: ").map_or(0, |at| printed[at..].matches(" bytes: ").count());
    if printed.matches("total: ").count() == 1 && at == 0 {
        return Ok(());
    }
    broken(
        "one line `total: …`, after all reads",
        format!("{} such lines among {reads} reads", printed.matches("total: ").count()),
        "print the total once, when `read` has returned 0",
    )
}

fn reports_reads(bench: &mut Bench) -> Outcome {
    let mut messages = three_messages(bench);
    // Blanks at both ends are bytes of the message like any other.
    messages[0].insert_str(0, "  ");
    messages[2].push_str("  ");
    let writes = messages.into_iter().map(String::into_bytes).collect::<Vec<_>>();
    pushed_to_client(bench, &writes, true)
}

fn ignores_input(bench: &mut Bench) -> Outcome {
    let writes = three_messages(bench).into_iter().map(String::into_bytes).collect::<Vec<_>>();
    let outcome = pushed_to_client(bench, &writes, false);
    match &outcome {
        Err(stop) if stop.says("standard input") => because(
            outcome,
            "this client only listens: it must not wait for its standard input, nor for its end",
        ),
        _ => outcome,
    }
}

fn large_write(bench: &mut Bench) -> Outcome {
    let n = bench.rng.usize(4100..6000);
    let text = random_from(bench, LETTERS, n);
    pushed_to_client(bench, &[text.into_bytes()], true)
}

fn any_bytes(bench: &mut Bench) -> Outcome {
    let mut bytes = "粘包 é\r\n\t  ".as_bytes().to_vec();
    bytes.extend([0, 0xff, 0xfe, 0x80, b'\n', b' ']);
    pushed_to_client(bench, &[bytes], true)
}

fn nothing_pushed(bench: &mut Bench) -> Outcome {
    let host = bench.host()?;
    let wanted = vec![b"total: 0 bytes in 0 reads".to_vec()];
    let mut client = bench.client(host.addr, &wanted)?;
    client.end_input();
    bench.accept(&host, &client)?.close();
    client.exits_well("when the server has ended")?;
    client.printed_all(&wanted, |printed| of_report(printed, 0, &[]))
}

/// No framing at all.
pub struct Bare;

impl Push for Bare {
    const ENDS: &str = "its `read` ends";
    const HOW: &str = "each `read` is told, and 0 bytes are the end";
    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>) {
        (Vec::new(), vec![messages.concat().len()])
    }

    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome {
        stream::hear(server, peer, messages)
    }

    fn hear_any(_: &Server, peer: &mut Peer) -> Outcome<usize> {
        stream::hear_any(peer)
    }

    fn say(peer: &mut Peer, messages: &[Vec<u8>], _: &dyn Fn(u64)) -> Outcome {
        stream::say(peer, messages);
        Ok(())
    }

    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding> {
        stream::servers_fault(messages.concat().as_bytes(), passed)
    }

    fn predicted(_: &[Vec<u8>], _: &[Vec<u8>]) -> Option<Prediction> {
        None // Its client reports reads, and is right about them on every wire.
    }
}

/// Both programs on a wire that decides what the client reads.
fn pair_on_a_wire(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let stream = messages.concat().into_bytes();
    let sizes: Vec<usize> = messages.iter().map(String::len).collect();
    let server = bench.server_with(&messages)?;
    let wire = bench.wire_to(server.addr, Vec::new(), vec![stream.len()])?;
    let reads = expected_reads(bench, wire.seed(), &sizes);
    let wanted = reported(&stream, &reads);
    let mut client = bench.client(wire.addr, &wanted)?;
    client.end_input();
    let outcome = client
        .exits_well("when the server has ended")
        .and_then(|()| client.printed_all(&wanted, |printed| of_report(printed, stream.len(), &reads)));
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
    for line in String::from_utf8_lossy(&client.program.stdout.kept()).lines().take(8) {
        bench.scene.push((Role::Client, format!("(printed) {line}")));
    }
    // A client that ends early leaves the rest on the wire; that is not the server's doing.
    let client_left = client.program.exit().is_some() && !fin && passed < stream.len();
    let whole = passed == stream.len() && fin;
    let servers_fault = !stream.starts_with(&carried.bytes) || (!whole && !client_left);
    let shown = carried.bytes.escape_ascii().to_string();
    bench.ribbon = Some(ribbon(&wire, &client, sizes, reads, &stream, outcome.is_ok()));
    if outcome.is_ok() || !servers_fault {
        return outcome.map_err(|stop| blame(stop, Half::Client));
    }
    Finding {
        at_fault: Some(Half::Server),
        ..Finding::new(
            format!("the server pushes \"{}\" and ends", stream.escape_ascii()),
            format!("{passed} bytes passed: \"{shown}\""),
            "mend the server: its own checks tell more",
        )
    }
    .broken()
}

/// Both programs with nothing between them that decides: the report must add up; how many reads it took is told as
/// "k of n" and judges nothing.
fn pair_on_plain(bench: &mut Bench) -> Outcome {
    const RUNS: usize = 5;
    let messages = three_messages(bench);
    let total = messages.concat().len();
    let server = bench.server_with(&messages)?;
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..RUNS {
        let wire = bench.wire_to(server.addr, Vec::new(), Vec::new())?;
        let mut client = bench.client(wire.addr, &[])?;
        client.end_input();
        let ended = client.exits_well("when the server has ended");
        let fin = wire.record.has_fin(Direction::ServerToClient);
        if let (Err(_), Some(stop)) = (&ended, pushing::other_protocol(&server, &wire.record)) {
            return Err(stop);
        }
        ended.map_err(|stop| blame(stop, if fin { Half::Client } else { Half::Server }))?;
        client.program.end();
        let printed = String::from_utf8_lossy(&client.program.stdout.kept()).into_owned();
        let reads = printed.split("total: ").nth(1).and_then(|line| {
            let (bytes, rest) = line.split_once(" bytes in ")?;
            let reads = rest.split_once(" reads")?.0.parse::<usize>().ok()?;
            (bytes.parse() == Ok(total)).then_some(reads)
        });
        let Some(reads) = reads else {
            let ribbon = wire.record.ribbon(Direction::ServerToClient);
            let whole = messages.concat().as_bytes() == ribbon.bytes
                && wire.record.has_fin(Direction::ServerToClient);
            let got = printed.lines().last().unwrap_or("nothing").to_string();
            let finding = Finding::new(
                format!("the client's report ends with `total: {total} bytes in … reads`"),
                format!("it ends with `{got}`"),
                match whole {
                    true => "count the bytes of every read until `read` returns 0, and print the total once",
                    false => "the server did not push just its messages: its own checks tell more",
                },
            );
            let half = if whole { Half::Client } else { Half::Server };
            return Finding { at_fault: Some(half), ..finding }.broken();
        };
        *counts.entry(reads).or_default() += 1;
    }
    let plural = |reads: &usize| if *reads == 1 { "1 read".into() } else { format!("{reads} reads") };
    let luck: Vec<String> =
        counts.iter().map(|(reads, k)| format!("{} in {k} of {RUNS} runs", plural(reads))).collect();
    bench.notes.push(format!(
        "{} messages took {}: luck, which judges nothing",
        messages.len(),
        luck.join(", ")
    ));
    Ok(())
}

/// Whether the reads that the client reports are just the messages that the server wrote: what a program counts on that
/// knows no framing. For the comparison; no verdict.
///
/// # Errors
/// The finding that one of the two did not keep to the protocol.
pub fn reads_are_messages(bench: &mut Bench) -> Outcome<bool> {
    let messages = pushing::long_messages::<Bare>(bench);
    let sizes: Vec<usize> = messages.iter().map(String::len).collect();
    let server = bench.server_with(&messages)?;
    let wire = pushing::wire_to::<Bare>(bench, server.addr, &messages)?;
    let mut client = bench.client(wire.addr, &[])?;
    client.end_input();
    client.exits_well("when the server has ended")?;
    client.program.end();
    Ok(reported_sizes(&String::from_utf8_lossy(&client.program.stdout.kept())) == sizes)
}
