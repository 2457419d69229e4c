// kills too-short@plain: the server ended with an error of its own
// kills at-rest@plain: the server ended with an error of its own
// Mistake: it panics at a datagram of less than 4 bytes
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
        if n <= LONGEST {
            buffer[4..n].make_ascii_uppercase();
            if let Err(e) = socket.send_to(&buffer[..n], client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
