// right: non-blocking: one thread, all sockets in a round-robin loop that naps when nothing moves.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

struct Conn {
    stream: TcpStream,
    pending: Vec<u8>,
    sent: usize,
    eof: bool,
}

enum Step {
    Moved,
    Idle,
    Done,
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let bound = TcpListener::bind(addr).and_then(|l| l.set_nonblocking(true).map(|()| l));
    let listener = match bound {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot bind {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    let mut conns: Vec<Conn> = Vec::new();
    let mut nap = Duration::from_micros(100);
    loop {
        let mut moved = false;
        match listener.accept() {
            Ok((stream, _)) => {
                moved = true;
                if stream.set_nonblocking(true).is_ok() {
                    conns.push(Conn { stream, pending: Vec::new(), sent: 0, eof: false });
                }
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock || e.kind() == ErrorKind::Interrupted => {}
            Err(e) => {
                let _ = writeln!(io::stderr(), "server: accept: {e}");
                thread::sleep(Duration::from_millis(50));
            }
        }
        conns.retain_mut(|conn| match conn.step() {
            Step::Moved => {
                moved = true;
                true
            }
            Step::Idle => true,
            Step::Done => {
                moved = true;
                false
            }
        });
        if moved {
            nap = Duration::from_micros(100);
        } else {
            thread::sleep(nap);
            nap = (nap * 5 / 4).min(Duration::from_millis(10));
        }
    }
}

impl Conn {
    fn step(&mut self) -> Step {
        if self.sent < self.pending.len() {
            return match self.stream.write(&self.pending[self.sent..]) {
                Ok(0) => Step::Done,
                Ok(n) => {
                    self.sent += n;
                    Step::Moved
                }
                Err(e) if transient(&e) => Step::Idle,
                Err(_) => Step::Done,
            };
        }
        if self.eof {
            return Step::Done;
        }
        self.pending.resize(2048, 0);
        self.sent = 0;
        let result = self.stream.read(&mut self.pending);
        let n = *result.as_ref().unwrap_or(&0);
        self.pending.truncate(n);
        match result {
            Ok(0) => {
                self.eof = true;
                Step::Moved
            }
            Ok(_) => Step::Moved,
            Err(e) if transient(&e) => Step::Idle,
            Err(_) => Step::Done,
        }
    }
}

fn transient(e: &io::Error) -> bool {
    matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
