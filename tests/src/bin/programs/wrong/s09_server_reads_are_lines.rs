// kills exit-ends@dribble: more replies came than lines were sent
// kills exit-ends@slice: more replies came than lines were sent
// Mistake: it takes what one read returns for whole lines, and never keeps a rest for the next.
// Breaks "Request: bytes up to `\n`"; seen from outside: lines in one piece are answered, glued ones too; of `hel` and `lo\n` in two pieces each gets a reply of its own.
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
            let _ = writeln!(io::stderr(), "cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                let how = serve(&stream).map_or_else(|e| e.to_string(), |()| "left".to_string());
                let _ = writeln!(io::stdout(), "{peer}: {how}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "no client now: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buf = [0; 65536];
    loop {
        let n = stream.read(&mut buf)?;
        if n == 0 {
            return Ok(());
        }
        let lines = buf[..n].strip_suffix(b"\n").unwrap_or(&buf[..n]);
        for line in lines.split(|&byte| byte == b'\n') {
            if line.len() > LONGEST {
                return part(stream, b"line too long\n");
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line == b"exit" {
                return part(stream, b"Byebye!\n");
            }
            let mut reply = line.to_ascii_uppercase();
            reply.push(b'\n');
            stream.write_all(&reply)?;
        }
    }
}

/// The last words and FIN; then what still comes is dropped, for a second at most.
fn part(mut stream: &TcpStream, last: &[u8]) -> io::Result<()> {
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
    Ok(())
}
