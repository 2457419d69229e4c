//! The promises that only a client of lesson 06 makes.

use super::protocol::Framed;
use crate::bench::Bench;
use crate::finding::{Outcome, Symptom, because, count};
use crate::promises::frames::{MAX_BODY, MAX_HEADER, frame, frame_with};
use crate::promises::inputs::random_from;
use crate::promises::pushing::LETTERS;
use crate::promises::pushing::client::hears_messages;
use crate::promises::pushing::printed::{cause_of_labels, printed_as};
use crate::promises::{Check, client};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("large-message", "prints a message of 8 MiB", large_message).long(),
    client!("longest-header", "reads a header of 64 KiB", longest_header),
    client!("other-keys", "ignores other keys and blanks in the header", other_keys),
    client!("largest-body", "reads on for a body of 64 MiB, the largest", largest_body)
        .after(&["large-message", "end-inside"]),
    client!(
        "refuses-long-headers",
        "refuses a header over 64 KiB before it takes memory for it",
        refuses_long_headers
    )
    .after(&["longest-header", "reset-is-an-error"]),
    client!(
        "refuses-long-bodies",
        "refuses a body over 64 MiB before it takes memory for it",
        refuses_long_bodies
    )
    .after(&["largest-body"]),
    client!("refuses-bad-headers", "refuses a header without a whole `data_size`", refuses_bad_headers)
        .after(&["refuses-long-headers"])
        .long(),
    client!(
        "end-at-each-offset",
        "an end inside a frame is an error, between frames it is the end",
        end_at_each_offset
    )
    .after(&["end-inside", "reset-between"])
    .long(),
];

fn large_message(bench: &mut Bench) -> Outcome {
    // Eight MiB of one repeated part: drawing every letter takes too long. No program's buffer has the part's length.
    let mut large = random_from(bench, LETTERS, 131_071).repeat(65);
    large.truncate(8 << 20);
    let messages = [large.into_bytes(), random_from(bench, LETTERS, 9).into_bytes()];
    hears_messages::<Framed>(bench, &messages, true)
}

/// Acts as the server: sends these bytes, ends, and checks that the client prints these messages.
fn told_frames(bench: &mut Bench, bytes: &[u8], messages: &[Vec<u8>], cause: &str) -> Outcome {
    let host = bench.host()?;
    let wanted = printed_as(messages);
    let mut client = bench.client(host.addr, &wanted)?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.say(bytes);
    peer.half_close();
    because(client.exits_well("when the server has ended between two frames"), cause)?;
    client.printed_bytes(&wanted, |printed| cause_of_labels(printed, messages).unwrap_or(cause.into()))
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
        "a header of exactly 64 KiB (65536 bytes) is allowed; blanks are JSON, and the header comes in as many reads \
         as it takes",
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

/// Sends a client the start of a frame, keeps the connection open, and checks that the client refuses it.
fn refuses(bench: &mut Bench, bytes: &[u8], what: &str, cause: &str) -> Outcome {
    bench.logs.clear(); // Only the last one is worth showing.
    bench.ran.clear();
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    // A program that takes memory for an announced size gets none: see `limit_memory`.
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
    let _ = peer.say(&frame_with(format!("{{\"data_size\":{MAX_BODY}}}"), b"only this"));
    let outcome =
        client.waits_at_rest(|| peer.is_taken(), "a body of exactly 64 MiB (67108864 bytes) is announced");
    because(outcome, "64 MiB is the largest body, and allowed: only more is refused")?;
    peer.close();
    client.exits_with_error("when the server ends inside a message")
}

const BEFORE: &str = "check the announced size before anything is allocated or read for it: a peer that writes four \
                      bytes must not decide how much memory you take";

fn refuses_long_headers(bench: &mut Bench) -> Outcome {
    for length in [MAX_HEADER as u32 + 1, u32::MAX, 0x0100_0000, 256 << 20] {
        refuses(bench, &length.to_be_bytes(), &format!("a header of {length} bytes"), BEFORE)?;
    }
    // A client that uses only three of the four bytes sees a right frame here.
    let three = [&0x0100_0010_u32.to_be_bytes()[..], b"{\"data_size\": 2}QX"].concat();
    refuses(bench, &three, "a header of 16777232 bytes", BEFORE)?;
    // Also when the long header really follows, in a frame that is right otherwise.
    let header = format!("{}{{\"data_size\":2}}", " ".repeat(MAX_HEADER));
    refuses(bench, &frame_with(&header, b"QX"), &format!("a header of {} bytes", header.len()), BEFORE)?;
    Ok(())
}

fn refuses_long_bodies(bench: &mut Bench) -> Outcome {
    for size in [MAX_BODY as u64 + 1, 256 << 20, 1 << 40, u64::MAX] {
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
        let what = format!("the header `{}`", header.replace('\0', "\\0"));
        let outcome = refuses(bench, &frame_with(header, b"QXZ"), &what, WHOLE);
        match &outcome {
            Err(stop) if is_no_whole_number(header) && was_taken(stop.symptom()) => because(outcome, READER)?,
            _ => outcome?,
        }
    }
    Ok(())
}

/// What a header is.
const WHOLE: &str = "a header is one JSON object with a `data_size` that is a whole number of at least 0, written without \
                     sign, fraction or exponent; everything else is an error that the client names";

/// Why a client takes a number with a fraction or an exponent.
const READER: &str = "`data_size` is digits only, and this has a fraction or an exponent: perhaps the JSON reader of your \
                      language turns 3.0 and 3e0 into 3 (JavaScript's `JSON.parse` does); then look at the header's text";

/// Returns whether this header is right but for the way in which its number is written.
fn is_no_whole_number(header: &str) -> bool {
    ["{\"data_size\":3.0}", "{\"data_size\":3e0}"].contains(&header)
}

/// Returns whether a client that should have refused a header took it: it went on.
fn was_taken(symptom: Symptom) -> bool {
    matches!(symptom, Symptom::StillWaits { .. } | Symptom::StillRuns | Symptom::Exited(0))
}

/// Ends after every possible number of bytes of a frame.
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
                let cause = format!(
                    "the stream ended {after}, between two frames: a `read` of 0 bytes there is the end, and no error"
                );
                because(client.exits_well(&format!("when the server ends {after}")), cause)?;
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
        bench.ran.clear();
    }
    Ok(())
}
