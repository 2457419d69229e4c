// right: one thread, every socket non-blocking, no poll: it looks at each in turn and naps 2 ms when nothing moved.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

const ROOM: usize = 1500;

struct Client {
    socket: Socket,
    owed: Vec<u8>,
    ended: bool,
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match listen(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            return ExitCode::from(2);
        }
    };
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let mut moved = false;
        if let Ok((socket, _)) = listener.accept() {
            if socket.set_nonblocking(true).is_ok() {
                clients.push(Client { socket, owed: Vec::new(), ended: false });
            }
            moved = true;
        }
        clients.retain_mut(|client| match turn(client) {
            Ok(busy) => {
                moved |= busy;
                !(client.ended && client.owed.is_empty())
            }
            Err(_) => false,
        });
        if !moved {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

fn listen(addr: &str) -> io::Result<Socket> {
    let found: Vec<SocketAddr> = addr.to_socket_addrs()?.collect();
    let mut last = io::Error::other("no address");
    for addr in found {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        match socket.bind(&addr.into()).and_then(|()| socket.listen(64)) {
            Ok(()) => {
                socket.set_nonblocking(true)?;
                return Ok(socket);
            }
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// One look at one client: a write if something is owed, else a read. Says whether anything moved.
fn turn(client: &mut Client) -> io::Result<bool> {
    let done = if client.owed.is_empty() {
        let mut buf = [0; ROOM];
        client.socket.read(&mut buf).map(|n| {
            client.ended = n == 0;
            client.owed.extend(buf[..n].iter().map(u8::to_ascii_uppercase));
        })
    } else {
        client.socket.write(&client.owed).map(|n| drop(client.owed.drain(..n)))
    };
    match done {
        Ok(()) => Ok(true),
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(false),
        Err(e) => Err(e),
    }
}
