//! Reads an IP packet: IPv4 (RFC 791) or IPv6 (RFC 8200), and in it TCP (RFC 9293), UDP (RFC 768), or ICMP's "port
//! unreachable". Whatever bytes come, it returns.

use super::segment::{Flags, Options, Tcp, What};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

// Protocol numbers (IANA "Assigned Internet Protocol Numbers").
const HOP_BY_HOP: u8 = 0;
const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ROUTING: u8 = 43;
const ICMP_V6: u8 = 58;
const DESTINATION: u8 = 60;

/// What an IP packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The sender's address.
    pub from: SocketAddr,
    /// The receiver's address.
    pub to: SocketAddr,
    /// What it is.
    pub what: What,
    /// Where the header of TCP, UDP or ICMP begins in the packet.
    pub transport: usize,
    /// Where the payload begins in the packet.
    pub header: usize,
    /// How many bytes of payload were sent; the packet may hold fewer.
    pub len: usize,
}

/// Reads a packet, of which these are the first bytes; on the wire it had `sent` bytes. Bytes behind its own length are
/// passed over.
///
/// Returns [`None`] for other protocols, for a fragment but the first, and for a packet whose headers are cut or
/// contradict themselves.
pub fn decode(packet: &[u8], sent: usize) -> Option<Decoded> {
    let ip = match packet.first()? >> 4 {
        4 => v4(packet, sent)?,
        6 => v6(packet, sent)?,
        _ => return None,
    };
    let body = packet.get(ip.header..ip.total.min(packet.len()))?;
    let len = ip.total - ip.header;
    let (from_port, to_port, what, header) = match ip.protocol {
        TCP => {
            let (from, to, tcp, header) = tcp(body)?;
            (from, to, What::Tcp(tcp), header)
        }
        UDP => (u16_at(body, 0)?, u16_at(body, 2)?, What::Udp, body.get(..8)?.len()),
        ICMP | ICMP_V6 => {
            return unreachable(&ip, body).map(|(from, to)| Decoded {
                from,
                to,
                what: What::Unreachable,
                transport: ip.header,
                header: packet.len().min(ip.total),
                len: 0,
            });
        }
        _ => return None,
    };
    Some(Decoded {
        from: SocketAddr::new(ip.from.to_canonical(), from_port),
        to: SocketAddr::new(ip.to.to_canonical(), to_port),
        what,
        transport: ip.header,
        header: ip.header + header,
        len: len.checked_sub(header)?,
    })
}

/// An IP header.
struct Ip {
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
    /// Its own length, with what stands between it and the protocol's.
    header: usize,
    /// The length of the whole packet.
    total: usize,
}

fn v4(packet: &[u8], sent: usize) -> Option<Ip> {
    let header = usize::from(packet.first()? & 0xf) * 4;
    // Large segments of loopback may have no length: 0 means as long as it is (linux/ip.h, iph_totlen).
    let total = Some(usize::from(u16_at(packet, 2)?)).filter(|total| *total > 0).unwrap_or(sent);
    let offset = u16_at(packet, 6)? & 0x1fff;
    let address = |at| Some(IpAddr::from(Ipv4Addr::from(u32_at(packet, at)?)));
    let ip = Ip { from: address(12)?, to: address(16)?, protocol: *packet.get(9)?, header, total };
    (header >= 20 && header <= total && offset == 0).then_some(ip)
}

fn v6(packet: &[u8], sent: usize) -> Option<Ip> {
    let address = |at| {
        let octets: [u8; 16] = packet.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::from(Ipv6Addr::from(octets)))
    };
    let (from, to) = (address(8)?, address(24)?);
    // As for IPv4; with a "jumbo payload" (RFC 2675) the length is 0, too.
    let total = match usize::from(u16_at(packet, 4)?) {
        0 => sent,
        length => 40 + length,
    };
    let (mut protocol, mut header) = (*packet.get(6)?, 40);
    while matches!(protocol, HOP_BY_HOP | ROUTING | DESTINATION) {
        protocol = *packet.get(header)?;
        header += (usize::from(*packet.get(header + 1)?) + 1) * 8;
    }
    (header <= total).then_some(Ip { from, to, protocol, header, total })
}

/// Returns both ports, the header, and its length.
fn tcp(body: &[u8]) -> Option<(u16, u16, Tcp, usize)> {
    let length = usize::from(*body.get(12)? >> 4) * 4;
    let tcp = Tcp {
        seq: u32_at(body, 4)?,
        ack: u32_at(body, 8)?,
        flags: Flags(*body.get(13)? & 0x3f),
        window: u16_at(body, 14)?,
        options: options(body.get(20..length)?),
    };
    Some((u16_at(body, 0)?, u16_at(body, 2)?, tcp, length))
}

/// Reads options up to the first that is cut, or has a length that its kind cannot have.
fn options(mut rest: &[u8]) -> Options {
    let mut options = Options::default();
    while let Some((&kind, after)) = rest.split_first() {
        match kind {
            0 => break,
            1 => {
                rest = after;
                continue;
            }
            _ => {}
        }
        let Some(&length) = after.first() else { break };
        let Some(value) = rest.get(2..usize::from(length)) else { break };
        match (kind, value.len()) {
            (2, 2) => options.mss = u16_at(value, 0),
            (3, 1) => options.window_scale = Some(value[0]),
            (4, 0) => options.may_sack = true,
            (5, 8 | 16 | 24 | 32) => {
                options.sack = value
                    .chunks_exact(8)
                    .filter_map(|block| u32_at(block, 0).zip(u32_at(block, 4)))
                    .collect();
            }
            (8, 8) => options.timestamps = u32_at(value, 0).zip(u32_at(value, 4)),
            (2..=5 | 8, _) => break,
            _ => {}
        }
        rest = &rest[usize::from(length)..];
    }
    options
}

/// Returns which datagram found nobody: where it went, and from where.
fn unreachable(ip: &Ip, body: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let inner = body.get(8..)?;
    let lost = match (ip.protocol, body[0], body[1]) {
        (ICMP, 3, 3) if inner.first()? >> 4 == 4 => v4(inner, usize::MAX)?,
        (ICMP_V6, 1, 4) if inner.first()? >> 4 == 6 => v6(inner, usize::MAX)?,
        _ => return None,
    };
    let ports = inner.get(lost.header..)?;
    let is_udp = lost.protocol == UDP;
    let (from, to) = (u16_at(ports, 0)?, u16_at(ports, 2)?);
    is_udp.then_some((
        SocketAddr::new(lost.to.to_canonical(), to),
        SocketAddr::new(lost.from.to_canonical(), from),
    ))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the digits of bytes; spaces are passed over.
    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let text = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(text).collect()
    }

    const SYN: &str = "4500003c 1c464000 40062074 7f000001 7f000002 \
         e0f81f90 00000010 00000000 a0025555 fe300000 0204ffd7 0402080a 01020304 00000000 01030307";
    const DATA_V6: &str = "60000000 0023 06 40 00000000000000000000000000000001 \
         00000000000000000000000000000001 1f90e0f8 fffffff0 00000011 80180200 00000000 \
         0101080a 0000000a 0000000b 616263";
    const DATAGRAM: &str = "45000020 00004000 40113ccb 7f000001 7f000001 303930 3a 000cfe1f 00000001";
    const REFUSED: &str = "45c0003c 00000000 40010000 7f000001 7f000001 0303 0000 00000000 \
         45000020 00004000 40113ccb 7f000001 7f000009 30393039 000cfe1f 00000001";

    fn whole(hex: &str) -> Option<Decoded> {
        let packet = bytes(hex);
        decode(&packet, packet.len())
    }

    #[test]
    fn a_syn_has_its_options() {
        let syn = whole(SYN).unwrap();
        assert_eq!(
            (syn.from.to_string(), syn.to.to_string()),
            ("127.0.0.1:57592".into(), "127.0.0.2:8080".into())
        );
        assert_eq!((syn.transport, syn.header, syn.len), (20, 60, 0));
        let What::Tcp(tcp) = syn.what else { panic!("{:?}", syn.what) };
        assert_eq!((tcp.seq, tcp.ack, tcp.flags, tcp.window), (16, 0, Flags::SYN, 0x5555));
        let options = Options {
            mss: Some(65495),
            window_scale: Some(7),
            timestamps: Some((0x0102_0304, 0)),
            may_sack: true,
            sack: Vec::new(),
        };
        assert_eq!(tcp.options, options);
    }

    #[test]
    fn data_over_ipv6() {
        let packet = bytes(DATA_V6);
        let data = decode(&packet, packet.len()).unwrap();
        assert_eq!((data.from.to_string(), data.to.to_string()), ("[::1]:8080".into(), "[::1]:57592".into()));
        assert_eq!((&packet[data.header..], data.len), (&b"abc"[..], 3));
        let What::Tcp(tcp) = data.what else { panic!("{:?}", data.what) };
        assert_eq!((tcp.seq, tcp.flags), (0xffff_fff0, Flags::PSH | Flags::ACK));
        assert_eq!(tcp.flags.to_string(), "PSH ACK");
        assert_eq!(tcp.options.timestamps, Some((10, 11)));
    }

    #[test]
    fn datagrams_and_those_that_find_nobody() {
        let datagram = whole(DATAGRAM).unwrap();
        assert_eq!((datagram.what, datagram.header, datagram.len), (What::Udp, 28, 4));
        assert_eq!((datagram.from.port(), datagram.to.port()), (12345, 12346));
        let refused = whole(REFUSED).unwrap();
        assert_eq!((refused.what, refused.len), (What::Unreachable, 0));
        assert_eq!(
            (refused.from.to_string(), refused.to.to_string()),
            ("127.0.0.9:12345".into(), "127.0.0.1:12345".into())
        );
    }

    #[test]
    fn selective_acknowledgements_and_unknown_options() {
        let read = options(&bytes("01 01 050a 00000001 00000009 fd04 abcd 0303 02"));
        assert_eq!(read.sack, [(1, 9)]);
        // The last one is cut: what stands before it counts.
        assert_eq!(read.window_scale, Some(2));
        assert_eq!(options(&bytes("0303 07 0204 05")).window_scale, Some(7));
    }

    #[test]
    fn options_that_contradict_themselves_end_the_list() {
        for hex in ["0200", "0201 030307", "0205 01 02 03", "08", "0500", "0506 00000001", "ff00 0402"] {
            assert_eq!(options(&bytes(hex)), Options::default(), "{hex}");
        }
    }

    #[test]
    fn a_header_that_contradicts_itself_is_no_segment() {
        for (at, value) in [
            (0, 0x44),  // An IP header of 16 bytes.
            (0, 0x4f),  // One of 60 bytes: TCP begins in its options.
            (0, 0x95),  // Version 9.
            (3, 19),    // Shorter than its header.
            (3, 50),    // The options of TCP end behind the packet.
            (7, 1),     // A later fragment.
            (9, 2),     // IGMP.
            (32, 0x40), // A TCP header of 16 bytes.
        ] {
            let mut packet = bytes(SYN);
            packet[at] = value;
            assert_eq!(decode(&packet, packet.len()).map(|seen| seen.len), None, "{at}: {value:#x}");
        }
    }

    #[test]
    fn cut_packets_keep_their_length_or_are_none() {
        let packet = bytes(DATA_V6);
        assert_eq!(decode(&packet[..packet.len() - 2], packet.len()).unwrap().len, 3);
        for hex in [SYN, DATA_V6, DATAGRAM, REFUSED] {
            let packet = bytes(hex);
            for end in 0..packet.len() {
                if let Some(seen) = decode(&packet[..end], packet.len()) {
                    assert!(seen.header <= end, "{hex}: {end}");
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let mut random = fastrand::Rng::with_seed(14);
        for hex in [SYN, DATA_V6, DATAGRAM, REFUSED] {
            for _ in 0..50_000 {
                let mut packet = bytes(hex);
                for _ in 0..random.usize(1..6) {
                    let at = random.usize(..packet.len());
                    packet[at] = random.u8(..);
                }
                packet.truncate(random.usize(..=packet.len()));
                let sent = random.usize(..200);
                if let Some(seen) = decode(&packet, sent) {
                    assert!(seen.header <= packet.len(), "{packet:?}");
                }
            }
        }
    }
}
