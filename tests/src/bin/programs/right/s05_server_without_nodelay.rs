// right, slow: no TCP_NODELAY. A thread a connection; the answer is read byte by byte.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

fn answered(mut stream: &TcpStream) -> io::Result<bool> {
    let mut right = true;
    for wanted in b"receive ok" {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        right &= byte[0] == *wanted;
    }
    Ok(right)
}

fn serve(mut stream: &TcpStream, messages: &[String]) -> io::Result<bool> {
    for message in messages {
        stream.write_all(message.len().to_string().as_bytes())?;
        if !answered(stream)? {
            return Ok(false);
        }
        stream.write_all(message.as_bytes())?;
    }
    Ok(true)
}

fn end(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let start = Instant::now();
    let mut sink = [0; 1000];
    while start.elapsed() < Duration::from_secs(1) {
        match stream.read(&mut sink) {
            Ok(0) => break,
            Err(e) if !matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let mut messages: Vec<String> = args.iter().skip(1).cloned().collect();
    if messages.is_empty() {
        messages = ["Nagle waits", "for what the other side", "holds back"].map(String::from).to_vec();
    }
    let messages = Arc::new(messages);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            return ExitCode::from(2);
        }
    };
    loop {
        let Ok((stream, peer)) = listener.accept() else {
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let messages = Arc::clone(&messages);
        let started = thread::Builder::new().spawn(move || {
            let how = serve(&stream, &messages);
            let _ = end(&stream);
            let _ = match how {
                Ok(true) => writeln!(io::stderr(), "{peer}: all sent"),
                Ok(false) => writeln!(io::stderr(), "{peer}: a wrong answer, ended"),
                Err(e) => writeln!(io::stderr(), "{peer}: {e}"),
            };
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "{peer}: no thread: {e}");
        }
    }
}
