// kills pair-reads@glue: must connect to the address in its first argument
// never: the status must be 0
// Mistake: it takes the name of the program for the address (`nth(0)`).
// Breaks "the address is the first argument"; seen from outside: it never calls, says so, and exits with 1.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0; 1024];
    let (mut reads, mut total) = (0, 0);
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        reads += 1;
        total += n;
        write!(output, "read {reads}: {n} bytes: ")?;
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    writeln!(output, "total: {total} bytes in {reads} reads")
}

pub fn main(_: &[String]) -> ExitCode {
    let address = &std::env::args().next().unwrap_or_default();
    match talk(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
