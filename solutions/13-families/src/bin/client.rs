//! The uppercase client at an address of any family: sends each line of standard input and prints the whole reply.
//!
//! Run it against the server: `cargo run -p solution-13-families --bin solution-13-client -- unix:socket`

use solution_13_families::Address;

use socket2::{Socket, Type};
use std::env;
use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

/// How many bytes are sent before their reply is read. A longer request goes in parts of this size: the server replies
/// while it reads. If the client only wrote, each side would in the end wait for the other to read.
const PART: usize = 64 * 1024;

fn main() -> ExitCode {
    let text = env::args_os().nth(1).unwrap_or_else(|| "127.0.0.1:8888".into());
    let addr = text.display();
    let stream = match Address::parse(&text).and_then(|addresses| connect(&addresses)) {
        Ok(stream) => stream,
        Err(error) => {
            eprintln!("client: connect {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match converse(stream) {
        Ok(()) => ExitCode::SUCCESS,
        // The text that `read_exact` gives this error means little to a person.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            eprintln!("client: {addr}: the server ended the connection before the reply was whole");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

// ANCHOR: connect
/// Connects to the first of `addresses` where a server accepts, in their order.
///
/// For each one: makes a stream socket of the address's family (a socket belongs to one family for ever, so each try
/// needs its own), and calls `connect`. When a try fails and another address is left, prints the error with its address
/// on standard error and goes on. When the last one fails, returns its error.
fn connect(addresses: &[Address]) -> io::Result<Socket> {
    // ANCHOR_END: connect
    // BEGIN SOLUTION: try one address after the other, each with a socket of its own family
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for (tried, address) in addresses.iter().enumerate() {
        let addr = address.sockaddr()?;
        let socket = Socket::new(addr.domain(), Type::STREAM, None);
        match socket.and_then(|socket| socket.connect(&addr).map(|()| socket)) {
            Ok(socket) => return Ok(socket),
            Err(error) => {
                if tried + 1 < addresses.len() {
                    eprintln!("client: connect {address}: {error}; trying the next address");
                }
                last = error;
            }
        }
    }
    Err(last)
    // END SOLUTION
}

/// Sends each non-empty line of standard input and prints the reply, until `q` or the end of the input.
fn converse(mut stream: Socket) -> io::Result<()> {
    let mut stdout = io::stdout();
    prompt()?;
    for line in io::stdin().lines() {
        let line = line?;
        if line == "q" {
            break;
        }
        if !line.is_empty() {
            let reply = ask(&mut stream, line.as_bytes())?;
            // Bytes, not text: a reply may end in the middle of a character.
            stdout.write_all(&reply)?;
            stdout.write_all(b"\n")?;
        }
        prompt()?;
    }
    Ok(())
}

/// Sends `request` and returns the server's reply, which has the same length. Reads as often as it needs.
///
/// When the server ends before the reply is whole, that is an error ([`io::ErrorKind::UnexpectedEof`]). A call that
/// fails is an error, too. Sends at most [`PART`] bytes before it reads their reply.
fn ask(stream: &mut Socket, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut reply = vec![0; request.len()];
    for (sent, received) in request.chunks(PART).zip(reply.chunks_mut(PART)) {
        stream.write_all(sent)?;
        stream.read_exact(received)?;
    }
    Ok(reply)
}

/// Prints `>> ` for a person at a terminal. A program that writes to standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::Domain;
    use std::io::ErrorKind;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

    /// Returns an address of `ip` where nobody listens. While the returned socket lives, nobody else can listen there.
    fn closed(ip: IpAddr) -> (Address, Option<Socket>) {
        let any = SocketAddr::from((ip, 0));
        let socket = Socket::new(Domain::for_address(any), Type::STREAM, None);
        let bound = socket.and_then(|socket| socket.bind(&any.into()).map(|()| socket)).ok();
        // A machine without this family refuses every port.
        let own = bound.as_ref().and_then(|socket| socket.local_addr().unwrap().as_socket());
        (Address::Internet(own.unwrap_or_else(|| SocketAddr::from((ip, 1)))), bound)
    }

    #[test]
    fn after_an_address_that_fails_the_next_one_is_tried_with_a_socket_of_its_family() {
        let (first, _bound) = closed(Ipv6Addr::LOCALHOST.into());
        let [server, other] = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let [second, third] = [&server, &other].map(|server| server.local_addr().unwrap());
        let stream = connect(&[first, Address::Internet(second), Address::Internet(third)]).unwrap();
        assert_eq!(stream.peer_addr().unwrap().as_socket(), Some(second));
    }

    #[test]
    fn when_all_addresses_fail_the_error_is_that_of_the_last() {
        let (refuses, _bound) = closed(Ipv4Addr::LOCALHOST.into());
        let error = connect(&[refuses.clone(), refuses.clone()]).expect_err("nobody listens there");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
        if cfg!(unix) {
            let missing = Address::Unix("no such folder/socket".into());
            let error = connect(&[refuses.clone(), missing.clone()]).expect_err("nothing stands there");
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
            let error = connect(&[missing, refuses]).expect_err("nobody listens there");
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
        }
    }
}
