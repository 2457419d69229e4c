// kills any-bytes@plain: EF BF BD is what a lossy conversion to text puts in place of bytes that
// Mistake: it replaces bytes that are not UTF-8 (U+FFFD)
use std::net::UdpSocket;
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
            let text = String::from_utf8_lossy(&buffer[4..n]).to_ascii_uppercase();
            let reply = [&buffer[..4], text.as_bytes()].concat();
            if let Err(e) = socket.send_to(&reply, client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
