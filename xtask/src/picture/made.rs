//! Segments for the tests of this room.

use crate::system::segments::{Flags, Options, Segment, Tcp, What};
use crate::system::stamp::Stamp;

/// Where the numbers of both sides begin in these tests: near the end of the 32 bits.
const BEGIN: [u32; 2] = [u32::MAX - 2, 5_000];

/// Builds a segment from words: `c` or `s` for the sender, its flags by their first letters, `seq`, `ack`, and how many
/// bytes it carries, both numbers counted from 0.
pub fn segment(from: char, flags: &str, seq: u32, ack: u32, len: u32) -> Segment {
    let [client, server] = ["127.0.0.1:50000", "127.0.0.1:8080"].map(|addr| addr.parse().unwrap());
    let is_client = from == 'c';
    let (own, other) = if is_client { (BEGIN[0], BEGIN[1]) } else { (BEGIN[1], BEGIN[0]) };
    let bit = |letter| match letter {
        'S' => Flags::SYN,
        'F' => Flags::FIN,
        'R' => Flags::RST,
        'P' => Flags::PSH,
        _ => Flags::ACK,
    };
    let flags = flags.chars().map(bit).fold(Flags::default(), |all, bit| all | bit);
    let tcp = Tcp {
        seq: own.wrapping_add(seq),
        ack: if flags.has(Flags::ACK) { other.wrapping_add(ack) } else { 0 },
        flags,
        window: 512,
        options: Options { window_scale: flags.has(Flags::SYN).then_some(7), ..Options::default() },
    };
    Segment {
        at: Stamp(0),
        from: if is_client { client } else { server },
        to: if is_client { server } else { client },
        what: What::Tcp(tcp),
        len,
        payload: vec![b'x'; len as usize],
        header: Vec::new(),
    }
}
