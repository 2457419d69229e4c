//! Lesson 09: a line in, a line out; `\n` ends a message, and a limit ends the wait for it.

use super::asking::server::{asks, asks_last};
use super::asking::{Ask, client, exact, many, pair, server};
use super::inputs::{random_from, random_word};
use super::{Check, any_client, any_server, client, server};
use crate::bench::{Bench, Client, Ending, Heard, Peer, fin_next, same_bytes};
use crate::finding::{Cause, Finding, Half, Outcome, because, quoted};
use crate::wire::Kind::{Dribble, Plain};
use fastrand::Rng;

/// The longest line, in bytes without its `\n`.
const LONGEST: usize = 8192;
/// What a server replies to a line that is longer.
const TOO_LONG: &[u8] = b"line too long\n";
/// What a server replies to `exit`.
const BYEBYE: &[u8] = b"Byebye!\n";

/// Each line comes back with its ASCII letters in upper case; `\r` before its `\n` is dropped.
pub struct Lines;

impl Ask for Lines {
    const SENDS: &'static str = "sends each line with one \\n and prints the reply";
    const STRIPS: &'static str = "sends one \\n for a line that ends in \\r\\n, too";
    const NOTHING_MORE: &'static str = "send a line and one `\\n`, and nothing for an empty line or `q`";
    const WHOLE: &'static str = "a reply ends with `\\n`, and may come in any number of pieces: read until its `\\n` is there (`read_until`)";
    const LONG: usize = 8000;
    const BYE: Option<&'static str> = Some("exit");

    fn request(line: &str) -> Vec<u8> {
        format!("{line}\n").into_bytes()
    }

    fn reply(requests: &[u8]) -> Vec<u8> {
        let mut reply = Vec::new();
        let lines =
            requests.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
        for line in lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
            if line == b"exit" {
                reply.extend(BYEBYE);
                break;
            }
            reply.extend(line.to_ascii_uppercase());
            reply.push(b'\n');
        }
        reply
    }

    fn printed(reply: &[u8]) -> &[u8] {
        reply.strip_suffix(b"\n").unwrap_or(reply)
    }

    /// Lines of up to 100 bytes of any value but `\n` and `\r`.
    fn requests(rng: &mut Rng, n: usize) -> Vec<u8> {
        let mut bytes = vec![0; n.max(1)];
        rng.fill(&mut bytes);
        for byte in bytes.iter_mut().filter(|byte| matches!(**byte, b'\n' | b'\r')) {
            *byte = b'-';
        }
        let mut end = rng.usize(..100);
        while end < bytes.len() {
            bytes[end] = b'\n';
            end += rng.usize(1..100);
        }
        *bytes.last_mut().expect("at least one byte") = b'\n';
        bytes
    }

    fn cause_of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> Cause {
        cause_of_reply(said, expected, heard)
    }

    fn cause_of_more(heard: &Heard) -> Cause {
        match heard.bytes.as_slice() {
            [] => "a `read` of 0 bytes is the client's FIN: it will say nothing more, so the server closes its side too",
            _ => "the server sent more than one line for each line that it got",
        }
        .into()
    }

    fn cause_of_request(expected: &[u8], heard: &Heard) -> Cause {
        let got = heard.bytes.as_slice();
        let line = expected.strip_suffix(b"\n").unwrap_or(expected);
        match (got, heard.ending) {
            ([], Some(_)) if expected == b"exit\n" => {
                "`exit` is sent like any other line: it is the server that ends the conversation then"
            }
            ([], Some(Ending::Fin)) => {
                "the client ended its side instead: one connection serves all lines, until `exit`, `q` or the end of the \
                 input"
            }
            ([], _) => "the client did not send the line: read a line, send it with `\\n`, then read the reply to its `\\n`",
            (got, Some(Ending::Silence(_))) if got == line => {
                "the line came without its `\\n`: that byte ends the message, so without it the server waits for ever"
            }
            (got, _) if got.starts_with(line) && got[line.len()..].starts_with(b"\r") => {
                "a `\\r` was sent before the `\\n`: send the line and `\\n`, nothing between them"
            }
            (got, _) if got.trim_ascii() == line.trim_ascii() => {
                "the blanks around the line were changed: only its line end does not belong to it"
            }
            _ => "send exactly the bytes of the line, all of them (`write_all`), and one `\\n`",
        }
        .into()
    }

    fn cause_of_printed(printed: &str) -> Cause {
        match printed.trim() {
            "" => "print every reply on a line of its own",
            _ => "print every reply as it came: all bytes up to its `\\n`, no more and no less",
        }
        .into()
    }
}

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Lines as pair::Rows>::PAIR,
    SERVER,
    <Lines as many::Rows>::MANY,
    <Lines as server::Rows>::SERVER,
    any_server::SERVER,
    CLIENT,
    <Lines as exact::Rows>::EXACT,
    <Lines as client::Rows>::CLIENT,
    any_client::CLIENT,
];

const SERVER: &[Check] = &[
    server!("several-lines", "answers each of several lines that come at once", several_lines),
    server!("drops-cr", "drops one \\r before \\n, and no other", drops_cr),
    server!("any-line", "answers lines that are empty, blank, or no text", any_line),
    server!("exit-ends", "says Byebye! at `exit`, and ends the connection", exit_ends).on(&[Plain, Dribble]),
    server!("only-exit-ends", "ends at exactly `exit` and nothing like it", only_exit_ends),
    server!("last-line", "answers a last line that ends with the stream", last_line),
    server!("longest-line", "answers a line of 8192 bytes, the longest", longest_line),
    server!("too-long", "refuses a line as soon as it has 8193 bytes", too_long),
];

const CLIENT: &[Check] = &[
    client!("any-reply", "prints replies as they come, blanks and \\r too", any_reply),
    client!("ends-after-exit", "waits for the server's end after `exit`, then exits with 0", ends_after_exit),
    client!("longest-reply", "prints a reply of 8192 bytes, the longest", longest_reply),
    client!("reply-too-long", "says so and exits with 1 when a reply has 8193 bytes", reply_too_long),
];

/// How many line ends these bytes hold.
fn lines_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Whether what came is what was expected without its empty lines.
fn skips_empty(expected: &[u8], got: &[u8]) -> bool {
    let mut whole = expected.to_vec();
    whole.dedup_by(|byte, before| (*byte, *before) == (b'\n', b'\n'));
    let whole = whole.strip_prefix(b"\n").unwrap_or(&whole);
    whole.len() < expected.len() && got == whole
}

/// Why a server replied something else to these lines.
fn cause_of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> Cause {
    let got = heard.bytes.as_slice();
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let next = got.get(same);
    match (got, heard.ending) {
        ([], Some(Ending::Fin | Ending::Rst)) if std::str::from_utf8(said).is_err() => {
            "perhaps the server takes the line for text, and ends at bytes that are none: a line is bytes (`Vec<u8>`, \
             `read_until`), and need not be UTF-8"
                .into()
        }
        ([], Some(Ending::Fin)) => "the server closed the connection without a reply: read lines until the end of the \
                                    stream, and answer each"
            .into(),
        ([], Some(Ending::Rst)) => "the server dropped the connection with bytes unread in it, or ended: the kernel then \
                                    sends RST"
            .into(),
        ([], _) => Cause::general(
            "the server took the line and did not reply: `\\n` ends a line; answer it then, and let nothing keep the reply \
             back (flush what is buffered)",
        ),
        _ if got.windows(3).any(|three| three == b"\xef\xbf\xbd") && !said.windows(3).any(|three| three == b"\xef\xbf\xbd") => {
            "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: keep them as bytes".into()
        }
        _ if next == Some(&b'\r') => "a `\\r` came back that belongs to no line: drop the one right before `\\n`, and reply \
                                      with `\\n` alone"
            .into(),
        _ if expected.get(same) == Some(&b'\r') => {
            "a `\\r` is missing: only one right before `\\n` is dropped, every other is a byte of the line".into()
        }
        _ if same < got.len() && said.starts_with(got) => {
            "the line came back as it was sent: the server does not upper-case it".into()
        }
        _ if same < got.len() && got.eq_ignore_ascii_case(&expected[..got.len().min(expected.len())]) => {
            "letters have not the case that they should have: a to z in upper case, every other byte as it came".into()
        }
        _ if skips_empty(expected, got) => {
            "an empty line got no reply: it is a line like any other, and its reply is an empty line".into()
        }
        (_, Some(_)) if same == got.len() && expected[same..] == *b"\n" => {
            "the reply lacks its `\\n`: that byte ends each reply, the last one too".into()
        }
        _ if lines_in(got) > lines_in(expected) => {
            "more replies came than lines were sent: a piece is no line; keep what comes until its `\\n` is there".into()
        }
        (_, Some(Ending::Silence(_))) if same == got.len() => {
            format!(
                "the server stopped after {same} bytes: one `read` may bring several lines, and a part of the next; keep \
                 what comes behind a `\\n`, and answer every line"
            )
            .into()
        }
        (_, Some(Ending::Fin | Ending::Rst)) if same == got.len() => {
            format!("the server ended the connection after {same} bytes: only `exit`, a line too long and FIN end it").into()
        }
        _ => "the reply to a line is that line with a to z in upper case, every other byte as it came, and one `\\n`".into(),
    }
}

/// Why a server did not reply `expected` to the last lines of a connection: what came is wrong in itself, or else `cause`.
fn cause_of_last(said: &[u8], expected: &[u8], heard: &Heard, cause: &str) -> Cause {
    let got = heard.bytes.as_slice();
    if got.ends_with(b"EXIT\n") {
        return "`exit` was answered like any other line: it ends the connection; compare the line with it before you \
                upper-case it, and without its `\\r`"
            .into();
    }
    match expected.strip_prefix(got) {
        Some(b"\n") | None => cause_of_reply(said, expected, heard),
        Some(_) => cause.into(),
    }
}

/// Says `bytes` as the last of this connection; checks that `expected` comes, and then the end. The client's side stays
/// open.
fn ends_with(peer: &mut Peer, bytes: &[u8], expected: &[u8], cause: &str) -> Outcome {
    let heard = peer.say_and_hear(bytes, false, expected.len());
    same_bytes(Half::Server, expected, &heard, |expected, heard| {
        cause_of_last(bytes, expected, heard, cause)
    })?;
    let more = peer.hear_to_end(64 * 1024);
    // After the last reply the connection may also be reset, and more may come: neither is judged here.
    match more.ending {
        Some(Ending::Fin | Ending::Rst) if more.bytes.is_empty() => Ok(()),
        _ => fin_next(&more, cause),
    }
}

fn several_lines(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let words: Vec<String> = [4, 1, 0, 7].iter().map(|n| random_word(bench, *n) + "\n").collect();
    asks::<Lines>(&mut peer, words.concat().as_bytes())?;
    // What came behind a line is still there when the rest of it comes.
    let (start, rest) = (random_word(bench, 5), random_word(bench, 6));
    let lines = format!("{}\n{start}{rest}\n", random_word(bench, 3));
    let (first, second) = lines.as_bytes().split_at(lines.len() - rest.len() - 1);
    asks::<Lines>(&mut peer, first)?;
    let expected = Lines::reply(format!("{start}{rest}\n").as_bytes());
    let heard = peer.say_and_hear(second, false, expected.len());
    same_bytes(Half::Server, &expected, &heard, |_, _| {
        "the start of a line came in one piece with the line before, and was lost: keep what `read` brought behind a `\\n`"
            .into()
    })
}

fn drops_cr(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    [&b"a\r\n"[..], b"b\rc\n", b"\r\n", b"\rd\n", b"e\r\r\n"]
        .iter()
        .try_for_each(|line| asks::<Lines>(&mut peer, line))
}

fn any_line(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let every: Vec<u8> = (0..=255).filter(|byte| !b"\r\n".contains(byte)).collect();
    for line in [&b""[..], b"  a b \t", b"   ", "straße 粘包 é".as_bytes(), b"caf\xc3", &every, b"\0"] {
        asks::<Lines>(&mut peer, &[line, b"\n"].concat())?;
    }
    asks_last::<Lines>(&mut peer, b"the end\n")
}

fn exit_ends(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "`exit`, in however many pieces it comes, gets `Byebye!` and the end of the connection: what follows \
                         it is not answered, and the client need not end first";
    let word = random_word(bench, 4);
    for (lines, expected) in [
        ("exit\n".to_string(), "Byebye!\n".to_string()),
        (format!("{word}\nexit\nmore\nexit\n"), format!("{}\nByebye!\n", word.to_uppercase())),
        ("exit\r\n".to_string(), "Byebye!\n".to_string()),
    ] {
        let server = bench.server()?;
        let wire = bench.wire_to(server.addr, vec![lines.len()], vec![expected.len()])?;
        let mut peer = bench.connect_through(&wire)?;
        ends_with(&mut peer, lines.as_bytes(), expected.as_bytes(), CAUSE)?;
        server.alive("a client that said `exit`")?;
    }
    Ok(())
}

fn only_exit_ends(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for line in ["EXIT\n", "Exit\n", " exit\n", "exit \n", "exit now\n", "exits\n", "quit\n", "q\n"] {
        because(
            asks::<Lines>(&mut peer, line.as_bytes()),
            format!(
                "{} is a line like any other: only `exit`, exactly, ends the connection",
                quoted(line.as_bytes())
            ),
        )?;
    }
    Ok(())
}

fn last_line(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "the end of the stream ends the last line, too: answer it as if its `\\n` had come, then close";
    let longest = random_from(bench, b"abcdefgh ", LONGEST);
    let replied = longest.to_ascii_uppercase() + "\n";
    let mut server = bench.server()?;
    for (lines, expected) in [("a\nbc", "A\nBC\n"), ("exit", "Byebye!\n"), (&*longest, &*replied)] {
        let mut peer = bench.connect(&mut server)?;
        let heard = peer.say_and_hear(lines.as_bytes(), true, expected.len());
        same_bytes(Half::Server, expected.as_bytes(), &heard, |e, heard| {
            cause_of_last(lines.as_bytes(), e, heard, CAUSE)
        })?;
        let more = peer.hear_to_end(64 * 1024);
        fin_next(&more, Lines::cause_of_more(&more))?;
    }
    Ok(())
}

fn longest_line(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let longest = random_from(bench, b"abcdefgh ", LONGEST) + "\n";
    for lines in [longest.clone(), longest.repeat(3), format!("{}\r\n", &longest[..LONGEST - 1])] {
        because(
            asks::<Lines>(&mut peer, lines.as_bytes()),
            "a line of exactly 8192 bytes is allowed, and the limit is for each line, not for all lines together",
        )?;
    }
    Ok(())
}

fn too_long(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "as soon as 8193 bytes have come without a `\\n`, whatever they are, the server replies `line too long` \
                         and ends the connection: it waits for nothing more and answers nothing more";
    let long = random_from(bench, b"abcdefgh ", LONGEST + 1).into_bytes();
    let cr = [&long[..LONGEST], b"\r"].concat();
    let mut server = bench.server()?;
    for bytes in [long.clone(), cr, [&long[..], b"\ny\n"].concat(), [b"a\n", &long[..]].concat()] {
        let expected =
            if bytes.starts_with(b"a\n") { [b"A\n", TOO_LONG].concat() } else { TOO_LONG.to_vec() };
        let mut peer = bench.connect(&mut server)?;
        ends_with(&mut peer, &bytes, &expected, CAUSE)?;
        server.alive("a line that was too long")?;
    }
    Ok(())
}

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
    let _ = peer.hear_to_end(1024);
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
            "after `exit` and its reply, whatever that says, the client reads on until the server's end: a client that \
             leaves first may miss what still comes",
        )?;
        let more = peer.pending();
        if !more.is_empty() {
            let cause =
                "`exit` is the last line of a conversation: read its reply, then wait for the server's end";
            return Finding::new("the client says nothing after `exit`", quoted(&more), cause)
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

fn longest_reply(bench: &mut Bench) -> Outcome {
    let reply = random_from(bench, b"QXZJ", LONGEST) + "\n";
    let cause = "a reply of exactly 8192 bytes before its `\\n` is allowed: print it and go on";
    let (mut client, mut peer) = answered(
        bench,
        &["one", "two"],
        &[
            reply.as_bytes(),
            b"QJX
",
        ],
        cause,
    )?;
    client.line("q");
    let _ = peer.hear_to_end(1024);
    peer.half_close();
    because(client.exits_well("after `q`"), cause)?;
    client.printed_all(&[reply.trim_end().into(), b"QJX".to_vec()], |_| cause)
}

fn reply_too_long(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "as soon as 8193 bytes of a reply have come without a `\\n`, it is an error: a client that waits for \
                         more lets its server fill its memory";
    let long = random_from(bench, b"QXZJ", LONGEST + 1).into_bytes();
    for reply in [long.clone(), [&long[..], b"\n"].concat()] {
        let (mut client, _peer) = answered(bench, &["one"], &[&reply], CAUSE)?;
        because(client.exits_with_error("when a reply is longer than 8192 bytes"), CAUSE)?;
    }
    Ok(())
}
