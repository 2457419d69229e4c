// kills keeps-no-endless-line@plain: what comes after `line too long` was kept
// Mistake: what still comes after its last words it reads into a Vec, for the log.
// Breaks "its memory does not grow with what is sent"; seen from outside: `line too long` and FIN come in time, and of 64 MiB that follow all that comes in a second stands in its memory.
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
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
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut reader).take(LONGEST as u64 + 1).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        if line.ends_with(b"\n") {
            line.pop();
        } else if line.len() > LONGEST {
            return part(stream, b"line too long\n");
        }
        if line.ends_with(b"\r") {
            line.pop();
        }
        if line == b"exit" {
            return part(stream, b"Byebye!\n");
        }
        line.make_ascii_uppercase();
        line.push(b'\n');
        stream.write_all(&line)?;
    }
}

/// The last words and FIN; then what still comes, for a second at most.
fn part(mut stream: &TcpStream, last: &[u8]) -> io::Result<()> {
    stream.write_all(last)?;
    stream.shutdown(Shutdown::Write)?;
    let until = Instant::now() + Duration::from_secs(1);
    let mut rest = Vec::new();
    let mut piece = [0; 16384];
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(n @ 1..) => rest.extend_from_slice(&piece[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break, // its end, or the second is over
        }
    }
    let _ = writeln!(io::stdout(), "{} bytes too many", rest.len());
    Ok(())
}
