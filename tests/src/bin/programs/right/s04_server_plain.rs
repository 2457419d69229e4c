// right, partner: plain: one client at a time, one `write_all` a message, 500 ms between two of them.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["first, then a nap", "second, then a nap", "third and last"];
const PAUSE: Duration = Duration::from_millis(500);

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let messages: Vec<&str> =
        if args.len() > 1 { args[1..].iter().map(String::as_str).collect() } else { DEFAULTS.to_vec() };
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "cannot bind {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let how = serve(stream, &messages);
                let _ = writeln!(io::stdout(), "{peer}: {how:?}");
            }
            Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {}
            Err(e) => {
                let _ = writeln!(io::stderr(), "accept: {e}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn serve(mut stream: TcpStream, messages: &[&str]) -> io::Result<()> {
    for (i, message) in messages.iter().enumerate() {
        if i > 0 {
            thread::sleep(PAUSE);
        }
        stream.write_all(message.as_bytes())?;
    }
    stream.shutdown(Shutdown::Write)?;
    drain(&mut stream)
}

// What still comes is discarded until EOF or 1 s: closing with unread input would send RST.
fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let end = Instant::now() + Duration::from_secs(1);
    let mut sink = [0; 4096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut sink) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(e) => return Err(e),
        }
    }
}
