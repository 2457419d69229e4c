//! From wrong bytes to the likely cause, as a teacher would name it.

use crate::bench::{Ending, Heard};
use crate::finding::{Cause, Perhaps};
use crate::promises::trimmed::{TRIMS_REQUESTS, is_blank, is_trimmed};

/// Returns the likely cause when a server replied something other than `expected` to `said`.
pub fn of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> Cause {
    let got = heard.bytes.as_slice();
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let cause = if got.is_empty() {
        return of_silence(said, heard);
    } else if is_trimmed(expected, got) {
        TRIMS_REQUESTS
    } else if same < got.len() && said.starts_with(got) {
        "the bytes came back as they were sent: the server does not change them"
    } else if got.len() >= 3 && got[same.min(got.len() - 1)..].starts_with(b"\xef\xbf\xbd") {
        "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: keep them as bytes"
    } else if got[same..].windows(8).any(|window| window == [0; 8])
        || (same < got.len() && got[same..].iter().all(|byte| *byte == 0))
    {
        "the rest of the buffer was sent too: send `buffer[..n]`, the `n` bytes that `read` returned, not the whole \
         buffer"
    } else if same < got.len() && got.eq_ignore_ascii_case(&expected[..got.len().min(expected.len())]) {
        "letters have changed their case"
    } else if same == got.len() {
        return of_cut(expected, same, heard);
    } else if (1..=64).contains(&begins_later(expected, got)) {
        "the server sent something before its reply: nothing but what was sent may come back"
    } else if stale(expected, got, same) {
        "bytes of an earlier read were sent again: only the first `n` bytes of the buffer are new after each `read` (and \
         after a `peek` none is: it leaves them in the kernel)"
    } else if is_subsequence(&got[same..], &expected[same..]) {
        match same {
            0 => "bytes are missing from the start: something was dropped, trimmed, or cut off on the way",
            _ => {
                "bytes are missing from the middle: something was dropped, trimmed, or cut off on the way; `write` \
                 may take only a part of what it is given, `write_all` takes it all"
            }
        }
    } else if is_subsequence(&expected[same..], &got[same..]) {
        "bytes were added that the client never sent"
    } else if expected != said {
        "the reply is not what this server should make of the request: perhaps it was taken for text; work on the bytes, \
         and on the ASCII letters only"
    } else {
        "the bytes that came are not the bytes that were sent: send back exactly `buffer[..n]`"
    };
    cause.into()
}

fn of_silence(said: &[u8], heard: &Heard) -> Cause {
    match heard.ending {
        _ if is_blank(said) => Perhaps(
            "the server trims what it read: nothing came for a request of white space only; reply to every byte that `read` \
             returned. Or it waits for more: for a line end, a full buffer or the client's end",
        )
        .into(),
        Some(Ending::Fin) => {
            "the server closed the connection without a reply: perhaps it writes nothing, or serves one `read` only, or \
             an error of `read` was taken for the end; it must read and write in a loop, until `read` returns 0"
                .into()
        }
        Some(Ending::Rst) => {
            Perhaps("the buffer has length 0 (`Vec::new()`, `Vec::with_capacity(…)`): a `read` into it returns 0, as at the \
             end; or it serves one `read` only, or it ended: the server dropped the connection with bytes unread in it, and \
             then the kernel sends RST")
                .into()
        }
        _ => Cause::general(
            "the server took the bytes and did not reply: it must write back what one `read` gave before it reads \
             again, and not wait for a line end, a full buffer or the client's end",
        ),
    }
}

fn of_cut(expected: &[u8], came: usize, heard: &Heard) -> Cause {
    match heard.ending {
        Some(Ending::Silence(_)) if expected.get(came) == Some(&0) => {
            "the reply stops before a byte of value 0: bytes were treated as a C string; count them, do not look for \
             their end"
                .into()
        }
        Some(Ending::Silence(_)) if expected[..came].ends_with(b"\n") && !expected[came..].contains(&b'\n') => {
            "the reply stops after the last line end: the server waits for the end of a line, but there are no lines \
             in a stream of bytes"
                .into()
        }
        Some(Ending::Fin) => format!(
            "the server closed the connection after {came} bytes: read again and again until `read` returns 0, \
             and write all of each with `write_all`"
        )
        .into(),
        Some(Ending::Rst) => format!(
            "the server dropped the connection after {came} bytes while more was on its way: the kernel then sends \
             RST; read until `read` returns 0 before closing"
        )
        .into(),
        Some(Ending::NotTaken(_)) => {
            "the server stopped reading: it must not wait for all of the input before it writes".into()
        }
        _ => format!(
            "the server stopped after {came} bytes: `write` may take only a part of what it is given (`write_all` goes \
             on), and one `read` may give only a part of what was sent (loop until it returns 0)"
        )
        .into(),
    }
}

/// Returns the offset at which the expected bytes begin if others come first, else 0.
fn begins_later(expected: &[u8], got: &[u8]) -> usize {
    let start = &expected[..expected.len().min(8)];
    memchr::memmem::find(got, start).filter(|_| start.len() == 8).unwrap_or(0)
}

/// Returns whether the bytes after the common start repeat bytes of it.
fn stale(expected: &[u8], got: &[u8], same: usize) -> bool {
    let tail = &got[same..got.len().min(same + 16)];
    tail.len() >= 4 && expected[..same].windows(tail.len()).any(|window| window == tail)
}

fn is_subsequence(short: &[u8], long: &[u8]) -> bool {
    let mut long = long.iter();
    short.len() < long.len() && short.iter().all(|byte| long.any(|other| other == byte))
}

/// Returns the likely cause when a server said more after its last reply, or did not end the connection.
pub fn of_more(heard: &Heard) -> Cause {
    let cause = match heard.bytes.as_slice() {
        [] => {
            "a `read` of 0 bytes is the client's FIN: it will send nothing more, so the server closes its \
             side too"
        }
        extra if extra.len() >= 8 && extra.iter().all(|byte| *byte == 0) => {
            "the rest of the buffer was sent too: send `buffer[..n]`, the `n` bytes that `read` returned"
        }
        [b'\n'] | [b'\r', b'\n'] => "a line end was added: the server must send what it was sent, no more",
        _ => {
            "the server sent more than its reply: send `buffer[..n]`, the `n` bytes that `read` returned, and nothing \
             else"
        }
    };
    cause.into()
}

/// Returns the likely cause when a client printed something other than the replies.
pub fn of_printed(printed: &str) -> Cause {
    match printed.trim() {
        "" => "print every reply on a line of its own",
        text if text.contains("[")
            && text.contains(", ")
            && text.bytes().any(|byte| byte.is_ascii_digit()) =>
        {
            "the reply was printed with `{:?}`: write the bytes themselves, not their debug form"
        }
        _ => "print every reply as it came: exactly the bytes that `read` returned, no more and no less",
    }
    .into()
}

/// Returns the likely cause when a client sent something other than the line.
pub fn of_request(expected: &[u8], heard: &Heard) -> Cause {
    let got = heard.bytes.as_slice();
    let looks_like_q = [&b"q"[..], b"quit", b"exit"].contains(&&*expected.trim_ascii().to_ascii_lowercase());
    if got.is_empty() && looks_like_q && matches!(heard.ending, Some(Ending::Fin | Ending::Rst)) {
        return format!(
            "the client ended instead of sending it: a line that is `q` and nothing else ends it; \"{}\" is a line \
             like any other",
            expected.escape_ascii()
        )
        .into();
    }
    if got.is_empty() && heard.ending == Some(Ending::Fin) {
        return "the client ended its side instead: one connection serves all lines, until `q` or the end of the input"
            .into();
    }
    if got.is_empty() {
        return "the client did not send the line: read a line, send its bytes, then read its reply and no further (a \
             client that reads until the end, or until a line end, waits for ever)"
            .into();
    }
    let trimmed = expected.trim_ascii();
    if trimmed.len() < expected.len() && (got == trimmed || got == expected.trim_ascii_start()) {
        return "the blanks around the line were cut off: only its line end does not belong to it".into();
    }
    if got.strip_prefix(expected).is_some_and(|more| more.trim_ascii() == b"q") {
        return "`q` was sent: it only ends the client, which sends its lines and nothing else".into();
    }
    let line_end = |byte: &u8| *byte == b'\n' || *byte == b'\r';
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    if got.get(same).is_some_and(line_end)
        || got.starts_with(b"\n")
        || got.starts_with(b"\r")
        || got.ends_with(b"\n")
        || got.ends_with(b"\r")
    {
        return "the line end was sent too (of this line or the one before): send the line without it".into();
    }
    "send exactly the bytes of the line, all of them (`write_all`), without its line end".into()
}
