//! The socket table, read from `/proc/net/tcp` and `tcp6` (proc_net(5)): the fallback, about 1 ms per question.

use super::entry::{Entry, TcpState};
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

pub(super) fn select(states: &[TcpState], port: Option<u16>) -> io::Result<Vec<Entry>> {
    let mut table = fs::read_to_string("/proc/net/tcp")?;
    // Without IPv6 the second table is missing; dual-stack sockets are only in that table.
    table.push_str(&fs::read_to_string("/proc/net/tcp6").unwrap_or_default());
    let wanted = |entry: &Entry| {
        (states.is_empty() || states.contains(&entry.state)) && port.is_none_or(|p| p == entry.local.port())
    };
    Ok(table.lines().filter_map(entry).filter(wanted).collect())
}

pub(super) fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Entry>> {
    let mut entries = select(&[], Some(local.port()))?;
    entries.retain(|entry| entry.local == local && entry.remote == remote);
    Ok(entries.pop())
}

/// Parses `sl: local remote st tx:rx tr:when retrnsmt uid timeout inode …`; a heading gives `None`.
fn entry(line: &str) -> Option<Entry> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let local = address(words.next()?)?;
    let remote = address(words.next()?)?;
    let state = TcpState::from_number(u8::from_str_radix(words.next()?, 16).ok()?)?;
    let (unacked, unread) = words.next()?.split_once(':')?;
    let inode = words.nth(4)?.parse().ok()?;
    let queue = |hex| u32::from_str_radix(hex, 16).ok();
    Some(Entry {
        state,
        local,
        remote,
        unread: queue(unread)?,
        unacked: queue(unacked)?,
        inode,
        received: None,
        segments: None,
    })
}

/// Parses `0100007F:1F90`, or 32 digits for IPv6: each 32-bit word is printed in the machine's own byte order.
pub fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let mut octets = Vec::with_capacity(16);
    for word in ip.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        octets.extend(word.to_ne_bytes());
    }
    let ip = match <[u8; 4]>::try_from(octets.as_slice()) {
        Ok(octets) => IpAddr::V4(Ipv4Addr::from(octets)),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).to_canonical(),
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    /// Checks that both ways of asking say the same about the same sockets.
    #[test]
    fn both_tables_agree() {
        let v6 = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = v6.local_addr().unwrap().port();
        let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (served, _) = v6.accept().unwrap();
        io::Write::write_all(&mut &client, b"seven b").unwrap();
        let (local, remote) = (client.peer_addr().unwrap(), client.local_addr().unwrap());
        for between in [between, super::super::netlink::between] {
            let entry = between(local, remote).unwrap().expect("the served socket");
            assert_eq!((entry.state, entry.unread), (TcpState::Established, 7));
        }
        for select in [select, super::super::netlink::select] {
            assert_eq!(select(&[TcpState::Listen], Some(port)).unwrap().len(), 1);
            assert!(select(&[], Some(port)).unwrap().len() >= 2);
        }
        // A close with RST: the listener, which the kernel then finds in place of the connection, is none.
        socket2::SockRef::from(&served).set_linger(Some(std::time::Duration::ZERO)).unwrap();
        drop(served);
        for between in [between, super::super::netlink::between] {
            assert!(between(local, remote).unwrap().is_none());
        }
    }
}
