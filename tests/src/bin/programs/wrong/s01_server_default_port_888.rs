// kills listens-by-default@plain: without an argument, the address is 127.0.0.1:8888
// Mistake: a digit of its default address is missing.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULT: &str = "127.0.0.1:888";

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or(DEFAULT, String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            let _ = writeln!(io::stderr(), "server: bind {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    loop {
        match listener.accept() {
            Ok((stream, _)) => drop(serve(stream)),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n])?;
    }
}
