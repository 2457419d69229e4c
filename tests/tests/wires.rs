//! Checks the wires by what the reader's own `recv` returns: exact every time, with true FIN and RST, and without loss.
#![cfg(target_os = "linux")]

use lab_tests::{Busy, loud};
use socket2::SockRef;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use xtask::system::address;
use xtask::wire::{self, Direction, Kind, Setup, Wire};

const WIRES: [Kind; 4] = [Kind::Plain, Kind::Glue, Kind::Dribble, Kind::Slice];

/// Starts a listener and a wire in front of it.
fn stand(setup: Setup) -> (TcpListener, Wire) {
    let listener = TcpListener::bind(address::free().unwrap()).unwrap();
    let wire = Wire::start(setup, address::free().unwrap(), listener.local_addr().unwrap()).unwrap();
    (listener, wire)
}

/// Connects through the wire. Returns the client's end, and the server's end behind the wire.
fn connect(listener: &TcpListener, addr: SocketAddr) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(addr).unwrap();
    (client, listener.accept().unwrap().0)
}

/// Reads to the end with a buffer of 1024 bytes. Returns the sizes of the reads, and all bytes.
fn reads(mut stream: TcpStream) -> (Vec<usize>, Vec<u8>) {
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

/// Sends three writes through a wire of this kind, once for each of `times` seeds, and checks the sizes of the reads.
///
/// A busy machine may give the reader or the writer no processor for so long that the wire passes a piece on as a wait.
/// Then two pieces may come in one read. The wire's record shows the wait, and the seed is tried again.
fn exact(kind: Kind, times: usize) {
    let mut waits = 0;
    for seed in 0..times as u64 {
        let mut tries = 0;
        while !once(kind, seed) {
            tries += 1;
            assert!(tries < TRIES, "{kind:?}, seed {seed}: a wait in each of {TRIES} tries");
        }
        waits += tries;
    }
    if waits > 0 {
        loud(&format!(
            "{kind:?}: {waits} of {} times a piece was passed on as a wait: tried again",
            times + waits
        ));
    }
}

/// Tries one seed of [`exact`]. Returns `false` when the wire passed a piece on as a wait.
fn once(kind: Kind, seed: u64) -> bool {
    let turn = 15;
    let (listener, wire) = stand(Setup::new(kind, seed).with_turns(vec![turn], Vec::new()));
    let (mut client, server) = connect(&listener, wire.addr);
    client.set_nodelay(true).unwrap();
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
    assert_eq!(all, b"firsttwothe end", "{kind:?}, seed {seed}");
    // The wire records a piece before anybody can read it: after the end of the stream, the record is whole.
    let waited = wire.record.pieces().iter().any(|piece| piece.waited);
    assert!(waited || sizes == expected, "{kind:?}, seed {seed}: {sizes:?}, not {expected:?}");
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
    for kind in [Kind::Dribble, Kind::Slice] {
        let (listener, wire) = stand(Setup::new(kind, 1).with_turns(vec![4], Vec::new()));
        let (mut client, server) = connect(&listener, wire.addr);
        client.write_all(b"size").unwrap();
        // Takes nothing until all four bytes are there. That is legal: it must get them, marked as waits.
        let mut peeked = [0; 4];
        while server.peek(&mut peeked).unwrap() < 4 {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(&peeked, b"size");
        assert!(wire.record.pieces().iter().any(|piece| piece.waited), "{kind:?}: not marked as a wait");
    }
}

#[test]
fn a_turn_that_stays_short_is_passed_on_and_told_as_a_wait() {
    let mut setup = Setup::new(Kind::Glue, 1).with_turns(vec![100], Vec::new());
    setup.deadline = Duration::from_millis(50);
    let (listener, wire) = stand(setup);
    let (mut client, mut server) = connect(&listener, wire.addr);
    client.write_all(b"less").unwrap();
    let mut buffer = [0; 100];
    assert_eq!(server.read(&mut buffer).unwrap(), 4);
    assert!(wire.record.pieces()[0].waited);
}

#[test]
fn a_reply_after_the_askers_half_close_arrives() {
    for kind in WIRES {
        let (listener, wire) = stand(Setup::new(kind, 3));
        let (mut client, mut server) = connect(&listener, wire.addr);
        client.write_all(b"question").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut asked = Vec::new();
        server.read_to_end(&mut asked).unwrap();
        assert_eq!(asked, b"question", "{kind:?}");
        server.write_all(b"the answer").unwrap();
        drop(server);
        assert_eq!(reads(client).1, b"the answer", "{kind:?}");
    }
}

#[test]
fn a_reset_arrives_as_a_reset() {
    for kind in WIRES {
        for from_client in [true, false] {
            let (listener, wire) = stand(Setup::new(kind, 3));
            let (client, server) = connect(&listener, wire.addr);
            let (resets, mut hears) = if from_client { (client, server) } else { (server, client) };
            SockRef::from(&resets).set_linger(Some(Duration::ZERO)).unwrap();
            drop(resets);
            let error = hears.read(&mut [0; 8]).expect_err("a reset, not an end");
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{kind:?}, from the client: {from_client}");
        }
    }
}

#[test]
fn a_refused_connection_arrives_as_a_reset() {
    let nobody = address::free().unwrap();
    let wire = Wire::start(Setup::new(Kind::Plain, 1), address::free().unwrap(), nobody).unwrap();
    let mut client = TcpStream::connect(wire.addr).unwrap();
    assert_eq!(client.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn connections_and_directions_do_not_wait_for_each_other() {
    for kind in [Kind::Plain, Kind::Dribble, Kind::Slice] {
        let (listener, wire) = stand(Setup::new(kind, 5));
        // The reader of the first connection takes nothing; the second connection carries bytes both ways at once.
        let (mut stuck, _unread) = connect(&listener, wire.addr);
        stuck.write_all(b"nobody reads this").unwrap();
        let (client, server) = connect(&listener, wire.addr);
        let one = exchange(client, 2000);
        let other = exchange(server, 2000);
        assert!(one.join().unwrap() && other.join().unwrap(), "{kind:?}");
    }
}

/// Sends `n` bytes and reads as many at the same time. The thread returns whether it read what the other end sends.
fn exchange(stream: TcpStream, n: usize) -> JoinHandle<bool> {
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
    for kind in WIRES {
        let (listener, wire) = stand(Setup::new(kind, 9));
        let (client, server) = connect(&listener, wire.addr);
        let (one, other) = (exchange(client, 64 << 20), exchange(server, 64 << 20));
        assert!(one.join().unwrap() && other.join().unwrap(), "{kind:?}");
    }
}

/// What follows the bytes that a fault wire passes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
    Fin,
    Reset,
    Silence,
}

/// Sends "0123456789" through a fault wire, and checks that the reader gets `bytes` and then `after`. Returns the
/// wire and both ends.
///
/// A reset destroys what the reader has not taken yet. The wire waits for the reader, but not for ever: when this
/// machine gives the reader no processor, the try is lost, and the test tries again.
fn through(fault: &str, bytes: &[u8], after: After) -> (Wire, TcpStream, TcpStream) {
    for _ in 0..TRIES {
        let (listener, wire) = stand(Setup::new(fault.parse().unwrap(), 1));
        let (mut client, mut server) = connect(&listener, wire.addr);
        server.write_all(b"0123456789").unwrap();
        let mut got = vec![0; bytes.len()];
        match client.read_exact(&mut got) {
            Err(error) if after == After::Reset && error.kind() == ErrorKind::ConnectionReset => {
                loud(&format!("{fault}: the reset overtook the bytes, tried again"));
                continue;
            }
            read => read.unwrap(),
        }
        assert_eq!(got, bytes, "{fault}");
        if after == After::Silence {
            // Nothing must come here, so a short wait is enough: bytes would be wrong at any time.
            client.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        }
        let came = match client.read(&mut [0; 100]) {
            Ok(0) => After::Fin,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => After::Reset,
            Err(error) if error.kind() == ErrorKind::WouldBlock => After::Silence,
            other => panic!("{fault}: {other:?}"),
        };
        assert_eq!(came, after, "{fault}");
        return (wire, client, server);
    }
    panic!("{fault}: in each of {TRIES} tries the reset overtook the bytes");
}

#[test]
fn fault_wires_end_a_direction_after_so_many_bytes() {
    let (_wire, mut client, mut server) = through("fin@4", b"0123", After::Fin);
    // Only this direction has ended.
    client.write_all(b"still here").unwrap();
    let mut heard = [0; 10];
    server.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"still here");

    through("rst@4", b"0123", After::Reset);
    through("fin@0", b"", After::Fin);
    let (wire, _client, _server) = through("stall@4", b"0123", After::Silence);
    assert!(wire.has_stalled());
    through("fin@4:c2s", b"0123456789", After::Silence);
}

#[test]
fn a_slow_wire_delays_each_direction_and_loses_nothing() {
    let delay = Duration::from_millis(40);
    let (listener, wire) = stand(Setup::new(Kind::Slow(40), 1));
    let (mut client, mut server) = connect(&listener, wire.addr);
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
