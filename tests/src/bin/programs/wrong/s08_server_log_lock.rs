// kills beside-a-slow-reader@plain: nobody serves this client beside a client that reads nothing
// Mistake: it keeps its diary in a mutex and still holds the guard when it writes to the client.
// Breaks "as 02 for many clients at once"; seen from outside: one client that sends much and reads nothing stops the answers to all others; a client that is only silent does not.
use std::io::{self, ErrorKind, Read, Stdout, Write};
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
    let shared = Arc::new(Mutex::new(io::stdout()));
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

fn upper(mut stream: TcpStream, diary: &Mutex<Stdout>) -> io::Result<()> {
    let mut buf = [0; 4096];
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                buf[..n].make_ascii_uppercase();
                let mut diary = diary.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = writeln!(diary, "{n} bytes");
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
