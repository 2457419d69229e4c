// kills pair-messages@plain: had read no byte of what came
// kills prints-messages@plain: the buffer has length 0 || had read no byte of what came
// never: when all of it has come
// Mistake: its buffer has a capacity, and a length of 0.
// Breaks "each read is a message"; seen from outside: it prints nothing, and exits with 0 when the first byte comes.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = Vec::with_capacity(1024);
    let mut number = 1;
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
