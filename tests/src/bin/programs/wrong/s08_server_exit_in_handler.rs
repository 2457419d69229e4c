// kills beside-a-reset@plain: what one client does must end its connection only, never the server
// kills rst-while-reading@plain: what one client does must end its connection only, never the server
// Mistake: a connection's thread takes a failed read for the end of the program: it calls process::exit.
// Breaks "a client that vanishes (FIN, RST) ends its connection, not the server"; seen from outside: an RST from one client ends the server with status 1, and all other connections with it.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, ExitCode};
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
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                if let Err(e) = upper(stream) {
                    say(&format!("{peer}: {e}"));
                    process::exit(1);
                }
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
