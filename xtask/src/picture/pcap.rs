//! Segments as a file for Wireshark: pcapng (draft-ietf-opsawg-pcapng), with the call that caused a segment as its comment.
//!
//! Loopback never fills in the checksums of TCP and UDP (the kernel knows that nothing can change on the way), and
//! Wireshark would call them wrong. So they are computed here.

use crate::system::segments::{Segment, What, decode};
use std::io::{self, Write};

// Types of blocks, and of their options (sections 4 and 3.5).
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
const COMMENT: u16 = 1;
const APPLICATION: u16 = 4;
const NAME: u16 = 2;
const RESOLUTION: u16 = 9;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// LINKTYPE_RAW: each packet begins with its IP header.
const RAW: u16 = 101;
/// Nanoseconds: the power of ten.
const NANOSECONDS: u8 = 9;
/// The most that one option has room for, in bytes.
const LONGEST: usize = u16::MAX as usize;

/// Writes the segments in their order; each with its comments, in the order of `comments`. A segment without a
/// header is passed over: it was not captured.
///
/// # Errors
/// Those of `out`.
pub fn write<'a, C: AsRef<str> + 'a>(
    out: &mut impl Write,
    segments: impl IntoIterator<Item = (&'a Segment, &'a [C])>,
) -> io::Result<()> {
    let mut section = Vec::new();
    section.extend(BYTE_ORDER.to_le_bytes());
    section.extend(1u16.to_le_bytes()); // Version 1.0.
    section.extend(0u16.to_le_bytes());
    section.extend(u64::MAX.to_le_bytes()); // The length of the section is not given.
    option(&mut section, APPLICATION, b"Socket Lab");
    end_options(&mut section);
    block(out, SECTION, &section)?;

    let mut interface = Vec::new();
    interface.extend(RAW.to_le_bytes());
    interface.extend(0u16.to_le_bytes());
    interface.extend(0u32.to_le_bytes()); // Packets may have any length.
    option(&mut interface, NAME, b"lo");
    option(&mut interface, RESOLUTION, &[NANOSECONDS]);
    end_options(&mut interface);
    block(out, INTERFACE, &interface)?;

    for (segment, comments) in segments {
        if segment.header.is_empty() {
            continue;
        }
        let bytes = packet(segment);
        let sent = segment.header.len() + segment.len as usize;
        let mut body = Vec::with_capacity(bytes.len() + 64);
        body.extend(0u32.to_le_bytes()); // The interface.
        body.extend(((segment.at.0 >> 32) as u32).to_le_bytes());
        body.extend((segment.at.0 as u32).to_le_bytes());
        body.extend((bytes.len() as u32).to_le_bytes());
        body.extend((sent as u32).to_le_bytes());
        body.extend(&bytes);
        pad(&mut body);
        for comment in comments {
            let comment = comment.as_ref();
            let end = (0..=LONGEST.min(comment.len())).rev().find(|end| comment.is_char_boundary(*end));
            option(&mut body, COMMENT, &comment.as_bytes()[..end.unwrap_or(0)]);
        }
        if !comments.is_empty() {
            end_options(&mut body);
        }
        block(out, PACKET, &body)?;
    }
    Ok(())
}

fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let length = (body.len() as u32 + 12).to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length)?;
    out.write_all(body)?;
    out.write_all(&length)
}

/// Every part begins at a multiple of four; all bodies here begin so.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    pad(body);
}

fn end_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

/// Returns the packet of a segment with its checksums. That of a payload that was not kept whole cannot be computed, and
/// stays as it is.
fn packet(segment: &Segment) -> Vec<u8> {
    let mut packet = segment.header.clone();
    packet.extend(&segment.payload);
    let _ = fill(&mut packet, segment.header.len() + segment.len as usize);
    packet
}

/// Fills in the checksums of a packet that had `sent` bytes; [`None`] when it has no place for one.
fn fill(packet: &mut [u8], sent: usize) -> Option<()> {
    let seen = decode(packet, sent)?;
    let own = seen.transport;
    let is_v4 = packet.first()? >> 4 == 4;
    if is_v4 {
        fill_at(packet.get_mut(..own)?, 10, |header| checksum(&[header]))?;
    }
    let (protocol, place) = match seen.what {
        What::Tcp(_) => (6, 16),
        What::Udp => (17, 6),
        What::Unreachable => {
            // It quotes the datagram, which has no checksum either.
            let quoted = packet.get_mut(own + 8..)?;
            let sent = quoted.len();
            let _ = fill(quoted, sent);
            (if is_v4 { 1 } else { 58 }, 2)
        }
    };
    if packet.len() < seen.header + seen.len {
        return None;
    }
    fill_at(packet, own + place, |packet| {
        // RFC 9293, section 3.1, and RFC 8200, section 8.1: the addresses, the length and the protocol count, too.
        let length = (packet.len() - own) as u32;
        let pseudo = [&length.to_be_bytes()[..], &[0, 0, 0, protocol]].concat();
        let addresses = if is_v4 { 12..20 } else { 8..40 };
        match checksum(&[&packet[addresses], &pseudo, &packet[own..]]) {
            0 if seen.what == What::Udp => 0xffff, // 0 would say that there is none (RFC 768).
            _ if protocol == 1 => checksum(&[&packet[own..]]), // RFC 792: the message alone.
            sum => sum,
        }
    })
}

/// Puts a checksum here; it is computed with 0 in its place.
fn fill_at(bytes: &mut [u8], place: usize, sum: impl FnOnce(&[u8]) -> u16) -> Option<()> {
    bytes.get_mut(place..place + 2)?.fill(0);
    let sum = sum(bytes).to_be_bytes();
    bytes[place..place + 2].copy_from_slice(&sum);
    Some(())
}

/// The Internet checksum (RFC 1071) of these pieces in a row. Every piece but the last has an even length.
fn checksum(pieces: &[&[u8]]) -> u16 {
    let mut sum = 0u64;
    for piece in pieces {
        for pair in piece.chunks(2) {
            sum += u64::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
        }
    }
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::stamp::Stamp;

    /// Builds a segment from a packet whose payload are its last `len` bytes.
    fn captured(hex: &str, len: usize) -> Segment {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let text = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let packet: Vec<u8> = digits.chunks(2).map(text).collect();
        let seen = decode(&packet, packet.len()).unwrap();
        assert_eq!(seen.len, len);
        let (header, payload) = packet.split_at(seen.header);
        Segment {
            at: Stamp(0x0123_4567_89ab_cdef),
            from: seen.from,
            to: seen.to,
            what: seen.what,
            len: len as u32,
            payload: payload.to_vec(),
            header: header.to_vec(),
        }
    }

    // Packets as loopback shows them; all checksums are wrong.
    const TCP: &str = "45000037 00004000 4006ffff 7f000001 7f000001 04d2 1f90 00000001 00000002 8018 0200 ffff 0000 \
         0101080a 0000000a 0000000b 616263";
    const TCP_V6: &str = "60000000 0023 06 40 00000000000000000000000000000001 \
         00000000000000000000000000000001 1f90e0f8 fffffff0 00000011 80180200 ffff0000 \
         0101080a 0000000a 0000000b 616263";
    const UDP: &str = "45000021 00004000 4011ffff 7f000001 7f000001 3039303a 000dffff 0000000101";

    const REFUSED: &str = "45c0003d 00000000 4001ffff 7f000001 7f000001 0303ffff 00000000 \
         45000021 00004000 4011ffff 7f000001 7f000001 3039303a 000dffff 0000000101";
    const REFUSED_V6: &str = "60000000 003d 3a 40 00000000000000000000000000000001 \
         00000000000000000000000000000001 0104ffff 00000000 \
         60000000 000d 11 40 00000000000000000000000000000001 \
         00000000000000000000000000000001 3039303a 000dffff 0000000101";

    /// Sums up what a checksum covers: 0 when it is right.
    fn left(packet: &[u8], own: usize, protocol: u8, addresses: std::ops::Range<usize>) -> u16 {
        let length = (packet.len() - own) as u32;
        let pseudo = [&length.to_be_bytes()[..], &[0, 0, 0, protocol]].concat();
        checksum(&[&packet[addresses], &pseudo, &packet[own..]])
    }

    #[test]
    fn known_checksums() {
        // The example of RFC 1071, section 3.
        assert_eq!(checksum(&[&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]]), !0xddf2);
        let tcp = packet(&captured(TCP, 3));
        assert_eq!((checksum(&[&tcp[..20]]), left(&tcp, 20, 6, 12..20)), (0, 0));
        // 0x3cbf, the IP checksum, by hand: 4500 + 0037 + 4000 + 4006 + 2 (7f00 + 0001) = 1c33f; c33f + 1 = c340.
        assert_eq!(tcp[10..12], [0x3c, 0xbf]);
        let v6 = packet(&captured(TCP_V6, 3));
        assert_eq!(left(&v6, 40, 6, 8..40), 0);
        let udp = packet(&captured(UDP, 5));
        assert_eq!((checksum(&[&udp[..20]]), left(&udp, 20, 17, 12..20)), (0, 0));
    }

    #[test]
    fn a_message_about_a_datagram_and_the_datagram_in_it() {
        let v4 = packet(&captured(REFUSED, 0));
        let inner = &v4[28..];
        assert_eq!((checksum(&[&v4[..20]]), checksum(&[&v4[20..]])), (0, 0));
        assert_eq!((checksum(&[&inner[..20]]), left(inner, 20, 17, 12..20)), (0, 0));
        let v6 = packet(&captured(REFUSED_V6, 0));
        assert_eq!((left(&v6, 40, 58, 8..40), left(&v6[48..], 40, 17, 8..40)), (0, 0));
    }

    #[test]
    fn a_datagram_whose_sum_is_0_says_so_with_all_bits() {
        let mut segment = captured(UDP, 5);
        // The payload makes up for the rest: then the sum is 0.
        segment.payload = vec![0, 0, 0, 0, 0];
        let without = packet(&segment);
        segment.payload[2..4].copy_from_slice(&without[26..28]);
        assert_eq!(packet(&segment)[26..28], [0xff, 0xff]);
    }

    #[test]
    fn what_was_cut_keeps_its_checksum_and_its_length() {
        let mut segment = captured(TCP, 3);
        segment.payload.pop();
        let bytes = packet(&segment);
        assert_eq!((&bytes[36..38], checksum(&[&bytes[..20]])), (&[0xff, 0xff][..], 0));
        let mut file = Vec::new();
        write(&mut file, [(&segment, &[] as &[&str])]).unwrap();
        let (_, body) = blocks(&file).remove(2);
        assert_eq!(body[12..20], [54, 0, 0, 0, 55, 0, 0, 0]);
    }

    /// Takes a file apart: each block's type and body.
    fn blocks(mut file: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let number = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
        let mut all = Vec::new();
        while !file.is_empty() {
            let length = number(&file[4..]) as usize;
            assert_eq!((length % 4, number(&file[length - 4..]) as usize), (0, length));
            all.push((number(file), file[8..length - 4].to_vec()));
            file = &file[length..];
        }
        all
    }

    #[test]
    fn a_file_byte_by_byte() {
        let mut file = Vec::new();
        write(&mut file, [(&captured(UDP, 5), &["sendto(3, …) = 5", "second"][..])]).unwrap();
        let [(section, head), (interface, lo), (kind, body)] = &blocks(&file)[..] else { panic!() };
        assert_eq!((*section, *interface, *kind), (SECTION, INTERFACE, PACKET));
        assert_eq!(head[..8], [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0]);
        assert_eq!(lo[..], *b"\x65\0\0\0\0\0\0\0\x02\0\x02\0lo\0\0\x09\0\x01\0\x09\0\0\0\0\0\0\0");
        assert_eq!(body[4..12], [0x67, 0x45, 0x23, 0x01, 0xef, 0xcd, 0xab, 0x89]);
        assert_eq!(body[12..20], [33, 0, 0, 0, 33, 0, 0, 0]);
        let options = &body[20 + 36..];
        let expected = "\u{1}\0\u{12}\0sendto(3, …) = 5\0\0\u{1}\0\u{6}\0second\0\0\0\0\0\0";
        assert_eq!(options, expected.as_bytes());
    }

    #[test]
    fn a_long_comment_ends_at_a_character_and_what_has_no_header_is_passed_over() {
        let mut file = Vec::new();
        let long = "…".repeat(30_000);
        let stored = Segment { header: Vec::new(), ..captured(UDP, 5) };
        write(&mut file, [(&stored, &[][..]), (&captured(UDP, 5), &[long][..])]).unwrap();
        let all = blocks(&file);
        assert_eq!(all.len(), 3);
        let length = u16::from_le_bytes(all[2].1[58..60].try_into().unwrap());
        assert_eq!((length % 3, length), (0, 65535));
    }
}
