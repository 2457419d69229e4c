//! Lesson 09's bytes: a line and its `\n`, the reply to it, and the likely cause when another one comes.

use crate::bench::{Ending, Heard};
use crate::finding::{Cause, Perhaps};
use crate::promises::asking::Ask;
use fastrand::Rng;

/// The longest line, in bytes without its `\n`.
pub(super) const LONGEST: usize = 8192;
/// What a server replies to a line that is longer.
pub(super) const TOO_LONG: &[u8] = b"line too long\n";
/// What a server replies to `exit`.
pub(super) const BYEBYE: &[u8] = b"Byebye!\n";

/// Each line comes back with its ASCII letters in upper case; `\r` before its `\n` is dropped.
pub struct Lines;

impl Ask for Lines {
    const IN_PLACE: Option<&'static str> = Some("make_ascii_uppercase");
    const SENDS: &'static str = "sends each line with one \\n and prints the reply";
    const STRIPS: &'static str = "sends one \\n for a line that ends in \\r\\n, too";
    const NOTHING_MORE: &'static str = "send a line and one `\\n`, and nothing for an empty line or `q`";
    const WHOLE: &'static str = "a reply ends with `\\n`, and may come in any number of pieces: read until its `\\n` \
                                 is there (`read_until`)";
    const LONG: usize = 8000;
    const BY_BYTE: bool = false;
    const BYE: Option<&'static str> = Some("exit");
    const ANY_END: bool = true;

    fn request_of(line: &[u8]) -> Vec<u8> {
        [line, b"\n"].concat()
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
            [] => {
                "a `read` of 0 bytes is the client's FIN: it will send nothing more, so the server closes \
                   its side too"
            }
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
                "the client ended its side instead: one connection serves all lines, until `exit`, `q` or the end of \
                 the input"
            }
            ([], _) => "the client did not send the line: read a line, send it with `\\n`, then read the reply to its \
                        `\\n`",
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

/// Returns how many line ends these bytes have.
fn lines_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Returns whether what came is what was expected, without its empty lines.
fn skips_empty(expected: &[u8], got: &[u8]) -> bool {
    let mut whole = expected.to_vec();
    whole.dedup_by(|byte, before| (*byte, *before) == (b'\n', b'\n'));
    let whole = whole.strip_prefix(b"\n").unwrap_or(&whole);
    whole.len() < expected.len() && got == whole
}

/// Returns whether `Byebye!`, or the part of it that was heard, came in place of another reply. It is no line that was
/// said: replies have no small letters.
fn has_byebye_for_another(said: &[u8], expected: &[u8], got: &[u8]) -> bool {
    /// A text with so many bytes of it is no other one.
    const TELLING: usize = 3;
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let start = got[..same].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (came, due) = (&got[start..], &expected[start..]);
    let came = &came[..came.len().min(BYEBYE.len())];
    came.len() >= TELLING
        && BYEBYE.starts_with(came)
        && !due.starts_with(came)
        && memchr::memmem::find(said, came).is_none()
}

/// Returns why a server replied something else to these lines.
fn cause_of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> Cause {
    let got = heard.bytes.as_slice();
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let next = got.get(same);
    match (got, heard.ending) {
        ([], Some(Ending::Fin | Ending::Rst)) if std::str::from_utf8(said).is_err() => {
            Perhaps("the server takes the line for text, and ends at bytes that are none: a line is bytes (`Vec<u8>`, \
             `read_until`), and need not be UTF-8")
                .into()
        }
        ([], Some(Ending::Fin)) => "the server closed the connection without a reply: read lines until the end of the \
                                    stream, and answer each"
            .into(),
        ([], Some(Ending::Rst)) => "the server dropped the connection with bytes unread in it, or ended: the kernel \
                                    then sends RST"
            .into(),
        ([], _) => Cause::general(
            "the server took the line and did not reply: `\\n` ends a line; answer it then, and let nothing keep the \
             reply back (flush what is buffered)",
        ),
        _ if has_byebye_for_another(said, expected, got) => {
            "a line that is not `exit` got `Byebye!`: only the line `exit`, exactly, gets it".into()
        }
        // Two of its three bytes, because no more bytes are heard than the right reply has.
        _ if got[same..].starts_with(b"\xef\xbf") => {
            "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: keep them as \
             bytes".into()
        }
        _ if expected.get(same) == Some(&0) && next.is_none_or(|next| *next == b'\n') => {
            "the reply ends before a byte of value 0: the line was taken for a C string; count its bytes, do not look \
             for their end"
                .into()
        }
        _ if got.strip_suffix(b"\n") == Some(expected.trim_ascii()) && expected.get(same) != Some(&b'\r') => {
            "the blanks around the line were cut off: only its line end does not belong to it".into()
        }
        _ if next == Some(&b'\r') => "a `\\r` came back that belongs to no line: drop the one right before `\\n`, and \
                                      reply with `\\n` alone"
            .into(),
        _ if expected.get(same) == Some(&b'\r') => {
            "a `\\r` is missing: only one right before `\\n` is dropped, every other is a byte of the line".into()
        }
        _ if same < got.len() && said.starts_with(got) => {
            "the line came back as it was sent: the server does not upper-case it".into()
        }
        _ if same < got.len() && got.eq_ignore_ascii_case(&expected[..got.len().min(expected.len())]) => {
            "letters have the wrong case: a to z in upper case, every other byte as it came".into()
        }
        _ if skips_empty(expected, got) => {
            "an empty line got no reply: it is a line like any other, and its reply is an empty line".into()
        }
        (_, Some(_)) if same == got.len() && expected[same..] == *b"\n" => {
            "the reply lacks its `\\n`: that byte ends each reply, the last one too".into()
        }
        _ if lines_in(got) > lines_in(expected) => {
            "more replies came than lines were sent: a piece is no line; keep what comes until its `\\n` is \
             there".into()
        }
        (_, Some(Ending::Silence(_))) if same == got.len() => {
            format!(
                "the server stopped after {same} bytes: one `read` may bring several lines, and a part of the next; \
                 keep what comes behind a `\\n`, and answer every line"
            )
            .into()
        }
        (_, Some(Ending::Fin | Ending::Rst)) if same == got.len() => {
            format!("the server ended the connection after {same} bytes: only `exit`, a line too long and FIN end \
                     it").into()
        }
        _ => "the reply to a line is that line with a to z in upper case, every other byte as it came, and one \
              `\\n`".into(),
    }
}

/// Returns why a server did not reply `expected` to the last lines of a connection: what is wrong with the bytes that
/// came, or else `cause`.
pub(super) fn cause_of_last(said: &[u8], expected: &[u8], heard: &Heard, cause: &str) -> Cause {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byebye_for_another_line_is_seen() {
        let is_seen = |said: &[u8], got: &[u8]| has_byebye_for_another(said, &Lines::reply(said), got);
        assert!(is_seen(b"hello\n", b"Byebye"));
        assert!(is_seen(b"hello, you\n", b"Byebye!\n"));
        assert!(is_seen(b"a\nlonger\n", b"A\nByebye!"));
        assert!(!is_seen(b"hello\nexit\n", b"HELLO\nBye"));
        assert!(!is_seen(b"hello\n", b"hello\n"));
        assert!(!is_seen(b"Byebye!\n", b"Byebye!\n"));
        assert!(!is_seen(b"b\n", b"By"));
        assert!(!is_seen(b"hello\n", b""));
    }
}
