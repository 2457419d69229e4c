// right, partner: one thread a connection and vectored writes of three slices.
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let (stream, peer) = match listener.accept() {
            Ok((stream, peer)) => (Arc::new(stream), peer),
            Err(e) => {
                let _ = writeln!(io::stderr(), "server: accept: {e}");
                thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        let theirs = Arc::clone(&stream);
        if thread::Builder::new().spawn(move || serve(&theirs, peer)).is_err() {
            serve(&stream, peer);
        }
    }
}

fn serve(stream: &TcpStream, peer: SocketAddr) {
    if let Err(e) = uppercase(stream) {
        let _ = writeln!(io::stdout(), "{peer}: {e}");
    }
}

fn uppercase(mut stream: &TcpStream) -> io::Result<()> {
    let mut buf = vec![0; 32 * 1024];
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        buf[..n].make_ascii_uppercase();
        let (head, rest) = buf[..n].split_at(n / 3);
        let (middle, tail) = rest.split_at(rest.len() / 2);
        send(stream, &mut [IoSlice::new(head), IoSlice::new(middle), IoSlice::new(tail)])?;
    }
}

fn send(mut stream: &TcpStream, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    IoSlice::advance_slices(&mut slices, 0); // empty ones in front go
    while !slices.is_empty() {
        match stream.write_vectored(slices) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => IoSlice::advance_slices(&mut slices, n),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
