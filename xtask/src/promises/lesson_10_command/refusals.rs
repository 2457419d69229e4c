//! Replies that a client refuses, before it takes memory for them.

use super::protocol::Command;
use super::reply::MAX_OUTPUT;
use crate::bench::{Bench, same_bytes};
use crate::finding::{Half, Outcome, because};
use crate::promises::asking::Ask;
use crate::promises::frames::{MAX_HEADER, frame_with};
use crate::promises::{Check, client};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!(
        "refuses-long-headers",
        "refuses a header over 64 KiB before it takes memory for it",
        refuses_long_headers
    )
    .after(&["end-at-each-part"])
    .long(),
    client!(
        "refuses-much-output",
        "refuses output over 64 MiB before it takes memory for it",
        refuses_much_output
    )
    .after(&["refuses-bad-sizes"])
    .long(),
    client!("refuses-bad-status", "refuses a wrong status", refuses_bad_status)
        .after(&["refuses-no-object"])
        .long(),
    client!("refuses-bad-sizes", "refuses a wrong size", refuses_bad_sizes)
        .after(&["refuses-no-object"])
        .long(),
    client!("refuses-no-object", "refuses a header that is no JSON object", refuses_no_object)
        .after(&["end-at-each-part"])
        .long(),
];

const BEFORE: &str = "check what is announced before anything is allocated or read for it: a peer that writes a few \
                      bytes must not decide how much memory you take";

/// Answers a client's line with these bytes, keeps the connection open, and checks that the client refuses them.
fn refuses(bench: &mut Bench, bytes: &[u8], what: &str, cause: &str) -> Outcome {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.line("line");
    let mut peer = bench.accept(&host, &client)?;
    let request = Command::request("line");
    same_bytes(Half::Client, &request, &peer.hear(request.len()), Command::cause_of_request)?;
    // A program that takes memory for an announced size gets none: see `limit_memory`.
    client.wait_idle();
    client.limit_memory();
    let _ = peer.say(bytes);
    because(client.exits_with_error(&format!("at {what}")), cause)?;
    bench.logs.clear(); // Only the last one is worth showing.
    bench.ran.clear();
    Ok(())
}

/// Checks that a client refuses each of these headers, which are followed by three bytes.
fn refuses_each<S: AsRef<str>>(bench: &mut Bench, headers: &[S], cause: &str) -> Outcome {
    for header in headers.iter().map(AsRef::as_ref) {
        let shown = match header.len() {
            ..=100 => header.escape_debug().to_string(),
            n => format!("{}…` of {n} bytes, `…", header[..20].escape_debug()),
        };
        let what = format!("the header `{shown}`");
        refuses(bench, &frame_with(header, b"QXZ"), &what, cause)?;
    }
    Ok(())
}

fn refuses_long_headers(bench: &mut Bench) -> Outcome {
    for length in [MAX_HEADER as u32 + 1, u32::MAX, 0x0100_0000] {
        refuses(bench, &length.to_be_bytes(), &format!("a header of {length} bytes"), BEFORE)?;
    }
    // Also when the long header really follows, in a reply that is right otherwise.
    let header = format!("{}{{\"status\":0,\"stdout_size\":3,\"stderr_size\":0}}", " ".repeat(MAX_HEADER));
    refuses(bench, &frame_with(&header, b"QXZ"), &format!("a header of {} bytes", header.len()), BEFORE)
}

fn refuses_much_output(bench: &mut Bench) -> Outcome {
    let sizes =
        |out: &str, err: &str| format!("{{\"status\":0,\"stdout_size\":{out},\"stderr_size\":{err}}}");
    let (most, over) = (MAX_OUTPUT.to_string(), (MAX_OUTPUT + 1).to_string());
    let (half, all) = ((1_u64 << 63).to_string(), u64::MAX.to_string());
    let headers = [
        sizes(&over, "0"),
        sizes("0", &over),
        sizes(&most, "1"),
        sizes("1099511627776", "0"),
        // The sums of these begin again at 0 in 32 or 64 bits.
        sizes("4294967295", "1"),
        sizes(&half, &half),
        sizes(&all, "4"),
        sizes(&"9".repeat(40), "0"),
    ];
    refuses_each(
        bench,
        &headers,
        "the two sizes together are at most 64 MiB, and they are checked before anything is allocated or read for \
         them: each alone first, so that their sum cannot overflow (`checked_add`)",
    )
}

fn refuses_bad_status(bench: &mut Bench) -> Outcome {
    let headers: Vec<String> = [
        "256",
        "-1",
        "1.5",
        "\"0\"",
        "true",
        "[0]",
        "null",
        "null,\"error\":7",
        "null,\"error\":null",
        "1e400",
    ]
    .iter()
    .map(|status| format!("{{\"stdout_size\":3,\"stderr_size\":0,\"status\":{status}}}"))
    .chain([
        "{\"stdout_size\":3,\"stderr_size\":0}".into(),
        "{\"stdout_size\":3,\"stderr_size\":0,\"error\":\"why\"}".into(),
    ])
    .collect();
    refuses_each(
        bench,
        &headers,
        "the status is an integer from 0 to 255, or null beside an `error` that is a text: everything else, or none, \
         is an error that the client names",
    )
}

fn refuses_bad_sizes(bench: &mut Bench) -> Outcome {
    let mut headers =
        vec!["{\"status\":0,\"stdout_size\":3}".to_string(), "{\"status\":0,\"stderr_size\":3}".into()];
    for size in ["-1", "1.5", "\"3\"", "null", "true", "[3]"] {
        headers.push(format!("{{\"status\":0,\"stdout_size\":{size},\"stderr_size\":0}}"));
        headers.push(format!("{{\"status\":0,\"stdout_size\":3,\"stderr_size\":{size}}}"));
    }
    refuses_each(
        bench,
        &headers,
        "both sizes stand in every reply, and each is a whole number of at least 0: everything else is an error that \
         the client names",
    )
}

fn refuses_no_object(bench: &mut Bench) -> Outcome {
    let headers = [
        "",
        "{}",
        "3",
        "null",
        "[{\"status\":0,\"stdout_size\":3,\"stderr_size\":0}]",
        "[0,3,0]",
        "{\"status\":0,\"stdout_size\":3,\"stderr_size\":0",
        "{\"status\":0,\"stdout_size\":3,\"stderr_size\":0}x",
        "{'status':0,'stdout_size':3,'stderr_size':0}",
        "status=0 stdout_size=3 stderr_size=0",
        "\u{0}",
    ];
    refuses_each(
        bench,
        &headers,
        "a header is one JSON object with the three keys, and nothing else: everything else is an error that the \
         client names",
    )
}
