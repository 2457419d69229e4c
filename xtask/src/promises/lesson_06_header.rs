//! Lesson 06: a length, a JSON header, a body; right on every wire.

use super::answering;
use super::common::random_from;
use super::frames::{MAX_BODY, MAX_HEADER, frame, frame_with};
use super::nagle;
use super::pushing::framed::Framed;
use super::pushing::{LETTERS, Push, client, pair, server};
use crate::bench::Bench;
use crate::finding::{Outcome, because, count};
use crate::promises::Check;
use crate::wire::Cut;
use crate::wire::Kind;
use crate::wire::Kind::{Dribble, Glue, Slice, Slow};

/// The promises of lesson 06.
pub const CHECKS: &[Check] = &[
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Framed>),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Framed>).on(Glue),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Framed>).on(Dribble),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Framed>).on(Slice),
    Check::pair("pair-messages", "each message arrives as it was sent", pair::messages::<Framed>)
        .on(Slow(20)),
    Check::server(
        "pushes-messages",
        "pushes a frame for each message, then ends",
        server::messages::<Framed>,
    ),
    Check::server("announces-empty", "pushes a frame for an empty message, too", empty_message),
    Check::server("six-hundred", "pushes six hundred messages", many_messages),
    Check::server("pushes-large", "pushes a message larger than any buffer", server::large::<Framed>),
    Check::server(
        "pushes-to-each",
        "pushes the same to one client after the other",
        server::to_each::<Framed>,
    ),
    Check::server(
        "pushes-defaults",
        "pushes messages of its own when it is given none",
        server::defaults::<Framed>,
    ),
    Check::server("pushes-any-pieces", "pushes the same whatever the pieces", server::any_pieces::<Framed>)
        .on(Slice),
    Check::server("rst-while-pushing", "survives clients that reset while it pushes", |bench| {
        server::rst_while_pushing::<Framed>(bench)
    }),
    Check::server("whole-frames", "pushes a small frame whole", whole_frames),
    Check::server("keeps-no-sockets", "closes its socket whatever ended the connection", |bench| {
        server::keeps_no_sockets::<Framed>(bench)
    }),
    Check::server("binds-its-address", "listens at the address it was given and no other", |bench| {
        server::binds_its_address::<Framed>(bench)
    }),
    Check::server(
        "says-why-it-cannot-bind",
        "says so and exits when its address is taken",
        answering::says_why_it_cannot_bind,
    ),
    Check::client("prints-messages", "prints the message of each frame", client::messages::<Framed>),
    Check::client("prints-messages", "prints the message of each frame", client::messages::<Framed>).on(Glue),
    Check::client("prints-messages", "prints the message of each frame", client::messages::<Framed>)
        .on(Dribble),
    Check::client("prints-messages", "prints the message of each frame", client::messages::<Framed>)
        .on(Slice),
    Check::client("many-messages", "prints one message after the other, whatever their number", |bench| {
        client::many::<Framed>(bench)
    })
    .on(Glue),
    Check::client("any-bytes", "prints messages that are no text", client::any_bytes::<Framed>).on(Slice),
    Check::client("empty-message", "prints messages of no bytes", client::empty::<Framed>),
    Check::client("large-message", "prints a message of 8 MiB", large_message).long(),
    Check::client("longest-header", "reads a header of 64 KiB", longest_header),
    Check::client("other-keys", "ignores other keys and blanks in the header", other_keys),
    Check::client("largest-body", "reads on for a body of 64 MiB, the largest", largest_body),
    Check::client(
        "refuses-long-headers",
        "refuses a header over 64 KiB before it takes memory for it",
        refuses_long_headers,
    ),
    Check::client(
        "refuses-long-bodies",
        "refuses a body over 64 MiB before it takes memory for it",
        refuses_long_bodies,
    ),
    Check::client("refuses-bad-headers", "refuses a header without a whole `data_size`", refuses_bad_headers)
        .long(),
    Check::client(
        "end-at-each-offset",
        "an end inside a frame is an error, between frames it is the end",
        end_at_each_offset,
    )
    .long(),
    Check::client(
        "nothing-pushed",
        "exits with 0 when the server ends at once",
        client::nothing_pushed::<Framed>,
    ),
    Check::client("ignores-input", "does not wait for its standard input", client::ignores_input::<Framed>),
    Check::client("end-inside", "says so and exits with 1 when the server ends inside a message", |bench| {
        client::fin_inside::<Framed>(bench)
    })
    .on(Kind::ends(Cut::Fin, 30)),
    Check::client("reset-is-an-error", "says so and exits with 1 when the server resets (RST)", |bench| {
        client::rst_inside::<Framed>(bench)
    })
    .on(Kind::ends(Cut::Rst, 30)),
    Check::client(
        "reset-between",
        "says so and exits with 1 when the server resets between two frames",
        client::rst_between::<Framed>,
    )
    .on(Kind::ends(Cut::Rst, 35)),
    Check::client("silence-is-no-end", "waits at rest when the server falls silent", |bench| {
        client::stall_inside::<Framed>(bench)
    })
    .on(Kind::ends(Cut::Stall, 30)),
    client::NOBODY,
];

fn empty_message(bench: &mut Bench) -> Outcome {
    let messages = vec![String::new(), random_from(bench, LETTERS, 11), String::new(), String::new()];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    Framed::hear(&server, &mut peer, &messages)
}

/// More messages than one vectored write takes (IOV_MAX, 1024 on Linux).
fn many_messages(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (0..600).map(|n| random_from(bench, LETTERS, 1 + n % 5)).collect();
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    Framed::hear(&server, &mut peer, &messages)
}

/// A frame that leaves in several writes is right, but slow wherever an answer is waited for. It is told, with what that
/// costs: the kernel counts the segments, and the cost is measured here and now between two sockets of the runner's.
fn whole_frames(bench: &mut Bench) -> Outcome {
    let messages = vec![random_from(bench, LETTERS, 12)];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    peer.delay_acknowledgements();
    Framed::hear(&server, &mut peer, &messages)?;
    let segments = peer.segments().unwrap_or(1);
    if segments > 1 {
        let cost = match nagle::cost() {
            Some(cost) => {
                format!("{:.0} ms a message on this machine, measured now", cost.as_secs_f64() * 1e3)
            }
            None => "some 40 ms a message on Linux".to_string(),
        };
        bench.notes.push(format!(
            "right, but slow: one small frame came in {segments} segments, so it was written in parts. Where an answer \
             is waited for, that costs {cost}, unless TCP_NODELAY is set: Nagle's algorithm holds the second part back until the first is \
             acknowledged. Write a frame at once"
        ));
    }
    Ok(())
}

fn large_message(bench: &mut Bench) -> Outcome {
    let messages =
        [random_from(bench, LETTERS, 8 << 20).into_bytes(), random_from(bench, LETTERS, 9).into_bytes()];
    client::is_told::<Framed>(bench, &messages, true)
}

/// The runner as the server: says these bytes, ends, and holds the client to printing these messages.
fn told_frames(bench: &mut Bench, bytes: &[u8], messages: &[Vec<u8>], cause: &str) -> Outcome {
    let host = bench.host()?;
    let wanted = client::printed_as(messages);
    let mut client = bench.client(host.addr, &wanted)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.say(bytes);
    peer.half_close();
    because(client.exits_well("when the server has ended between two frames"), cause)?;
    client.printed_all(&wanted, |_| cause.to_string())
}

fn longest_header(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 11).into_bytes();
    let header = format!("{{\"data_size\":{}}}", message.len());
    let header = format!("{}{header}", " ".repeat(MAX_HEADER - header.len()));
    let bytes = [frame_with(&header, &message), frame(&message)].concat();
    told_frames(
        bench,
        &bytes,
        &[message.clone(), message],
        "a header of exactly 64 KiB (65536 bytes) is allowed; blanks are JSON, and the header comes in as many reads as \
         it takes",
    )
}

fn other_keys(bench: &mut Bench) -> Outcome {
    let (one, two) = (random_from(bench, LETTERS, 11), random_from(bench, LETTERS, 13));
    let headers = [
        format!(
            "{{\"name\":\"\\\"data_size\\\":3\",\"inner\":{{\"data_size\":7}},\"list\":[1,{{}}],\"data_size\":{}}}",
            one.len()
        ),
        format!("\r\n{{ \"data_size\" :\t{} ,\n\"é\" : null, \"more\": -1.5e3 }} ", two.len()),
    ];
    let bytes = [frame_with(&headers[0], one.as_bytes()), frame_with(&headers[1], two.as_bytes())].concat();
    told_frames(
        bench,
        &bytes,
        &[one.into_bytes(), two.into_bytes()],
        "the header is a JSON object: parse it as JSON, take `data_size` from it, and ignore every other key (a search \
         for text finds the wrong one)",
    )
}

/// The runner tells a client the start of a frame, and keeps the connection open; the client must refuse it.
fn refuses(bench: &mut Bench, bytes: &[u8], what: &str, cause: &str) -> Outcome {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    // A program that takes memory for what is only announced gets none: see `limit_memory`.
    client.wait_idle();
    client.limit_memory();
    let _ = peer.say(bytes);
    because(client.exits_with_error(&format!("at {what}")), cause)
}

fn largest_body(bench: &mut Bench) -> Outcome {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.say(&frame_with(&format!("{{\"data_size\":{MAX_BODY}}}"), b"only this"));
    let outcome =
        client.waits_at_rest(|| peer.is_taken(), "a body of exactly 64 MiB (67108864 bytes) is announced");
    because(outcome, "64 MiB is the largest body, and allowed: only more is refused")?;
    peer.close();
    client.exits_with_error("when the server ends inside a message")
}

const BEFORE: &str = "check the announced size before anything is allocated or read for it: whoever writes four bytes \
                      must not decide how much memory you take";

fn refuses_long_headers(bench: &mut Bench) -> Outcome {
    for length in [MAX_HEADER as u32 + 1, u32::MAX, 0x0100_0000] {
        refuses(bench, &length.to_be_bytes(), &format!("a header of {length} bytes"), BEFORE)?;
    }
    // Who takes three of the four bytes sees a right frame here.
    let three = [&0x0100_0010_u32.to_be_bytes()[..], b"{\"data_size\": 2}QX"].concat();
    refuses(bench, &three, "a header of 16777232 bytes", BEFORE)?;
    // Also when the header, and a frame that is right but for that, follows.
    let header = format!("{}{{\"data_size\":2}}", " ".repeat(MAX_HEADER));
    refuses(bench, &frame_with(&header, b"QX"), &format!("a header of {} bytes", header.len()), BEFORE)?;
    Ok(())
}

fn refuses_long_bodies(bench: &mut Bench) -> Outcome {
    for size in [MAX_BODY as u64 + 1, 1 << 40, u64::MAX] {
        let header = format!("{{\"data_size\":{size}}}");
        refuses(bench, &frame_with(&header, b"QXZ"), &format!("a body of {size} bytes"), BEFORE)?;
    }
    let header = format!("{{\"data_size\":{}}}", "9".repeat(40));
    refuses(bench, &frame_with(&header, b"QXZ"), "a `data_size` of forty digits", BEFORE)?;
    Ok(())
}

fn refuses_bad_headers(bench: &mut Bench) -> Outcome {
    let headers = [
        "",
        "{}",
        "{\"size\":3}",
        "{\"data_size\":-3}",
        "{\"data_size\":3.0}",
        "{\"data_size\":3e0}",
        "{\"data_size\":\"3\"}",
        "{\"data_size\":null}",
        "{\"data_size\":true}",
        "{\"data_size\":3",
        "3",
        "[{\"data_size\":3}]",
        "data_size=3",
        "{\"data_size\":03}",
        "{\"data_size\":3}x",
        "{'data_size':3}",
        "\u{0}",
    ];
    for header in headers {
        let what = format!("the header `{}`", header.escape_debug());
        refuses(
            bench,
            &frame_with(header, b"QXZ"),
            &what,
            "a header is one JSON object with a `data_size` that is a whole number of at least 0, written without sign, \
             fraction or exponent; everything else is an error that the client names",
        )?;
    }
    Ok(())
}

/// The server ends after every possible number of bytes of a frame.
fn end_at_each_offset(bench: &mut Bench) -> Outcome {
    let message = random_from(bench, LETTERS, 4).into_bytes();
    let bytes = [frame(&message), frame(&message)].concat();
    let half = bytes.len() / 2;
    let header = half - message.len();
    for offset in (0..=half).chain([half + 2, half + 4, bytes.len()]) {
        let host = bench.host()?;
        let mut client = bench.client(host.addr, &[])?;
        client.end_input();
        let mut peer = bench.accept(&host, &client)?;
        let _ = peer.say(&bytes[..offset]);
        peer.half_close();
        let place = match offset % half {
            0 => {
                let after = match offset / half {
                    0 => "before the first frame".to_string(),
                    n => format!("after {n} whole frame{}", if n == 1 { "" } else { "s" }),
                };
                client.exits_well(&format!("when the server ends {after}"))?;
                continue;
            }
            at @ 1..4 => format!("after {} of the length", count(at)),
            4 => "between the length and the header".to_string(),
            at if at < header => format!("inside the header, after {}", count(at - 4)),
            at if at == header => "between the header and the body".to_string(),
            at => format!("inside the body, after {}", count(at - header)),
        };
        because(
            client.exits_with_error(&format!("when the server ends {place}")),
            "the end of the stream is the end only between two frames: anywhere else a `read` of 0 bytes is an error \
             (how many bytes of the frame have come?)",
        )?;
        bench.logs.clear(); // Only the last one is worth showing.
        bench.ends.clear();
    }
    Ok(())
}
