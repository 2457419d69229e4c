// kills gone-before-accept@plain: because a client vanished
// Mistake: it asks each accepted stream for its peer and unwraps; a client that reset before the accept has none.
// Breaks "treats no client's behaviour as its own error"; seen from outside: a client that connects while another is served and resets ends the server with status 101.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
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
            Ok((stream, _)) => {
                let peer = stream.peer_addr().unwrap();
                match upper(stream) {
                    Ok(()) => say(&format!("{peer} is done")),
                    Err(e) => say(&format!("{peer}: {e}")),
                }
            }
            Err(e) => {
                say(&format!("accept: {e}"));
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn listen(addr: &str) -> io::Result<TcpListener> {
    let addr = addr.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("no such address"))?;
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
