// kills several-lines@plain: a line that is not `exit` got `Byebye!`: only the line `exit`
// Mistake: it takes each line that is not empty for `exit`.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const LONGEST: usize = 8192;

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
                let why = serve(stream).map_or_else(|e| e.to_string(), String::from);
                let _ = writeln!(io::stdout(), "{peer}: {why}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "server: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(mut stream: TcpStream) -> io::Result<&'static str> {
    stream.set_nodelay(true)?;
    let mut line = Vec::with_capacity(LONGEST);
    let mut buf = [0; 2048];
    loop {
        let n = match stream.read(&mut buf) {
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let mut out = Vec::new();
        // The end of the stream ends the last line, when there is one.
        let ended = n == 0;
        let more: &[u8] = if ended && !line.is_empty() { b"\n" } else { &buf[..n] };
        for &byte in more {
            match byte {
                b'\n' => {
                    if line.last() == Some(&b'\r') {
                        line.pop();
                    }
                    if !line.is_empty() {
                        out.extend_from_slice(b"Byebye!\n");
                        return part(stream, &out, "left with exit");
                    }
                    line.make_ascii_uppercase();
                    out.append(&mut line);
                    out.push(b'\n');
                }
                _ if line.len() == LONGEST => {
                    out.extend_from_slice(b"line too long\n");
                    return part(stream, &out, "sent too long a line");
                }
                byte => line.push(byte),
            }
        }
        stream.write_all(&out)?;
        if ended {
            return Ok("left");
        }
    }
}

/// The last words, FIN, and a second in which what still comes is dropped: unread bytes would make an RST of the close.
fn part(mut stream: TcpStream, last: &[u8], why: &'static str) -> io::Result<&'static str> {
    stream.write_all(last)?;
    stream.shutdown(Shutdown::Write)?;
    let until = Instant::now() + Duration::from_secs(1);
    let mut drain = [0; 2048];
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut drain) {
            Ok(1..) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break, // its end, or the second is over
        }
    }
    Ok(why)
}
