//! What the checks of the server do: ask, hear the reply, and see that nothing else comes.

use super::client::ended;
use super::protocol::{MAX_DATAGRAM, cause_of_reply, datagram, is_same, reply_to};
use crate::bench::{Datagram, Mailbox, Missing, Server};
use crate::finding::{Cause, Finding, Half, Outcome, count, unable};

/// Why a server does not answer the first request, which is a plain one.
pub const NOTHING_AT_ALL: &str = "it answers nothing at all: perhaps it parses the whole buffer in place of the n bytes that \
                                  `recv_from` returned, or waits for a line end or a connection";

/// Why a server replies to the beginning of a datagram that is too long.
pub const CUT: &str = "the kernel drops what does not fit into the buffer, so a longer datagram looks shorter than it is: a \
                       buffer of one byte more than the longest request, or MSG_TRUNC, shows it; then ignore it, and go on";

/// Sends the request with this number and text.
///
/// # Errors
/// When the kernel does not take it.
pub fn says(server: &Server, mailbox: &mut Mailbox, number: u32, text: &[u8]) -> Outcome {
    mailbox.say(server.bound_at(), &datagram(number, text)).map(|_| ())
}

/// Hears the reply to the request with this number and text.
///
/// # Errors
/// The finding that something else came, or nothing: then `cause` says why.
pub fn is_replied(
    server: &Server,
    mailbox: &mut Mailbox,
    number: u32,
    text: &[u8],
    what: &str,
    cause: impl Into<Cause>,
) -> Outcome {
    // A request as plain as the first one of a check says nothing of what the check is about.
    let is_plain = number == 1
        && (5..=64).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ');
    let cause = if is_plain && mailbox.is_the_first() { NOTHING_AT_ALL.into() } else { cause.into() };
    let got = hears(server, mailbox, what, cause)?;
    if mailbox.came_before(&got) && got.bytes != reply_to(number, text) {
        return Finding::new(
            format!("the server replies to {what}"),
            "a reply came once more that had come before",
            "one request, one reply: whether a reply arrives is the client's care, which asks again; the server sends \
             nothing on its own",
        )
        .of(Half::Server)
        .broken();
    }
    is_reply(&got, number, text, what)
}

/// Checks that this datagram is the reply to the request with this number and text.
///
/// # Errors
/// The finding that it is not.
pub fn is_reply(got: &Datagram, number: u32, text: &[u8], what: &str) -> Outcome {
    let expected = reply_to(number, text);
    let why = cause_of_reply(&datagram(number, text), &expected, &got.bytes);
    is_same(Half::Server, &format!("the reply to {what}"), &expected, got, why)
}

/// Hears the next datagram of the server, which must come from its address.
///
/// # Errors
/// The finding that none came; `cause` says why.
pub fn hears(
    server: &Server,
    mailbox: &mut Mailbox,
    what: &str,
    cause: impl Into<Cause>,
) -> Outcome<Datagram> {
    let missing = match mailbox.hear(server) {
        Ok(got) => return comes_from_its_address(server, got),
        Err(missing) => missing,
    };
    let expected = format!("the server replies to {what}");
    match missing {
        Missing::Ended(exit) => Finding::new(
            expected,
            format!("the server {exit}"),
            "a server serves until it is ended: what one client sends concerns one datagram only",
        )
        .seen(ended(exit))
        .of(Half::Server)
        .broken(),
        Missing::Silent(_) if server.dropped_datagrams() > 0 => unable(format!(
            "the kernel dropped {} datagrams at the server's socket, because its queue was full",
            server.dropped_datagrams()
        )),
        Missing::Silent(patience) if !server.has_taken_all() => Finding::new(
            expected,
            format!("nothing came, and the request lies unread in the server's queue; {patience}"),
            "the server does not receive: after each datagram it must go back to `recv_from`, whatever that datagram was",
        )
        .of(Half::Server)
        .broken(),
        Missing::Silent(patience) => {
            Finding::new(expected, format!("nothing came; {patience}"), cause).of(Half::Server).broken()
        }
    }
}

fn comes_from_its_address(server: &Server, got: Datagram) -> Outcome<Datagram> {
    if got.from == server.bound_at() {
        return Ok(got);
    }
    let (from, addr) = (got.from, server.bound_at());
    let cause = match from.port() == addr.port() {
        true => {
            "a socket that is bound to 0.0.0.0 lets the kernel choose where replies come from: bind the address that \
             the server was given"
        }
        false => {
            "send the reply from the socket that received the request: clients ignore what comes from elsewhere"
        }
    };
    Finding::new(format!("replies come from {addr}"), format!("this one came from {from}"), cause)
        .of(Half::Server)
        .broken()
}

/// Asks, and hears the reply.
///
/// # Errors
/// As [`is_replied`].
pub fn asks(
    server: &Server,
    mailbox: &mut Mailbox,
    number: u32,
    text: &[u8],
    what: &str,
    cause: impl Into<Cause>,
) -> Outcome {
    says(server, mailbox, number, text)?;
    is_replied(server, mailbox, number, text, what, cause)
}

/// Waits until the server has done all that it does about what came, and checks that it sent nothing more.
///
/// # Errors
/// The finding that it did; `cause` says why.
pub fn nothing_more(server: &Server, mailboxes: &mut [&mut Mailbox], expected: &str, cause: &str) -> Outcome {
    server.settles();
    for mailbox in mailboxes {
        if let Some(more) = mailbox.pending().first() {
            let got = format!("one more datagram came, {}", count(more.bytes.len()));
            return Finding::new(expected, got, cause).of(Half::Server).broken();
        }
    }
    Ok(())
}

/// A reply with at least this many bytes is one to a datagram that was too long.
const LONG_REPLY: usize = 100;

/// Asks, sends datagrams that the server must ignore, asks again, and checks that only the two requests are answered. Adds
/// to `number`, that of the last request here, one for each of its own.
///
/// # Errors
/// The finding that the server replied to a bad one, or no longer replies.
pub fn ignores(
    server: &Server,
    mailbox: &mut Mailbox,
    number: &mut u32,
    bad: &[Vec<u8>],
    what: &str,
    cause: &str,
) -> Outcome {
    let expected = format!("the server ignores {what}");
    // What is wrong with every reply is found here, and is no matter of bad datagrams.
    asks(server, mailbox, *number + 1, b"before it", "the request before", cause)?;
    *number += 2;
    for bad in bad {
        mailbox.say(server.bound_at(), bad)?;
    }
    let text = b"after it";
    says(server, mailbox, *number, text)?;
    let got = hears(server, mailbox, &format!("the request that follows {what}"), cause)?;
    if got.bytes != reply_to(*number, text) {
        // No good request here is nearly as long.
        let is_cut = (LONG_REPLY..=MAX_DATAGRAM).contains(&got.bytes.len())
            && bad.iter().any(|bad| bad.len() > MAX_DATAGRAM);
        let cause = if is_cut { CUT } else { cause };
        let got = format!("it replied {} to it, or to the request that follows", count(got.bytes.len()));
        return Finding::new(expected, got, cause).of(Half::Server).broken();
    }
    nothing_more(server, &mut [mailbox], &expected, cause)
}
