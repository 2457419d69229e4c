// right: one thread a connection and TCP_NODELAY; half-closes and drains (EOF or 1 s) before it closes.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let mut messages: Vec<String> = args.iter().skip(1).cloned().collect();
    if messages.is_empty() {
        messages = ["hello there", "how are you?", "goodbye now"].map(String::from).to_vec();
    }
    let messages = Arc::new(messages);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => Arc::new(stream),
            Err(e) => {
                let _ = writeln!(io::stderr(), "server: accept: {e}");
                thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        let theirs = (Arc::clone(&stream), Arc::clone(&messages));
        if thread::Builder::new().spawn(move || serve(&theirs.0, &theirs.1)).is_err() {
            serve(&stream, &messages);
        }
    }
}

fn serve(stream: &TcpStream, messages: &[String]) {
    if let Err(e) = push(stream, messages) {
        let _ = writeln!(io::stdout(), "a client left early: {e}");
    }
}

fn push(mut stream: &TcpStream, messages: &[String]) -> io::Result<()> {
    let _ = stream.set_nodelay(true);
    for message in messages {
        stream.write_all(message.as_bytes())?;
    }
    stream.shutdown(Shutdown::Write)?;
    let deadline = Instant::now() + Duration::from_secs(1);
    let mut sink = [0; 1024];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match stream.read(&mut sink) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(()),
            Err(e) => return Err(e),
        }
    }
}
