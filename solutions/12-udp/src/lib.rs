//! Datagrams that carry a number, so that a reply can be told from all others.

// ANCHOR: limit
/// The longest text, in bytes. With its number the datagram has 1028 bytes, and any usual network carries it whole.
pub const MAX_TEXT: usize = 1024;
/// The longest datagram, in bytes: a number and a text.
pub const MAX_DATAGRAM: usize = 4 + MAX_TEXT;
/// How large a buffer for one datagram is, in bytes. The kernel drops what does not fit. With one byte more than the
/// longest datagram has, a longer one still looks too long.
pub const BUFFER: usize = MAX_DATAGRAM + 1;
// ANCHOR_END: limit

/// Returns the datagram that carries `number` (`u32`, big-endian) and `text`.
pub fn datagram(number: u32, text: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes(), text].concat()
}

/// Returns the number and the text of a datagram.
///
/// A datagram of fewer than 4 bytes has no number, and one of more than [`MAX_DATAGRAM`] bytes is too long: for both it
/// returns `None`. The text may be empty, and need not be UTF-8.
pub fn parse(datagram: &[u8]) -> Option<(u32, &[u8])> {
    // BEGIN SOLUTION: split off the first four bytes, and check the length of the text
    let (number, text) = datagram.split_first_chunk()?;
    (text.len() <= MAX_TEXT).then_some((u32::from_be_bytes(*number), text))
    // END SOLUTION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_together_comes_apart() {
        for text in [&b""[..], b"x", b"\xff\0", &[b'a'; MAX_TEXT]] {
            assert_eq!(parse(&datagram(0x0102_0304, text)), Some((0x0102_0304, text)));
        }
        assert_eq!(parse(b"\x01\x02\x03\x04x"), Some((0x0102_0304, &b"x"[..])));
    }

    #[test]
    fn too_short_and_too_long_are_no_datagrams_of_ours() {
        for length in [0, 1, 3, MAX_DATAGRAM + 1, 65_507] {
            assert_eq!(parse(&vec![0; length]), None, "{length} bytes");
        }
        assert_eq!(parse(&[0; 4]), Some((0, &b""[..])));
    }
}
