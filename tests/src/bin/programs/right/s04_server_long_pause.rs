// right: a thread a connection, each waits on a channel that nobody fills; 650 ms, also after the last.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

pub fn main(args: &[String]) -> ExitCode {
    let (addr, rest) = args.split_first().map_or(("127.0.0.1:8888", args), |(a, rest)| (a.as_str(), rest));
    let messages: Arc<[Vec<u8>]> = if rest.is_empty() {
        ["slowly", "very slowly", "but surely", "done"].iter().map(|m| m.as_bytes().to_vec()).collect()
    } else {
        rest.iter().map(|m| m.clone().into_bytes()).collect()
    };
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: {addr}: {e}");
            return ExitCode::from(3);
        }
    };
    let _ = writeln!(io::stderr(), "listening on {addr}");
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let messages = Arc::clone(&messages);
        let started = thread::Builder::new().spawn(move || {
            if let Err(e) = serve(&stream, &messages) {
                let _ = writeln!(io::stderr(), "a client left: {e}");
            }
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "no thread for a client: {e}");
        }
    }
    ExitCode::FAILURE
}

fn serve(mut stream: &TcpStream, messages: &[Vec<u8>]) -> io::Result<()> {
    let (_keep, never) = mpsc::channel::<()>();
    stream.set_nodelay(true)?;
    for message in messages {
        stream.write_all(message)?;
        let _ = never.recv_timeout(Duration::from_millis(650));
    }
    stream.shutdown(Shutdown::Write)?;
    let start = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let mut sink = [0; 512];
    while start.elapsed() < Duration::from_secs(1) {
        match stream.read(&mut sink) {
            Ok(0) => break,
            Err(e) if !matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Err(e),
            _ => {}
        }
    }
    Ok(())
}
