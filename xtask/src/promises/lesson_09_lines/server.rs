//! Promises of lesson 09's server: which bytes are a line, and what a limit is for.

use super::Lines;
use super::protocol::{LONGEST, TOO_LONG, cause_of_last};
use crate::bench::{Bench, Ending, Peer, fin_next, same_bytes};
use crate::finding::{Half, Outcome, because, broken, quoted, skip};
use crate::promises::asking::Ask;
use crate::promises::asking::server::{asks, asks_last, is_end};
use crate::promises::inputs::{random_from, random_word};
use crate::promises::{Check, server};
use crate::wire::Kind::{Dribble, Plain, Slice};

/// What only this lesson's server promises.
pub(super) const SERVER: &[Check] = &[
    server!("several-lines", "answers each of several lines that come at once", several_lines),
    server!("drops-cr", "drops one \\r before \\n, and no other", drops_cr),
    server!("any-line", "answers lines that are empty, blank, or no text", any_line),
    server!("exit-ends", "sends Byebye! at `exit`, and ends the connection", exit_ends)
        .on(&[Plain, Dribble, Slice]),
    server!("only-exit-ends", "ends at exactly `exit` and nothing like it", only_exit_ends)
        .after(&["exit-ends"]),
    server!("last-line", "answers a last line that ends with the stream", last_line).after(&["longest-line"]),
    server!("longest-line", "answers a line of 8192 bytes, the longest", longest_line),
    server!("too-long", "refuses a line as soon as it has 8193 bytes", too_long).after(&["longest-line"]),
    server!("keeps-no-endless-line", "keeps nothing of a line without an end", keeps_no_endless_line)
        .after(&["too-long"]),
];

/// Says `bytes` as the last of this connection; checks that `expected` comes, and then the end. The client's side stays
/// open. `more` is what comes behind the last line: the server must answer none of it.
fn ends_with(peer: &mut Peer, bytes: &[u8], more: &[u8], expected: &[u8], cause: &str) -> Outcome {
    let bytes = [bytes, more].concat();
    let heard = peer.say_and_hear(&bytes, false, expected.len());
    same_bytes(Half::Server, expected, &heard, |expected, heard| {
        cause_of_last(&bytes, expected, heard, cause)
    })?;
    let rest = peer.hear_to_end(64 * 1024);
    match rest.ending {
        Some(Ending::Fin | Ending::Rst) if more.is_empty() || rest.bytes.is_empty() => Ok(()),
        _ => fin_next(&rest, cause),
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
        "the start of a line came in one piece with the line before, and was lost: keep what `read` brought behind a \
         `\\n`"
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
    const CAUSE: &str = "`exit`, in however many pieces it comes, gets `Byebye!` and the end of the connection: what \
                         follows it is not answered, and the client need not end first";
    let word = random_word(bench, 4);
    for (lines, more, expected) in [
        ("exit\n".to_string(), "", "Byebye!\n".to_string()),
        (format!("{word}\nexit\n"), "more\nexit\n", format!("{}\nByebye!\n", word.to_uppercase())),
        ("exit\r\n".to_string(), "", "Byebye!\n".to_string()),
    ] {
        let server = bench.server()?;
        let wire = bench.wire_to(server.addr, vec![lines.len() + more.len()], vec![expected.len()])?;
        let mut peer = bench.connect_through(&wire)?;
        ends_with(&mut peer, lines.as_bytes(), more.as_bytes(), expected.as_bytes(), CAUSE)?;
        server.alive("a client that sent `exit`")?;
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
        is_end::<Lines>(&peer.hear_to_end(64 * 1024))?;
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
    const CAUSE: &str = "as soon as 8193 bytes have come without a `\\n`, whatever they are, the server replies `line \
                         too long` and ends the connection: it waits for nothing more and answers nothing more";
    let long = random_from(bench, b"abcdefgh ", LONGEST + 1).into_bytes();
    let cr = [&long[..LONGEST], b"\r"].concat();
    let mut server = bench.server()?;
    for (bytes, more) in
        [(long.clone(), &b""[..]), (cr, b""), (long.clone(), b"\ny\n"), ([b"a\n", &long[..]].concat(), b"")]
    {
        let expected =
            if bytes.starts_with(b"a\n") { [b"A\n", TOO_LONG].concat() } else { TOO_LONG.to_vec() };
        let mut peer = bench.connect(&mut server)?;
        ends_with(&mut peer, &bytes, more, &expected, CAUSE)?;
        server.alive("a line that was too long")?;
    }
    Ok(())
}

/// How many bytes are sent of a line without an end.
const ENDLESS: usize = 64 << 20;
/// How much a server's memory may grow for other reasons, in bytes: buffers, and what a language's runtime has not
/// collected yet.
const NOISE: u64 = 16 << 20;

/// Sends a line that never ends; what comes after the reply must not stay in the server's memory.
fn keeps_no_endless_line(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    // What a runtime makes for its first client is no growth.
    let mut first = bench.connect(&mut server)?;
    asks::<Lines>(&mut first, b"a line\n")?;
    first.close();
    for _ in 0..2 {
        let mut peer = bench.connect(&mut server)?;
        let _ = peer.say(&vec![b'x'; LONGEST + 1]);
        peer.wait_taken();
        server.rests("a line that is too long")?;
        let replied = !peer.pending().is_empty();
        let Some(before) = server.memory() else {
            return skip("this platform does not tell how much memory other programs use");
        };
        let (mut said, mut grown) = (0, 0);
        let piece = vec![b'x'; 1 << 20];
        // Once the server has ended, RST is no fault.
        while said < ENDLESS && peer.say(&piece).is_ok() {
            said += piece.len();
            grown = grown.max(server.memory().unwrap_or(before).saturating_sub(before));
        }
        peer.wait_taken();
        grown = grown.max(server.memory().unwrap_or(before).saturating_sub(before));
        if grown <= NOISE || grown < said as u64 / 4 * 3 {
            return server.alive("a line without an end");
        }
        peer.close();
        // A runtime that collects its garbage late also grows, but it gives nothing back when a client leaves.
        if !server.memory_falls_to(before + grown / 2) {
            continue;
        }
        let mib = |bytes: u64| bytes >> 20;
        let cause = match replied {
            true => {
                "what comes after `line too long` was kept: read it into one small buffer, again and again, and look \
                 at none of it"
            }
            false => {
                "a line was collected for as long as it came: the other side decides when its `\\n` comes, so a client \
                 that sends none fills the server's memory; count, and stop at byte 8193"
            }
        };
        return broken(
            "the server's memory does not grow with what is sent",
            format!(
                "it grew by {} MiB while {} MiB without a `\\n` were sent, and shrank when the client had left",
                mib(grown),
                mib(said as u64)
            ),
            cause,
        );
    }
    server.alive("a line without an end")
}
