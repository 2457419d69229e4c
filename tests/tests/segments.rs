//! The segments of real connections: each test runs itself anew in a network of its own, and looks at what passes
//! loopback there.

#![cfg(target_os = "linux")]

use lab_tests::not_checked;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use xtask::system::segments::own_network::VARIABLE;
use xtask::system::segments::{Capture, Captured, Flags, Segment, What, own_network, probe};

/// In the network of its own: returns what sees its packets. Outside: runs the test of this name inside, and returns
/// [`None`].
fn inside(name: &str) -> Option<Capture> {
    if std::env::var_os(VARIABLE).is_some() {
        return Some(Capture::inherited().expect("a packet socket").unwrap());
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--test-threads=1", "--nocapture"]);
    match own_network::start(command) {
        Ok(mut child) => assert!(child.wait().unwrap().success(), "{name} fails inside: see above"),
        Err(refused) => not_checked(&format!("{name}: {refused}")),
    }
    None
}

/// Returns all that has passed.
fn so_far(capture: &Capture) -> Vec<Segment> {
    assert!(capture.flush());
    let Captured { segments, lost } = capture.so_far();
    assert_eq!(lost, 0);
    segments
}

#[test]
fn a_conversation_at_both_families_is_seen_once() {
    let Some(capture) = inside("a_conversation_at_both_families_is_seen_once") else { return };
    for host in ["127.0.0.1:0", "127.31.7.9:0", "[::1]:0"] {
        let before = so_far(&capture).len();
        let listener = TcpListener::bind(host).unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(b"seven b").unwrap();
        server.read_exact(&mut [0; 7]).unwrap();
        drop(server);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        let ends = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        drop(client);
        let seen = &so_far(&capture)[before..];
        assert!(seen.iter().all(|one| (one.from, one.to) == ends || (one.to, one.from) == ends), "{seen:#?}");
        let has = |bits: Flags| seen.iter().filter(|one| one.tcp().unwrap().flags.has(bits)).count();
        assert_eq!((has(Flags::SYN), has(Flags::FIN)), (2, 2), "{seen:#?}");
        let data: Vec<&[u8]> =
            seen.iter().filter(|one| one.len > 0).map(|one| one.payload.as_slice()).collect();
        assert_eq!(data, [b"seven b"]);
        assert!(seen.is_sorted_by_key(|one| one.at), "{seen:#?}");
        assert!(seen[0].tcp().unwrap().options.mss.is_some() && !seen[0].header.is_empty());
    }
}

#[test]
fn datagrams_are_seen_also_those_that_find_nobody() {
    let Some(capture) = inside("datagrams_are_seen_also_those_that_find_nobody") else { return };
    for host in ["127.0.0.1:0", "[::1]:0"] {
        let before = so_far(&capture).len();
        let (here, there) = (UdpSocket::bind(host).unwrap(), UdpSocket::bind(host).unwrap());
        let addr = there.local_addr().unwrap();
        here.send_to(b"seven b", addr).unwrap();
        here.send_to(b"", addr).unwrap();
        drop(there);
        here.send_to(b"lost", addr).unwrap();
        let own = here.local_addr().unwrap();
        let seen: Vec<_> = so_far(&capture)[before..]
            .iter()
            .map(|one| (one.from, one.to, one.what.clone(), one.payload.clone()))
            .collect();
        let sent = |bytes: &[u8]| (own, addr, What::Udp, bytes.to_vec());
        let refused = (addr, own, What::Unreachable, Vec::new());
        assert_eq!(seen, [sent(b"seven b"), sent(b""), sent(b"lost"), refused]);
    }
}

#[test]
fn large_segments_are_whole_and_nothing_is_lost() {
    let Some(capture) = inside("large_segments_are_whole_and_nothing_is_lost") else { return };
    let bytes: Vec<u8> = (0..16 << 20).map(|n: u32| (n / 7) as u8).collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, from) = listener.accept().unwrap();
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        server.read_to_end(&mut all).unwrap();
        all
    });
    client.write_all(&bytes).unwrap();
    drop(client);
    let received = reader.join().unwrap();
    let seen = so_far(&capture);
    let sent: Vec<&Segment> = seen.iter().filter(|one| one.from == from && one.len > 0).collect();
    assert!(sent.iter().all(|one| !one.is_cut()), "a segment is cut");
    // A segment of the largest size does not begin anew with each page.
    assert!(sent.iter().any(|one| one.len > 32 << 10), "{} segments", sent.len());
    let mut stream: Vec<u8> = Vec::new();
    let first = seen[0].tcp().unwrap().seq.wrapping_add(1);
    for one in sent {
        let at = one.tcp().unwrap().seq.wrapping_sub(first) as usize;
        stream.truncate(at);
        stream.extend(&one.payload);
    }
    assert!(stream == bytes && received == bytes);
}

#[test]
fn a_probe_says_what_is_refused() {
    if std::env::var_os("SEGMENTS_PROBE").is_some() {
        let said = probe().map_err(|refused| format!("{refused} | {}", refused.mend()));
        return println!("{said:?}");
    }
    let exe = std::env::current_exe().unwrap();
    let limit = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", limit]).arg(exe);
    command.args(["a_probe_says_what_is_refused", "--exact", "--nocapture"]).env("SEGMENTS_PROBE", "1");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return not_checked("a network that is refused: unshare(1) is not allowed here");
    }
    let expected = "the system refuses a network namespace (No space left on device (os error 28)); \
                    user.max_net_namespaces is set so | sysctl -w user.max_net_namespaces=1000";
    assert!(said.contains(expected), "{said}");
}
