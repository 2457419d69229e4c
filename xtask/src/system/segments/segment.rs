//! One segment or datagram: plain data, on every platform.

use crate::system::stamp::Stamp;
use std::fmt;
use std::net::SocketAddr;

/// What the kernel delivered over loopback: a segment of TCP, a datagram of UDP, or the message that a datagram found
/// nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When the kernel took it from loopback, a moment before the receiver's TCP or UDP handled it. So segments are in
    /// the order of their receipt. One that was sent into a full queue was not handled.
    pub at: Stamp,
    /// The sender's address. IPv4-mapped IPv6 addresses are given as IPv4.
    pub from: SocketAddr,
    /// The receiver's address.
    pub to: SocketAddr,
    /// What it is.
    pub what: What,
    /// How many bytes of the program it carries.
    pub len: u32,
    /// These bytes, or the first of them: see [`Segment::is_cut`].
    pub payload: Vec<u8>,
    /// The headers as they were captured, from the first byte of IP to the last before the payload. Loopback does not
    /// fill in the checksums of TCP and UDP. Empty when the segment does not come from a capture.
    pub header: Vec<u8>,
}

impl Segment {
    /// Returns its part of TCP; [`None`] for a datagram.
    pub fn tcp(&self) -> Option<&Tcp> {
        match &self.what {
            What::Tcp(tcp) => Some(tcp),
            What::Udp | What::Unreachable => None,
        }
    }

    /// Returns whether some of its bytes were not kept.
    pub fn is_cut(&self) -> bool {
        self.payload.len() < self.len as usize
    }
}

/// What a [`Segment`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A segment of TCP (RFC 9293).
    Tcp(Tcp),
    /// A datagram of UDP (RFC 768).
    Udp,
    /// ICMP's "port unreachable" (RFC 792, RFC 4443): a datagram from `to` reached `from`, and no socket is bound there.
    Unreachable,
}

/// The header of a TCP segment (RFC 9293, section 3.1), numbers as on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tcp {
    /// The sequence number of the first byte, or of SYN.
    pub seq: u32,
    /// The sequence number that the sender expects next; it counts only with [`Flags::ACK`].
    pub ack: u32,
    /// The control bits.
    pub flags: Flags,
    /// The window as it stands in the header: not scaled.
    pub window: u16,
    /// The options.
    pub options: Options,
}

/// The options of a TCP segment that are read; the others are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Maximum segment size, in bytes (RFC 9293, section 3.7.1).
    pub mss: Option<u16>,
    /// The exponent of the window's factor (RFC 7323, section 2).
    pub window_scale: Option<u8>,
    /// The sender's clock, and the last one that it saw of the other side (RFC 7323, section 3).
    pub timestamps: Option<(u32, u32)>,
    /// Whether the sender takes selective acknowledgements (RFC 2018).
    pub may_sack: bool,
    /// The ranges of sequence numbers that have arrived after a gap, each to its last byte plus one; at most four.
    pub sack: Vec<(u32, u32)>,
}

/// The control bits of a TCP segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// The sender sends no more.
    pub const FIN: Flags = Flags(0x01);
    /// The sender opens its direction.
    pub const SYN: Flags = Flags(0x02);
    /// The connection is over at once.
    pub const RST: Flags = Flags(0x04);
    /// The receiver shall hand the bytes to its program.
    pub const PSH: Flags = Flags(0x08);
    /// The acknowledgement number counts.
    pub const ACK: Flags = Flags(0x10);
    /// The urgent pointer counts.
    pub const URG: Flags = Flags(0x20);

    /// Returns whether all of these bits are set.
    pub const fn has(self, bits: Flags) -> bool {
        self.0 & bits.0 == bits.0
    }
}

impl std::ops::BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

impl fmt::Display for Flags {
    /// Writes their names with a space between: `SYN ACK`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(Flags, &str); 6] = [
            (Flags::SYN, "SYN"),
            (Flags::FIN, "FIN"),
            (Flags::RST, "RST"),
            (Flags::PSH, "PSH"),
            (Flags::ACK, "ACK"),
            (Flags::URG, "URG"),
        ];
        let names: Vec<&str> =
            NAMES.iter().filter(|(bit, _)| self.has(*bit)).map(|(_, name)| *name).collect();
        out.write_str(&names.join(" "))
    }
}

/// What a capture has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// The segments, in the order of their receipt.
    pub segments: Vec<Segment>,
    /// How many packets the kernel could not hand over, because the capture was too slow for them.
    pub lost: u64,
}
