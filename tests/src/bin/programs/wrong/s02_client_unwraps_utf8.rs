// kills half-characters@dribble: what one `read` returned was taken for text, but it may end
// Mistake: it unwraps the reply as UTF-8, which one read of 1024 bytes may cut in a character.
// Breaks "never a panic or a backtrace (status 101 and signals are never right)"; seen from outside: a reply with FF, or whose 1024th byte is the first half of `é`, is a panic, status 101.
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
        if line == b"q" {
            return Ok(());
        }
        stream.write_all(&line)?;
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(io::Error::other("the server has closed the connection"));
        }
        let reply = std::str::from_utf8(&buffer[..n]).unwrap();
        writeln!(output, "{reply}")?;
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
