// kills gone-before-accept@plain: because a client vanished
// Mistake: it asks for the peer's address after accept and unwraps the answer.
// A client that is gone before it is accepted ends the whole server with status 101.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot bind {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let peer = stream.peer_addr().unwrap();
                let end = match echo(stream) {
                    Ok(n) => format!("{peer}: {n} bytes echoed"),
                    Err(e) => format!("{peer}: gone: {e}"),
                };
                let _ = writeln!(io::stdout(), "{end}");
            }
            Err(e) => {
                let _ = writeln!(io::stderr(), "server: accept: {e}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn echo(mut stream: TcpStream) -> io::Result<u64> {
    let mut buf = [0; 4096];
    let mut total = 0;
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(total),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        stream.write_all(&buf[..n])?;
        total += n as u64;
    }
}
