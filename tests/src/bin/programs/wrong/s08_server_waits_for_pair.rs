// kills any-pieces@slice: the server took the bytes and did not reply
// kills binds-its-address@plain: the server took the bytes and did not reply: it must write back what o || the server accepted the connection and never called `read` on it
// kills one-after-the-other@plain: the server accepted the connection and never called
// kills pair-talks@glue: mend the server: its own checks tell more
// kills pair-talks@plain: mend the server: its own checks tell more
// kills silence-is-no-end@plain: the server took the bytes and did not reply: it must write back what o || the server accepted the connection and never called `read` on it
// Mistake: it accepts two clients before it starts to serve, as a game for two would.
// Breaks "as 02 for many clients at once"; seen from outside: the first client gets no answer until a second one has connected.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
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
    loop {
        let started = pair(&listener).and_then(|pair| {
            for stream in pair {
                thread::Builder::new().spawn(move || {
                    let end = upper(stream);
                    say(&format!("a client ended: {end:?}"));
                })?;
            }
            Ok(())
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

fn pair(listener: &TcpListener) -> io::Result<[TcpStream; 2]> {
    let first = listener.accept()?.0;
    loop {
        match listener.accept() {
            Ok((second, _)) => return Ok([first, second]),
            Err(e) => {
                say(&format!("accept: {e}"));
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
