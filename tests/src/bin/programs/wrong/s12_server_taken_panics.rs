// kills says-why-it-cannot-bind@plain: an address that cannot be bound is no bug of the program
// Mistake: a taken address is a panic
use std::net::UdpSocket;
use std::process::ExitCode;

const LONGEST: usize = 4 + 1024;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let socket = UdpSocket::bind(addr).expect("the address is free");
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
            buffer[4..n].make_ascii_uppercase();
            if let Err(e) = socket.send_to(&buffer[..n], client) {
                eprintln!("server: send to {client}: {e}");
            }
        }
    }
}
