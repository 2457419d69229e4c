// kills beside-a-silent-client@plain: nobody serves this client beside
// Mistake: it counts the bytes of all clients in a mutex and holds the guard through the read and the write.
// Breaks "a silent client blocks nobody"; seen from outside: a client that connects and says nothing keeps the lock, and nobody else is answered.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    say(&format!("listening on {addr}"));
    let shared = Arc::new(Mutex::new(0));
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            let shared = Arc::clone(&shared);
            thread::Builder::new().spawn(move || {
                let end = upper(stream, &shared);
                say(&format!("{peer}: {end:?}"));
            })
        });
        if let Err(e) = started {
            say(&format!("accept: {e}"));
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn upper(mut stream: TcpStream, total: &Mutex<u64>) -> io::Result<()> {
    let mut buf = [0; 4096];
    loop {
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                *total += n as u64;
                buf[..n].make_ascii_uppercase();
                stream.write_all(&buf[..n])?;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
