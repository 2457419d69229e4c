// kills beside-a-reset@plain: a thread of the server ended with an error
// Mistake: at a connection's end it unwraps peer_addr, which a reset client no longer has, with the list of clients locked.
// Breaks "a client that vanishes (FIN, RST) ends its connection, not the server"; seen from outside: after one RST every new connection is accepted and dropped unanswered.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
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
                *shared.lock().unwrap() += 1;
                let end = upper(&stream);
                let mut clients = shared.lock().unwrap();
                *clients -= 1;
                say(&format!("{peer}: {end:?}, {} left, {clients} stay", stream.peer_addr().unwrap()));
            })
        });
        if let Err(e) = started {
            say(&format!("accept: {e}"));
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn upper(mut stream: &TcpStream) -> io::Result<()> {
    let mut buf = [0; 4096];
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => {
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
