//! Promises of lesson 09's client: which bytes are a reply, its limit, and the end after `exit`.

use super::Lines;
use super::protocol::{BYEBYE, LONGEST};
use crate::bench::{Bench, Client, Peer, same_bytes};
use crate::finding::{Finding, Half, Outcome, because, quoted};
use crate::promises::asking::Ask;
use crate::promises::inputs::random_from;
use crate::promises::{Check, client};
use std::time::Duration;

/// What only this lesson's client promises.
pub(super) const CLIENT: &[Check] = &[
    client!("any-reply", "prints replies as they come, blanks and \\r too", any_reply),
    client!("ends-after-exit", "waits for the server's end after `exit`, then exits with 0", ends_after_exit),
    client!(
        "waits-after-exit",
        "waits for the server's end after `exit`, however long that takes",
        waits_after_exit
    )
    .after(&["ends-after-exit"])
    .takes(3),
    client!(
        "end-inside-farewell",
        "reports it and exits with 1 when `exit` gets no whole reply",
        end_inside_farewell
    )
    .after(&["ends-after-exit", "end-inside"]),
    client!("longest-reply", "prints a reply of 8192 bytes, the longest", longest_reply)
        .after(&["long-reply"]),
    client!("reply-too-long", "reports it and exits with 1 when a reply has 8193 bytes", reply_too_long)
        .after(&["longest-reply", "server-ends"]),
];

/// Types `lines`, hears each with its `\n`, and says these replies; `cause` says why a line after the first never came.
fn answered(bench: &mut Bench, lines: &[&str], replies: &[&[u8]], cause: &str) -> Outcome<(Client, Peer)> {
    let host = bench.host()?;
    let wanted: Vec<Vec<u8>> = replies.iter().map(|reply| Lines::printed(reply).to_vec()).collect();
    let mut client = bench.client(host.addr, &wanted)?;
    let mut peer = bench.accept(&host, &client)?;
    for (n, (line, reply)) in lines.iter().zip(replies).enumerate() {
        client.line(line);
        let request = Lines::request(line);
        let heard = peer.hear(request.len());
        same_bytes(Half::Client, &request, &heard, |request, heard| match heard.bytes.as_slice() {
            [] if n > 0 => cause.into(),
            _ => Lines::cause_of_request(request, heard),
        })?;
        let _ = peer.say(reply); // A client that has gone tells by its status what became of it.
    }
    Ok((client, peer))
}

fn any_reply(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a reply is all that comes up to `\\n`: print it as it came, whatever bytes it holds";
    let replies: [&[u8]; 4] = [b"QX\rZJ\n", b"  QZ \t\n", b" \n", b"QJX\n"];
    let (mut client, mut peer) = answered(bench, &["one", "two", "three", "four"], &replies, CAUSE)?;
    client.line("q");
    client.hear_out(&mut peer, 1024);
    peer.half_close();
    because(client.exits_well("after `q`"), CAUSE)?;
    let wanted: Vec<Vec<u8>> = replies.iter().map(|reply| Lines::printed(reply).to_vec()).collect();
    client.printed_all(&wanted, |_| CAUSE)
}

fn ends_after_exit(bench: &mut Bench) -> Outcome {
    // The text of the reply is the server's own business.
    for reply in [BYEBYE, b"so long\n"] {
        let (mut client, mut peer) = answered(bench, &["exit"], &[reply], "")?;
        client.line("more");
        because(
            client.waits_at_rest(
                || peer.is_taken(),
                "the server has replied to `exit` and has not ended the connection",
            ),
            "after `exit` and its reply, whatever its text is, the client reads on until the server's end: a \
             client that leaves first may miss what still comes",
        )?;
        let more = peer.pending();
        if !more.is_empty() {
            let cause =
                "`exit` is the last line of a conversation: read its reply, then wait for the server's end";
            return Finding::new("the client sends nothing after `exit`", quoted(&more), cause)
                .of(Half::Client)
                .broken();
        }
        peer.close();
        because(
            client.exits_well("when the server ends after `exit`"),
            "after `exit` the server's end is what was agreed: no error, and nothing more to ask",
        )?;
        client.printed_all(&[Lines::printed(reply).to_vec()], Lines::cause_of_printed)?;
    }
    Ok(())
}

/// Longer than the limits that a program sets for itself, one second or two.
const LONG: Duration = Duration::from_secs(3);

fn waits_after_exit(bench: &mut Bench) -> Outcome {
    let (mut client, peer) = answered(bench, &["exit"], &[BYEBYE], "")?;
    client.waits_for(LONG, "the server has replied to `exit` and has not ended the connection")?;
    peer.close();
    client.exits_well("when the server ends after `exit`")
}

fn end_inside_farewell(bench: &mut Bench) -> Outcome {
    for part in [&BYEBYE[..4], b""] {
        let (mut client, mut peer) = answered(bench, &["exit"], &[part], "")?;
        peer.half_close();
        because(
            client.exits_with_error("when the server ends before its reply to `exit` is whole"),
            "after `exit`, too, a reply comes first: only the end behind its `\\n` is the end that was agreed",
        )?;
    }
    Ok(())
}

fn longest_reply(bench: &mut Bench) -> Outcome {
    let reply = random_from(bench, b"QXZJ", LONGEST) + "\n";
    let cause = "a reply of exactly 8192 bytes before its `\\n` is allowed: print it and go on";
    let (mut client, mut peer) = answered(bench, &["one", "two"], &[reply.as_bytes(), b"QJX\n"], cause)?;
    client.line("q");
    client.hear_out(&mut peer, 1024);
    peer.half_close();
    because(client.exits_well("after `q`"), cause)?;
    client.printed_all(&[reply.trim_end().into(), b"QJX".to_vec()], |_| cause)
}

fn reply_too_long(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "as soon as 8193 bytes of a reply have come without a `\\n`, it is an error: a client that \
                         waits for more lets its server fill its memory";
    let long = random_from(bench, b"QXZJ", LONGEST + 1).into_bytes();
    for reply in [long.clone(), [&long[..], b"\n"].concat()] {
        let (mut client, _peer) = answered(bench, &["one"], &[&reply], CAUSE)?;
        because(client.exits_with_error("when a reply is longer than 8192 bytes"), CAUSE)?;
    }
    Ok(())
}
