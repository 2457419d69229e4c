// kills fin-ends-connection@plain: is the client's FIN || the server spins
// Mistake: a read of no bytes is taken for "nothing yet", so a connection's thread reads again and again after EOF.
// Breaks "EOF is `Ok(0)`", "then it closes that connection"; seen from outside: each client that ended leaves a thread at full CPU, a socket in CLOSE_WAIT, and gets no FIN.
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
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                let end = upper(stream);
                say(&format!("{peer}: {end:?}"));
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
