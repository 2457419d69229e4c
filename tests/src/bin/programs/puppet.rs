//! A program that does what its standard input says: each side of a figure of the book is one. A line has one or more
//! steps, with `; ` between them. Each step is one call into the kernel, or two where that is said. What a call returns
//! is not looked at: the figure shows it.

use socket2::{Domain, SockAddr, SockRef, Socket, Type};
use std::fs::File;
use std::io::{Read, Write, stdin};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::time::Duration;

/// How long `recv` waits for a datagram: as in lesson 12.
const WAIT: Duration = Duration::from_millis(200);
/// One byte more than the longest datagram of lesson 12.
const BUFFER: usize = 1029;

#[derive(Default)]
struct Puppet {
    /// The socket that listens, or takes datagrams.
    listener: Option<Socket>,
    /// The connection.
    connection: Option<File>,
    /// The last datagram, and where it came from.
    came: (Vec<u8>, Option<SockAddr>),
}

/// Does the steps of each line, until the input ends.
pub fn main(_: &[String]) -> ExitCode {
    let (mut puppet, mut line) = (Puppet::default(), String::new());
    while matches!(stdin().read_line(&mut line), Ok(1..)) {
        line.trim_end().split("; ").for_each(|step| puppet.does(step));
        line.clear();
    }
    ExitCode::SUCCESS
}

impl Puppet {
    fn does(&mut self, step: &str) {
        let (what, rest) = step.split_once(' ').unwrap_or((step, ""));
        let addr: SockAddr = format!("127.0.0.1:{rest}").parse().map_or_else(|_| any(), SocketAddr::into);
        match what {
            "socket" => self.listener = Some(Socket::new(Domain::IPV4, Type::STREAM, None).expect("socket")),
            "udp" => self.listener = Some(Socket::new(Domain::IPV4, Type::DGRAM, None).expect("socket")),
            "reuse" => drop(self.listener().set_reuse_address(true)),
            "bind" => drop(self.listener().bind(&addr)),
            "listen" => drop(self.listener().listen(128)),
            "accept" => self.connection = self.listener().accept_raw().ok().map(|(socket, _)| file(socket)),
            "forget" => self.listener = None,
            // `socket` and `connect`.
            "call" => {
                let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("socket");
                let _ = socket.connect(&addr);
                self.connection = Some(file(socket));
            }
            "nodelay" => drop(SockRef::from(&*self.connection()).set_tcp_nodelay(true)),
            "write" => drop(self.connection().write(rest.as_bytes())),
            "frame" => drop(self.connection().write(&frame(rest))),
            "read" => drop(self.connection().read(&mut vec![0; rest.parse().expect("a size")])),
            "close" => self.connection = None,
            "connect" => drop(self.listener().connect(&addr)),
            "limit" => drop(self.listener().set_read_timeout(Some(WAIT))),
            "send" => drop(self.listener().send(&[&[0, 0, 0, 1], rest.as_bytes()].concat())),
            "recv" => self.recv(),
            "reply" => {
                if let (bytes, Some(from)) = &self.came {
                    let _ = self.listener().send_to(&bytes.to_ascii_uppercase(), from);
                }
            }
            other => panic!("`{other}` is no step"),
        }
    }

    fn recv(&mut self) {
        let mut buffer = [MaybeUninit::uninit(); BUFFER];
        if let Ok((n, from)) = self.listener().recv_from(&mut buffer) {
            // SAFETY: the call has filled these.
            let bytes = buffer[..n].iter().map(|byte| unsafe { byte.assume_init() }).collect();
            self.came = (bytes, Some(from));
        }
    }

    fn listener(&self) -> &Socket {
        self.listener.as_ref().expect("a socket")
    }

    fn connection(&mut self) -> &mut File {
        self.connection.as_mut().expect("a connection")
    }
}

/// A file is read and written by `read` and `write`, as the chapters call them; a socket by `recvfrom` and `sendto`.
fn file(socket: Socket) -> File {
    File::from(OwnedFd::from(socket))
}

fn any() -> SockAddr {
    SocketAddr::from(([127, 0, 0, 1], 0)).into()
}

/// Returns a frame of lesson 06.
fn frame(body: &str) -> Vec<u8> {
    let header = format!("{{\"data_size\":{}}}", body.len());
    let length = u32::try_from(header.len()).expect("a short header");
    [&length.to_be_bytes()[..], header.as_bytes(), body.as_bytes()].concat()
}
