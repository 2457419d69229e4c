// kills fin-ends-connection@plain: bytes is the client's FIN: it will send nothing more
// Mistake: it keeps a clone of every stream in a list, to bid all of them farewell one day, and never takes one out.
// Breaks "until the client's EOF; then it closes that connection (with FIN"; seen from outside: the client that half-closes gets its replies and never a FIN; the sockets stay in CLOSE_WAIT.
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
    let mut clients = Vec::new();
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            clients.push(stream.try_clone()?);
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
