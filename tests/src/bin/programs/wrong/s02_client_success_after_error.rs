// kills server-ends@plain: perhaps only the status is wrong
// never: not an empty reply
// Mistake: after it has printed the error it exits with 0.
// Breaks "exits with status 1 when the server is gone"; seen from outside: a clear line, and status 0.
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let mut line = line?;
        if line.ends_with(b"\r") {
            line.pop();
        }
        if line == b"q" {
            return Ok(());
        }
        if line.is_empty() {
            continue;
        }
        stream.write_all(&line)?;
        let mut buffer = [0; 1024];
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(io::Error::other("the server ended the connection"));
        }
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::SUCCESS
        }
    }
}
