// kills output-fails@plain: a print can fail, when the disk is full
// Mistake: it unwraps what its writes to standard output return.
use std::io::{self, BufRead, ErrorKind, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const TRIES: usize = 5;
const WAIT: Duration = Duration::from_millis(200);
const LONGEST: usize = 1024;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let socket = open(addr).map_err(|e| format!("{addr}: {e}"))?;
    let (mut input, mut line, mut number) = (io::stdin().lock(), Vec::new(), 0_u32);
    loop {
        line.clear();
        let n = input.read_until(b'\n', &mut line).map_err(|e| format!("standard input: {e}"))?;
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        }
        if n == 0 || line == b"q" {
            return Ok(());
        }
        if line.is_empty() {
            continue;
        }
        if line.len() > LONGEST {
            return Err(format!("a line of {} bytes is over {LONGEST}", line.len()));
        }
        number += 1;
        let mut reply = ask(&socket, number, &line).map_err(|e| format!("{addr}: {e}"))?;
        reply.push(b'\n');
        let mut out = io::stdout();
        out.write_all(&reply).and_then(|()| out.flush()).unwrap();
    }
}

fn open(addr: &str) -> io::Result<UdpSocket> {
    let any = |server: &SocketAddr| if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let server = std::net::ToSocketAddrs::to_socket_addrs(addr)?.next().ok_or(ErrorKind::NotFound)?;
    let socket = UdpSocket::bind(any(&server))?;
    socket.connect(server)?;
    Ok(socket)
}

fn ask(socket: &UdpSocket, number: u32, text: &[u8]) -> io::Result<Vec<u8>> {
    let request = [&number.to_be_bytes(), text].concat();
    let mut reply = [0; 4 + LONGEST + 1];
    for _ in 0..TRIES {
        match socket.send(&request) {
            Err(e) if e.kind() != ErrorKind::ConnectionRefused => return Err(e),
            _ => {}
        }
        let until = Instant::now() + WAIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut reply) {
                Ok(n) if n >= 4 && reply[..4] == request[..4] => return Ok(reply[4..n].to_vec()),
                Ok(_) => {}
                Err(e) => match e.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    ErrorKind::ConnectionRefused => {}
                    _ => return Err(e),
                },
            }
        }
    }
    Err(io::Error::other(format!("no reply after {TRIES} tries")))
}
