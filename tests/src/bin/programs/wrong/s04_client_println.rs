// kills output-fails@plain: a print can fail, when the disk is full
// Mistake: it prints with `println!`, which panics when standard output takes nothing.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn listen(addr: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    let mut buffer = [0; 1024];
    let mut number = 0;
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        number += 1;
        println!("message {number}: {}", String::from_utf8_lossy(&buffer[..n]));
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match listen(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}
