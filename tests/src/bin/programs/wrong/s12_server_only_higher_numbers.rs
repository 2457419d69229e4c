// kills any-order@plain: perhaps the server expects certain numbers: it answers every number
// kills repeated-requests@plain: a request that comes again is answered again: its first reply was
// Mistake: it ignores a number that is not above the client's last one
use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

const LONGEST: usize = 4 + 1024;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let socket = match UdpSocket::bind(addr) {
        Ok(socket) => socket,
        Err(e) => {
            eprintln!("server: cannot bind {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    println!("listening on {addr}");
    let mut last: HashMap<SocketAddr, Vec<u8>> = HashMap::new();
    let mut buffer = [0; LONGEST + 1];
    loop {
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(e) => {
                eprintln!("server: receive: {e}");
                continue;
            }
        };
        if (4..=LONGEST).contains(&n) {
            if last.get(&client).is_some_and(|last| buffer[..4] <= last[..]) {
                continue;
            }
            last.insert(client, buffer[..4].to_vec());
            buffer[4..n].make_ascii_uppercase();
            if let Err(e) = socket.send_to(&buffer[..n], client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
