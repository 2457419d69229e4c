//! The protocol: a number and a text in one datagram, and what wrong datagrams mean.

use crate::bench::Datagram;
use crate::finding::{Cause, Comparison, Finding, Half, Outcome, Perhaps, count};

/// The longest text, in bytes.
pub const MAX_TEXT: usize = 1024;
/// The longest datagram, in bytes.
pub const MAX_DATAGRAM: usize = 4 + MAX_TEXT;

/// Returns the datagram that carries this number and text.
pub fn datagram(number: u32, text: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes(), text].concat()
}

/// Returns the reply to the request with this number and text.
pub fn reply_to(number: u32, text: &[u8]) -> Vec<u8> {
    datagram(number, &text.to_ascii_uppercase())
}

/// Returns the likely cause when a server sent `got` when it should have sent `expected` as the reply to `asked`.
pub fn cause_of_reply(asked: &[u8], expected: &[u8], got: &[u8]) -> Cause {
    let (number, text) = expected.split_at(4);
    let little: Vec<u8> = number.iter().rev().copied().collect();
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let differs = same < got.len().min(expected.len());
    let certain = if got == number && !text.is_empty() {
        "only the number came: number and text belong into one datagram, because what is sent in two arrives in two"
    } else if got == text || (got.len() < 4 && expected.len() >= 8) {
        "the reply lacks its number: it begins with the four bytes of the request's number"
    } else if got == asked.to_ascii_uppercase() && got != expected {
        "the number was upper-cased with the text: the first four bytes are a number, and only what follows is text"
    } else if got == asked {
        "the datagram came back as it was sent: upper-case the ASCII letters of its text"
    } else if got.starts_with(&little) && little != number {
        "the four bytes of the number are reversed: it is big-endian (`from_be_bytes` and `to_be_bytes`)"
    } else if got.len() >= 4 && got[..4] != *number && got[4..] == *text {
        "the text is right and the number is not: the reply bears the number of its request, all four bytes"
    } else if got.len() >= 4 && got[..4] != *number {
        return Perhaps(
            "this is the reply to another request, or to another client's: each bears the number of its own request, and \
             goes to where that came from",
        )
        .into();
    } else if got.len() > expected.len() && !differs && got[same..].iter().all(|byte| *byte == 0) {
        "the rest of the buffer was sent too: send only as many bytes as `recv_from` returned"
    } else if got.len() > expected.len() && !differs && got[same..] == *b"\n" {
        "a line end was added: a datagram ends by itself"
    } else if got.len() > expected.len() && !differs {
        "bytes were added: perhaps the rest of an earlier datagram; send only as many bytes as `recv_from` returned"
    } else if got.len() < expected.len() && !differs && expected.get(same) == Some(&0) {
        "the reply stops before a byte of value 0: bytes were treated as a C string; their number states \
         where they end"
    } else if got.len() < expected.len() && !differs && expected[same..].iter().all(u8::is_ascii_whitespace) {
        "blanks at the end of the text were cut off: they belong to it"
    } else if got.len() < expected.len() && !differs {
        "the reply is cut off: perhaps the buffer is too small, and the kernel drops what does not fit into it"
    } else if memchr::memmem::find(&got[same..], b"\xef\xbf\xbd").is_some() {
        "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: keep them as bytes"
    } else if expected.get(same).is_some_and(|byte| !byte.is_ascii()) {
        "a byte beyond ASCII was changed: only ASCII letters are upper-cased, byte by byte"
    } else if got.len() < expected.len() && text.trim_ascii() == &got[4.min(got.len())..] {
        "blanks around the text were cut off: they belong to it"
    } else {
        "the reply is the same text with its ASCII letters upper-cased, and nothing else"
    };
    certain.into()
}

/// Returns what is certain about why a client sent `got` when it should have sent `expected`.
pub fn cause_of_request(expected: &[u8], got: &[u8]) -> &'static str {
    let (number, text) = expected.split_at(4);
    let little: Vec<u8> = number.iter().rev().copied().collect();
    let (came, rest) = got.split_at(got.len().min(4));
    if got == text {
        "the number is missing: a datagram begins with its number, four bytes, and then comes the text"
    } else if came == little && little != number {
        "the four bytes of the number are reversed: it is big-endian (`to_be_bytes`)"
    } else if came == number
        && rest.strip_prefix(text).is_some_and(|end| [&b"\n"[..], b"\r\n", b"\r"].contains(&end))
    {
        "the line end was sent too: a datagram ends by itself, so send the line without it"
    } else if came == number
        && rest.len() > text.len()
        && rest.starts_with(text)
        && rest[text.len()..].iter().all(|byte| *byte == 0)
    {
        "the rest of a buffer was sent too: send only the bytes of the line"
    } else if came == number && rest.len() < text.len() && rest == text.trim_ascii() {
        "the blanks around the line were cut off: only its line end does not belong to it"
    } else if got == number && !text.is_empty() {
        "only the number came: number and text belong into one datagram, because what is sent in two arrives in two"
    } else if came == number && text.starts_with(rest) && text.get(rest.len()) == Some(&0) {
        "the text stops before a byte of value 0: a line ends at its line end, and not as a C string does"
    } else if came == number && text.starts_with(rest) {
        "the text is cut off: the whole line goes into one datagram, up to 1024 bytes"
    } else if rest == text {
        "the text is right and the number is not: the first line bears the number 1, each next line one more, and a \
         resend bears the number of its line"
    } else if came == number {
        "send exactly the bytes of the line, without its line end, in one datagram"
    } else {
        "each line is a datagram of its own: the number of the line, from 1, and its bytes"
    }
}

/// Checks that this half sent exactly `expected`; `what` names it, and `cause` says why something else came.
///
/// # Errors
/// The finding with both side by side.
pub fn is_same(half: Half, what: &str, expected: &[u8], got: &Datagram, cause: impl Into<Cause>) -> Outcome {
    let Some(comparison) = Comparison::of(expected, &got.bytes) else { return Ok(()) };
    let came = format!(
        "a datagram of {}, the first wrong byte at offset {}",
        count(got.bytes.len()),
        comparison.offset
    );
    let expected = format!("the {} sends {what}, {}", half.word(), count(expected.len()));
    Finding::new(expected, came, cause).comparing(comparison).of(half).broken()
}
