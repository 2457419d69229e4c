//! Lesson 04: a pause between the messages, and a client that takes each read for one.

use super::answering;
use super::common::random_from;
use super::pushing::{LETTERS, Prediction, Push, Traffic, client, pair, server, stream, three_messages};
use crate::bench::peer::Peer;
use crate::bench::{Bench, Server};
use crate::finding::{Finding, Outcome, broken, count};
use crate::promises::Check;
use crate::wire::Cut;
use crate::wire::Kind;
use crate::wire::Kind::{Dribble, Glue, Slice};
use std::time::{Duration, Instant};

/// The promises of lesson 04.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Sleep>).long(),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Sleep>)
        .on(Glue)
        .long(),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Sleep>)
        .on(Dribble)
        .long(),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Sleep>)
        .on(Slice)
        .long(),
    Check::server("pauses", "pauses half a second between messages", pauses).long(),
    Check::server("pushes-messages", "pushes exactly its messages, then ends", server::messages::<Sleep>)
        .long(),
    Check::server("pushes-large", "pushes a message larger than any buffer", server::large::<Sleep>),
    Check::server(
        "pushes-to-each",
        "pushes the same to one client after the other",
        server::to_each::<Sleep>,
    )
    .long(),
    Check::server(
        "pushes-defaults",
        "pushes messages of its own when it is given none",
        server::defaults::<Sleep>,
    )
    .long(),
    Check::server("rst-while-pushing", "survives clients that reset while it pushes", |bench| {
        server::rst_while_pushing::<Sleep>(bench)
    })
    .long(),
    Check::server("leaves-between", "survives a client that leaves between two messages", leaves_between)
        .long(),
    Check::server("keeps-no-sockets", "closes its socket whatever ended the connection", |bench| {
        server::keeps_no_sockets::<Sleep>(bench)
    }),
    Check::server("binds-its-address", "listens at the address it was given and no other", |bench| {
        server::binds_its_address::<Sleep>(bench)
    }),
    Check::server(
        "says-why-it-cannot-bind",
        "says so and exits when its address is taken",
        answering::says_why_it_cannot_bind,
    ),
    Check::client("prints-messages", "prints a message for each read", client::messages::<Sleep>),
    Check::client("prints-messages", "prints each message as it was sent", client::messages::<Sleep>)
        .on(Glue),
    Check::client("prints-messages", "prints each message as it was sent", client::messages::<Sleep>)
        .on(Dribble),
    Check::client("prints-messages", "prints each message as it was sent", client::messages::<Sleep>)
        .on(Slice),
    Check::client("many-messages", "prints one message after the other, whatever their number", many),
    Check::client("long-message", "prints a message for each read of 1024 bytes", long_message).on(Glue),
    Check::client("any-bytes", "prints messages that are no text", client::any_bytes::<Sleep>),
    Check::client(
        "nothing-pushed",
        "exits with 0 when the server ends at once",
        client::nothing_pushed::<Sleep>,
    ),
    Check::client("ignores-input", "does not wait for its standard input", client::ignores_input::<Sleep>),
    Check::client("end-is-the-end", "exits with 0 whenever the server ends (FIN)", ends_anywhere)
        .on(Kind::ends(Cut::Fin, 5)),
    Check::client("reset-is-an-error", "says so and exits with 1 when the server resets (RST)", |bench| {
        client::rst_inside::<Sleep>(bench)
    })
    .on(Kind::ends(Cut::Rst, 5)),
    Check::client("silence-is-no-end", "waits at rest when the server falls silent", |bench| {
        client::stall_inside::<Sleep>(bench)
    })
    .on(Kind::ends(Cut::Stall, 5)),
    client::NOBODY,
];

/// No framing; a pause between messages.
pub struct Sleep;

/// What each pause between two messages adds at the least (DESIGN: 500 ms, with some tolerance for clocks).
const PAUSE: Duration = Duration::from_millis(450);

impl Push for Sleep {
    const ENDS: &str = "its `read` ends";
    const HOW: &str = "each `read` is a message, and 0 bytes are the end";
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

/// Messages arrive no earlier than the pauses before them allow, also at a second client, and at one that has ended its
/// own side.
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

/// Hears the messages, and holds that none came too early; how long it took. Only too short a pause can be seen for
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
    let mut took = Duration::ZERO;
    for (n, message) in (0_u32..).zip(messages) {
        let heard = peer.hear(message.len());
        took = start.elapsed();
        if heard.ending.is_some() && half_close {
            break; // That the messages come is another check's business, and so it is whether a FIN ends them.
        }
        if let Some(ending) = &heard.ending {
            // Which bytes they are is another check's business; without them, there is nothing to judge here.
            return broken(
                format!("{} messages, each after a pause of 500 ms but the first", messages.len()),
                format!("{} of message {}; then the server {ending}", count(heard.bytes.len()), n + 1),
                "the server must push all its messages to each client, and only then close",
            );
        }
        if took < PAUSE * n {
            let cause = match half_close {
                true => {
                    "the pause does not hang on what the client says or ends: each client gets it, every time"
                }
                false => {
                    "between one message and the next the server must sleep 500 ms (not after the last one, nor \
                     before the first)"
                }
            };
            return broken(
                format!(
                    "message {} no earlier than {} ms after the connection",
                    n + 1,
                    (PAUSE * n).as_millis()
                ),
                format!("it came after {} ms", took.as_millis()),
                cause,
            );
        }
    }
    Ok(took)
}

/// A client that has read everything and leaves between two messages: the next write meets its RST, and the one after
/// that a connection that is gone.
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

/// A message longer than the buffer is as many reads as it takes, and so as many messages.
fn long_message(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 3000).into_bytes();
    let wanted: Vec<Vec<u8>> = message.chunks(1024).map(<[u8]>::to_vec).collect();
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), vec![message.len()])?;
    let mut client = bench.client(wire.addr, &client::printed_as(&wanted))?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    stream::say(&mut peer, &[message]);
    peer.half_close();
    client.exits_well("when the server has ended")?;
    client.printed_all(&client::printed_as(&wanted), |_| {
        "the buffer holds 1024 bytes, and each `read` is a message, a full one too: print what one read returned, no \
         more and no less"
            .into()
    })
}

/// Every read is taken for a message, so there are never too many, and each is as long as it came.
fn many(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (0..12).map(|n| random_from(bench, LETTERS, 1 + n * 80)).collect();
    client::is_told::<Sleep>(bench, &super::pushing::bytes_of(&messages), true)
}

/// There is no inside of a message here: whatever came before the end is one.
fn ends_anywhere(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = client::cut_off::<Sleep>(bench)?;
    client.exits_well("when the server has ended")
}
