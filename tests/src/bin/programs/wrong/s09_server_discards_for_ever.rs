// kills farewell@plain: one second from the half-close on
// Mistake: after its half-close it reads on for as long as the client stays.
// Breaks "discards what still comes until EOF, or for 1 s after its half-close"; seen from outside: four seconds after `Byebye!` and FIN the client can still send, and the server still has the socket.
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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

/// The last words and FIN; then what still comes is dropped.
fn part(mut stream: &TcpStream, last: &[u8]) -> io::Result<()> {
    stream.write_all(last)?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(())
}
