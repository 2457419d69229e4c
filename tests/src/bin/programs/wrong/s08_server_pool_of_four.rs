// kills beside-many-silent@plain: nobody serves this client beside forty silent clients
// kills comes-to-rest@plain: nobody serves this client beside other clients: accept in a loop that
// kills turn-by-turn@plain: nobody serves this client beside seven others: one thread a connection
// Mistake: it serves with a fixed pool of four threads; a connection keeps its thread until its end.
// Breaks "as 02 for many clients at once"; seen from outside: with four silent clients connected the fifth gets no answer.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const WORKERS: usize = 4;

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
    let (sender, receiver) = mpsc::channel::<TcpStream>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..WORKERS {
        let receiver = Arc::clone(&receiver);
        let worker = move || work(&receiver);
        if let Err(e) = thread::Builder::new().stack_size(128 * 1024).spawn(worker) {
            let _ = writeln!(io::stderr(), "cannot start a worker: {e}");
            return ExitCode::FAILURE;
        }
    }
    loop {
        let started = listener.accept().map(|(stream, _)| {
            let _ = sender.send(stream);
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

fn work(receiver: &Mutex<Receiver<TcpStream>>) {
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(stream) => drop(upper(stream)),
            Err(_) => return,
        }
    }
}

fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
