//! Why a client printed something other than the messages.

use crate::finding::Cause;
use crate::promises::pushing::{Push, READ_NOTHING};
use crate::wire::Reading;

/// The cause if [`has_rest_of_buffer`] is true.
pub const WHOLE_BUFFER: &str = "the whole buffer was printed: only the first `n` bytes of it, which `read` returned, \
                            are new (`&buffer[..n]`)";

/// Returns whether bytes of value 0 were printed that no message has: an untouched buffer holds those.
pub fn has_rest_of_buffer(printed: &[u8], messages: &[Vec<u8>]) -> bool {
    printed.contains(&0) && !messages.iter().any(|message| message.contains(&0))
}

/// Returns the messages that a client printed: the numbers, and the text behind each on its line.
fn numbered(printed: &[u8]) -> Vec<(usize, &[u8])> {
    const LABEL: &[u8] = b"message ";
    let mut found = Vec::new();
    for line in printed.split(|byte| *byte == b'\n') {
        let Some(at) = memchr::memmem::find(line, LABEL) else { continue };
        let rest = &line[at + LABEL.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
        if let (Some(number), Some(text)) = (number, rest[digits..].strip_prefix(b":")) {
            found.push((number, text.strip_prefix(b" ").unwrap_or(text)));
        }
    }
    found
}

/// Returns whether one of these messages was printed with the next one behind it.
fn is_joined(printed: &[(usize, &[u8])], messages: &[Vec<u8>]) -> bool {
    messages.windows(2).any(|two| {
        let both = two.concat();
        !two[0].is_empty() && !two[1].is_empty() && printed.iter().any(|(_, text)| text.starts_with(&both))
    })
}

/// Returns the cause where the numbers of the messages are wrong; `None` when they count up from 1, or when it is not
/// the numbers alone.
fn cause_of_numbers(printed: &[(usize, &[u8])], messages: &[Vec<u8>]) -> Option<Cause> {
    let numbers: Vec<usize> = printed.iter().map(|(number, _)| *number).collect();
    if numbers.first() == Some(&0) {
        return Some("messages are numbered from 1".into());
    }
    // With fewer numbers than messages, it may be that a message is missing.
    let right: Vec<usize> = (1..=numbers.len()).collect();
    (numbers.len() >= messages.len() && numbers != right).then(|| {
        let shown: Vec<String> = numbers.iter().take(6).map(ToString::to_string).collect();
        let more = if numbers.len() > 6 { ", …" } else { "" };
        let as_many = if numbers.len() == messages.len() { ", as there were, but" } else { "," };
        format!(
            "{} messages were printed{as_many} numbered {}{more}: the first is number 1, and each other one is 1 more \
             than the one before",
            numbers.len(),
            shown.join(", ")
        )
        .into()
    })
}

/// Returns the cause where it is the label `message K:` that is missing, has a wrong number, or does not stand before the
/// bytes of its message.
pub fn cause_of_labels(printed: &[u8], messages: &[Vec<u8>]) -> Option<Cause> {
    let found = numbered(printed);
    if found.is_empty() && !printed.trim_ascii().is_empty() {
        return Some("each message is printed as `message K: TEXT`, K from 1".into());
    }
    cause_of_numbers(&found, messages).or_else(|| {
        Placed::of(printed, messages).map(|placed| match placed {
            Placed::Before => BEFORE.into(),
            Placed::Below => BELOW.into(),
        })
    })
}

const ALL: &str = "print the bytes of each message as they came: all of them, none else";

const BEFORE: &str =
    "the bytes of each message were printed before its `message K: `: print that first, then the bytes";

const BELOW: &str = "the bytes of each message were printed below its `message K: `: print them behind it, on the line of its number";

/// Where the bytes of the messages stand, if all of them were printed and none on the line of its label, behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placed {
    Before,
    Below,
}

impl Placed {
    /// Returns `None` where the bytes of a message stand behind a label, and where some are missing.
    fn of(printed: &[u8], messages: &[Vec<u8>]) -> Option<Self> {
        let is_text = |byte: &u8| !byte.is_ascii_whitespace();
        let stream: Vec<u8> = messages.concat().into_iter().filter(|byte| is_text(byte)).collect();
        if stream.is_empty() {
            return None;
        }
        let (mut others, mut is_before) = (Vec::<u8>::new(), false);
        for line in printed.split(|byte| *byte == b'\n') {
            let Some((before, behind)) = at_label(line) else {
                others.extend(line);
                continue;
            };
            if behind.iter().any(is_text) {
                return None;
            }
            is_before |= before.iter().any(|byte| is_text(byte) && stream.contains(byte));
            others.extend(before);
        }
        // What else a program prints, quotes for instance, stands between.
        let mut others = others.iter();
        let is_whole = stream.iter().all(|byte| others.any(|other| other == byte));
        is_whole.then_some(if is_before { Self::Before } else { Self::Below })
    }
}

/// Splits a line at its first label: what stands before and behind it.
fn at_label(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const LABEL: &[u8] = b"message ";
    memchr::memmem::find_iter(line, LABEL).find_map(|at| {
        let rest = &line[at + LABEL.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let behind = rest[digits..].strip_prefix(b":").filter(|_| digits > 0)?;
        Some((&line[..at], behind))
    })
}

/// Returns the likely cause when a client printed something other than the messages. `left` says whether it left before
/// the server ended, and `reading` what it read.
pub fn cause_of_printed<P: Push>(
    printed: &[u8],
    messages: &[Vec<u8>],
    left: bool,
    reading: Reading,
) -> Cause {
    if let Some(known) = P::cause_of_printed(&String::from_utf8_lossy(printed)) {
        return known;
    }
    let found = numbered(printed);
    let labels = (1..=messages.len()).filter(|n| found.iter().any(|(number, _)| number == n)).count();
    if has_rest_of_buffer(printed, messages) {
        return WHOLE_BUFFER.into();
    }
    if reading.is_nothing() && found.is_empty() {
        return READ_NOTHING.into();
    }
    if printed.trim_ascii().is_empty() {
        // In lesson 04 a message is what one `read` returned, whole or not.
        let what = match P::PAUSES {
            true => "print what each `read` returned as `message K: TEXT`",
            false => "print each message as `message K: TEXT` when all of it has come",
        };
        return match left {
            true if reading.taken > 0 => format!(
                "the client took bytes (the kernel shows that), printed nothing, and left before the server ended: only a \
                 `read` of 0 bytes is the end; {what}"
            )
            .into(),
            true => format!(
                "the client left before the server ended, and printed nothing: {what}; only a `read` of 0 bytes is the end; perhaps its buffer has length 0 \
                 (`Vec::with_capacity`), so that `read` returns 0 as soon as there is something to read"
            )
            .into(),
            // Whether it left before the end or behind it may be luck, so neither cause lacks the end.
            false => format!("{what}; only a `read` of 0 bytes is the end").into(),
        };
    }
    if let Some(cause) = cause_of_labels(printed, messages) {
        return cause;
    }
    if is_joined(&found, messages) {
        return format!(
            "messages were printed as one: each ends where {}, and is printed by itself",
            P::ENDS
        )
        .into();
    }
    if left {
        return "the client left before the server ended: go on until `read` returns 0; a `read` of fewer bytes than the \
                buffer holds is not the end"
            .into();
    }
    if labels == messages.len() {
        return ALL.into();
    }
    let empty = messages.get(labels).is_some_and(Vec::is_empty) || messages.iter().any(Vec::is_empty);
    let what = if empty { " (an empty one is a message, too)" } else { "" };
    format!("only {labels} of {} messages were printed: print every message{what}", messages.len()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promises::lesson_04_sleep::Sleep;

    fn cause(printed: &str) -> String {
        let messages = ["QX", "ZJV", "KQ"].map(|text| text.as_bytes().to_vec());
        cause_of_printed::<Sleep>(printed.as_bytes(), &messages, false, Reading::default()).to_string()
    }

    #[test]
    fn wrong_numbers_are_no_missing_messages() {
        assert!(cause("message 2: QX\nmessage 3: ZJV\nmessage 4: KQ\n").contains("numbered 2, 3, 4"));
        assert!(cause("message 1: QX\nmessage 1: ZJV\nmessage 1: KQ\n").contains("numbered 1, 1, 1"));
        assert!(cause("message 1: QX\nmessage 2: ZJV\n").contains("only 2 of 3"));
        assert!(cause("message 1: QXZJV\nmessage 2: KQ\n").contains("printed as one"));
        assert!(cause("message 1 QX\nmessage 2 ZJV\nmessage 3 KQ").contains("`message K: TEXT`"));
    }

    #[test]
    fn bytes_in_the_wrong_place_are_not_missing() {
        assert_eq!(cause("QXmessage 1: \nZJVmessage 2: \nKQmessage 3: \n"), BEFORE);
        assert_eq!(cause("b'QX' message 1:\nb'ZJV' message 2:\nb'KQ' message 3:\n"), BEFORE);
        assert_eq!(cause("message 1:\nQX\nmessage 2:\nZJV\nmessage 3:\nKQ\n"), BELOW);
        assert_eq!(cause("QXmessage 1:\nmessage 2:\nKQmessage 3:\n"), ALL);
        let pieces: Vec<Vec<u8>> = "  QX".bytes().map(|byte| vec![byte]).collect();
        let of_pieces =
            |printed: &str| cause_of_labels(printed.as_bytes(), &pieces).map(|cause| cause.to_string());
        let before = " message 1: \n message 2: \nQmessage 3: \nXmessage 4: \n";
        assert_eq!(of_pieces(before).as_deref(), Some(BEFORE));
        assert_eq!(of_pieces("message 1:  \nmessage 2:  \nmessage 3: Q\nmessage 4: X\n"), None);
        let empty = [Vec::new(), b"QX".to_vec(), Vec::new()];
        let before = cause_of_labels(b"message 1: \nQXmessage 2: \nmessage 3: \n", &empty);
        assert_eq!(before.map(|cause| cause.to_string()).as_deref(), Some(BEFORE));
        assert!(cause_of_labels(b"message 1: \nmessage 2: QX\nmessage 3: \n", &empty).is_none());
    }
}
