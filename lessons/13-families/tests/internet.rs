//! Addresses of IPv4 and IPv6: what they are read as, and what listens there.

use lesson_13_families::Address;

use socket2::{SockAddr, Socket, Type};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::net::{Ipv6Addr, SocketAddr, TcpListener};

/// Returns the only address that `text` stands for.
fn one(text: &str) -> Address {
    let mut addresses = Address::parse(OsStr::new(text)).unwrap();
    assert_eq!(addresses.len(), 1, "{text}");
    addresses.remove(0)
}

/// Whether this machine has IPv6. One that has none cannot be asked about it.
fn has_ipv6() -> bool {
    let has = TcpListener::bind("[::1]:0").is_ok();
    if !has {
        eprintln!("not tried: this machine has no ::1");
    }
    has
}

/// Returns the port where `listener` listens.
fn port(listener: &Socket) -> u16 {
    listener.local_addr().unwrap().as_socket().unwrap().port()
}

/// Returns a new client's socket that is connected to `addr`.
fn call(addr: SocketAddr) -> std::io::Result<Socket> {
    let addr = SockAddr::from(addr);
    let socket = Socket::new(addr.domain(), Type::STREAM, None)?;
    socket.connect(&addr).map(|()| socket)
}

#[test]
fn an_address_is_read_and_written_alike() {
    for text in ["127.0.0.1:8888", "[::1]:8888", "[fe80::1%2]:80"] {
        assert_eq!(one(text).to_string(), text);
    }
    assert_eq!(one("127.0.0.1:1").sockaddr().unwrap().domain(), socket2::Domain::IPV4);
    assert_eq!(one("[::1]:1").sockaddr().unwrap().domain(), socket2::Domain::IPV6);
}

#[test]
fn what_is_no_address_is_an_error() {
    for text in ["", "8888", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536"] {
        let error = Address::parse(OsStr::new(text)).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text:?}: {error}");
    }
}

#[test]
fn a_name_has_at_least_one_address() {
    let addresses = Address::parse(OsStr::new("localhost:8888")).unwrap();
    assert!(!addresses.is_empty());
    for address in addresses {
        let Address::Internet(addr) = address else { panic!("{address}") };
        assert!(addr.ip().is_loopback() && addr.port() == 8888, "{addr}");
    }
}

#[test]
fn one_port_belongs_to_each_family_by_itself() {
    if !has_ipv6() {
        return;
    }
    // Another program may have the port in the other family. So this takes the first of many that both can have.
    let both = (0..100).find_map(|_| {
        let v4 = one("127.0.0.1:0").listen().unwrap();
        let v6 = one(&format!("[::1]:{}", port(&v4))).listen().ok()?;
        Some((v4, v6))
    });
    let (v4, v6) = both.expect("a port that is free in both families");
    assert_eq!(port(&v4), port(&v6));
    let error = one(&format!("[::1]:{}", port(&v6))).listen().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[test]
fn a_socket_of_ipv6_takes_no_client_of_ipv4() {
    if !has_ipv6() {
        return;
    }
    let all = one("[::]:0").listen().unwrap();
    assert!(all.only_v6().unwrap());
    let client = call(SocketAddr::from((Ipv6Addr::LOCALHOST, port(&all)))).unwrap();
    let (_, peer) = all.accept().unwrap();
    assert_eq!(peer.as_socket(), client.local_addr().unwrap().as_socket());
}

#[test]
fn what_is_accepted_sends_at_once() {
    let listener = one("127.0.0.1:0").listen().unwrap();
    let _client = call(listener.local_addr().unwrap().as_socket().unwrap()).unwrap();
    let (stream, _) = listener.accept().unwrap();
    assert!(stream.tcp_nodelay().unwrap());
}
