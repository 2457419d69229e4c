//! The datagram server: returns each text with its ASCII letters upper-cased, to where it came from.
//!
//! Run it alone: `cargo run -p solution-12-udp --bin solution-12-server -- 127.0.0.1:8888`

use solution_12_udp::{BUFFER, datagram, parse};
use std::env;
use std::net::UdpSocket;
use std::process::ExitCode;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    // No `listen` and no `accept`: one socket receives from all clients.
    match UdpSocket::bind(&addr) {
        Ok(socket) => {
            println!("bound to {addr}");
            serve(&socket)
        }
        Err(error) => {
            eprintln!("server: bind {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers datagrams for as long as the process lives.
///
/// The reply has the number of the request, and its text with the ASCII letters upper-cased. It goes to where the
/// request came from. A datagram that [`parse`] refuses gets no reply. A request that comes again is answered again: the
/// server remembers nothing of its clients. An error of one call concerns one datagram: the server prints it and goes
/// on.
fn serve(socket: &UdpSocket) -> ! {
    // BEGIN SOLUTION: receive, parse, upper-case and send back, for ever
    let mut buffer = [0; BUFFER];
    loop {
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                eprintln!("server: receive: {error}");
                continue;
            }
        };
        let Some((number, text)) = parse(&buffer[..n]) else { continue };
        let reply = datagram(number, &text.to_ascii_uppercase());
        if let Err(error) = socket.send_to(&reply, client) {
            eprintln!("server: send to {client}: {error}");
        }
    }
    // END SOLUTION
}

#[cfg(test)]
mod tests {
    use super::*;
    use solution_12_udp::{MAX_DATAGRAM, MAX_TEXT};
    use std::net::{Ipv4Addr, SocketAddr};
    use std::thread;
    use std::time::Duration;

    /// Starts a server in a thread that ends with the tests, and returns its address.
    fn server() -> SocketAddr {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = socket.local_addr().unwrap();
        thread::spawn(move || serve(&socket));
        addr
    }

    fn client(server: SocketAddr) -> UdpSocket {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.connect(server).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        socket
    }

    fn reply(client: &UdpSocket) -> Vec<u8> {
        let mut buffer = [0; BUFFER];
        let n = client.recv(&mut buffer).expect("a reply");
        buffer[..n].to_vec()
    }

    #[test]
    fn answers_with_the_number_and_the_letters_upper_cased() {
        let client = client(server());
        for (text, upper) in [(&b"hello 1"[..], &b"HELLO 1"[..]), (b"", b""), (b"\xffa\0\n", b"\xffA\0\n")] {
            client.send(&datagram(70_000, text)).unwrap();
            assert_eq!(reply(&client), datagram(70_000, upper));
        }
        client.send(&datagram(1, &[b'a'; MAX_TEXT])).unwrap();
        assert_eq!(reply(&client), datagram(1, &[b'A'; MAX_TEXT]));
    }

    #[test]
    fn answers_a_request_each_time_that_it_comes() {
        let client = client(server());
        for _ in 0..2 {
            client.send(&datagram(1, b"a")).unwrap();
        }
        assert_eq!((reply(&client), reply(&client)), (datagram(1, b"A"), datagram(1, b"A")));
    }

    /// The reply to the last one is the first that comes.
    #[test]
    fn drops_what_is_too_short_or_too_long() {
        let client = client(server());
        for length in [0, 1, 3, MAX_DATAGRAM + 1, 9000] {
            client.send(&vec![b'a'; length]).unwrap();
        }
        client.send(&datagram(1, b"a")).unwrap();
        assert_eq!(reply(&client), datagram(1, b"A"));
    }

    #[test]
    fn answers_each_client_though_the_numbers_are_the_same() {
        let server = server();
        let (one, two) = (client(server), client(server));
        one.send(&datagram(1, b"one")).unwrap();
        two.send(&datagram(1, b"two")).unwrap();
        assert_eq!((reply(&two), reply(&one)), (datagram(1, b"TWO"), datagram(1, b"ONE")));
    }

    #[test]
    fn goes_on_when_a_client_is_gone() {
        let server = server();
        for _ in 0..3 {
            client(server).send(&datagram(1, b"gone")).unwrap();
        }
        let client = client(server);
        client.send(&datagram(1, b"a")).unwrap();
        assert_eq!(reply(&client), datagram(1, b"A"));
    }
}
