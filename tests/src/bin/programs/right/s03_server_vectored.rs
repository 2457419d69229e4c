// right: iterative: each message leaves as one vectored write of its two halves; plain close, no log.
use std::io::{self, ErrorKind, IoSlice, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 4] = ["one one one", "two two two", "three three", "four four 4"];

pub fn main(args: &[String]) -> ExitCode {
    let (addr, messages) = match args {
        [] => ("127.0.0.1:8888", Vec::new()),
        [addr, rest @ ..] => (addr.as_str(), rest.iter().map(String::as_str).collect()),
    };
    let messages = if messages.is_empty() { DEFAULTS.to_vec() } else { messages };
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            return ExitCode::from(4);
        }
    };
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                // a client that leaves early is its own affair
                let _ = messages.iter().try_for_each(|m| send(&stream, m.as_bytes()));
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn send(mut stream: &TcpStream, message: &[u8]) -> io::Result<()> {
    let (head, tail) = message.split_at(message.len() / 2);
    let mut both = [IoSlice::new(head), IoSlice::new(tail)];
    let mut left = &mut both[..];
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match stream.write_vectored(left) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => IoSlice::advance_slices(&mut left, n),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
