//! Lines and replies that are no text: a client sends and prints bytes.

use super::Ask;
use super::client::Asked;
use super::request::hears_request;
use crate::bench::{Bench, Client, Ending, same_bytes};
use crate::finding::{Finding, Half, Outcome, because, quoted};
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such client promises besides [`super::client::Rows::CLIENT`].
    const ODD_INPUT: &'static [Check] = &[client!(
        "line-no-text",
        "sends a line that is no text as it is, or reports it",
        line_no_text::<Self>
    )];

    /// What a client promises that prints a reply as it came.
    const ODD_REPLY: &'static [Check] =
        &[client!("reply-is-bytes", "prints a reply that is no text as it came", reply_is_bytes::<Self>)];
}

impl<P: Ask> Rows for P {}

/// Types a line that is no UTF-8, and another one.
fn line_no_text<P: Ask>(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a line need not be UTF-8: send its bytes as they are, or report it and exit with 1; never drop or \
                         change it";
    let lines = [random_word(bench, 6), random_word(bench, 7)];
    let odd = [random_word(bench, 4).as_bytes(), b"\xe9", random_word(bench, 3).as_bytes()].concat();
    let mut asked = Asked::<P>::start(bench, &lines)?;
    asked.exchange(&lines[0])?;
    asked.client.input(&[&odd[..], b"\n"].concat());
    asked.client.line(&lines[1]);
    let request = P::request_of(&odd);
    let (heard, replied) = hears_request::<P>(&mut asked.peer, &request);
    if heard.bytes.is_empty() && matches!(heard.ending, Some(Ending::Fin | Ending::Rst)) {
        return because(
            asked.client.exits_with_error("where it does not send a line that is no UTF-8"),
            CAUSE,
        );
    }
    same_bytes(Half::Client, &request, &heard, |_, heard| {
        match heard.bytes.starts_with(&P::request(&lines[1])[..4]) {
            true => format!("the line was dropped, and the next one sent: {CAUSE}").into(),
            false => CAUSE.into(),
        }
    })?;
    let _ = asked.peer.say(&P::reply(&request[replied..]));
    asked.hears(&lines[1])?;
    asked.reply(&lines[1])?;
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Replies with bytes that are no text, in one piece.
fn reply_is_bytes<P: Ask>(bench: &mut Bench) -> Outcome {
    let line = random_word(bench, 9);
    let reply = b"QX\xffZ\xe9J\x80K\xc3";
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.line(&line);
    let mut peer = bench.accept(&host, &client)?;
    let request = P::request(&line);
    same_bytes(Half::Client, &request, &peer.hear(request.len()), P::cause_of_request)?;
    let _ = peer.say(reply);
    client.line("q");
    let _ = peer.hear_to_end(1024);
    peer.half_close();
    because(
        client.exits_well("after a reply that is no text"),
        "what one `read` returned was taken for text, but it need not be text: keep it as bytes up to where you print it",
    )?;
    prints(&mut client, reply)
}

/// Checks that the client, which has ended, printed these bytes.
///
/// # Errors
/// The finding that names what it printed in place of them.
pub fn prints(client: &mut Client, reply: &[u8]) -> Outcome {
    client.end();
    let printed = client.printed();
    if memchr::memmem::find(&printed, reply).is_some() {
        return Ok(());
    }
    let cause = match is_lossy(&printed) {
        true => {
            "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: keep what `read` \
             returned as bytes up to where you print them (`write_all`)"
        }
        false => {
            "a reply is bytes: print exactly those that `read` returned, and do not make them text before"
        }
    };
    Finding::new(
        format!("the client prints {}", quoted(reply)),
        match printed.len() {
            0 => "it printed nothing".into(),
            // The line end behind a reply is the client's own.
            _ if reply.ends_with(b"\n") => format!("it printed {}", quoted(&printed)),
            _ => format!("it printed {}", quoted(printed.strip_suffix(b"\n").unwrap_or(&printed))),
        },
        cause,
    )
    .of(Half::Client)
    .broken()
}

/// Returns whether the text was made of bytes that are no UTF-8.
pub fn is_lossy(printed: &[u8]) -> bool {
    memchr::memmem::find(printed, "\u{fffd}".as_bytes()).is_some()
}
