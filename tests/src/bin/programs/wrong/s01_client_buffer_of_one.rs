// kills sends-exact-lines@plain: was printed in parts, the first of 1
// never: print every reply as it came
// Mistake: its buffer holds one byte.
// Breaks "reads at most 1024 bytes for a reply"; seen from outside: `hello` is printed as `h`, the next reply as `e`.
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
        let mut buffer = [0; 1];
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
            ExitCode::FAILURE
        }
    }
}
