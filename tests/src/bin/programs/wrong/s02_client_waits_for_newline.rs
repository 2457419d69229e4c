// kills sends-exact-lines@plain: the client did not go on after the reply to its line
// Mistake: it reads the reply until a newline, which the server never sends.
// Breaks "take one read of at most 1024 bytes for the reply"; seen from outside: it hangs after its first request though the reply is there.
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let prompting = io::stdin().is_terminal();
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut buffer = Vec::new();
    loop {
        if prompting {
            output.write_all(b">> ")?;
            output.flush()?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        }
        if line.is_empty() {
            continue;
        }
        if line == b"q" {
            return Ok(());
        }
        stream.write_all(&line)?;
        buffer.clear();
        let n = reader.read_until(b'\n', &mut buffer)?;
        if n == 0 {
            return Err(io::Error::other("the server has closed the connection"));
        }
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
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
