// kills only-ascii-letters@plain/unix: it ended at its start
// kills takes-100-bytes@plain/unix: it ended at its start
// Mistake: the server of lesson 08 as it is: it knows no path.
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
            let _ = writeln!(io::stderr(), "server: cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                let why = serve(stream).map_or_else(|e| e.to_string(), |n| format!("{n} bytes"));
                let _ = writeln!(io::stdout(), "{peer}: {why}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "server: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(mut stream: TcpStream) -> io::Result<u64> {
    let mut buf = [0; 4096];
    let mut total = 0;
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                buf[..n].make_ascii_uppercase();
                stream.write_all(&buf[..n])?;
                total += n as u64;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
