//! Checks the wires by what the reader's own `recv` returns: exact every time, with true FIN and RST, and without loss,
//! in every family of addresses.
#![cfg(target_os = "linux")]

use lab_tests::{Busy, loud};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use xtask::system::address::{self, Fresh};
use xtask::system::endpoint::Endpoint;
use xtask::system::family::{FAMILIES, Family};
use xtask::wire::{self, Direction, Kind, Setup, Wire};

const WIRES: [Kind; 4] = [Kind::Plain, Kind::Glue, Kind::Dribble, Kind::Slice];

/// A listening socket and a wire in front of it.
struct Stand {
    listener: Socket,
    wire: Wire,
    /// The folders of Unix sockets.
    _places: [Fresh; 2],
}

/// Returns every family that this machine has.
fn families() -> impl Iterator<Item = Family> {
    FAMILIES.iter().copied().filter(|family| match address::lacks(*family) {
        Some(why) => {
            loud(&format!("not tried: {why}"));
            false
        }
        None => true,
    })
}

/// Starts a listener and a wire in front of it. The sockets are plain ones, not those of the runner.
fn stand(family: Family, setup: Setup) -> Stand {
    let places = [address::fresh(family).unwrap(), address::fresh(family).unwrap()];
    let (domain, addr) = named(places[0].endpoint);
    let listener = Socket::new(domain, Type::STREAM, None).unwrap();
    listener.bind(&addr).unwrap();
    listener.listen(128).unwrap();
    let wire = Wire::start(setup, places[1].endpoint, places[0].endpoint).unwrap();
    Stand { listener, wire, _places: places }
}

/// Returns an endpoint as the calls of the kernel take it.
fn named(endpoint: Endpoint) -> (Domain, SockAddr) {
    match endpoint.inet() {
        Some(addr) => (Domain::for_address(addr), addr.into()),
        None => (Domain::UNIX, SockAddr::unix(endpoint.path().unwrap()).unwrap()),
    }
}

/// Connects to an endpoint.
fn call(endpoint: Endpoint) -> Socket {
    let (domain, addr) = named(endpoint);
    let client = Socket::new(domain, Type::STREAM, None).unwrap();
    client.connect(&addr).unwrap();
    if domain != Domain::UNIX {
        client.set_tcp_nodelay(true).unwrap();
    }
    client
}

/// Connects through the wire. Returns the client's end, and the server's end behind the wire.
fn connect(stand: &Stand) -> (Socket, Socket) {
    (call(stand.wire.addr), stand.listener.accept().unwrap().0)
}

/// Reads to the end with a buffer of 1024 bytes. Returns the sizes of the reads, and all bytes.
fn reads(mut stream: Socket) -> (Vec<usize>, Vec<u8>) {
    let (mut sizes, mut all, mut buffer) = (Vec::new(), Vec::new(), [0; 1024]);
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => return (sizes, all),
            n => {
                sizes.push(n);
                all.extend(&buffer[..n]);
            }
        }
    }
}

/// How often a test tries at most. A try in which a wire passed a piece on as a wait proves nothing.
const TRIES: usize = 20;

/// Does what [`exact_on`] does, on every family.
fn exact(kind: Kind, times: usize) {
    families().for_each(|family| exact_on(family, kind, times));
}

/// Sends three writes through a wire of this kind, once for each of `times` seeds, and checks the sizes of the reads.
///
/// A busy machine may give the reader or the writer no processor for so long that the wire passes a piece on as a wait.
/// Then two pieces may come in one read. The wire's record shows the wait, and the seed is tried again.
fn exact_on(family: Family, kind: Kind, times: usize) {
    let mut waits = 0;
    for seed in 0..times as u64 {
        let mut tries = 0;
        while !once(family, kind, seed) {
            tries += 1;
            assert!(tries < TRIES, "{kind:?} on {family}, seed {seed}: a wait in each of {TRIES} tries");
        }
        waits += tries;
    }
    if waits > 0 {
        loud(&format!(
            "{kind:?} on {family}: {waits} of {} times a piece was passed on as a wait: tried again",
            times + waits
        ));
    }
}

/// Tries one seed of [`exact`]. Returns `false` when the wire passed a piece on as a wait.
fn once(family: Family, kind: Kind, seed: u64) -> bool {
    let turn = 15;
    let stand = stand(family, Setup::new(kind, seed).with_turns(vec![turn], Vec::new()));
    let (mut client, server) = connect(&stand);
    let reader = thread::spawn(move || reads(server));
    for part in [&b"first"[..], b"two", b"the end"] {
        client.write_all(part).unwrap();
    }
    drop(client);
    let expected = match kind {
        Kind::Dribble => vec![1; turn],
        Kind::Slice => wire::slices(seed, Direction::ClientToServer, &[turn]),
        _ => vec![turn],
    };
    let (sizes, all) = reader.join().unwrap();
    // A wait may move the boundaries, and nothing else.
    assert_eq!(all, b"firsttwothe end", "{kind:?} on {family}, seed {seed}");
    // The wire records a piece before anybody can read it: after the end of the stream, the record is whole.
    let waited = stand.wire.record.pieces().iter().any(|piece| piece.waited);
    assert!(waited || sizes == expected, "{kind:?} on {family}, seed {seed}: {sizes:?}, not {expected:?}");
    !waited
}

#[test]
fn a_thousand_dribbles_are_exact() {
    exact(Kind::Dribble, 1000);
}

#[test]
fn a_thousand_glues_are_exact() {
    exact(Kind::Glue, 1000);
}

#[test]
fn a_thousand_slices_are_cut_as_the_seed_says() {
    exact(Kind::Slice, 1000);
}

#[test]
fn they_are_exact_on_a_busy_machine_too() {
    let _busy = Busy::start(env!("CARGO_BIN_EXE_programs").as_ref());
    // With LAB_LONG=1, a thousand each.
    let times = if std::env::var_os("LAB_LONG").is_some() { 1000 } else { 100 };
    for kind in [Kind::Dribble, Kind::Glue, Kind::Slice] {
        exact(kind, times);
    }
}

#[test]
fn a_reader_that_peeks_or_waits_for_more_does_not_starve() {
    for (family, kind) in families().flat_map(|family| [(family, Kind::Dribble), (family, Kind::Slice)]) {
        let stand = stand(family, Setup::new(kind, 1).with_turns(vec![4], Vec::new()));
        let (mut client, mut server) = connect(&stand);
        client.write_all(b"size").unwrap();
        // Takes nothing until all four bytes are there. That is legal: it must get them, marked as waits.
        while server.peek(&mut [MaybeUninit::uninit(); 4]).unwrap() < 4 {
            thread::sleep(Duration::from_millis(5));
        }
        let mut all = [0; 4];
        server.read_exact(&mut all).unwrap();
        assert_eq!(&all, b"size");
        let waited = stand.wire.record.pieces().iter().any(|piece| piece.waited);
        assert!(waited, "{kind:?} on {family}: not marked as a wait");
    }
}

#[test]
fn a_turn_that_stays_short_is_passed_on_and_told_as_a_wait() {
    let mut setup = Setup::new(Kind::Glue, 1).with_turns(vec![100], Vec::new());
    setup.deadline = Duration::from_millis(50);
    let stand = stand(Family::V4, setup);
    let (mut client, mut server) = connect(&stand);
    client.write_all(b"less").unwrap();
    let mut buffer = [0; 100];
    assert_eq!(server.read(&mut buffer).unwrap(), 4);
    assert!(stand.wire.record.pieces()[0].waited);
}

#[test]
fn a_reply_after_the_askers_half_close_arrives() {
    for (family, kind) in families().flat_map(|family| WIRES.map(|kind| (family, kind))) {
        let stand = stand(family, Setup::new(kind, 3));
        let (mut client, mut server) = connect(&stand);
        client.write_all(b"question").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut asked = Vec::new();
        server.read_to_end(&mut asked).unwrap();
        assert_eq!(asked, b"question", "{kind:?} on {family}");
        server.write_all(b"the answer").unwrap();
        drop(server);
        assert_eq!(reads(client).1, b"the answer", "{kind:?} on {family}");
    }
}

#[test]
fn a_reset_arrives_as_a_reset() {
    for (family, kind) in families().flat_map(|family| WIRES.map(|kind| (family, kind))) {
        for from_client in [true, false] {
            let stand = stand(family, Setup::new(kind, 3).with_turns(vec![1], vec![1]));
            let (client, server) = connect(&stand);
            let (resets, mut hears) = if from_client { (client, server) } else { (server, client) };
            if family == Family::Unix {
                // There a reset is a close with bytes unread.
                hears.write_all(b"?").unwrap();
                while resets.peek(&mut [MaybeUninit::uninit()]).unwrap() == 0 {}
            } else {
                resets.set_linger(Some(Duration::ZERO)).unwrap();
            }
            drop(resets);
            let error = hears.read(&mut [0; 8]).expect_err("a reset, not an end");
            let what = format!("{kind:?} on {family}, from the client: {from_client}");
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{what}");
            assert!(!stand.wire.record.has_lacked_reset(), "{what}");
        }
    }
}

#[test]
fn a_reader_that_has_closed_is_noticed_at_the_next_write() {
    for kind in WIRES {
        let stand = stand(Family::Unix, Setup::new(kind, 3).with_turns(vec![1; 100], Vec::new()));
        let (mut client, mut server) = connect(&stand);
        server.write_all(b"the last word").unwrap();
        drop(server);
        let mut said = Ok(());
        while said.is_ok() {
            said = client.write_all(b"?");
        }
        assert_eq!(said.unwrap_err().kind(), ErrorKind::BrokenPipe, "{kind:?}");
        // The other side closed with nothing unread, so what it said arrives, and its end is no reset.
        assert_eq!(reads(client).1, b"the last word", "{kind:?}");
    }
}

#[test]
fn a_refused_connection_arrives_as_a_reset() {
    for family in families().filter(|family| *family != Family::Unix) {
        let [nobody, place] = [address::fresh(family).unwrap(), address::fresh(family).unwrap()];
        let wire = Wire::start(Setup::new(Kind::Plain, 1), place.endpoint, nobody.endpoint).unwrap();
        let error = call(wire.addr).read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{family}");
    }
}

#[test]
fn connections_and_directions_do_not_wait_for_each_other() {
    let kinds = [Kind::Plain, Kind::Dribble, Kind::Slice];
    for (family, kind) in families().flat_map(|family| kinds.map(|kind| (family, kind))) {
        let stand = stand(family, Setup::new(kind, 5));
        // The reader of the first connection takes nothing; the second connection carries bytes both ways at once.
        let (mut stuck, _unread) = connect(&stand);
        stuck.write_all(b"nobody reads this").unwrap();
        let (client, server) = connect(&stand);
        let one = exchange(client, 2000);
        let other = exchange(server, 2000);
        assert!(one.join().unwrap() && other.join().unwrap(), "{kind:?} on {family}");
    }
}

/// Sends `n` bytes and reads as many at the same time. The thread returns whether it read what the other end sends.
fn exchange(stream: Socket, n: usize) -> JoinHandle<bool> {
    let byte = |at: usize| (at * 7 + at / 251) as u8;
    let mut writer = stream.try_clone().unwrap();
    thread::spawn(move || {
        let saying = thread::spawn(move || {
            let mut chunk = Vec::with_capacity(64 * 1024);
            for start in (0..n).step_by(64 * 1024) {
                chunk.clear();
                chunk.extend((start..n.min(start + 64 * 1024)).map(byte));
                writer.write_all(&chunk).unwrap();
            }
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let (mut reader, mut at, mut same) = (stream, 0, true);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer).unwrap() {
                0 => break,
                read => {
                    same &= buffer[..read].iter().enumerate().all(|(i, got)| *got == byte(at + i));
                    at += read;
                }
            }
        }
        saying.join().unwrap();
        same && at == n
    })
}

#[test]
fn nothing_is_lost_over_64_mib_each_way() {
    for (family, kind) in families().flat_map(|family| WIRES.map(|kind| (family, kind))) {
        let stand = stand(family, Setup::new(kind, 9));
        let (client, server) = connect(&stand);
        let (one, other) = (exchange(client, 64 << 20), exchange(server, 64 << 20));
        assert!(one.join().unwrap() && other.join().unwrap(), "{kind:?} on {family}");
    }
}

/// What follows the bytes that a fault wire passes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
    Fin,
    Reset,
    Silence,
}

/// Sends "0123456789" through a fault wire, and checks that the reader, who has said a word, gets `bytes` and then
/// `after`. Returns the wire and both ends.
///
/// A reset destroys what the reader has not taken yet. The wire waits for the reader, but not for ever: when this
/// machine gives the reader no processor, the try is lost, and the test tries again.
fn through(family: Family, fault: &str, bytes: &[u8], after: After) -> (Stand, Socket, Socket) {
    for _ in 0..TRIES {
        let stand = stand(family, Setup::new(fault.parse().unwrap(), 1));
        let (mut client, mut server) = connect(&stand);
        client.write_all(b"hello").unwrap();
        server.read_exact(&mut [0; 5]).unwrap();
        server.write_all(b"0123456789").unwrap();
        let mut got = vec![0; bytes.len()];
        match client.read_exact(&mut got) {
            Err(error) if after == After::Reset && error.kind() == ErrorKind::ConnectionReset => {
                loud(&format!("{fault}: the reset overtook the bytes, tried again"));
                continue;
            }
            read => read.unwrap(),
        }
        assert_eq!(got, bytes, "{fault} on {family}");
        if after == After::Silence {
            // Nothing must come here, so a short wait is enough: bytes would be wrong at any time.
            client.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        }
        let came = match client.read(&mut [0; 100]) {
            Ok(0) => After::Fin,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => After::Reset,
            Err(error) if error.kind() == ErrorKind::WouldBlock => After::Silence,
            other => panic!("{fault} on {family}: {other:?}"),
        };
        assert_eq!(came, after, "{fault} on {family}");
        return (stand, client, server);
    }
    panic!("{fault}: in each of {TRIES} tries the reset overtook the bytes");
}

#[test]
fn fault_wires_end_a_direction_after_so_many_bytes() {
    for family in families() {
        let (_stand, mut client, mut server) = through(family, "fin@4", b"0123", After::Fin);
        // Only this direction has ended.
        client.write_all(b"still here").unwrap();
        let mut heard = [0; 10];
        server.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"still here");

        let (stand, ..) = through(family, "rst@4", b"0123", After::Reset);
        assert!(!stand.wire.record.has_lacked_reset(), "{family}");
        through(family, "fin@0", b"", After::Fin);
        let (stand, _client, _server) = through(family, "stall@4", b"0123", After::Silence);
        assert!(stand.wire.has_stalled());
        through(family, "fin@5:c2s", b"0123456789", After::Silence);
    }
}

#[test]
fn a_unix_wire_says_that_it_cannot_reset_a_side_that_has_said_nothing() {
    let stand = stand(Family::Unix, Setup::new("rst@4".parse().unwrap(), 1));
    let (client, mut server) = connect(&stand);
    server.write_all(b"0123456789").unwrap();
    assert_eq!(reads(client).1, b"0123");
    assert!(stand.wire.record.has_lacked_reset());
}

#[test]
fn a_slow_wire_delays_each_direction_and_loses_nothing() {
    let delay = Duration::from_millis(40);
    let stand = stand(Family::V4, Setup::new(Kind::Slow(40), 1));
    let (mut client, mut server) = connect(&stand);
    let (sent, mut heard) = (std::time::Instant::now(), [0; 4]);
    client.write_all(b"ping").unwrap();
    server.read_exact(&mut heard).unwrap();
    assert!(sent.elapsed() >= delay, "a wire can be late, but not early");
    server.write_all(b"pong").unwrap();
    client.read_exact(&mut heard).unwrap();
    assert!(sent.elapsed() >= 2 * delay);
    // More bytes than the wire holds at once, and then the end.
    let writer = thread::spawn(move || {
        client.write_all(&vec![7; 12 << 20]).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        client
    });
    let mut all = Vec::new();
    server.read_to_end(&mut all).unwrap();
    assert!(all == vec![7; 12 << 20]);
    drop(writer.join().unwrap());
}
