// kills accept-fails@plain: no file descriptor was free for the next client
// Mistake: when `accept` fails it leaves the loop: it serves those that are connected, and nobody else any more.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

const DEFAULT: &str = "127.0.0.1:8888";

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or(DEFAULT, String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            let _ = writeln!(io::stderr(), "server: bind {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    while let Ok((stream, _)) = listener.accept() {
        drop(thread::Builder::new().spawn(move || serve(stream)));
    }
    loop {
        thread::park();
    }
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        buffer[..n].make_ascii_uppercase();
        stream.write_all(&buffer[..n])?;
    }
}
