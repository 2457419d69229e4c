// kills quits-at-q@plain: send the line without its line end, and nothing for an empty
// kills skips-empty-lines@plain: send the line without its line end, and nothing for an empty line or `q`
// kills strips-crlf@plain: send the line without its line end, and nothing for an empty line or `q`
// kills whole-replies@glue: the client's loop does not end there: look at what ends it
// kills pair-talks@plain: `q` was sent
// never: send exactly the bytes of the line
// Mistake: it sends the line first and only then looks whether it was `q`.
// Breaks "`q` (not sent) ends them"; seen from outside: the server gets the byte `q` as a request, and `Q` is printed.
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let prompting = io::stdin().is_terminal();
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    let mut buffer = [0u8; 1024];
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
        stream.write_all(&line)?;
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(io::Error::other("the server has closed the connection"));
        }
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
        if line == b"q" {
            return Ok(());
        }
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
