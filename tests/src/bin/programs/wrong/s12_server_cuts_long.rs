// kills one-too-long@plain: the kernel drops what does not fit into the buffer, so a longer
// kills much-too-long@plain: the kernel drops what does not fit into the buffer, so a longer
// Mistake: it answers a datagram of more than 1028 bytes with its first 1024 bytes of text
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
        let (mut n, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(e) => {
                eprintln!("server: receive: {e}");
                continue;
            }
        };
        n = n.min(LONGEST);
        if n >= 4 {
            buffer[4..n].make_ascii_uppercase();
            if let Err(e) = socket.send_to(&buffer[..n], client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
