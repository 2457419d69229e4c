// kills beside-a-silent-client@plain: nobody serves this client beside a silent client
// Mistake: it serves each client in the accept loop itself, as lesson 07 did.
// Breaks "as 02 for many clients at once"; seen from outside: a second client is connected, but answered only when the first one is gone.
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
        let started = listener.accept().map(|(stream, peer)| {
            let end = upper(stream);
            say(&format!("{peer}: {end:?}"));
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
