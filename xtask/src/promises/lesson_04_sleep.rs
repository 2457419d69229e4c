//! Lesson 04: a pause between the messages, and a client that takes each read for a message.

use super::inputs::random_from;
use super::pushing::client::{cut_off, hears_messages};
use super::pushing::printed::{cause_of_labels, printed_as};
use super::pushing::{LETTERS, Prediction, Push, Traffic, bytes_of, pair, server, stream, three_messages};
use super::{
    Check, accept_fails, any_client, any_server, client, default_address, output_fails, pushing, server,
};
use crate::bench::{Bench, Peer, Server};
use crate::finding::{Finding, Outcome, broken, count};
use crate::wire::Cut;
use crate::wire::Kind::{self, Glue, Plain};
use std::time::{Duration, Instant};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Sleep as pair::Rows>::PAIR,
    <Sleep as server::Rows>::SERVER,
    SERVER,
    <Sleep as pushing::writes::Rows>::PUSHES_ALL,
    <Sleep as pushing::waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Sleep as accept_fails::PushedRows>::ACCEPT,
    default_address::SERVER,
    <Sleep as pushing::client::Rows>::PRINTER,
    CLIENT,
    <Sleep as pushing::client::Rows>::LISTENER,
    <Sleep as pushing::waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Sleep as output_fails::PushedRows>::OUTPUT,
    default_address::CLIENT,
];

const SERVER: &[Check] = &[
    server!("pauses", "pauses half a second between messages", pauses).long(),
    server!("leaves-between", "survives a client that leaves between two messages", leaves_between)
        .after(&["pushes-to-each"])
        .long(),
];

const CLIENT: &[Check] = &[
    client!("many-messages", "prints one message after the other, whatever their number", many_messages),
    client!("long-message", "prints a message for each read of 1024 bytes", long_message).on(&[Glue]),
    client!("end-is-the-end", "exits with 0 whenever the server ends (FIN)", end_is_the_end)
        .on(&[Kind::ends(Cut::Fin, 5)]),
];

/// No framing; a pause between messages.
pub struct Sleep;

/// The shortest pause that passes (DESIGN: 500 ms; this leaves some tolerance for clocks).
const PAUSE: Duration = Duration::from_millis(450);

impl Push for Sleep {
    const INSIDE: u64 = 5;
    const PRINTS_TITLES: &'static [(Kind, &'static str)] = &[(Plain, "prints a message for each read")];
    const ENDS: &'static str = "its `read` ends";
    const HOW: &'static str = "each `read` is a message, and 0 bytes are the end";
    const PAUSES: bool = true;

    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>) {
        (Vec::new(), vec![messages.concat().len()])
    }

    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome {
        stream::hear(server, peer, messages)
    }

    fn hear_any(_: &Server, peer: &mut Peer) -> Outcome<usize> {
        stream::hear_any(peer)
    }

    fn say(peer: &mut Peer, messages: &[Vec<u8>], taken: &dyn Fn(u64)) -> Outcome {
        let mut sent = 0;
        for message in messages {
            stream::say(peer, std::slice::from_ref(message));
            sent += message.len() as u64;
            taken(sent);
        }
        Ok(())
    }

    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding> {
        stream::servers_fault(messages.concat().as_bytes(), passed)
    }

    fn predicted(messages: &[Vec<u8>], pieces: &[Vec<u8>]) -> Option<Prediction> {
        stream::predicted(messages, pieces)
    }
}

/// Checks that no message comes before its pauses are over: at one client, then at another one that has half-closed.
fn pauses(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let mut server = bench.server_with(&messages)?;
    let took = paused(bench, &mut server, &messages, false)?;
    paused(bench, &mut server, &messages, true)?;
    let each = took / (messages.len() as u32 - 1);
    bench.notes.push(format!(
        "{} messages took {} ms: {} ms for each after the first",
        messages.len(),
        took.as_millis(),
        each.as_millis()
    ));
    Ok(())
}

/// Hears the messages, checks that none came early, and returns how long they took. Only a pause that is too short is
/// sure: the runner may be late, the server may not be early.
fn paused(
    bench: &mut Bench,
    server: &mut Server,
    messages: &[String],
    half_close: bool,
) -> Outcome<Duration> {
    let start = Instant::now();
    let mut peer = bench.connect(server)?;
    if half_close {
        peer.half_close();
    }
    let (mut took, mut first) = (Duration::ZERO, None);
    for (n, message) in (0_u32..).zip(messages) {
        let heard = peer.hear(message.len());
        took = start.elapsed();
        let first = *first.get_or_insert(took);
        if heard.ending.is_some() && half_close {
            break; // Other checks judge whether the messages come, and whether a FIN ends them.
        }
        if let Some(ending) = &heard.ending {
            // Another check judges which bytes they are; without them there is nothing to judge here.
            return broken(
                format!("{} messages, each but the first after a pause of 500 ms", messages.len()),
                format!("{} of message {}; then the server {ending}", count(heard.bytes.len()), n + 1),
                "the server must push all its messages to each client, and only then close",
            );
        }
        if took < PAUSE * n {
            // Before the first one passed a pause, and less than one passed from there to this one.
            let slept_before_the_first = first >= PAUSE && took - first < PAUSE;
            let cause = match half_close {
                true => {
                    "the pause must not depend on what the client sends, nor on whether it ends: each \
                     client gets it, every time"
                }
                false if slept_before_the_first => {
                    "it slept before the first message and not between: sleep between one message and the next, each time"
                }
                false => {
                    "between one message and the next the server must sleep 500 ms (before the first one \
                     and after the last one that is needless)"
                }
            };
            return broken(
                format!(
                    "message {} at least {enough} ms after the connection ({} 500 ms; {enough} are enough)",
                    n + 1,
                    if n == 1 { "a pause is".to_string() } else { format!("{n} pauses are {n} times") },
                    enough = (PAUSE * n).as_millis(),
                ),
                match slept_before_the_first {
                    true => format!(
                        "nothing came for {} ms, then messages 1 to {} within {} ms",
                        first.as_millis(),
                        n + 1,
                        (took - first).as_millis() + 1
                    ),
                    false => format!("it came after {} ms", took.as_millis()),
                },
                cause,
            );
        }
    }
    Ok(took)
}

/// Leaves between two messages, with nothing unread: RST answers the server's next write, and the write after that
/// meets a connection that is gone.
fn leaves_between(bench: &mut Bench) -> Outcome {
    let messages = three_messages(bench);
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    let _ = peer.hear(messages[0].len());
    peer.close();
    let mut peer = bench.connect(&mut server)?;
    let heard = Sleep::hear(&server, &mut peer, &messages);
    server.alive("a client that left between two messages")?;
    heard
}

/// Sends a message longer than the buffer: it takes several reads, so the client prints several messages.
fn long_message(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 3000).into_bytes();
    let wanted: Vec<Vec<u8>> = message.chunks(1024).map(<[u8]>::to_vec).collect();
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), vec![message.len()])?;
    let mut client = bench.client(wire.addr, &printed_as(&wanted))?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    stream::say(&mut peer, &[message]);
    peer.half_close();
    client.exits_well("when the server has ended")?;
    client.printed_bytes(&printed_as(&wanted), |printed| {
        let cause = "the buffer holds 1024 bytes, and each `read` is a message, a full one too: print what one read \
                     returned, no more and no less";
        cause_of_labels(printed, &wanted).unwrap_or(cause.into())
    })
}

/// Sends twelve messages: each read is a message, whatever their number and length.
fn many_messages(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (0..12).map(|n| random_from(bench, LETTERS, 1 + n * 80)).collect();
    hears_messages::<Sleep>(bench, &bytes_of(&messages), true)
}

/// Ends (FIN) inside a message. Without framing no message can be cut off: what came before FIN is the message.
fn end_is_the_end(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<Sleep>(bench)?;
    client.exits_well("when the server has ended")
}
