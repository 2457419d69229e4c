//! Checks the datagram wires by what the receiver's own `recv` returns: each datagram has the fate that the seed says.
#![cfg(target_os = "linux")]

use lab_tests::{Busy, loud};
use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};
use xtask::system::{address, datagrams};
use xtask::wire::{DatagramWire, Direction, Fate, Kind, Passage, fates};

/// How many datagrams go one way in a proof.
const COUNT: usize = 1000;
/// How long a test waits for a datagram before it gives up.
const LIMIT: Duration = Duration::from_secs(60);

/// A wire between two sockets: the server's own, and one of a client.
struct Stand {
    wire: DatagramWire,
    server: UdpSocket,
    client: UdpSocket,
}

impl Stand {
    fn new(kind: Kind, seed: u64) -> Self {
        let server = UdpSocket::bind(address::free().unwrap()).unwrap();
        let addr = server.local_addr().unwrap();
        let wire = DatagramWire::start(kind, seed, address::free().unwrap(), addr).unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client.connect(wire.addr).unwrap();
        for socket in [&server, &client] {
            datagrams::prepare(socket);
            socket.set_read_timeout(Some(LIMIT)).unwrap();
        }
        Self { wire, server, client }
    }

    /// Waits until the wire has seen `count` datagrams in this direction.
    fn wait_came(&self, direction: Direction, count: usize) {
        let (until, mut seen) = (Instant::now() + LIMIT, 0);
        while self.wire.record.came_so_far(direction) < count {
            assert!(Instant::now() < until, "gave up after {LIMIT:?}: datagram {count} did not come");
            seen = self.wire.record.changed(seen, until).0;
        }
    }

    /// Returns how many datagrams the kernel has dropped at any socket that takes part.
    fn drops(&self) -> u64 {
        let ends = [self.server.local_addr().unwrap(), self.client.local_addr().unwrap()];
        datagrams::drops_at(&ends).unwrap() + self.wire.drops().unwrap()
    }
}

/// Returns what a receiver gets of datagrams that have these fates: the number of each, from 0.
fn arrivals(fates: &[Fate]) -> Vec<usize> {
    let (mut arrived, mut late) = (Vec::new(), Vec::new());
    for (number, fate) in fates.iter().enumerate() {
        match fate {
            Fate::Pass => arrived.push(number),
            Fate::Double => arrived.extend([number, number]),
            Fate::Lose => continue,
            Fate::Late => {
                late.push(number);
                continue;
            }
        }
        arrived.append(&mut late);
    }
    arrived
}

/// Sends numbers to the server, at most `in_flight` at a time, and checks which of them arrive there, in order.
fn requests_meet_their_fates(kind: Kind, seed: u64, count: usize, in_flight: usize) {
    let stand = Stand::new(kind, seed);
    let expected = arrivals(&fates(kind, seed, Direction::ClientToServer, count));
    let mut arrived = Vec::new();
    let mut buffer = [0; 100];
    for number in 0..count {
        stand.client.send(&(number as u32).to_be_bytes()).unwrap();
        if (number + 1) % in_flight != 0 && number + 1 < count {
            continue;
        }
        stand.wait_came(Direction::ClientToServer, number + 1);
        let fates = fates(kind, seed, Direction::ClientToServer, number + 1);
        while arrived.len() < arrivals(&fates).len() {
            let (len, _) =
                stand.server.recv_from(&mut buffer).expect("a datagram that the seed lets through");
            arrived.push(u32::from_be_bytes(buffer[..len].try_into().unwrap()) as usize);
        }
    }
    assert_eq!(stand.drops(), 0, "the kernel dropped datagrams: this proves nothing");
    assert_eq!(arrived, expected, "{kind}, seed {seed}");
    // Nothing more came than what the seed says.
    stand.server.set_nonblocking(true).unwrap();
    assert!(stand.server.recv_from(&mut buffer).is_err(), "{kind}, seed {seed}: more than the seed says");
}

#[test]
fn a_thousand_datagrams_meet_their_fates_one_by_one() {
    (0..10).for_each(|seed| requests_meet_their_fates("lossy".parse().unwrap(), seed, COUNT, 1));
}

#[test]
fn a_thousand_datagrams_meet_their_fates_64_in_flight() {
    (0..10).for_each(|seed| requests_meet_their_fates("lossy".parse().unwrap(), seed, COUNT, 64));
}

#[test]
fn a_thousand_wires_keep_their_seeds() {
    (0..1000).for_each(|seed| requests_meet_their_fates("lossy".parse().unwrap(), seed, 8, 1));
}

#[test]
fn they_meet_their_fates_on_a_busy_machine_too() {
    let _busy = Busy::start(env!("CARGO_BIN_EXE_programs").as_ref());
    for in_flight in [1, 64] {
        requests_meet_their_fates("lossy".parse().unwrap(), 7, COUNT, in_flight);
    }
    loud("1,000 of 1,000 datagrams had the fate that the seed says, beside busy processes");
}

#[test]
fn one_datagram_is_lost_doubled_or_late_and_no_other() {
    for name in ["lose@3:c2s", "double@3:c2s", "late@3:c2s", "plain"] {
        for in_flight in [1, 64] {
            requests_meet_their_fates(name.parse().unwrap(), 1, 20, in_flight);
        }
    }
}

#[test]
fn replies_have_fates_of_their_own_and_reach_their_client() {
    let kind: Kind = "lossy".parse().unwrap();
    let stand = Stand::new("late@2".parse().unwrap(), 1);
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.connect(stand.wire.addr).unwrap();
    other.set_read_timeout(Some(LIMIT)).unwrap();
    let mut buffer = [0; 100];
    for client in [&stand.client, &other] {
        client.send(b"which port is mine?").unwrap();
        let (_, from) = stand.server.recv_from(&mut buffer).unwrap();
        for number in 1..=3_u8 {
            stand.server.send_to(&[number; 5], from).unwrap();
        }
        let arrived: Vec<u8> = (0..3).map(|_| client.recv(&mut buffer).map(|_| buffer[0]).unwrap()).collect();
        assert_eq!(arrived, [1, 3, 2], "the second reply comes after the third");
    }
    let seeds = |direction| (0..100).map(|seed| fates(kind, seed, direction, 50)).collect::<Vec<_>>();
    assert_ne!(seeds(Direction::ClientToServer), seeds(Direction::ServerToClient));
}

#[test]
fn a_datagram_is_passed_on_whole_whatever_its_size() {
    let stand = Stand::new(Kind::Plain, 1);
    let mut buffer = vec![0; 70_000];
    for size in [0, 1, 1028, 1029, 9000, 65_507] {
        let sent: Vec<u8> = (0..size).map(|n| n as u8).collect();
        stand.client.send(&sent).unwrap();
        let (len, from) = stand.server.recv_from(&mut buffer).unwrap();
        assert!(buffer[..len] == sent, "{size} bytes");
        stand.server.send_to(&buffer[..len], from).unwrap();
        let len = stand.client.recv(&mut buffer).unwrap();
        assert!(buffer[..len] == sent, "{size} bytes back");
    }
    let passages = stand.wire.record.passages();
    let sizes: Vec<usize> = passages.iter().map(|passage| passage.len).step_by(2).collect();
    assert_eq!(sizes, [0, 1, 1028, 1029, 9000, 65_507]);
    assert!(passages.iter().all(|passage: &Passage| passage.passed.len() == 1));
}

#[test]
fn a_wire_survives_a_server_that_is_not_there() {
    let stand = Stand::new(Kind::Plain, 1);
    let addr = stand.server.local_addr().unwrap();
    drop(stand.server);
    (0..3).for_each(|_| assert_eq!(stand.client.send(b"anybody?").unwrap(), 8));
    let deadline = Instant::now() + LIMIT;
    while stand.wire.record.came_so_far(Direction::ClientToServer) < 3 {
        assert!(Instant::now() < deadline);
        thread::yield_now();
    }
    let server = UdpSocket::bind(addr).unwrap();
    server.set_read_timeout(Some(LIMIT)).unwrap();
    stand.client.send(b"now").unwrap();
    let mut buffer = [0; 100];
    let (len, _) = server.recv_from(&mut buffer).unwrap();
    assert!(buffer[..len].ends_with(b"now") || &buffer[..len] == b"anybody?");
}

/// A client that makes a new socket for each send must not meet the fate of a first datagram each time.
#[test]
fn all_sockets_of_one_client_are_one_flow() {
    let server = UdpSocket::bind(address::free().unwrap()).unwrap();
    server.set_read_timeout(Some(LIMIT)).unwrap();
    let (kind, addr) = ("late@2:c2s".parse().unwrap(), address::free().unwrap());
    let wire = DatagramWire::start_for_one(kind, 1, addr, server.local_addr().unwrap()).unwrap();
    let sockets: Vec<UdpSocket> = (1..=3_u8)
        .map(|number| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(LIMIT)).unwrap();
            socket.send_to(&[number], wire.addr).unwrap();
            let (until, mut seen) = (Instant::now() + LIMIT, 0);
            while wire.record.came_so_far(Direction::ClientToServer) < usize::from(number) {
                assert!(Instant::now() < until);
                seen = wire.record.changed(seen, until).0;
            }
            socket
        })
        .collect();
    let mut buffer = [0; 10];
    for _ in 0..3 {
        let (len, from) = server.recv_from(&mut buffer).unwrap();
        server.send_to(&buffer[..len], from).unwrap();
    }
    for (number, socket) in (1..).zip(&sockets) {
        assert_eq!(
            (socket.recv(&mut buffer).unwrap(), buffer[0]),
            (1, number),
            "each reply finds its socket"
        );
    }
    let passages = wire.record.passages();
    let passed: Vec<_> = passages.iter().filter(|one| one.direction == Direction::ClientToServer).collect();
    assert_eq!(passed.iter().map(|one| one.fate).collect::<Vec<_>>(), [Fate::Pass, Fate::Late, Fate::Pass]);
    assert!(passed[1].passed[0] >= passed[2].passed[0], "the second one passes after the third");
}
