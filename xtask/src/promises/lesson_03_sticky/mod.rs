//! Lesson 03: the server pushes, the client reports its reads, and the wire decides what those reads are.

mod pair;
mod protocol;
mod report;

pub use pair::{reads_are_messages, without_wire};
pub use protocol::Bare;

use super::inputs::random_from;
use super::pushing::{self, LETTERS, Traffic, server, spoke, stream, three_messages};
use super::{
    Check, accept_fails, any_client, any_server, client, default_address, empty_buffer, output_fails,
};
use crate::bench::Bench;
use crate::finding::{Half, Outcome, Symptom, because};
use crate::wire::Kind::{Dribble, Glue, Slice};
use crate::wire::Reading;
use report::{Known, cause_of_report, expected_reads, one_total, reported, ribbon, texts_stand_alone};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    pair::PAIR,
    <Bare as server::Rows>::SERVER,
    <Bare as pushing::writes::Rows>::PUSHES_ALL,
    <Bare as pushing::waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Bare as accept_fails::PushedRows>::ACCEPT,
    default_address::SERVER,
    CLIENT,
    <Bare as pushing::client::Rows>::LISTENER,
    <Bare as pushing::waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Bare as output_fails::PushedRows>::OUTPUT,
    default_address::CLIENT,
];

const CLIENT: &[Check] = &[
    client!("reports-reads", "reports a read for every piece", reports_reads)
        .on(&[Glue, Dribble, Slice])
        .titled(&[(Glue, "reports its one read of everything"), (Dribble, "reports a read for every byte")]),
    client!("large-write", "reports several reads of one large write", large_write).on(&[Glue]),
    client!("any-bytes", "counts bytes, whether they are text or not", any_bytes).on(&[Slice]),
    client!("nothing-pushed", "reports no reads when the server ends at once", nothing_pushed),
    client!("ignores-input", "does not wait for its standard input", ignores_input).on(&[Slice]),
];

/// Acts as the server: pushes `writes` through the check's wire, ends, and checks the client's report.
fn pushed_to_client(bench: &mut Bench, writes: &[Vec<u8>], input_ends: bool) -> Outcome {
    let outcome = all_pushed_to_client(bench, writes, input_ends);
    empty_buffer::explained_listener(bench, outcome)
}

fn all_pushed_to_client(bench: &mut Bench, writes: &[Vec<u8>], input_ends: bool) -> Outcome {
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
        .and_then(|()| {
            client.printed_bytes(&wanted, |printed| {
                let reading = bench.read_by_client(&wire);
                cause_of_report(printed, Known { stream: &stream, reads: &reads, reading })
            })
        })
        .and_then(|()| {
            spoke::<Bare>(&Traffic::of(&wire.record, true)).map_or(Ok(()), |it| it.of(Half::Client).broken())
        })
        .and_then(|()| one_total(&client))
        .and_then(|()| texts_stand_alone(&client, &stream));
    bench.ribbon = Some(ribbon(&wire, &client, sizes, reads, &stream, outcome.is_ok()));
    outcome
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
        Err(stop) if stop.symptom() == (Symptom::StillWaits { on_input: true }) => because(
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
    let known = Known { stream: &[], reads: &[], reading: Reading::default() };
    client.printed_bytes(&wanted, |printed| cause_of_report(printed, known))
}
