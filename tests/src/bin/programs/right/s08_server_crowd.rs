// right: a pool made at the start: 400 threads that all wait in `accept` on the one listener, and serve what they get.
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const CROWD: usize = 400;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            return ExitCode::from(3);
        }
    };
    thread::scope(|scope| {
        let mut workers = 0;
        while workers < CROWD {
            let worker = thread::Builder::new().stack_size(128 * 1024);
            match worker.spawn_scoped(scope, || work(&listener)) {
                Ok(_) => workers += 1,
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    });
    ExitCode::FAILURE
}

fn work(listener: &TcpListener) {
    loop {
        match listener.accept() {
            Ok((stream, _)) => drop(serve(stream)),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Writes each read back as two slices, first half and second half.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buf = [0; 2048];
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        buf[..n].make_ascii_uppercase();
        let mut from = 0;
        while from < n {
            let (front, back) = buf[from..n].split_at((n - from) / 2);
            match stream.write_vectored(&[IoSlice::new(front), IoSlice::new(back)]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(sent) => from += sent,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}
