// kills too-long@plain: as soon as 8193 bytes have come without a `\n`, whatever they are, the server replies `line too long` and ends the connection
// kills keeps-no-endless-line@plain: a line was collected for as long as it came
// Mistake: it reads up to the `\n`, however long that takes.
// Breaks "As soon as 8193 bytes without `\n` are there", "its memory does not grow with what is sent"; seen from outside: 8193 bytes without `\n` get no reply, and 64 MiB of them stand in its memory.
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

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
        reader.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        if line.ends_with(b"\n") {
            line.pop();
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
