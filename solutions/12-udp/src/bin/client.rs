//! The datagram client: sends each line of standard input until its reply comes, and prints the reply.
//!
//! Run it against the server: `cargo run -p solution-12-udp --bin solution-12-client -- 127.0.0.1:8888`

use solution_12_udp::{BUFFER, MAX_TEXT, datagram, parse};
use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::{ToSocketAddrs, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    match open(&addr).and_then(|socket| converse(&socket)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

// ANCHOR: open
/// Returns a socket that sends to `addr` and receives from nobody else.
///
/// `connect` sends nothing here: the kernel only notes the address, and drops what comes from another.
fn open(addr: &str) -> io::Result<UdpSocket> {
    let server = addr.to_socket_addrs()?.next().ok_or(ErrorKind::AddrNotAvailable)?;
    // Port 0: the kernel chooses one.
    let socket = UdpSocket::bind(if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
    socket.connect(server)?;
    Ok(socket)
}
// ANCHOR_END: open

/// Asks for each line of standard input that is not empty, until `q` or the end of the input.
fn converse(socket: &UdpSocket) -> io::Result<()> {
    let mut stdout = io::stdout();
    let mut number = 0;
    prompt()?;
    for line in io::stdin().lines() {
        let line = line?;
        if line == "q" {
            break;
        }
        if line.len() > MAX_TEXT {
            return Err(io::Error::other(format!("the line has {} bytes, more than {MAX_TEXT}", line.len())));
        }
        if !line.is_empty() {
            number += 1;
            let reply = ask(socket, number, line.as_bytes())?;
            // Bytes, not text: what came back need not be UTF-8.
            stdout.write_all(&reply)?;
            stdout.write_all(b"\n")?;
        }
        prompt()?;
    }
    Ok(())
}

// ANCHOR: tries
/// How often a request is sent at most.
const TRIES: u32 = 5;
/// How long the client waits for a reply each time.
const WAIT: Duration = Duration::from_millis(200);
// ANCHOR_END: tries

/// Sends the request `number` with this text, at most [`TRIES`] times, and returns the text of its reply.
///
/// After each send it waits [`WAIT`] for the reply. What else comes is dropped, and makes this wait neither longer nor
/// shorter: a datagram that [`parse`] refuses, a reply with another number (it is to an older request), and an error
/// for which [`is_silence`] returns true. Any other error is returned. After the last wait the text of the
/// error is `no reply`.
fn ask(socket: &UdpSocket, number: u32, text: &[u8]) -> io::Result<Vec<u8>> {
    // BEGIN SOLUTION: send, wait for the reply with this number until the time is over, and try again
    let request = datagram(number, text);
    let mut buffer = [0; BUFFER];
    for _ in 0..TRIES {
        match socket.send(&request) {
            Err(error) if !is_silence(&error) => return Err(error),
            _ => {}
        }
        let sent = Instant::now();
        loop {
            // What is left of the one wait. A new limit for each datagram would never be over while others come.
            let left = WAIT.saturating_sub(sent.elapsed());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut buffer) {
                Ok(n) => match parse(&buffer[..n]) {
                    Some((answered, text)) if answered == number => return Ok(text.to_vec()),
                    _ => {}
                },
                Err(error) if is_silence(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Err(io::Error::other(format!("no reply to request {number}, sent {TRIES} times")))
    // END SOLUTION
}

// ANCHOR: silence
/// Returns whether `error` only means that there is no reply yet.
fn is_silence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        // The time is over: the first on Unix, the second on Windows. A signal came: the third.
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
        // No server is there (ICMP): the first on Unix, the second on Windows. Perhaps it starts again right now.
        | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
// ANCHOR_END: silence

/// Shows `>> ` to a person; a program that feeds standard input needs no prompt.
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
    use std::net::Ipv4Addr;
    use std::thread;

    /// Gives up on a client that sends nothing for so long.
    const LONG: Duration = Duration::from_secs(10);

    /// Asks for `hello` with the number 3. To the first requests the server sends the rows of `other` in place of the
    /// reply, to each request after them `reply`. Returns what the client got, and how many requests the server got.
    fn asked(other: &[&[Vec<u8>]], reply: &[u8]) -> (Result<Vec<u8>, String>, usize) {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let socket = open(&server.local_addr().unwrap().to_string()).unwrap();
        thread::scope(|scope| {
            let server = scope.spawn(|| {
                server.set_read_timeout(Some(LONG)).unwrap();
                let mut buffer = [0; BUFFER];
                for count in 0.. {
                    let (n, client) = server.recv_from(&mut buffer).unwrap();
                    if &buffer[..n] == b"end" {
                        return count;
                    }
                    assert_eq!(&buffer[..n], b"\0\0\0\x03hello");
                    let replies =
                        other.get(count).map_or(vec![reply], |row| row.iter().map(Vec::as_slice).collect());
                    for reply in replies {
                        server.send_to(reply, client).unwrap();
                    }
                }
                unreachable!()
            });
            let got = scope.spawn(|| ask(&socket, 3, b"hello")).join();
            // Also when `ask` has panicked: otherwise the server waits in vain.
            socket.send(b"end").unwrap();
            let count = server.join().unwrap();
            (got.unwrap().map_err(|error| error.to_string()), count)
        })
    }

    #[test]
    fn takes_the_reply_with_its_number_as_it_is() {
        for text in [&b"HELLO"[..], b"", b"\xff\0", &[b'A'; MAX_TEXT]] {
            assert_eq!(asked(&[], &datagram(3, text)).0, Ok(text.to_vec()));
        }
    }

    #[test]
    fn sends_again_until_a_reply_comes() {
        for lost in 1..4 {
            let (got, count) = asked(&vec![&[][..]; lost], &datagram(3, b"HELLO"));
            assert_eq!(got, Ok(b"HELLO".to_vec()));
            // More, when this machine is so busy that the reply came late.
            assert!(count > lost, "{count}");
        }
    }

    #[test]
    fn says_no_reply_after_five_times() {
        let (got, count) = asked(&[&[][..]; 5], b"");
        assert!(got.unwrap_err().starts_with("no reply"));
        assert_eq!(count, 5);
    }

    #[test]
    fn takes_no_other_reply() {
        let other = [datagram(2, b"OLD"), datagram(4, b"NEW"), vec![], vec![0, 0, 3], vec![b'A'; BUFFER]];
        let (got, count) = asked(&[&other], &datagram(3, b"HELLO"));
        assert_eq!(got, Ok(b"HELLO".to_vec()));
        assert!(count > 1);
    }

    /// A client that waits anew after each datagram would wait for ever here.
    #[test]
    fn other_replies_do_not_make_the_wait_longer() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let socket = open(&server.local_addr().unwrap().to_string()).unwrap();
        let client = socket.local_addr().unwrap().port();
        let start = Instant::now();
        let asking = thread::spawn(move || ask(&socket, 3, b"hello").is_err());
        while !asking.is_finished() && start.elapsed() < LONG {
            // The client may be gone.
            let _ = server.send_to(&datagram(2, b"OLD"), (Ipv4Addr::LOCALHOST, client));
            thread::sleep(WAIT / 10);
        }
        assert!(asking.is_finished(), "the client still waits after {LONG:?}");
        assert!(asking.join().unwrap());
    }

    #[test]
    fn hears_nobody_but_the_server() {
        let [server, stranger] = [(); 2].map(|()| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let socket = open(&server.local_addr().unwrap().to_string()).unwrap();
        let client = (Ipv4Addr::LOCALHOST, socket.local_addr().unwrap().port());
        stranger.send_to(&datagram(3, b"STRANGER"), client).unwrap();
        server.send_to(&datagram(3, b"HELLO"), client).unwrap();
        assert_eq!(ask(&socket, 3, b"hello").unwrap(), b"HELLO");
    }

    #[test]
    fn where_no_server_is_there_is_no_reply() {
        // Holds the port, so that nobody else gets it; connected to itself it takes nothing from others.
        let holder = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = holder.local_addr().unwrap();
        holder.connect(addr).unwrap();
        let error = ask(&open(&addr.to_string()).unwrap(), 3, b"hello").unwrap_err();
        assert!(error.to_string().starts_with("no reply"), "{error}");
    }
}
