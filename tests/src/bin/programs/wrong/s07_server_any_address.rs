// kills binds-its-address@plain: or another address than the one given opens the server to the whole network || it reports that an address is in use, but the one that it was given is free
// Mistake: it takes only the port of its argument and binds 0.0.0.0.
// Breaks "binds the address and no other"; seen from outside: the LISTEN entry stands at 0.0.0.0, and every other address of the machine answers too.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match listen(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    say(&format!("listening on {addr}"));
    loop {
        match listener.accept() {
            Ok((stream, peer)) => match upper(stream) {
                Ok(()) => say(&format!("{peer} is done")),
                Err(e) => say(&format!("{peer}: {e}")),
            },
            Err(e) => {
                say(&format!("accept: {e}"));
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn listen(addr: &str) -> io::Result<TcpListener> {
    let addr = addr.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("no such address"))?;
    let addr = SocketAddr::from((Ipv4Addr::UNSPECIFIED, addr.port()));
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&addr.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}

fn upper(mut stream: TcpStream) -> io::Result<()> {
    let mut buf = [0; 4096];
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                buf[..n].make_ascii_uppercase();
                stream.write_all(&buf[..n])?;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
