//! Segments and calls for the tests of this room.

use crate::system::segments::{Flags, Options, Segment, Tcp, What};
use crate::system::stamp::Stamp;
use crate::system::trace::call::{
    Address, Call, Detail, Happening, On, ProgramId, Socket, Transport, What as Happened,
};
use crate::system::trace::{Coverage, Traced};

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

/// Returns a segment at a moment, in microseconds.
pub fn at(micros: u64, segment: Segment) -> Segment {
    Segment { at: Stamp(micros * 1000), ..segment }
}

/// Builds a call on the connected TCP socket 4 of the server or 3 of the client: begun and returned at these moments, in
/// microseconds.
pub fn call(role: &str, from: u64, to: Option<u64>, name: &'static str, result: i64, bytes: &[u8]) -> Call {
    let [client, server] =
        ["127.0.0.1:50000", "127.0.0.1:8080"].map(|addr| Address::Inet(addr.parse().unwrap()));
    let is_server = role == "server";
    let (local, peer) = if is_server { (server, client) } else { (client, server) };
    let socket = Socket { inode: 7, transport: Transport::Tcp, local: Some(local), peer: Some(peer) };
    let detail = match name {
        "connect" | "accept4" => Detail::At(socket.peer.clone()),
        "read" | "write" => Detail::Move {
            asked: if name == "read" { 1024 } else { bytes.len() as u64 },
            flags: 0,
            address: None,
        },
        _ => Detail::None,
    };
    let is_accept = name == "accept4";
    let listener = Socket { peer: None, ..socket.clone() };
    Call {
        program: ProgramId(u32::from(!is_server)),
        pid: if is_server { 10 } else { 20 },
        tid: if is_server { 10 } else { 20 },
        name,
        file: Some(if is_server && !is_accept && name != "listen" { 4 } else { 3 }),
        on: Some(On::Socket(if is_accept || name == "listen" { listener } else { socket.clone() })),
        detail,
        start: Stamp(from * 1000),
        end: to.map(|to| Stamp(to * 1000)),
        result: to.map(|_| result),
        made: is_accept.then_some(socket),
        bytes: bytes.to_vec(),
        moved: bytes.len() as u64,
    }
}

/// Returns a program with these calls, which a signal ends at this moment, if one does.
pub fn program(role: &'static str, calls: Vec<Call>, killed: Option<(u64, i32)>) -> Traced {
    let pid = calls.first().map_or(0, |call| call.pid);
    let happened = |(at, signal)| Happening { at: Stamp(at * 1000), pid, what: Happened::Killed(signal) };
    Traced {
        id: ProgramId(u32::from(role == "client")),
        argv: Vec::new(),
        role,
        coverage: Coverage::Whole,
        happenings: killed.map(happened).into_iter().collect(),
        calls,
        is_over: true,
    }
}

/// Returns a whole conversation: the client sends `hello`, the server reads it when it wants to, replies and closes.
pub fn conversation() -> (Vec<Traced>, Vec<Segment>) {
    let server = vec![
        call("server", 0, Some(10), "listen", 0, b""),
        call("server", 20, Some(1140), "accept4", 4, b""),
        call("server", 1150, Some(2050), "read", 5, b"hello"),
        call("server", 2060, Some(2070), "write", 5, b"HELLO"),
        call("server", 2080, Some(2300), "read", 0, b""),
        call("server", 2310, Some(2320), "close", 0, b""),
        call("server", 2330, None, "accept4", 0, b""),
    ];
    let client = vec![
        call("client", 1000, Some(1130), "connect", 0, b""),
        call("client", 2000, Some(2030), "write", 5, b"hello"),
        call("client", 2040, Some(2100), "read", 5, b"HELLO"),
        call("client", 2200, Some(2210), "close", 0, b""),
    ];
    let segments = vec![
        at(1100, segment('c', "S", 0, 0, 0)),
        at(1110, segment('s', "SA", 0, 1, 0)),
        at(1120, segment('c', "A", 1, 1, 0)),
        at(2010, segment('c', "PA", 1, 1, 5)),
        at(2020, segment('s', "A", 1, 6, 0)),
        at(2065, segment('s', "PA", 1, 6, 5)),
        at(2066, segment('c', "A", 6, 6, 0)),
        at(2205, segment('c', "FA", 6, 6, 0)),
        at(2315, segment('s', "FA", 6, 7, 0)),
        at(2316, segment('c', "A", 7, 7, 0)),
    ];
    (vec![program("server", server, Some((30_000, 15))), program("client", client, None)], segments)
}
