//! How fast each wire carries bytes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;
use xtask::system::address;
use xtask::wire::{Kind, Setup, Wire};

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
            let mut client =
                TcpStream::connect(wire.as_ref().map_or(behind, |wire| wire.addr)).expect("connect");
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
