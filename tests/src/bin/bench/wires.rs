//! How fast each wire carries bytes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::Instant;
use xtask::system::address;
use xtask::wire::{DatagramWire, Kind, Setup, Wire};

/// Each wire beside a direct connection: the median of three transfers.
pub fn measure() {
    println!("bytes a second, one way     8 KiB in 64 B writes          64 MiB in 64 KiB writes");
    let direct = [(8 << 10, 64), (64 << 20, 64 << 10)].map(|(total, write)| speed(None, total, write));
    let kinds = [Kind::Plain, Kind::Glue, Kind::Dribble, Kind::Slice].map(Some);
    for kind in [None].into_iter().chain(kinds) {
        let name = kind.map_or("direct".into(), |kind| kind.to_string());
        let [small, large] = match kind {
            None => direct,
            kind => [speed(kind, 8 << 10, 64), speed(kind, 64 << 20, 64 << 10)],
        };
        let ratio = |speed: f64, beside: f64| format!("{:>9.3} MB/s  1/{:<7.1}", speed / 1e6, beside / speed);
        println!("{name:<24} {}       {}", ratio(small, direct[0]), ratio(large, direct[1]));
    }
    datagrams();
}

/// A datagram there and back, beside a direct exchange. A datagram wire decides the fate of each datagram at once, so
/// `plain` shows the cost of all of them.
fn datagrams() {
    println!("microseconds for a datagram of 100 bytes there and back, one after the other");
    let direct = exchange(None);
    let plain = exchange(Some(Kind::Plain));
    println!("{:<24} {direct:>9.1}  1/1.0", "direct");
    println!("{:<24} {plain:>9.1}  1/{:.1}", "plain", plain / direct);
}

/// Microseconds for one exchange: the median of three times a thousand.
fn exchange(kind: Option<Kind>) -> f64 {
    const COUNT: u32 = 1000;
    let mut times: Vec<f64> = (0..3)
        .map(|_| {
            let server = UdpSocket::bind(address::free().expect("an address")).expect("bind");
            let addr = server.local_addr().expect("the address");
            let wire = kind.map(|kind| {
                DatagramWire::start(kind, 1, address::free().expect("an address"), addr).expect("the wire")
            });
            let client = UdpSocket::bind("127.0.0.1:0").expect("bind");
            client.connect(wire.as_ref().map_or(addr, |wire| wire.addr)).expect("connect");
            let mut buffer = [0; 2000];
            let start = Instant::now();
            for _ in 0..COUNT {
                client.send(&[7; 100]).expect("send");
                let (len, from) = server.recv_from(&mut buffer).expect("the request");
                server.send_to(&buffer[..len], from).expect("reply");
                client.recv(&mut buffer).expect("the reply");
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(COUNT)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[1]
}

/// Bytes a second that a reader gets of `total` bytes written `write` at a time.
fn speed(kind: Option<Kind>, total: usize, write: usize) -> f64 {
    let mut speeds: Vec<f64> = (0..3)
        .map(|_| {
            let listener = TcpListener::bind(address::free().expect("an address")).expect("listen");
            let behind = listener.local_addr().expect("the address");
            let wire = kind.map(|kind| {
                Wire::start(Setup::new(kind, 1), address::free().expect("an address"), behind)
                    .expect("the wire")
            });
            let mut client = TcpStream::connect(
                wire.as_ref().map_or(behind, |wire| wire.addr.inet().expect("a TCP wire")),
            )
            .expect("connect");
            client.set_nodelay(true).expect("nodelay");
            let (mut server, _) = listener.accept().expect("accept");
            let start = Instant::now();
            let writer = std::thread::spawn(move || {
                let chunk = vec![b'x'; write];
                (0..total / write).for_each(|_| client.write_all(&chunk).expect("write"));
            });
            let mut buffer = vec![0; 64 * 1024];
            let mut read = 0;
            while let n @ 1.. = server.read(&mut buffer).expect("read") {
                read += n;
            }
            writer.join().expect("the writer");
            assert_eq!(read, total);
            total as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    speeds.sort_by(f64::total_cmp);
    speeds[1]
}
