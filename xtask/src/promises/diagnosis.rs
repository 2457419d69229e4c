//! From wrong bytes to the likely cause: what a teacher would say who looks at both.

use crate::bench::peer::{Ending, Heard};

/// Names the likely cause why a server that should transform `said` into `expected` was heard to say otherwise.
pub fn of_reply(said: &[u8], expected: &[u8], heard: &Heard) -> String {
    let got = heard.bytes.as_slice();
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let cause = if got.is_empty() {
        return of_silence(heard);
    } else if same < got.len() && said.starts_with(got) {
        "the bytes came back as they were sent: the server does not change them"
    } else if got.len() >= 3 && got[same.min(got.len() - 1)..].starts_with(b"\xef\xbf\xbd") {
        "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: keep them as bytes"
    } else if got[same..].windows(8).any(|window| window == [0; 8])
        || (same < got.len() && got[same..].iter().all(|byte| *byte == 0))
    {
        "the rest of the buffer was sent too: send `buffer[..n]`, the `n` bytes that `read` returned, not the whole buffer"
    } else if same < got.len() && got.eq_ignore_ascii_case(&expected[..got.len().min(expected.len())]) {
        "letters have changed their case"
    } else if same == got.len() {
        return of_cut(expected, same, heard);
    } else if (1..=64).contains(&begins_later(expected, got)) {
        "the server said something before its reply: nothing but what was sent may come back"
    } else if stale(expected, got, same) {
        "bytes of an earlier read were sent again: only the first `n` bytes of the buffer are new after each `read`"
    } else if is_subsequence(&got[same..], &expected[same..]) {
        "bytes are missing from the middle: something was dropped, trimmed, or cut off on the way; `write` may take only \
         a part of what it is given, `write_all` takes it all"
    } else if is_subsequence(&expected[same..], &got[same..]) {
        "bytes were added that the client never sent"
    } else if expected != said {
        "the reply is not what this server should make of the request: work on the bytes, and on the ASCII letters only"
    } else {
        "the bytes that came are not the bytes that were sent: send back exactly `buffer[..n]`"
    };
    cause.to_string()
}

fn of_silence(heard: &Heard) -> String {
    match heard.ending {
        Some(Ending::Fin) => "the server closed the connection without a reply: read, and write what was read, in a loop (a buffer of \
             length 0 makes `read` return 0 at once, too)",
        Some(Ending::Rst) => {
            "the server dropped the connection with bytes unread in it, or ended: the kernel then sends RST (a buffer of \
             length 0 makes `read` return 0 at once, too)"
        }
        _ => {
            "the server took the bytes and did not reply: it must write back what one `read` gave before it reads again, \
             and not wait for a line end, a full buffer or the client's end"
        }
    }
    .to_string()
}

fn of_cut(expected: &[u8], came: usize, heard: &Heard) -> String {
    match heard.ending {
        Some(Ending::Silence(_)) if expected.get(came) == Some(&0) => {
            "the reply stops before a byte of value 0: bytes were treated as a C string; count them, do not look for \
             their end"
                .to_string()
        }
        Some(Ending::Silence(_)) if expected[..came].ends_with(b"\n") && !expected[came..].contains(&b'\n') => {
            "the reply stops after the last line end: the server waits for the end of a line, but there are no lines \
             in a stream of bytes"
                .to_string()
        }
        Some(Ending::Fin) => format!(
            "the server closed the connection after {came} bytes: read again and again until `read` returns 0, \
             and write all of each with `write_all`"
        ),
        Some(Ending::Rst) => format!(
            "the server dropped the connection after {came} bytes while more was on its way: the kernel then sends \
             RST; read until `read` returns 0 before closing"
        ),
        Some(Ending::NotTaken(_)) => {
            "the server stopped reading: it must not wait for all of the input before it writes".to_string()
        }
        _ => format!(
            "the server stopped after {came} bytes: `write` may take only a part of what it is given (`write_all` goes \
             on), and one `read` may give only a part of what was sent (loop until it returns 0)"
        ),
    }
}

/// At which offset the expected bytes begin, when others stand before them; 0 when they do not begin later.
fn begins_later(expected: &[u8], got: &[u8]) -> usize {
    let start = &expected[..expected.len().min(8)];
    memchr::memmem::find(got, start).filter(|_| start.len() == 8).unwrap_or(0)
}

/// Whether what came after the common start is a repetition of what came before.
fn stale(expected: &[u8], got: &[u8], same: usize) -> bool {
    let tail = &got[same..got.len().min(same + 16)];
    tail.len() >= 4 && expected[..same].windows(tail.len()).any(|window| window == tail)
}

fn is_subsequence(short: &[u8], long: &[u8]) -> bool {
    let mut long = long.iter();
    short.len() < long.len() && short.iter().all(|byte| long.any(|other| other == byte))
}
