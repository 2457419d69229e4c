// kills accept-fails@plain: no file descriptor was free for the next client
// Mistake: it exits with 0 when `accept` fails.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

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
    loop {
        let Ok((stream, _)) = listener.accept() else { return ExitCode::SUCCESS };
        let _ = serve(stream);
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
