// kills one-too-long@plain: the server ended with an error of its own
// kills much-too-long@plain: the server ended with an error of its own
// Mistake: it panics at a datagram of more than 1028 bytes
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
    let (mut buffer, mut text) = ([0; 1 << 16], [0; LONGEST - 4]);
    loop {
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(e) => {
                eprintln!("server: receive: {e}");
                continue;
            }
        };
        if n >= 4 {
            text[..n - 4].copy_from_slice(&buffer[4..n]);
            text.make_ascii_uppercase();
            buffer[4..n].copy_from_slice(&text[..n - 4]);
            if let Err(e) = socket.send_to(&buffer[..n], client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
