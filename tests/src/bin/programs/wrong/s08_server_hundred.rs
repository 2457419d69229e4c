// kills many-at-once@plain: was turned away: there is no limit in the lesson
// Mistake: it serves a hundred clients at most and drops whoever comes beyond.
// Breaks "as 02 for many clients at once"; seen from outside: with a hundred clients connected the next one is closed without an answer.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const LIMIT: usize = 100;

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
    let shared = Arc::new(AtomicUsize::new(0));
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            let shared = Arc::clone(&shared);
            thread::Builder::new().spawn(move || {
                if shared.fetch_add(1, Ordering::SeqCst) < LIMIT {
                    let end = upper(stream);
                    say(&format!("{peer}: {end:?}"));
                } else {
                    say(&format!("{peer}: too many clients"));
                }
                shared.fetch_sub(1, Ordering::SeqCst);
            })
        });
        if let Err(e) = started {
            say(&format!("accept: {e}"));
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn upper(mut stream: TcpStream) -> io::Result<()> {
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
