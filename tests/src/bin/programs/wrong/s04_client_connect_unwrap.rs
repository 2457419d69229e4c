// kills nobody-listens@plain: the error was not handled: no `unwrap` on what the network decides
// Mistake: it unwraps the result of connect.
// Breaks "says a clear line on standard error and exits with status 1 when the server is gone; never a panic"; seen from outside: with nobody listening it panics, status 101.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut buffer = [0; 1024];
    let mut count = 0;
    loop {
        let n = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        count += 1;
        show(count, &buffer[..n])?;
    }
}

fn show(count: usize, text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "message {count}: ")?;
    out.write_all(text)?;
    out.write_all(b"\n")?;
    out.flush()
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match hear(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
