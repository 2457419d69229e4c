// kills any-bytes@plain: perhaps the server takes only texts that are UTF-8: the bytes of a text
// Mistake: it does not answer a text that is not UTF-8
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
        if (4..=LONGEST).contains(&n) && str::from_utf8(&buffer[4..n]).is_ok() {
            buffer[4..n].make_ascii_uppercase();
            if let Err(e) = socket.send_to(&buffer[..n], client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
