//! Bytes from whose ends the white space was cut off.

/// The cause where a server replies to a request without the white space at its ends.
pub const TRIMS_REQUESTS: &str = "the blanks (tabs and line ends, too) at the ends of the request are missing: reply to every \
                                  byte that `read` returned, and do not trim it";

/// Returns whether `got` is this message without the white space at its ends, or at one of them.
pub fn is_trimmed(message: &[u8], got: &[u8]) -> bool {
    got.len() < message.len()
        && message.windows(got.len().max(1)).enumerate().any(|(at, part)| {
            part.starts_with(got) && is_blank(&message[..at]) && is_blank(&message[at + got.len()..])
        })
}

/// Returns whether all of these bytes are white space.
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x0b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trimmed_message_is_told_from_another_one() {
        let message = b"\t two words\r\n";
        for trimmed in [&b"two words"[..], b"two words\r\n", b"\t two words", b" two words\r"] {
            assert!(is_trimmed(message, trimmed), "{}", trimmed.escape_ascii());
        }
        for other in [&message[..], b"two word", b"", b"wo words", b"TWO WORDS"] {
            assert!(!is_trimmed(message, other), "{}", other.escape_ascii());
        }
        assert!(is_trimmed(b"\t", b""));
        assert!(!is_trimmed(b"", b""));
    }
}
