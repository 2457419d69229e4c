// kills silence-is-no-end@plain: silence was taken for the end: a client that sends nothing is || an error of `read` was taken for the end
// Mistake: it reads without blocking and takes `WouldBlock` for the client's end.
// A client that is silent for a moment is cut off.
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
            Ok((stream, peer)) => {
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
    stream.set_nonblocking(true)?;
    thread::sleep(Duration::from_millis(1));
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(total),
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(total),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        stream.write_all(&buf[..n])?;
        total += n as u64;
    }
}
