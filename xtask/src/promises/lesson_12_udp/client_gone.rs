//! A server that is not there: "connection refused" (ICMP), which comes on a plain wire only.

use super::client::{Asked, again_if_it_gave_up, cause_of_printed};
use super::protocol::{cause_of_request, datagram, is_same};
use crate::bench::{Bench, Exit};
use crate::finding::{Finding, Half, Outcome, because};
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("nobody-there", "reports it and exits with 1 when nobody is there", nobody_there)
        .after(&["all-lost"])
        .waits(1),
    client!("server-restarts", "goes on, or reports it, when its server restarts", server_restarts)
        .after(&["one-lost"]),
];

const REFUSED: &str = "\"connection refused\" (ICMP) is an error that a call can return: end with 1 and a clear line, or wait \
                       on and send again; at the latest after five sends the client ends";

fn nobody_there(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let addr = bench.datagram_address(Half::Client)?;
        let mut client = bench.client(addr, &[])?;
        let line = random_word(bench, 6);
        client.line(&line);
        client.end_input();
        because(client.exits_with_error("when nobody is bound at the address"), REFUSED)
    })
}

/// The server is gone while the second line is sent, and then there again.
fn server_restarts(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 9), random_word(bench, 8)];
        let (first, second) = (random_word(bench, 6), random_word(bench, 7));
        let mut asked = Asked::with_texts(bench, &replies)?;
        asked.exchange(&first, replies[0].as_bytes())?;
        let addr = asked.mailbox.addr;
        asked.mailbox = bench.mailbox()?;
        asked.client.line(&second);
        asked.client.wait_past_input();
        asked.mailbox = bench.mailbox_back_at(addr)?;
        let heard = asked.mailbox.hear(&asked.client);
        if let Ok(got) = &heard {
            let expected = datagram(2, second.as_bytes());
            is_same(Half::Client, "request 2", &expected, got, cause_of_request(&expected, &got.bytes))?;
            asked.mailbox.say(got.from, &datagram(2, replies[1].as_bytes()))?;
            asked.client.line("q");
            asked.client.wait_end();
        }
        match (heard, asked.client.exit()) {
            // Refused, or no reply to five sends, one after the other: it may end.
            (_, Some(Exit::Code(1))) => {
                because(asked.client.exits_with_error("because its server was gone"), REFUSED)
            }
            (Ok(_), _) => {
                because(asked.client.exits_well("after `q`, with its server back"), REFUSED)?;
                asked.client.printed_all(&replies.map(String::into_bytes), cause_of_printed)
            }
            (Err(missing), _) => Finding::new(
                "the client sends its request again when its server is back, or reports that it was refused",
                missing.to_string(),
                REFUSED,
            )
            .of(Half::Client)
            .broken(),
        }
    })
}
