// right: it gives every reply in several small writes with TCP_NODELAY set (legal: TCP has no boundaries).
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
            let _ = writeln!(io::stderr(), "cannot listen on {addr}: {e}");
            return ExitCode::from(2);
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => {
                if let Err(e) = serve(&stream) {
                    let _ = writeln!(io::stdout(), "connection ended: {e}");
                }
            }
            Err(e) => {
                let _ = writeln!(io::stderr(), "accept: {e}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
    ExitCode::SUCCESS
}

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    let _ = stream.set_nodelay(true);
    let mut buf = [0; 1024];
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        for piece in buf[..n].chunks((n / 4).max(2)) {
            stream.write_all(piece)?;
        }
    }
}
