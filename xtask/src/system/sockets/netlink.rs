//! The socket table, read with `NETLINK_SOCK_DIAG` (sock_diag(7)): exact, and 50 µs per question.

use super::entry::{Entry, TcpState};
use socket2::{Domain, Protocol, Socket, Type};
use std::cell::RefCell;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

// linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h
const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const IPPROTO_TCP: u8 = 6;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const ENOENT: i32 = 2;
const INET_DIAG_INFO: u8 = 2;
/// Offset of `tcpi_bytes_received` in `struct tcp_info` (linux/tcp.h).
const BYTES_RECEIVED: usize = 128;
/// Offset of `tcpi_data_segs_in` in it.
const DATA_SEGMENTS_IN: usize = 152;
/// Sizes of the header and of the fixed part of one `inet_diag_msg`.
const HEADER: usize = 16;
const MESSAGE: usize = 72;

/// Returns the sockets of both families that are in `states` (all when empty) and, if given, at this local port.
pub(super) fn select(states: &[TcpState], port: Option<u16>) -> io::Result<Vec<Entry>> {
    let mask = match states {
        [] => u32::MAX,
        some => some.iter().fold(0, |mask, state| mask | 1 << (*state as u8)),
    };
    let mut found = Vec::new();
    for family in [AF_INET, AF_INET6] {
        let mut id = [0; 48];
        id[..2].copy_from_slice(&port.unwrap_or(0).to_be_bytes());
        ask(family, mask, NLM_F_REQUEST | NLM_F_DUMP, &id, &mut found)?;
    }
    // The kernel selects by port, too, but older kernels did not do so for IPv6.
    found.retain(|entry| port.is_none_or(|port| entry.local.port() == port));
    Ok(found)
}

/// Asks for the one socket with these two ends.
pub(super) fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Entry>> {
    let mut id = [0; 48];
    id[..2].copy_from_slice(&local.port().to_be_bytes());
    id[2..4].copy_from_slice(&remote.port().to_be_bytes());
    put_ip(&mut id[4..20], local.ip());
    put_ip(&mut id[20..36], remote.ip());
    id[40..48].fill(0xff); // INET_DIAG_NOCOOKIE
    let family = if local.is_ipv4() { AF_INET } else { AF_INET6 };
    let mut found = Vec::new();
    match ask(family, u32::MAX, NLM_F_REQUEST, &id, &mut found) {
        Err(error) if is_none(&error) => Ok(None),
        // When the connection is gone, the kernel answers with the socket that listens there.
        other => other.map(|()| found.pop().filter(|entry| entry.state != TcpState::Listen)),
    }
}

fn put_ip(room: &mut [u8], ip: IpAddr) {
    match ip {
        IpAddr::V4(ip) => room[..4].copy_from_slice(&ip.octets()),
        IpAddr::V6(ip) => room.copy_from_slice(&ip.octets()),
    }
}

/// Calls `ask` with this thread's netlink socket, which is kept: a wire asks thousands of times a second.
fn with_socket<T>(ask: impl FnOnce(&mut Socket) -> io::Result<T>) -> io::Result<T> {
    thread_local!(static SOCKET: RefCell<Option<Socket>> = const { RefCell::new(None) });
    SOCKET.with_borrow_mut(|kept| {
        let mut socket = match kept.take() {
            Some(socket) => socket,
            None => {
                let protocol = Some(Protocol::from(NETLINK_SOCK_DIAG));
                let socket = Socket::new(Domain::from(AF_NETLINK), Type::DGRAM, protocol)?;
                socket.set_read_timeout(Some(Duration::from_secs(2)))?;
                socket
            }
        };
        let answer = ask(&mut socket);
        // After a failure the answer may still come; it must not be taken for the next answer.
        let clean = answer.as_ref().err().is_none_or(is_none);
        *kept = clean.then_some(socket);
        answer
    })
}

fn ask(family: u8, states: u32, flags: u16, id: &[u8; 48], found: &mut Vec<Entry>) -> io::Result<()> {
    // A question about one socket also asks for its `tcp_info`; for a dump that would be too much.
    let extensions = if flags & NLM_F_DUMP == 0 { 1 << (INET_DIAG_INFO - 1) } else { 0 };
    let mut question = vec![family, IPPROTO_TCP, extensions, 0];
    question.extend(states.to_ne_bytes());
    question.extend(id);
    ask_for(&question, flags & NLM_F_DUMP != 0, |message| found.extend(entry(message)))
}

/// Asks `question`, a request of sock_diag(7), and passes each answer to `found`. With `dump` there are any number of
/// answers, else one.
///
/// # Errors
/// ENOENT when there is no such socket; others when the kernel does not answer such questions.
pub(super) fn ask_for(question: &[u8], dump: bool, mut found: impl FnMut(&[u8])) -> io::Result<()> {
    let mut request = Vec::with_capacity(HEADER + question.len());
    request.extend(((HEADER + question.len()) as u32).to_ne_bytes()); // nlmsg_len
    request.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend((NLM_F_REQUEST | if dump { NLM_F_DUMP } else { 0 }).to_ne_bytes());
    request.extend(1u32.to_ne_bytes()); // nlmsg_seq
    request.extend(0u32.to_ne_bytes()); // nlmsg_pid: the kernel
    request.extend(question);
    with_socket(|socket| {
        socket.send(&request)?;
        let mut buffer = [0; 32 * 1024];
        loop {
            let n = socket.read(&mut buffer)?;
            let mut rest = &buffer[..n];
            while rest.len() >= HEADER {
                let length = u32_at(rest, 0) as usize;
                if length < HEADER || length > rest.len() {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "netlink: message length"));
                }
                match u16::from_ne_bytes([rest[4], rest[5]]) {
                    NLMSG_DONE => return Ok(()),
                    NLMSG_ERROR => return Err(io::Error::from_raw_os_error(-(u32_at(rest, HEADER) as i32))),
                    _ => found(&rest[HEADER..length]),
                }
                rest = &rest[length.next_multiple_of(4).min(rest.len())..];
            }
            if !dump {
                return Ok(());
            }
        }
    })
}

/// Returns whether an error says that there is no such socket.
pub(super) fn is_none(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ENOENT)
}

/// Reads one `struct inet_diag_msg`.
fn entry(message: &[u8]) -> Option<Entry> {
    if message.len() < MESSAGE {
        return None;
    }
    let address = |port: usize, ip: usize| {
        let octets: [u8; 16] = message[ip..ip + 16].try_into().expect("16 bytes");
        let ip = match message[0] {
            AF_INET => IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])),
            _ => Ipv6Addr::from(octets).to_canonical(),
        };
        SocketAddr::new(ip, u16::from_be_bytes([message[port], message[port + 1]]))
    };
    Some(Entry {
        state: TcpState::from_number(message[1])?,
        local: address(4, 8),
        remote: address(6, 24),
        unread: u32_at(message, 56),
        unacked: u32_at(message, 60),
        inode: u64::from(u32_at(message, 68)),
        received: info(&message[MESSAGE..], BYTES_RECEIVED).map(u64::from_ne_bytes),
        segments: info(&message[MESSAGE..], DATA_SEGMENTS_IN).map(u32::from_ne_bytes),
    })
}

/// Finds the `N` bytes at `offset` of `struct tcp_info` among the attributes after the fixed part.
fn info<const N: usize>(attributes: &[u8], offset: usize) -> Option<[u8; N]> {
    attribute(attributes, u16::from(INET_DIAG_INFO))?.get(offset..offset + N)?.try_into().ok()
}

/// Finds the attribute of this kind (rtnetlink(3)).
pub(super) fn attribute(mut attributes: &[u8], kind: u16) -> Option<&[u8]> {
    while attributes.len() >= 4 {
        let length = usize::from(u16::from_ne_bytes([attributes[0], attributes[1]]));
        if length < 4 || length > attributes.len() {
            return None;
        }
        if u16::from_ne_bytes([attributes[2], attributes[3]]) == kind {
            return Some(&attributes[4..length]);
        }
        attributes = &attributes[length.next_multiple_of(4).min(attributes.len())..];
    }
    None
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
}
