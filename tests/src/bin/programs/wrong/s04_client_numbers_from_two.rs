// kills pair-messages@plain: numbered 2, 3, 4
// never: messages were printed: print every message
// Mistake: it adds 1 before it prints.
// Breaks "K from 1"; seen from outside: three messages, numbered 2 to 4.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0; 1024];
    let mut number = 2;
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        write!(output, "message {number}: ")?;
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
        number += 1;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
