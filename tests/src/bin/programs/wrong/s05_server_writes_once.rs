// kills stopped-while-pushing@plain: `write` took only a part
// Mistake: it sends a message with `write` and never looks how much went.
// A server that is stopped while it waits in that call, and goes on, loses the rest of the message.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["have you room for this?", "and for this?", "thank you"];
const ANSWER: &[u8; 10] = b"receive ok";

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
            Ok((mut stream, peer)) => {
                let pushed = push(&mut stream, &messages);
                let finished = finish(&mut stream);
                let how = pushed.and(finished);
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

fn push(stream: &mut TcpStream, messages: &[&str]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    for message in messages {
        stream.write_all(message.len().to_string().as_bytes())?;
        let mut answer = [0; 10];
        stream.read_exact(&mut answer)?;
        if answer != *ANSWER {
            return Err(io::Error::new(ErrorKind::InvalidData, "not the answer"));
        }
        let _ = stream.write(message.as_bytes())?;
    }
    Ok(())
}

// Half-close, then discard what still comes until EOF or 1 s: closing with unread input would send RST.
fn finish(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
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
